package tokenizers

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestRegex(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{`a|ab`, "xab", "a"},
		{`(?:ab|a)b?`, "xabb", "abb"},
		{`\s+(?!\S)`, "a   b", "  "},
		{`\s+(?!\S)`, "a b  ", "  "},
		{`(?<=b)a`, "ab ba", "a"},
		{`(?<!b)a`, "ba a", "a"},
		{`[^\r\n\p{L}\p{N}]?\p{L}+`, "12!가나 다", "!가나"},
		{`\p{N}{1,3}`, "12345", "123"},
		{`\p{N}{2}`, "1 23", "23"},
		{`\p{N}{2,}`, "1 2345", "2345"},
		{`x{,2}y`, "xxxy", "xxy"},
		{`(?i:'S|'T)`, "it's", "'s"},
		{`(?i)abc[d-f]`, "ABCE", "ABCE"},
		{`\p{Hangul}+`, "abc가나", "가나"},
		{`\P{L}+`, "a12b", "12"},
		{`\p{^L}+`, "a12b", "12"},
		{`[[:punct]x]+`, "a:x", ""},
		{`[\-a\]]+`, "x-]a", "-]a"},
		{`[a-c-]+`, "x-b", "-b"},
		{`^a`, "ba", ""},
		{`a$`, "aba", "a"},
		{`\u{AC00}\x41`, "가A", "가A"},
		{`a*?b`, "aab", "aab"},
		{`a++a`, "aaa", ""},
		{`(?:a|aa)++b`, "aab", "aab"},
		{`(a+)+$`, strings.Repeat("a", 12), strings.Repeat("a", 12)},
		{`a{b`, "a{b", "a{b"},
		{`.+`, "ab\nc", "ab"},
	} {
		x, err := parseRegex(c.pattern)
		if err != nil {
			if c.want != "" {
				t.Errorf("%s: %v", c.pattern, err)
			}
			continue
		}
		chars := appendChars(nil, c.text, 0)
		got := ""
		if begin, end := x.find(chars, 0); begin >= 0 {
			got = string(appendText(nil, chars[begin:end]))
		}
		if got != c.want {
			t.Errorf("%s in %q: got %q, want %q", c.pattern, c.text, got, c.want)
		}
	}
}

func TestRegexErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		`(a`: "without its )", `a)`: "unexpected", `[a`: "without its ]", `*a`: "repeats nothing", `\q`: `\q is not known`,
		`\p{Nope}`: "category or script", `(?P<n>a)`: "look-around", `[b-a]`: "goes from", `a{1,2000}`: "up to 1000",
		`[a&&b]`: "not known", `\`: "nothing after", `\x{zz}`: "hexadecimal", `\p`: `want \p{`,
		strings.Repeat("(", 200) + strings.Repeat(")", 200): "nested",
	} {
		if _, err := parseRegex(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", pattern, err, want)
		}
	}
}

// TestRegexIsBounded holds a pattern that would take ages to its budget.
func TestRegexIsBounded(t *testing.T) {
	x, err := parseRegex(`(?:a|aa|aaa)+b`)
	if err != nil {
		t.Fatal(err)
	}
	if begin, _ := x.find(appendChars(nil, strings.Repeat("a", 300), 0), 0); begin >= 0 {
		t.Errorf("found at %d, want no match", begin)
	}
}

// TestGPTWords holds the hand-written splitter to the pattern it stands for.
func TestGPTWords(t *testing.T) {
	x, err := parseRegex(`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("ab가나12'' 's re ll ve  \t\n !?.́½")
	for range 3000 {
		var chars []char
		for i := range rng.IntN(12) {
			chars = append(chars, char{alphabet[rng.IntN(len(alphabet))], int32(i), int32(i + 1)})
		}
		for from := 0; from < len(chars); {
			begin, end := gptWords{}.find(chars, from)
			wantBegin, wantEnd := x.find(chars, from)
			if begin != wantBegin || end != wantEnd {
				t.Fatalf("%q from %d: got [%d, %d), want [%d, %d)", string(appendText(nil, chars)), from, begin, end, wantBegin, wantEnd)
			}
			from = end
		}
	}
}
