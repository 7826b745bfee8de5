// Package golden finds and reads the reference outputs that tests compare with.
package golden

import (
	"bufio"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/nlpodyssey/safetensors"
)

var update = flag.Bool("update", false, "rewrite golden files with what the code gives now")

// Dirs returns the folders that match pattern below the package's testdata and,
// where BENCH_GOLDEN names a directory laid out alike, below that too.
func Dirs(t testing.TB, pattern string) []string {
	t.Helper()
	var all []string
	for _, root := range []string{"testdata", os.Getenv("BENCH_GOLDEN")} {
		if root == "" {
			continue
		}
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	return all
}

// Lines decodes a JSON Lines file.
func Lines[T any](t testing.TB, path string) []T {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []T
	d := json.NewDecoder(bufio.NewReader(f))
	for d.More() {
		var v T
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: record %d: %v", path, len(out)+1, err)
		}
		out = append(out, v)
	}
	return out
}

// JSON decodes a JSON file.
func JSON[T any](t testing.TB, path string) T {
	t.Helper()
	var v T
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &v)
	}
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

// Tensors reads the float32 tensors of a safetensors file.
func Tensors(t testing.TB, path string) map[string][]float32 {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	st, err := safetensors.Deserialize(b)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	out := map[string][]float32{}
	for _, n := range st.Tensors() {
		raw := n.TensorView.Data()
		x := make([]float32, len(raw)/4)
		for i := range x {
			x[i] = math.Float32frombits(uint32(raw[4*i]) | uint32(raw[4*i+1])<<8 | uint32(raw[4*i+2])<<16 | uint32(raw[4*i+3])<<24)
		}
		out[n.Name] = x
	}
	return out
}

// File compares got with testdata/name, or rewrites it with -update.
func File(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		err := os.MkdirAll("testdata", 0o755)
		if err == nil {
			err = os.WriteFile(path, got, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s differs; run the test with -update if the change is meant\n got: %.2000s\nwant: %.2000s", path, got, want)
	}
}
