package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/lmkor/bench/results"
)

// differences names what sets two manifests apart, as far as results depend on
// it: another version of the program, or another path of the same model, does
// not count.
func differences(have, want *results.Manifest) string {
	var diff []string
	add := func(name string, a, b any) {
		if a != b {
			diff = append(diff, fmt.Sprintf("%s %v, now %v", name, a, b))
		}
	}
	add("model", short(have.Model.SHA256), short(want.Model.SHA256))
	add("tokenizer", short(have.Tokenizer.SHA256), short(want.Tokenizer.SHA256))
	for _, d := range want.Data {
		old, _ := have.Split(d.Split)
		add(d.Split+" data", short(old.SHA256), short(d.SHA256))
	}
	diff = append(diff, fieldDifferences(have.Recipe, want.Recipe)...)
	return strings.Join(diff, "; ")
}

func fieldDifferences(have, want json.RawMessage) (diff []string) {
	var a, b map[string]json.RawMessage
	if json.Unmarshal(have, &a) != nil || json.Unmarshal(want, &b) != nil {
		return []string{"recipe unreadable"}
	}
	for name, v := range b {
		if !bytes.Equal(a[name], v) {
			diff = append(diff, fmt.Sprintf("%s %s, now %s", name, a[name], v))
		}
	}
	sort.Strings(diff)
	return diff
}

func short(sum string) string { return sum[:min(len(sum), 12)] }
