package pattern

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// goldenPattern is what Oniguruma does with a pattern: it refuses it, or cuts each of the texts.
type goldenPattern struct {
	Texts    []string
	Pattern  string
	Error    bool
	Cuts     [][]int // ends of the parts of each text, matched or not
	Property string
	Ranges   string
}

func readPatterns(t *testing.T, path string) []goldenPattern {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var list []goldenPattern
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var p goldenPattern
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// cuts returns the ends of the parts that the matches of p cut text into.
func cuts(p Pattern, text string) []int {
	chars := aligned.Append(nil, text, 0)
	ends := []int{}
	at := 0
	for begin, end := range All(p, chars) {
		for _, to := range []int{begin, end} {
			if to > at {
				ends, at = append(ends, to), to
			}
		}
	}
	if at < len(chars) {
		ends = append(ends, len(chars))
	}
	return ends
}

// TestGoldenPatterns holds patterns to Oniguruma: each finds the same, or is refused.
// What Oniguruma refuses is refused, too. BENCH_PATTERNS names a file of further ones.
func TestGoldenPatterns(t *testing.T) {
	for _, path := range []string{"testdata/patterns.jsonl", os.Getenv("BENCH_PATTERNS")} {
		if path == "" {
			continue
		}
		list := readPatterns(t, path)
		texts, list := list[0].Texts, list[1:]
		right, refused := 0, 0
		for _, want := range list {
			p, err := Parse(want.Pattern)
			switch {
			case err != nil:
				if !strings.Contains(err.Error(), strconv.Quote(want.Pattern)) {
					t.Errorf("%s: refused without its name: %v", want.Pattern, err)
				}
				refused++
				continue
			case want.Error:
				t.Errorf("%s: read, want it refused", want.Pattern)
				continue
			}
			right++
			for i, text := range texts {
				if got := cuts(p, text); !slices.Equal(got, want.Cuts[i]) {
					t.Errorf("%s in %q: got %v, want %v", want.Pattern, text, got, want.Cuts[i])
				}
			}
		}
		t.Logf("%s: %d patterns compared, %d refused", path, right, refused)
		if right < len(list)/2 {
			t.Errorf("%d of %d patterns compared: want most", right, len(list))
		}
	}
}

// TestGoldenProperties holds the properties of every code point to Oniguruma's.
func TestGoldenProperties(t *testing.T) {
	for _, want := range readPatterns(t, "testdata/properties.jsonl") {
		has, err := property(want.Property)
		if err != nil {
			t.Error(err)
			continue
		}
		in := make(map[rune]bool)
		for span := range strings.FieldsSeq(want.Ranges) {
			first, last, ranged := strings.Cut(span, "-")
			if !ranged {
				last = first
			}
			lo, _ := strconv.ParseUint(first, 16, 32)
			hi, _ := strconv.ParseUint(last, 16, 32)
			for r := lo; r <= hi; r++ {
				in[rune(r)] = true
			}
		}
		var differ []string
		for r := rune(0); r <= utf8.MaxRune; r++ {
			if (r < 0xD800 || r > 0xDFFF) && has(r) != in[r] {
				differ = append(differ, strconv.FormatInt(int64(r), 16))
			}
		}
		if len(differ) > 0 {
			t.Errorf("%s: %d code points differ: %.300v", want.Property, len(differ), differ)
		}
	}
}
