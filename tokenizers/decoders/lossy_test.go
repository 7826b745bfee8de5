package decoders

import "testing"

func TestLossy(t *testing.T) {
	const bad = "\uFFFD"
	for text, want := range map[string]string{
		"":                     "",
		"가":                    "가",
		"\xea\xb0":             bad,
		"\xea\xb0a":            bad + "a",
		"\xea":                 bad,
		"\xff\xfe":             bad + bad,
		"\xea\xb0\xea\xb0\x80": bad + "가",
		"\x80\x80":             bad + bad,
		"\xf0\x9f\x8e":         bad,
		"\xed\xa0\x80":         bad + bad + bad, // a surrogate: no beginning of anything
		"\xc0\x80":             bad + bad,
	} {
		if got := lossy([]byte(text)); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
