package generation_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/models/generation"
)

// oddOptions draws settings at the ends of what Check lets through, and beyond.
func oddOptions(r *rand.Rand, vocab int) generation.Options {
	ids := func(n int) (all []int32) {
		for range r.IntN(n + 1) {
			all = append(all, int32(r.IntN(vocab)))
		}
		return all
	}
	number := func(of ...float64) float64 { return of[r.IntN(len(of))] }
	o := generation.Defaults()
	o.MaxLength, o.MinLength, o.MinNewTokens = 1+r.IntN(12), r.IntN(4), r.IntN(3)
	o.Beams = []int{1, 1, 2, 7, vocab, vocab + 1}[r.IntN(6)]
	o.Sample = o.Beams == 1 && r.IntN(2) == 0
	o.Temperature = number(1, 1e-39, 1e-310, 1e39, 0.5)
	o.TopK, o.TopP = r.IntN(3), number(1, 1e-12, 0.5)
	o.MinP, o.Typical = number(0, 1, 0.3), number(0, 1e-9, 0.5)
	o.EpsilonCutoff, o.EtaCutoff = number(0, 0.99, 0.01), number(0, 0.99, 0.01)
	o.LengthPenalty, o.RepetitionPenalty = number(1, 0, -30, 30), number(1, 1e-30, 1e30)
	o.NoRepeatNgram, o.NoSourceNgram = r.IntN(3), r.IntN(3)
	o.SourceRepetitionPenalty = number(0, 1, 1e-20, 1e20)
	o.Suppress, o.SuppressFirst, o.ForcedStart, o.ForcedEnd = ids(4), ids(4), ids(1), ids(1)
	if r.IntN(4) == 0 { // everything
		for id := range vocab {
			o.Suppress = append(o.Suppress, int32(id))
		}
	}
	for range r.IntN(3) {
		o.BadWords = append(o.BadWords, append(ids(2), int32(r.IntN(vocab))))
		o.SequenceBias = append(o.SequenceBias, generation.Bias{IDs: append(ids(2), int32(r.IntN(vocab))), By: number(-1e30, 1e30, 2)})
	}
	o.Decay = generation.Decay{Start: r.IntN(3), Factor: number(0, 1.5, 1e30)}
	o.RemoveInvalid, o.Renormalize = r.IntN(3) == 0, r.IntN(3) == 0
	o.EarlyStopping = []generation.Stopping{generation.StopHopeful, generation.StopFull, generation.StopNever}[r.IntN(3)]
	o.Start, o.End = int32(r.IntN(vocab+2)-1), append(ids(2), int32(r.IntN(vocab+9)-4))
	return o
}

// TestOddOptionsEnd generates with settings at all ends: a text or an error, no
// more tokens than asked for, all of them the model's.
func TestOddOptionsEnd(t *testing.T) {
	texts := 0
	for _, name := range []string{"gpt2-lm", "bertshared"} {
		m := open(t, filepath.Join("../testdata/models", name))
		vocab := m.Config.Outputs()
		r := rand.New(rand.NewPCG(3, 4))
		for range 150 {
			o := oddOptions(r, vocab)
			prompt := []int32{int32(r.IntN(vocab)), int32(r.IntN(vocab))}
			if _, err := generation.Distribution(m, prompt, o); err != nil {
				continue
			}
			text, err := generation.Generate(context.Background(), m, prompt, o)
			if err != nil {
				continue
			}
			texts++
			if len(text.IDs) > o.MaxLength {
				t.Errorf("%+v: %d tokens", o, len(text.IDs))
			}
			for _, id := range text.IDs {
				if id < 0 || int(id) >= vocab {
					t.Errorf("%+v: token %d", o, id)
				}
			}
		}
	}
	if texts < 20 {
		t.Errorf("%d texts", texts)
	}
}
