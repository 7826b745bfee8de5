package runs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

const tinyModel = `name: tiny
scratch:
  config: {model_type: bert, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 32, max_position_embeddings: 32}
  tokenizer: {vocab_size: 120, min_frequency: 1, lowercase: true}
`

const tinyTrain = "id\tdocument\tlabel\n1\t정말 재미있는 영화였어요\t1\n2\t지루해서 중간에 나왔다\t0\n3\t배우들 연기가 훌륭해요\t1\n4\t이야기가 엉성하고 길다\t0\n" +
	"5\t음악이 좋아서 또 보고 싶다\t1\n6\t돈이 아까운 영화\t0\n7\t다시 봐도 감동적이다\t1\n8\t졸려서 혼났다\t0\n"

const tinyTest = "id\tdocument\tlabel\n1\t연기가 훌륭하고 감동적이다\t1\n2\t지루하고 엉성한 영화\t0\n"

// place is a folder with a small model, data and a task, all files of its own.
type testPlace struct {
	dir string
}

func newPlace(t *testing.T) *testPlace {
	t.Helper()
	p := &testPlace{t.TempDir()}
	p.write(t, "tiny.yaml", tinyModel)
	p.write(t, "train.tsv", tinyTrain)
	p.write(t, "test.tsv", tinyTest)
	p.write(t, "mood.yaml", "name: mood\nkind: classify\nlabels: [\"0\", \"1\"]\ncolumns: {text: document, label: label}\nfiles: {train: train.tsv, test: test.tsv}\n")
	return p
}

func (p *testPlace) path(name string) string { return filepath.Join(p.dir, name) }

func (p *testPlace) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(p.path(name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cell is the one cell of the place: 8 steps of a batch of 2, a state after each.
func (p *testPlace) cell(t *testing.T, model, runs string, set ...string) Cell {
	t.Helper()
	r := Request{Suite: &configs.Suite{Models: []string{model}, Tasks: []string{p.path("mood.yaml")}},
		Set:  append([]string{"epochs=2", "batch_size=2", "save_steps=1", "learning_rate=1e-3"}, set...),
		Data: DataSource{Files: map[string]string{tasks.Train: p.path("train.tsv"), tasks.Test: p.path("test.tsv")}},
		Runs: p.path(runs), Program: results.Program{Version: "1", Go: "go1"}}
	cells, err := r.Cells()
	if err != nil {
		t.Fatal(err)
	}
	return cells[0]
}

// listener hears events; it stops the training behind step stopAt.
type listener struct {
	stopAt  int
	stop    context.CancelFunc
	steps   []int
	notices []string
	at      string // where the cell of the last step goes
}

func (l *listener) Notice(_ *Cell, text string)    { l.notices = append(l.notices, text) }
func (l *listener) Eval(*Cell, trainers.EvalEvent) {}
func (l *listener) Step(c *Cell, e trainers.StepEvent) {
	l.at = c.Dir
	l.steps = append(l.steps, e.Step)
	if e.Step == l.stopAt {
		l.stop()
	}
}

// interrupt runs a cell to a step.
func interrupt(t *testing.T, c Cell, step int) error {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	_, err := Run(ctx, c, &listener{stopAt: step, stop: stop})
	return err
}

func mustRun(t *testing.T, c Cell) (*Outcome, *listener) {
	t.Helper()
	l := &listener{}
	o, err := Run(t.Context(), c, l)
	if err != nil {
		t.Fatal(err)
	}
	return o, l
}

// files reads all files of a run but timing.jsonl.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == results.TimingFile {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sameFiles holds a run to an unbroken one, file by file.
func sameFiles(t *testing.T, dir, unbroken string) {
	t.Helper()
	got, want := files(t, dir), files(t, unbroken)
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s differs from an unbroken run's", name)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, an unbroken run has %d", len(got), len(want))
	}
}

// left lists what lies beside the run, hidden or not.
func left(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

// checkpoint trains the tiny model once and returns its directory under a name.
func (p *testPlace) checkpoint(t *testing.T, name string) string {
	t.Helper()
	c := p.cell(t, p.path("tiny.yaml"), "base")
	mustRun(t, c)
	dir := p.path(name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(c.Dir, results.CheckpointDir))); err != nil {
		t.Fatal(err)
	}
	return dir
}

func edit(t *testing.T, path, from, to string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), from) {
		t.Fatalf("%s: no %q", path, from)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(b), from, to, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// cellTask reads the place's task file again.
func (p *testPlace) cellTask(Cell) (*tasks.Task, error) { return tasks.Find(p.path("mood.yaml")) }

// forecast returns what Run would do with each cell, or all faults.
func forecast(cells []Cell) (all []Plan, err error) {
	err = Forecast(cells, func(_ int, p *Plan, _ *Opened, faults []error) error {
		if p != nil {
			all = append(all, *p)
		}
		return errors.Join(faults...)
	})
	return all, err
}
