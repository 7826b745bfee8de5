package generation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

func ExampleOptions_Next() {
	o := Defaults()
	o.Temperature, o.TopK, o.TopP, o.RepetitionPenalty = 0.5, 3, 0.9, 2
	scores := []float32{1, 2, 2.5, -1, 0}
	for _, p := range o.Next(scores, []int32{2}) { // the third token was there before
		fmt.Printf("%d %.3f\n", p.ID, p.Prob)
	}
	// Output:
	// 1 0.818
	// 2 0.182
}

func TestProcess(t *testing.T) {
	for _, c := range []struct {
		name string
		o    Options
		ids  []int32
		want []float32
	}{
		{"nothing", Options{RepetitionPenalty: 1}, []int32{0, 1}, []float32{1, -1, 2, 0}},
		{"repetition, each token once", Options{RepetitionPenalty: 2}, []int32{0, 1, 0, 0}, []float32{0.5, -2, 2, 0}},
		{"no token twice", Options{RepetitionPenalty: 1, NoRepeatNgram: 1}, []int32{0, 2}, []float32{never, -1, never, 0}},
		{"no pair twice", Options{RepetitionPenalty: 1, NoRepeatNgram: 2}, []int32{3, 1, 3, 2, 3}, []float32{1, never, never, 0}},
		{"too short for a triple", Options{RepetitionPenalty: 1, NoRepeatNgram: 3}, []int32{3}, []float32{1, -1, 2, 0}},
		{"too short to end", Options{RepetitionPenalty: 1, MinLength: 3, End: []int32{2, 3, 9}}, []int32{0, 1}, []float32{1, -1, never, never}},
		{"long enough to end", Options{RepetitionPenalty: 1, MinLength: 2, End: []int32{2}}, []int32{0, 1}, []float32{1, -1, 2, 0}},
	} {
		scores := []float32{1, -1, 2, 0}
		c.o.process(scores, c.ids)
		if !slices.Equal(scores, c.want) {
			t.Errorf("%s: %v, want %v", c.name, scores, c.want)
		}
	}
}

func TestNextKeepsEqualsOfTheLast(t *testing.T) {
	o := Defaults()
	o.TopK = 2
	if got := o.Next([]float32{1, 3, 1, 0}, nil); len(got) != 3 || got[1].ID != 0 || got[2].ID != 2 {
		t.Errorf("%v, want tokens 1, 0 and 2", got)
	}
	o.TopK, o.TopP = 0, 1e-9
	if got := o.Next([]float32{1, 3, 1, 0}, nil); len(got) != 1 || got[0].Prob != 1 {
		t.Errorf("%v, want the best token alone", got)
	}
}

func TestPickFollowsTheMass(t *testing.T) {
	all := []Probability{{7, 0.5}, {3, 0.25}, {5, 0.25}}
	for u, want := range map[float64]int32{0: 7, 0.49: 7, 0.5: 3, 0.74: 3, 0.75: 5, math.Nextafter(1, 0): 5} {
		if got := pick(all, u); got != want {
			t.Errorf("token %d at %v, want %d", got, u, want)
		}
	}
}

func TestCheckNamesTheOption(t *testing.T) {
	for _, c := range []struct {
		change func(*Options)
		want   string
	}{
		{func(o *Options) { o.MaxLength = 3 }, "max-length"},
		{func(o *Options) { o.MinLength = 99 }, "min-length"},
		{func(o *Options) { o.Temperature = 0 }, "temperature"},
		{func(o *Options) { o.TopK = -1 }, "top-k"},
		{func(o *Options) { o.TopP = 1.5 }, "top-p"},
		{func(o *Options) { o.Beams = 0 }, "num-beams"},
		{func(o *Options) { o.Beams, o.Sample = 2, true }, "num-beams"},
		{func(o *Options) { o.RepetitionPenalty = 0 }, "repetition-penalty"},
		{func(o *Options) { o.NoRepeatNgram = -1 }, "no-repeat-ngram-size"},
		{func(o *Options) { o.EarlyStopping = "soon" }, "early-stopping"},
	} {
		o := Defaults()
		c.change(&o)
		var e *Error
		if err := o.Check(3, 10); !errors.As(err, &e) || e.Option != c.want {
			t.Errorf("error %v, want one about %s", err, c.want)
		}
	}
	o := Defaults()
	if err := o.Check(3, 10); err != nil {
		t.Error(err)
	}
}
