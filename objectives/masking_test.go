package objectives

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tokenizers"
)

func loadMasker(t *testing.T, m Masking) *masker {
	t.Helper()
	tok, err := tokenizers.Load(filepath.Join("testdata", "masked", "model"))
	if err != nil {
		t.Fatal(err)
	}
	k := newMasker(m, tok)
	return &k
}

// sequences are n of [CLS], length ids that are no special tokens, [SEP].
func sequences(tok *tokenizers.Tokenizer, n, length int) *models.Batch {
	b := &models.Batch{}
	b.Reset()
	for s := range n {
		ids := []int32{tok.ClsID()}
		for k := range length {
			ids = append(ids, int32(5+(s*31+k*7)%(tok.VocabSize()-5)))
		}
		b.Append(append(ids, tok.SepID()), nil)
	}
	return b
}

// Hidden words are as many, and hidden in such shares, as transformers'
// DataCollatorForLanguageModeling hides.
func TestHiddenWordsInDistribution(t *testing.T) {
	m := loadMasker(t, BERTMasking(3))
	const n, length, batches = 100, 50, 40
	var words, chosen, masked, kept, other float64
	counts := make([]float64, m.tok.VocabSize())
	for batch := range uint64(batches) {
		b := sequences(m.tok, n, length)
		before := slices.Clone(b.IDs)
		was := m.hide(b, batch)
		words += n * length
		for k, e := range b.Only {
			if was[k] != before[e] || m.tok.IsSpecial(was[k]) {
				t.Fatalf("batch %d: token %d was %d, want %d and not special", batch, e, was[k], before[e])
			}
			chosen++
			switch b.IDs[e] {
			case m.tok.MaskID():
				masked++
			case was[k]:
				kept++
			default:
				other++
				counts[b.IDs[e]]++
			}
			before[e] = b.IDs[e]
		}
		if !slices.Equal(before, b.IDs) {
			t.Fatalf("batch %d: a token changed that was not chosen", batch)
		}
	}
	v := float64(m.tok.VocabSize())
	for _, c := range []struct {
		name          string
		got, of, want float64
	}{
		{"chosen", chosen, words, 0.15},
		{"masked", masked, chosen, 0.8 + 0.1/v}, // a random token may be the mask, or the word itself
		{"kept", kept, chosen, 0.1 + 0.1/v},
		{"random", other, chosen, 0.1 * (1 - 2/v)},
	} {
		if sigma := math.Sqrt(c.want * (1 - c.want) / c.of); !golden.Within(4*sigma).Near(c.got/c.of, c.want) {
			t.Errorf("%s: %.4f, want %.4f ± %.4f", c.name, c.got/c.of, c.want, 4*sigma)
		}
	}
	for id, n := range counts {
		if expect := other / v; !golden.Within(6*math.Sqrt(expect)+1).Near(n, expect) && int32(id) != m.tok.MaskID() {
			t.Errorf("token %d replaced %v words, want about %.1f", id, n, expect)
		}
	}
}

// What is hidden is a function of seed, batch and element alone.
func TestHiddenWordsAreRepeatable(t *testing.T) {
	m := loadMasker(t, BERTMasking(3))
	hidden := func(m *masker, batch uint64, n int) string {
		b := sequences(m.tok, n, 20)
		m.hide(b, batch)
		return fmt.Sprint(b.IDs[:22])
	}
	want := hidden(m, 7, 10)
	if hidden(m, 7, 10) != want || hidden(m, 7, 3) != want {
		t.Error("the same batch hides other words")
	}
	if hidden(m, 8, 10) == want || hidden(loadMasker(t, BERTMasking(4)), 7, 10) == want {
		t.Error("another batch, or another seed, hides the same words")
	}
}

// A batch in which no draw is low enough still has a word to learn from.
func TestOneWordIsHiddenAtLeast(t *testing.T) {
	m := loadMasker(t, Masking{Rate: 1e-12, Mask: 1, Seed: 1})
	b := sequences(m.tok, 1, 4)
	if was := m.hide(b, 0); len(was) != 1 || len(b.Only) != 1 || b.IDs[b.Only[0]] != m.tok.MaskID() {
		t.Errorf("%d words hidden, want 1", len(was))
	}
}

// What goes on a word behind a mask is, in the share asked for, what the tokenizer
// makes of text in which somebody writes the mask; nothing else changes.
func TestPiecesBehindMasksStandApart(t *testing.T) {
	tok, err := tokenizers.Load(filepath.Join("testdata", "apart"))
	if err != nil {
		t.Fatal(err)
	}
	id := func(token string) int32 {
		i, ok := tok.ID(token)
		if !ok {
			t.Fatalf("no token %q", token)
		}
		return i
	}
	written := tok.Encode("[MASK]을 봤다", "", false, tokenizers.Options{NoSpecial: true}).Tokens
	if !slices.Equal(written, []string{"[MASK]", "을", "봤다"}) {
		t.Fatalf("the text reads %q", written)
	}
	for _, share := range []float64{0, 0.5, 1} {
		m := newMasker(Masking{Rate: 0.3, Mask: 0.8, Random: 0.1, Apart: share, Seed: 5}, tok)
		var behind, apart float64
		for batch := range uint64(400) {
			b := &models.Batch{}
			b.Reset()
			for range 3 { // the vocabulary has 을, but no 만
				b.Append([]int32{tok.ClsID(), id("영화"), id("##을"), id("봤다"), id("영화"), id("##만"), tok.SepID()}, nil)
			}
			before := slices.Clone(b.IDs)
			m.hide(b, batch)
			for e, now := range b.IDs {
				_, chosen := slices.BinarySearch(b.Only, int32(e))
				_, masked := slices.BinarySearch(b.Only, int32(e-1))
				masked = masked && b.IDs[max(e-1, 0)] == tok.MaskID()
				switch {
				case chosen:
				case masked && before[e] == id("##을"):
					if behind++; now == id("을") {
						apart++
					} else if now != before[e] {
						t.Fatalf("##을 became %q", tok.Token(now))
					}
				case now != before[e]:
					t.Fatalf("share %v: %q became %q", share, tok.Token(before[e]), tok.Token(now))
				}
			}
		}
		if sigma := math.Sqrt(share * (1 - share) / behind); !golden.Within(4*sigma+1e-12).Near(apart/behind, share) {
			t.Errorf("%.3f of %v pieces stand apart, want %v", apart/behind, behind, share)
		}
	}
}
