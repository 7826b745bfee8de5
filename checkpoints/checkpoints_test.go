package checkpoints

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

func findTask(t *testing.T, name string) *tasks.Task {
	t.Helper()
	task, err := tasks.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// answers are the logits of a model for one sequence.
func answers(m *models.Model) []float32 {
	in := &models.Batch{}
	in.Append([]int32{2, 5, 9, 14, 3}, nil)
	p := &ops.Pass{Backend: ops.NewCPU()}
	p.Begin(0)
	defer p.Release()
	return slices.Clone(ops.Of(m.Forward(p, in)).Floats())
}

// labelled is a BERT with a head for labels of these names.
func labelled(t *testing.T, class string, names ...string) *smallmodel.Directory {
	t.Helper()
	config := smallmodel.BERT()
	config["architectures"] = []string{class}
	ids := smallmodel.Fields{}
	for i, n := range names {
		ids[string(rune('0'+i))] = n
	}
	config["id2label"] = ids
	d := smallmodel.New(t, config, smallmodel.Vocabulary(t))
	if class != "BertModel" {
		for i := range d.Tensor("classifier.bias").Data { // drawn as zeros, which tell nothing
			d.Tensor("classifier.bias").Data[i] = float32(i + 1)
		}
	}
	return d
}

const sequence = "BertForSequenceClassification"

// TestHeads: which heads a task keeps, with the outputs in the task's order, and
// what is said of it.
func TestHeads(t *testing.T) {
	for _, c := range []struct {
		name, task, class string
		labels            []string
		given             map[string]string
		order             []int // of the outputs, by the task's labels; nil: the head is drawn
		reason            string
		warns             string // its code; empty: no warning
	}{
		{"its own", "hate-speech", sequence, []string{"none", "offensive", "hate"}, nil, []int{0, 1, 2}, "its labels are those of hate-speech", ""},
		{"turned", "hate-speech", sequence, []string{"hate", "offensive", "none"}, nil, []int{2, 1, 0}, "none=none, offensive=offensive, hate=hate", ""},
		{"spelt otherwise", "hate-speech", sequence, []string{"None", "Hate", "OFFENSIVE"}, nil, []int{0, 2, 1}, "None=none, OFFENSIVE=offensive, Hate=hate", ""},
		{"names of numbers", "nsmc", sequence, []string{"Positive", "negative"}, nil, []int{1, 0}, "negative=0, Positive=1", ""},
		{"numbered", "kornli", sequence, []string{"LABEL_0", "LABEL_1", "LABEL_2"}, nil, []int{0, 1, 2}, "as many outputs", "numbered-labels"},
		{"numbers given names", "kornli", sequence, []string{"LABEL_0", "LABEL_1", "LABEL_2"},
			map[string]string{"LABEL_0": "entailment", "LABEL_1": "neutral", "LABEL_2": "contradiction"}, []int{2, 0, 1}, "LABEL_2=contradiction", ""},
		{"a regression", "korsts", sequence, []string{"score"}, nil, []int{0}, "one number", ""},

		{"another number of labels", "nsmc", sequence, []string{"a", "b", "c"}, nil, nil, "3 outputs, 2 labels", ""},
		{"other labels", "nsmc", sequence, []string{"cat", "dog"}, nil, nil, "--labels cat=0", ""},
		{"labels of no head", "nsmc", "BertModel", []string{"0", "1"}, nil, nil, "the checkpoint has no head (BertModel)", ""},
		{"a head for words", "nsmc", "BertForTokenClassification", []string{"0", "1"}, nil, nil, "is for token-classification", ""},
		{"a masked one", "nsmc", "BertForMaskedLM", []string{"0", "1"}, nil, nil, "is for masked-lm", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			task := findTask(t, c.task)
			d := labelled(t, sequence, c.labels...)
			d.Config["architectures"] = []string{c.class}
			dir := d.Write(t, smallmodel.Vocabulary(t))
			l, err := Source{Name: "m", Dir: dir, Labels: c.given}.Load(task, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			l.Explain(&said, "m")
			if !strings.Contains(said.String(), c.reason) || strings.Contains(said.String(), "is kept") != (c.order != nil) {
				t.Errorf("said %q, want %q", &said, c.reason)
			}
			if codes := codesOf(l.Warnings); codes != c.warns {
				t.Errorf("warnings %q, want %q", codes, c.warns)
			}
			if _, err := (Source{Dir: dir, Labels: c.given}).LoadHead(task); (err == nil) != (c.order != nil) {
				t.Errorf("error %v", err)
			} else if err != nil {
				if e := (*HeadError)(nil); !errors.As(err, &e) || strings.Contains(err.Error(), "no head") != (c.class == "BertModel") {
					t.Errorf("error %v", err)
				}
				return
			}
			plain, err := OpenHeaded(dir)
			if err != nil {
				t.Fatal(err)
			}
			raw := answers(plain.Model)
			var want []float32
			for _, of := range c.order {
				want = append(want, raw[of])
			}
			golden.Near(t, "logits", answers(l.Model), want, golden.Within(1e-6))
			if !slices.Equal(l.Config.Labels, labelNames(task)) {
				t.Errorf("labels %v", l.Config.Labels)
			}
		})
	}
}

func codesOf(all []results.Warning) string {
	var codes []string
	for _, w := range all {
		codes = append(codes, w.Code)
	}
	return strings.Join(codes, " ")
}

func TestLabelsGivenWrongly(t *testing.T) {
	task := findTask(t, "nsmc")
	for _, c := range []struct {
		class string
		given map[string]string
		want  string
	}{
		{sequence, map[string]string{"x": "0"}, `no output is called "x"`},
		{sequence, map[string]string{"0": "x"}, `"x" is not one of the labels`},
		{"BertModel", map[string]string{"0": "1"}, "the checkpoint has no head"},
		{"BertForMaskedLM", map[string]string{"0": "1"}, "the checkpoint's head is for masked-lm"},
	} {
		d := labelled(t, sequence, "0", "1")
		d.Config["architectures"] = []string{c.class}
		dir := d.Write(t, smallmodel.Vocabulary(t))
		_, err := Source{Dir: dir, Labels: c.given}.Load(task, 1, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("%v: %v, want %q", c.given, err, c.want)
		}
	}
	if _, err := ParseLabels([]string{"a=b", "a=c"}); err == nil {
		t.Error("twice the same name passes")
	}
	for _, bad := range []string{"", "a", "=b", "a="} {
		if _, err := ParseLabels([]string{bad}); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
	if given, err := ParseLabels([]string{"a=b=c"}); err != nil || given["a"] != "b=c" {
		t.Errorf("%v, %v", given, err)
	}
}

// saved trains nothing: it writes a model loaded for a task as a run does.
func saved(t *testing.T, task *tasks.Task) string {
	t.Helper()
	dir := labelled(t, sequence, task.Labels...).Write(t, smallmodel.Vocabulary(t))
	l, err := Source{Name: "base", Dir: dir}.Load(task, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	m := &results.Manifest{Recipe: json.RawMessage(`{"max_length":40,"truncation":"longest_first_python","padding":"none","precision":"bfloat16","seed":7}`), Identity: "abc"}
	to := filepath.Join(t.TempDir(), "mine")
	if err := l.Save(to, m, &results.Result{Model: "base", Task: task.Name, Seed: 7, Metric: task.Metric}); err != nil {
		t.Fatal(err)
	}
	return to
}

// TestOrigin: what a checkpoint knows of itself, and who believes it.
func TestOrigin(t *testing.T) {
	nsmc, paws := findTask(t, "nsmc"), findTask(t, "paws")
	dir := saved(t, nsmc)
	recall := func(task *tasks.Task) (string, *Origin) {
		t.Helper()
		s, err := Find(dir)
		if err != nil {
			t.Fatal(err)
		}
		o, err := s.Recall(task)
		if err != nil {
			t.Fatal(err)
		}
		return s.Name, o
	}
	name, o := recall(nsmc)
	if name != "base" || o.Seed != 7 || o.Identity != "abc" || o.Task.Name != "nsmc" || !slices.Equal(o.Task.Labels, nsmc.Labels) {
		t.Errorf("%q, %+v", name, o)
	}
	settings, err := o.Settings()
	if want := []string{"max_length=40", "truncation=longest_first_python", "padding=none", "precision=bfloat16"}; err != nil || !slices.Equal(settings, want) {
		t.Errorf("%q, %v, want %q", settings, err, want)
	}
	if name, _ := recall(paws); name != "base-nsmc" {
		t.Errorf("%q on another task", name)
	}

	// A head of equal labels is another task's, unless the user says otherwise.
	_, err = Source{Dir: dir}.LoadHead(paws)
	if e := (*HeadError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), "trained on nsmc, not on paws") {
		t.Errorf("error %v", err)
	}
	if _, err = (Source{Dir: dir, Labels: map[string]string{"0": "0"}}).LoadHead(paws); err == nil {
		t.Error("one label of two is enough")
	}
	if _, err = (Source{Dir: dir, Labels: map[string]string{"0": "0", "1": "1"}}).LoadHead(paws); err != nil {
		t.Error(err)
	}
	if l, err := (Source{Dir: dir}).Load(paws, 1, nil); err != nil || !l.NewHead {
		t.Errorf("%v: the head is not new", err)
	}

	// Weights that were changed since are no longer the run's.
	spoil := func(file string, change func([]byte)) {
		t.Helper()
		path := filepath.Join(dir, file)
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		kept := slices.Clone(raw)
		change(raw)
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if name, o := recall(nsmc); name != "mine" || o == nil {
			t.Errorf("%s changed: %q, %v", file, name, o)
		}
		if err := os.WriteFile(path, kept, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	spoil("model.safetensors", func(b []byte) { b[len(b)-3] ^= 1 })
	spoil("vocab.txt", func(b []byte) { b[len(b)-2] ^= 1 })
	if name, _ := recall(nsmc); name != "base" {
		t.Errorf("%q as it was", name)
	}
}

func TestOriginThatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{", "bench.json: unexpected end of JSON"},
		{`{"schema":99,"task":{"name":"nsmc"}}`, "schema 99: this bench reads up to 1"},
		{`{"schema":1}`, "no task"},
	} {
		dir := saved(t, findTask(t, "nsmc"))
		if err := os.WriteFile(filepath.Join(dir, OriginFile), []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Source{Dir: dir}.Load(findTask(t, "nsmc"), 1, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), dir) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
}

// TestIdentity: what the model is a function of makes another identity, how the
// file is laid out and where it lies do not.
func TestIdentity(t *testing.T) {
	nsmc := findTask(t, "nsmc")
	base := func(change func(d *smallmodel.Directory), given map[string]string) string {
		t.Helper()
		d := labelled(t, sequence, "negative", "positive")
		change(d)
		l, err := Source{Dir: d.Write(t, smallmodel.Vocabulary(t)), Labels: given}.Load(nsmc, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		return l.Identity
	}
	own := base(func(*smallmodel.Directory) {}, nil)
	for name, change := range map[string]func(d *smallmodel.Directory){
		"another path":           func(*smallmodel.Directory) {},
		"where it once lay":      func(d *smallmodel.Directory) { d.Config["_name_or_path"] = "/somewhere" },
		"who wrote it":           func(d *smallmodel.Directory) { d.Config["transformers_version"] = "4.1" },
		"labels given as theirs": func(*smallmodel.Directory) {},
	} {
		var given map[string]string
		if name == "labels given as theirs" {
			given = map[string]string{"negative": "0", "positive": "1"}
		}
		if base(change, given) != own {
			t.Errorf("%s: another identity", name)
		}
	}
	for name, change := range map[string]func(d *smallmodel.Directory){
		"a weight": func(d *smallmodel.Directory) { d.Tensor("classifier.bias").Data[0]++ },
		"config":   func(d *smallmodel.Directory) { d.Config["hidden_dropout_prob"] = 0.2 },
		"labels": func(d *smallmodel.Directory) {
			d.Config["id2label"] = smallmodel.Fields{"0": "positive", "1": "negative"}
		},
		"class": func(d *smallmodel.Directory) { d.Config["architectures"] = []string{"BertModel"} },
	} {
		if base(change, nil) == own {
			t.Errorf("%s changed: the same identity", name)
		}
	}
	if base(func(*smallmodel.Directory) {}, map[string]string{"negative": "1", "positive": "0"}) == own {
		t.Error("labels given: the same identity")
	}
}

func FuzzOrigin(f *testing.F) {
	f.Add([]byte(`{"schema":1,"task":{"name":"nsmc"},"recipe":{"max_length":40,"precision":"bfloat16"}}`))
	f.Add([]byte(`{"schema":1,"task":{"name":"nsmc"},"recipe":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := parseOrigin(raw, "bench.json")
		if err != nil {
			return
		}
		settings, err := o.Settings()
		if err == nil && len(settings) > 4 {
			t.Errorf("%q", settings)
		}
	})
}
