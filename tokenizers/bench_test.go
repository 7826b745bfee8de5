package tokenizers

import (
	"os"
	"strings"
	"testing"
)

func BenchmarkEncodeIDs(b *testing.B) {
	tok, err := Load("testdata/wordpiece")
	if err != nil {
		b.Fatal(err)
	}
	text := linesOf(b, "testdata/train/text.txt")
	var ids IDs
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range text {
			tok.EncodeIDs(&ids, s, "", false, Options{MaxLength: 128})
		}
	}
	b.ReportMetric(float64(len(text)*b.N)/b.Elapsed().Seconds(), "sentences/s")
}

func BenchmarkEncode(b *testing.B) {
	for _, name := range []string{"wordpiece", "wordpiece-strip"} {
		b.Run("dir="+name, func(b *testing.B) {
			tok, err := Load("testdata/" + name)
			if err != nil {
				b.Fatal(err)
			}
			text := linesOf(b, "testdata/train/text.txt")
			b.ReportAllocs()
			for b.Loop() {
				for _, s := range text {
					tok.Encode(s, "", false, Options{MaxLength: 128})
				}
			}
			b.ReportMetric(float64(len(text)*b.N)/b.Elapsed().Seconds(), "sentences/s")
		})
	}
}

// TestEncodeIDsAllocatesNothing keeps the training loop's path free of garbage.
func TestEncodeIDsAllocatesNothing(t *testing.T) {
	tok, err := Load("testdata/wordpiece")
	if err != nil {
		t.Fatal(err)
	}
	var ids IDs
	run := func() {
		tok.EncodeIDs(&ids, "우리 가족은 [MASK] 김치찌개를 좋아합니다 É漢!", "감독이", true, Options{MaxLength: 12})
	}
	run()
	if n := testing.AllocsPerRun(100, run); n > 0 {
		t.Errorf("%v allocations a text, want none", n)
	}
}

// linesOf returns a file's lines.
func linesOf(t testing.TB, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}
