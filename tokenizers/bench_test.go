package tokenizers

import (
	"slices"
	"testing"
)

func BenchmarkEncodeIDs(b *testing.B) {
	tok, err := Load("testdata/wordpiece")
	if err != nil {
		b.Fatal(err)
	}
	text := readLines(b, "testdata/train/text.txt")
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
			text := readLines(b, "testdata/train/text.txt")
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

func BenchmarkTrainWordPiece(b *testing.B) {
	text := readLines(b, "testdata/train/text.txt")
	for b.Loop() {
		if _, err := TrainWordPiece(slices.Values(text), TrainOptions{Size: 400}); err != nil {
			b.Fatal(err)
		}
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
