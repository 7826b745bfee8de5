package pattern

import (
	"strings"
	"testing"

	"github.com/lmkor/bench/tokenizers/aligned"
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
		x, err := Parse(c.pattern)
		if err != nil {
			if c.want != "" {
				t.Errorf("%s: %v", c.pattern, err)
			}
			continue
		}
		chars := aligned.Append(nil, c.text, 0)
		got := ""
		if begin, end := x.Find(chars, 0); begin >= 0 {
			got = string(aligned.AppendText(nil, chars[begin:end]))
		}
		if got != c.want {
			t.Errorf("%s in %q: got %q, want %q", c.pattern, c.text, got, c.want)
		}
	}
}

func TestRegexErrors(t *testing.T) {
	for pattern, want := range map[string]string{
		`(a`: "without its )", `a)`: "unexpected", `[a`: "without its ]", `*a`: "repeats nothing", `\q`: `\q is not known`,
		`\p{Nope}`: "want one of alphabetic, any, arabic", `(?P<n>a)`: "look-around", `[b-a]`: "goes from", `a{1,2000}`: "up to 1000",
		`[a&&b]`: "not known", `\`: "nothing after", `\x{zz}`: "hexadecimal", `\p`: `want \p{`,
		strings.Repeat("(", 200) + strings.Repeat(")", 200): "nested",
	} {
		if _, err := Parse(pattern); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", pattern, err, want)
		}
	}
}

// TestRegexIsBounded holds patterns that take ages elsewhere to the text's length.
func TestRegexIsBounded(t *testing.T) {
	text := aligned.Append(nil, strings.Repeat("a", 30_000), 0)
	for _, pattern := range []string{
		`(?:a|aa|aaa)+b`, `(?:a+b|a)+c`, `(?:(?:a|a)+)+b`, `a*a*a*a*b`, `(?=(?:a|aa)+b)c|b`, `(?:a?){30}a{30}b`, `(?<!(?:a|aa){3}c)b`,
	} {
		x, err := Parse(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		for begin, end := range All(x, text) {
			t.Errorf("%s: found [%d, %d), want no match", pattern, begin, end)
			break
		}
	}
	// Many matches, each of which looks to the end of the text before it is found.
	x, err := Parse(`a+b|a`)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range All(x, text) {
		n++
	}
	if n != len(text) {
		t.Errorf("%d matches, want %d", n, len(text))
	}
}

// TestRegexGivesUp holds what can't be bounded in time to an error that names the pattern.
func TestRegexGivesUp(t *testing.T) {
	x, err := Parse(`(?:(?>a+)x|a)+b`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		e, ok := recover().(*BudgetError)
		if !ok || !strings.Contains(e.Error(), "pattern \"(?:(?>a+)x|a)+b\": gave up") {
			t.Errorf("got %v", e)
		}
	}()
	for range All(x, aligned.Append(nil, strings.Repeat("a", 30_000), 0)) {
	}
	t.Error("no match, want an error")
}

func FuzzRegex(f *testing.F) {
	f.Add(`'s| ?\p{L}+|\s+(?!\S)|[^\s\p{N}]{1,3}`, "it's 가나  12")
	f.Add(`(?i:a|b*?)++(?<!c)[a-z\x41]$`, "abcABC")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		x, err := Parse(pattern)
		if err != nil {
			return
		}
		chars := aligned.Append(nil, text, 0)
		if begin, end := x.Find(chars, 0); begin >= 0 && (begin > end || end > len(chars)) || begin < -1 {
			t.Fatalf("%q in %q: [%d, %d)", pattern, text, begin, end)
		}
	})
}
