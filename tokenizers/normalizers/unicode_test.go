package normalizers

import (
	"bufio"
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// TestUnicode holds every code point's class and case to the reference's.
func TestUnicode(t *testing.T) {
	f, err := os.Open("../testdata/unicode.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := make(map[string]map[rune]string)
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var row struct{ Class, Lower, Form, Ranges string }
		if err := d.Decode(&row); err != nil {
			t.Fatal(err)
		}
		name, value := row.Class+row.Form, "true"
		if row.Lower != "" {
			name, value = "lower", row.Lower
		}
		if want[name] == nil {
			want[name] = make(map[rune]string)
		}
		for span := range strings.FieldsSeq(row.Ranges) {
			first, last, found := strings.Cut(span, "-")
			if !found {
				last = first
			}
			for r := parseRune(t, first); r <= parseRune(t, last); r++ {
				want[name][r] = value
			}
		}
	}
	yes := func(b bool) string {
		if b {
			return "true"
		}
		return ""
	}
	one := func(r rune) []aligned.Char { return []aligned.Char{{Rune: r}} }
	changes := func(f func([]aligned.Char) []aligned.Char) func(rune) string {
		return func(r rune) string {
			if 0xAC00 <= r && r <= 0xD7A3 {
				return "" // left out of the file, for their number
			}
			out := f(one(r))
			return yes(len(out) != 1 || out[0].Rune != r)
		}
	}
	clean := Bert{Clean: true}
	for name, got := range map[string]func(rune) string{
		"control": func(r rune) string { return yes(aligned.IsControl(r)) },
		"blank": func(r rune) string {
			out := clean.Normalize(one(r))
			return yes(len(out) == 1 && out[0].Rune == ' ')
		},
		"space":     func(r rune) string { return yes(aligned.IsSpace(r)) },
		"ideograph": func(r rune) string { return yes(aligned.IsIdeograph(r)) },
		"punct":     func(r rune) string { return yes(aligned.IsPunct(r)) },
		"mark":      func(r rune) string { return yes(len(Bert{Strip: true}.Normalize(one(r))) == 0) },
		"accent":    func(r rune) string { return yes(IsAnyMark(r)) },
		"letter":    func(r rune) string { return yes(aligned.IsLetter(r)) },
		"number":    func(r rune) string { return yes(aligned.IsNumber(r)) },
		"decimal":   func(r rune) string { return yes(aligned.IsDecimal(r)) },
		"numeric":   func(r rune) string { return yes(aligned.IsNumeric(r)) },
		"word":      func(r rune) string { return yes(aligned.IsWordChar(r)) },
		"pattern":   func(r rune) string { return yes(aligned.IsPatternWord(r)) },
		"lower": func(r rune) string {
			var deltas []string
			for _, c := range lowerChars(one(r)) {
				deltas = append(deltas, strconv.Itoa(int(c.Rune-r)))
			}
			if s := strings.Join(deltas, " "); s != "0" {
				return s
			}
			return ""
		},
		"nfd":  changes(Form{Form: norm.NFD}.Normalize),
		"nfkd": changes(Form{Form: norm.NFKD}.Normalize),
		"nfc":  changes(Form{Form: norm.NFC}.Normalize),
		"nfkc": changes(Form{Form: norm.NFKC}.Normalize),
	} {
		if len(want[name]) == 0 {
			t.Errorf("no code points of %q", name)
		}
		wrong := 0
		for r := rune(0); r <= 0x10FFFF; r++ {
			if 0xD800 <= r && r < 0xE000 {
				continue
			}
			if got(r) != want[name][r] {
				if wrong++; wrong < 5 {
					t.Errorf("%s of %U: got %q, want %q", name, r, got(r), want[name][r])
				}
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d code points differ", name, wrong)
		}
	}
}

func parseRune(t *testing.T, s string) rune {
	t.Helper()
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return rune(n)
}
