package tokenizers

import (
	"testing"
	"unicode/utf8"
)

func TestDecode(t *testing.T) {
	tok, err := Load("testdata/wordpiece")
	if err != nil {
		t.Fatal(err)
	}
	enc := tok.Encode("감독이 첫 장면을 좋아합니다!", "끝", true, Options{})
	if got, want := tok.Decode(enc.IDs, false), "[CLS] 감독이 첫 장면을 좋아합니다! [SEP] 끝 [SEP]"; got != want {
		t.Errorf("with special tokens: got %q, want %q", got, want)
	}
	if got := tok.Decode([]int32{-1, 1 << 30}, true); got != "" {
		t.Errorf("ids out of range: got %q", got)
	}
}

// TestDecodeByteLevel holds every text to come back whole.
func TestDecodeByteLevel(t *testing.T) {
	tok, err := Load("testdata/json/gpt2")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", " 두 칸  사이", "🎬\n\t끝", "a\u0301"} {
		enc := tok.Encode(text, "", false, Options{})
		if got := tok.Decode(enc.IDs, true); got != text || !utf8.ValidString(got) {
			t.Errorf("%q: got %q", text, got)
		}
	}
}
