package predictors_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
)

// onBoth runs answer with the model on the CPU and on a backend whose memory is out
// of reach, and holds what it returns to the CPU's, to the byte.
func onBoth[T any](t *testing.T, m *models.Model, answer func() (T, error)) {
	t.Helper()
	var all []T
	far := remote.New()
	for _, backend := range []ops.Backend{ops.NewCPU(), far} {
		m.Place(backend)
		a, err := answer()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, a)
	}
	if !reflect.DeepEqual(all[1], all[0]) {
		t.Errorf("out of reach: %+v, on the CPU %+v", all[1], all[0])
	}
	if far.Calls == 0 {
		t.Error("nothing was computed out of reach")
	}
	m.Place(ops.NewCPU())
	if n, floats := far.Kept(); n > 0 {
		t.Errorf("%d buffers of %d floats stay behind", n, floats)
	}
}

func TestAnswersNeedNoFloats(t *testing.T) {
	tok := tokenizer(t)
	for _, c := range []struct {
		name string
		form predictors.Form
		head models.HeadKind
		n    int
	}{
		{"classes", predictors.Classes{}, models.SequenceHead, 3},
		{"values", predictors.Values{}, models.SequenceHead, 1},
		{"tags", predictors.Tags{}, models.TokenHead, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := model(t, c.head, c.n)
			onBoth(t, m, func() ([]predictors.Answer, error) {
				p := predictors.New(m, tok, c.form, predictors.Recipe{MaxLength: 12})
				return p.Answer(context.Background(), inputs(120))
			})
		})
	}
}

func TestVectorsNeedNoFloats(t *testing.T) {
	tok := tokenizer(t)
	for _, pooling := range predictors.Poolings {
		t.Run(string(pooling), func(t *testing.T) {
			m := model(t, models.SequenceHead, 2)
			onBoth(t, m, func() ([]predictors.Vector, error) {
				e := predictors.NewEmbedder(m, tok, predictors.Recipe{MaxLength: 12}, pooling, true)
				all := inputs(60)
				texts, err := e.Encode(len(all), func(i int) predictors.Input { return all[i] })
				if err != nil {
					return nil, err
				}
				return e.Embed(context.Background(), texts)
			})
		})
	}
}
