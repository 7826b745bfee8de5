package predictions_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/predictions"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

type quiet struct{}

func (quiet) Notice(*runs.Cell, string)           {}
func (quiet) Step(*runs.Cell, trainers.StepEvent) {}
func (quiet) Eval(*runs.Cell, trainers.EvalEvent) {}

// trained trains a small model on the sample data of a task and returns its run.
func trained(t *testing.T, task string) results.Run {
	t.Helper()
	suite := &configs.Suite{Models: []string{"bert-tiny-scratch"}, Tasks: []string{task},
		Set: []string{"epochs=2", "max_train_rows=300", "max_length=24"}}
	r := runs.Request{Suite: suite, Data: runs.DataSource{Dir: runs.Samples}, Runs: t.TempDir()}
	cells, err := r.Cells()
	if err != nil {
		t.Fatal(err)
	}
	out, err := runs.Run(context.Background(), cells[0], quiet{})
	if err != nil {
		t.Fatal(err)
	}
	run, err := results.Open(out.Dir)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func vote(t *testing.T, dirs ...string) *checkpoints.Voting {
	t.Helper()
	var members []*checkpoints.Answering
	for _, d := range dirs {
		a, err := checkpoints.OpenAnswering(filepath.Join(d, results.CheckpointDir), nil)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, a)
	}
	v, err := checkpoints.Vote(members)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func lines(t *testing.T, v *checkpoints.Voting, texts iter.Seq2[predictions.Text, error]) (all []predictions.Line) {
	t.Helper()
	for l, err := range predictions.Answer(context.Background(), v, texts) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func of(rows []results.Prediction) iter.Seq2[predictions.Text, error] {
	return func(yield func(predictions.Text, error) bool) {
		for _, p := range rows {
			t := predictions.Text{Text: p.Text, Pair: p.TextPair, Words: p.Words}
			if p.Words != nil {
				t.Text = strings.Join(p.Words, " ")
			}
			if !yield(t, nil) {
				return
			}
		}
	}
}

// TestAnswersAreTheEvaluations holds every answer to the run's predictions, to
// the last bit, though each is asked with other texts beside it.
func TestAnswersAreTheEvaluations(t *testing.T) {
	for _, task := range []string{"nsmc", "korsts", "naver-ner"} {
		t.Run(task, func(t *testing.T) {
			run := trained(t, task)
			var rows []results.Prediction
			err := results.EachPrediction(filepath.Join(run.Path, results.PredictionsFile), func(p results.Prediction) error {
				rows = append(rows, p)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			rows = rows[37:] // other batches than the evaluation's
			got := lines(t, vote(t, run.Path), of(rows))
			if len(got) != len(rows) || len(rows) < 100 {
				t.Fatalf("%d answers to %d texts", len(got), len(rows))
			}
			for i, l := range got {
				want := rows[i]
				text, err := json.Marshal(want.Pred)
				if err != nil {
					t.Fatal(err)
				}
				var have any = l.Pred
				if l.Tags != nil {
					have = l.Tags
				}
				mine, err := json.Marshal(have)
				if err != nil || string(mine) != string(text) {
					t.Fatalf("text %d: %s, the evaluation says %s", i, mine, text)
				}
				for k, p := range want.Probs {
					if l.Probs.Values[k] != p {
						t.Fatalf("text %d: probabilities %v, the evaluation's are %v", i, l.Probs.Values, want.Probs)
					}
				}
			}
		})
	}
}

// TestVote holds two models' vote to the mean of their probabilities, and refuses
// models of different tasks.
func TestVote(t *testing.T) {
	a, b := trained(t, "nsmc"), trained(t, "hate-speech")
	texts := predictions.Lines(strings.NewReader("재미있는 영화\n지루하다\n"), "stdin", predictions.Pairs)
	one := lines(t, vote(t, a.Path), texts)
	texts = predictions.Lines(strings.NewReader("재미있는 영화\n지루하다\n"), "stdin", predictions.Pairs)
	two := lines(t, vote(t, a.Path, a.Path), texts)
	for i := range one {
		for k, p := range one[i].Probs.Values {
			if d := math.Abs(two[i].Probs.Values[k] - p); !(d < 1e-15) {
				t.Errorf("a model that votes with itself says %v, alone %v", two[i].Probs.Values, one[i].Probs.Values)
			}
		}
	}
	var members []*checkpoints.Answering
	for _, r := range []results.Run{a, b} {
		m, err := checkpoints.OpenAnswering(filepath.Join(r.Path, results.CheckpointDir), nil)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
	}
	if _, err := checkpoints.Vote(members); err == nil || !strings.Contains(err.Error(), "want models of one task") {
		t.Errorf("two tasks' models vote: %v", err)
	}
	other, paws := *members[0], *members[0].Task
	paws.Name, other.Task = "paws", &paws
	if _, err := checkpoints.Vote([]*checkpoints.Answering{members[0], &other}); err == nil ||
		!strings.Contains(err.Error(), "was trained on nsmc") {
		t.Errorf("two tasks' models whose labels are called alike vote: %v", err)
	}
	if n := members[0].Recipe.MaxLength; n != 24 {
		t.Errorf("max_length is %d, the run's was 24", n)
	}
	task, _ := tasks.Find("nsmc")
	if members[0].Kind != task.Kind {
		t.Errorf("kind %s", members[0].Kind)
	}
}

func TestReading(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		var b bytes.Buffer
		if strings.HasSuffix(name, ".gz") {
			z := gzip.NewWriter(&b)
			z.Write([]byte(text))
			z.Close()
		} else {
			b.WriteString(text)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name, text string
		columns    predictions.Columns
		want       string // texts, a slash between those of a pair
		fault      string
	}{
		{"a.txt", "하나\n\n둘\t셋\n", predictions.Columns{}, "하나||둘/셋", ""},
		{"bom.txt", "\ufeff하나\r\n둘", predictions.Columns{}, "하나|둘", ""},
		{"b.csv", "n,comment,reply\n1,\"가, \"\"나\"\"\",다\n2,라,마\n", predictions.Columns{Text: "comment", Pair: "reply"}, "가, \"나\"/다|라/마", ""},
		{"c.jsonl", "{\"comment\": \"가\\n나\"}\n", predictions.Columns{Text: "comment"}, "가\n나", ""},
		{"d.tsv.gz", "x\tcomment\n1\t가\n", predictions.Columns{Text: "comment"}, "가", ""},
		{"e.txt.gz", "가\n나\n", predictions.Columns{}, "가|나", ""},
		{"f.csv", "가,나\n", predictions.Columns{}, "", "--text"},
		{"g.txt", "가\n나\t다\t라\n", predictions.Columns{}, "가", "g.txt:2: two tabs"},
		{"h.txt", "가\n\xff\n", predictions.Columns{}, "가", "h.txt:2: invalid UTF-8"},
		{"packed.txt", "\x1f\x8b\x08\x00\n", predictions.Columns{}, "", "packed.txt:1: is compressed by gzip"},
		{"BZh.txt", "BZh\n", predictions.Columns{}, "BZh", ""},
		{"i.tsv", "a\tb\n1\t2\n", predictions.Columns{Text: "comment"}, "", "comment"},
		{"cp949.txt", "\xb0\xa1\n", predictions.Columns{}, "", "looks like CP949"},
		{"empty.txt", "", predictions.Columns{}, "", ""},
		{"header.csv", "n,comment\n", predictions.Columns{Text: "comment"}, "", ""},
		{"empty.jsonl", "", predictions.Columns{Text: "comment"}, "", ""},
		{"empty.csv", "", predictions.Columns{Text: "comment"}, "", "is empty"},
		{"blank.tsv", "n\tcomment\n1\t가\n2\t\n3\t나\n4\n5\t다\n", predictions.Columns{Text: "comment"}, "가||나", "blank.tsv:5: 1 column"},
		{"bad.csv", "n,comment\n1,가\n2,나,다\n3,라\n4,마,바\n", predictions.Columns{Text: "comment"}, "가", "bad.csv:3: 3 columns"},
		{"bad.jsonl", "{\"comment\":\"가\"}\n\n{\"comment\":3}\n{\"reply\":1}\n{\"comment\":\"나\"}\n", predictions.Columns{Text: "comment"},
			"가|3", "bad.jsonl:4: no field"},
		{"null.jsonl", "{\"comment\":null}\n{\"comment\":\"가\"}\n", predictions.Columns{Text: "comment"}, "", "null.jsonl:1"},
		{"list.jsonl", "{\"comment\":[\"가\"]}\n", predictions.Columns{Text: "comment"}, "", "is a list"},
		{"j.txt", strings.Repeat("가", 1<<19), predictions.Columns{}, "", "j.txt:1: a line of more than"},
	} {
		var got []string
		var fault error
		for x, err := range predictions.File(write(c.name, c.text), c.columns, predictions.Pairs) {
			if err != nil {
				fault = err
				break
			}
			if x.Pair != nil {
				x.Text += "/" + *x.Pair
			}
			got = append(got, x.Text)
		}
		if strings.Join(got, "|") != c.want {
			t.Errorf("%s: read %q, want %q", c.name, got, c.want)
		}
		if (fault != nil) != (c.fault != "") || fault != nil && !strings.Contains(fault.Error(), c.fault) {
			t.Errorf("%s: %v, want an error with %q", c.name, fault, c.fault)
		}
	}
}

// Words come of lines, of a column, or as a list.
func TestReadingWords(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		text    string
		columns predictions.Columns
	}{
		"a.txt":   {" 철수는\u3000서울에  산다 \n", predictions.Columns{}},
		"b.csv":   {"w\n철수는 서울에 산다\n", predictions.Columns{Text: "w"}},
		"c.jsonl": {"{\"w\":[\"철수는\",\"서울에\",\"산다\"]}\n", predictions.Columns{Text: "w"}},
		"d.jsonl": {"{\"w\":\"철수는 서울에 산다\"}\n", predictions.Columns{Text: "w"}},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		n := 0
		for x, err := range predictions.File(path, c.columns, predictions.Worded) {
			if err != nil || !slices.Equal(x.Words, []string{"철수는", "서울에", "산다"}) || x.Text != "철수는 서울에 산다" {
				t.Errorf("%s: %+v, %v", name, x, err)
			}
			n++
		}
		if n != 1 {
			t.Errorf("%s: %d texts", name, n)
		}
	}
}
