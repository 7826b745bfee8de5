package predictors_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tokenizers"
)

var words = strings.Fields("영화 정말 재미 있다 없다 배우 연기 좋다 나쁘다 음악 이 가 은 는")

func tokenizer(t testing.TB) *tokenizers.Tokenizer {
	t.Helper()
	dir := t.TempDir()
	vocab := append([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}, words...)
	if err := os.WriteFile(filepath.Join(dir, "vocab.txt"), []byte(strings.Join(vocab, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	config := []byte(`{"tokenizer_class":"BertTokenizer","do_lower_case":false}`)
	if err := os.WriteFile(filepath.Join(dir, "tokenizer_config.json"), config, 0o644); err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizers.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func model(t testing.TB, kind models.HeadKind, labels int) *models.Model {
	t.Helper()
	m, err := models.New(models.Config{ModelType: "bert", VocabSize: 24, HiddenSize: 64, NumHiddenLayers: 2, NumAttentionHeads: 2,
		IntermediateSize: 128, HiddenAct: "gelu", MaxPositionEmbeddings: 40, TypeVocabSize: 2, LayerNormEps: 1e-12,
		InitializerRange: 0.2}, models.Head{Kind: kind, Labels: labels}, 5)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inputs are n texts, every third with a pair, and the same as words.
func inputs(n int) (all []predictors.Input) {
	for i := range n {
		var text []string
		for k := range i * 5 % 13 {
			text = append(text, words[(i*5+k*k*3)%len(words)])
		}
		in := predictors.Input{Text: strings.Join(text, " "), Words: text}
		if i%3 == 0 {
			in.Pair, in.HasPair = words[i%len(words)], true
		}
		all = append(all, in)
	}
	return all
}

// No answer depends on what else is asked, to the last bit: alone and among others.
func TestAnswersDoNotDependOnTheirBatch(t *testing.T) {
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
		for _, in := range []device.Precision{device.Float32, device.Bfloat16} {
			t.Run(fmt.Sprintf("%s/%v", c.name, in), func(t *testing.T) {
				p := predictors.New(model(t, c.head, c.n), tok, c.form, predictors.Recipe{MaxLength: 12, Precision: in})
				n := 1500
				if testing.Short() {
					n = 150
				}
				all := inputs(n)
				want, err := p.Answer(context.Background(), all)
				if err != nil {
					t.Fatal(err)
				}
				for i, in := range all[:60] {
					alone, err := p.Answer(context.Background(), []predictors.Input{in})
					if err != nil {
						t.Fatal(err)
					}
					if !reflect.DeepEqual(alone[0], want[i]) {
						t.Fatalf("input %d alone: %+v, among others %+v", i, alone[0], want[i])
					}
				}
			})
		}
	}
}

func TestTruncatedInputsAreMarked(t *testing.T) {
	tok := tokenizer(t)
	text := predictors.New(model(t, models.SequenceHead, 2), tok, predictors.Classes{}, predictors.Recipe{MaxLength: 8})
	long, short := strings.Repeat("영화 ", 7), strings.Repeat("영화 ", 6)
	got, err := text.Answer(context.Background(), []predictors.Input{{Text: long}, {Text: short},
		{Text: "영화 영화", Pair: "영화 영화 영화", HasPair: true}, {Text: "영화 영화 영화", Pair: "영화 영화 영화", HasPair: true}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false, false, true} {
		if got[i].Truncated != want {
			t.Errorf("text %d: truncated %t, want %t", i, got[i].Truncated, want)
		}
	}
	tags := predictors.New(model(t, models.TokenHead, 5), tok, predictors.Tags{}, predictors.Recipe{MaxLength: 8})
	got, err = tags.Answer(context.Background(), []predictors.Input{{Words: strings.Fields(long)}, {Words: strings.Fields(short)}})
	if err != nil {
		t.Fatal(err)
	}
	if a := got[0]; !a.Truncated || a.Kept != 6 || len(a.Tags) != 7 || a.Tags[6] != 0 || len(a.TagProbs) != 6 {
		t.Errorf("seven words in room for six: %+v", a)
	}
	if a := got[1]; a.Truncated || a.Kept != 6 || len(a.Tags) != 6 {
		t.Errorf("six words in room for six: %+v", a)
	}
}

func TestBrokenWeightsAnswerNothing(t *testing.T) {
	m := model(t, models.SequenceHead, 2)
	p := predictors.New(m, tokenizer(t), predictors.Classes{}, predictors.Recipe{MaxLength: 12})
	for _, x := range m.Params() {
		if x.Name == "bert.embeddings.word_embeddings.weight" {
			x.Floats()[64*(5+2)] = float32(math.NaN()) // of the third word
		}
	}
	_, err := p.Answer(context.Background(), []predictors.Input{{Text: words[0]}, {Text: words[2]}, {Text: words[1]}})
	var broken *predictors.NonFiniteError
	if !errors.As(err, &broken) || broken.Input != 1 {
		t.Errorf("error %v, want a NonFiniteError about the second input", err)
	}
	half := predictors.New(m, tokenizer(t), predictors.Classes{}, predictors.Recipe{MaxLength: 12, Precision: device.Float16})
	_, err = half.With(asFloat32{ops.NewCPU()}).Answer(context.Background(), []predictors.Input{{Text: words[2]}})
	if !errors.As(err, &broken) || broken.Input != 0 || !strings.Contains(err.Error(), "precision=float32") {
		t.Errorf("error %v, want a NonFiniteError that says what to do", err)
	}
	if _, err = half.In(device.Float32).Answer(context.Background(), []predictors.Input{{Text: words[0]}}); err != nil {
		t.Errorf("in float32 instead: %v", err)
	}
}

// asFloat32 computes in float32 what is asked for in float16.
type asFloat32 struct{ device.Backend }

func (b asFloat32) Run(calls ...device.Call) {
	for _, c := range calls {
		if o, ok := c.(*device.Products); ok {
			c = &device.Products{List: o.List}
		}
		b.Backend.Run(c)
	}
}

func TestSoftmax(t *testing.T) {
	p := predictors.Softmax([]float32{1000, 1000, -1000})
	if p[0] != 0.5 || p[1] != 0.5 || p[2] != 0 {
		t.Errorf("softmax %v", p)
	}
	if p := predictors.Softmax([]float32{1, float32(math.NaN())}); !math.IsNaN(p[0]) {
		t.Errorf("softmax of NaN: %v", p)
	}
}
