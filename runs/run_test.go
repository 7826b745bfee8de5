package runs

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/trainers"
)

// A stop at any step is taken up by the same cell, and ends in the bytes of an
// unbroken run, with nothing left beside it.
func TestStopAndTakeUp(t *testing.T) {
	p := newPlace(t)
	model := p.path("tiny.yaml")
	unbroken := p.cell(t, model, "unbroken", "save_steps=2", "eval_steps=3")
	mustRun(t, unbroken)
	for _, step := range []int{1, 3, 4, 7, 8} {
		c := p.cell(t, model, "stopped", "save_steps=0", "eval_steps=3")
		if err := interrupt(t, c, step); !errors.Is(err, ErrInterrupted) {
			t.Fatalf("stopped at %d: %v", step, err)
		}
		o, l := mustRun(t, c)
		if o.Status != Resumed || slices.Contains(l.steps, step) {
			t.Errorf("stopped at %d: %s, steps %v", step, o.Status, l.steps)
		}
		sameFiles(t, c.Dir, unbroken.Dir)
		if got := left(t, c.Dir); len(got) != 1 {
			t.Errorf("left: %v", got)
		}
		os.RemoveAll(p.path("stopped"))
	}
}

// What a result is a function of decides, and nothing else: a change of it
// leaves the saved state alone and begins anew, and is refused where the run is
// finished; any other change takes up the state, and finds the run finished.
func TestIdentityDecides(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(t *testing.T, p *testPlace, dir string, c *Cell)
		set     []string
		differs string // in the message; empty: nothing does
	}{
		{"task file", func(t *testing.T, p *testPlace, _ string, _ *Cell) {
			edit(t, p.path("mood.yaml"), "columns:", "metric: macro_f1\ncolumns:")
		}, nil, "task "},
		{"data", func(t *testing.T, p *testPlace, _ string, _ *Cell) {
			edit(t, p.path("train.tsv"), "졸려서 혼났다", "졸려서 혼났네")
		}, nil, "train data "},
		{"scored data", func(t *testing.T, p *testPlace, _ string, _ *Cell) {
			edit(t, p.path("test.tsv"), "연기가", "연기도")
		}, nil, "test data "},
		{"weights", func(t *testing.T, _ *testPlace, dir string, _ *Cell) {
			path := filepath.Join(dir, "model.safetensors")
			b, _ := os.ReadFile(path)
			b[len(b)-3] ^= 1
			os.WriteFile(path, b, 0o644)
		}, nil, "model "},
		{"config", func(t *testing.T, _ *testPlace, dir string, _ *Cell) {
			edit(t, filepath.Join(dir, "config.json"), "{", `{"layer_norm_eps": 1e-6, `)
		}, nil, "model "},
		{"recipe field", nil, []string{"weight_decay=0.5"}, "weight_decay "},
		{"seed's field is the cell's", nil, []string{"adam_epsilon=1e-7"}, "adam_epsilon "},
		{"save_steps", nil, []string{"save_steps=5"}, ""},
		{"threads", nil, []string{"threads=3"}, ""},
		{"Go release and commit", func(_ *testing.T, _ *testPlace, _ string, c *Cell) {
			c.Program.Go, c.Program.Commit, c.Program.Version = "go99", "f00", "9"
		}, nil, ""},
		{"path spelling", func(t *testing.T, p *testPlace, dir string, c *Cell) {
			c.Model.Dir = p.dir + "/./" + filepath.Base(dir) + "/"
		}, nil, ""},
		{"config's layout", func(t *testing.T, _ *testPlace, dir string, _ *Cell) {
			edit(t, filepath.Join(dir, "config.json"), "{", "{\n\n  ")
		}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, finish := range []bool{false, true} {
				p := newPlace(t)
				dir := p.checkpoint(t, "m")
				first := p.cell(t, dir, "runs")
				if finish {
					mustRun(t, first)
				} else if err := interrupt(t, first, 3); !errors.Is(err, ErrInterrupted) {
					t.Fatal(err)
				}
				before := files(t, p.path("runs"))
				second := p.cell(t, dir, "runs", c.set...)
				if c.change != nil {
					c.change(t, p, dir, &second)
					task, err := p.cellTask(second)
					if err != nil {
						t.Fatal(err)
					}
					second.Task = task
				}
				l := &listener{}
				o, err := Run(t.Context(), second, l)
				switch {
				case c.differs == "" && finish:
					if err != nil || o.Status != FinishedBefore {
						t.Errorf("finished: %+v, %v", o, err)
					}
				case c.differs == "":
					if err != nil || o.Status != Resumed || l.steps[0] != 4 {
						t.Errorf("interrupted: %+v, steps %v, %v", o, l.steps, err)
					}
				case finish:
					if err != nil || o.Status != Trained || !strings.Contains(strings.Join(l.notices, "\n"), "("+c.differs) {
						t.Fatalf("finished: %+v, %v, notices %q", o, err, l.notices)
					}
					if !strings.HasPrefix(filepath.Base(filepath.Dir(o.Dir)), "variant-") {
						t.Errorf("the second run went to %s", o.Dir)
					}
					if l.at != o.Dir {
						t.Errorf("its events told of %s, it went to %s", l.at, o.Dir)
					}
					if c.name == "recipe field" {
						besideEachOther(t, second, o)
					}
				default:
					if err != nil || o.Status != Trained || len(l.notices) == 0 || !strings.Contains(strings.Join(l.notices, "\n"), c.differs) {
						t.Fatalf("interrupted: %+v, %v, notices %q", o, err, l.notices)
					}
					after := files(t, p.path("runs"))
					for name, text := range before {
						if !strings.HasSuffix(name, ".lock") && after[name] != text {
							t.Errorf("%s of the interrupted run was changed", name)
						}
					}
				}
			}
		})
	}
}

// A model that is drawn from nothing is its whole config and tokenizer.
func TestScratchConfigDecides(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"intermediate_size: 32", "intermediate_size: 32, layer_norm_eps: 1.0e-6"},
		{"min_frequency: 1", "min_frequency: 2"},
	} {
		p := newPlace(t)
		mustRun(t, p.cell(t, p.path("tiny.yaml"), "runs"))
		edit(t, p.path("tiny.yaml"), c.from, c.to)
		first := p.cell(t, p.path("tiny.yaml"), "runs")
		o, err := Run(t.Context(), first, &listener{})
		if err != nil || o.Status != Trained || o.Dir == first.Dir {
			t.Errorf("%s: %+v, %v", c.to, o, err)
		}
	}
}

// besideEachOther holds the run of second, done as o beside a finished one, to what
// it would be alone, and looks that it is found again.
func besideEachOther(t *testing.T, second Cell, o *Outcome) {
	t.Helper()
	alone := second
	alone.Dir = filepath.Join(t.TempDir(), "m", "nsmc", "seed-42")
	mustRun(t, alone)
	want := files(t, alone.Dir)
	for name, text := range files(t, o.Dir) {
		if filepath.Base(name) != results.TimingFile && want[name] != text {
			t.Errorf("%s is not what it is alone", name)
		}
	}
	again, err := Run(t.Context(), second, &listener{})
	if err != nil || again.Status != FinishedBefore || again.Dir != o.Dir {
		t.Errorf("again: %+v, %v", again, err)
	}
	plans, err := forecast([]Cell{second})
	if err != nil || plans[0].Dir != o.Dir || plans[0].What() != "finished" {
		t.Errorf("the plan says %+v, %v", plans, err)
	}
}

// A saved state that is damaged names itself and the way out.
func TestDamagedState(t *testing.T) {
	p := newPlace(t)
	c := p.cell(t, p.path("tiny.yaml"), "runs")
	interrupt(t, c, 3)
	state := filepath.Join(filepath.Dir(c.Dir), ".seed-42.partial", "state", "state")
	b, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 4
	os.WriteFile(state, b, 0o644)
	if _, err := Run(t.Context(), c, &listener{}); err == nil || !strings.Contains(err.Error(), "remove this file to train from the beginning") {
		t.Fatalf("error %v", err)
	}
	os.Remove(state)
	if o, _ := mustRun(t, c); o.Status != Trained {
		t.Errorf("status %s", o.Status)
	}
}

// A finished run that is damaged is named, with its file.
func TestDamagedRun(t *testing.T) {
	p := newPlace(t)
	c := p.cell(t, p.path("tiny.yaml"), "runs")
	mustRun(t, c)
	os.Truncate(filepath.Join(c.Dir, "checkpoint", "model.safetensors"), 100)
	var damage *results.DamageError
	if _, err := Run(t.Context(), c, &listener{}); !errors.As(err, &damage) || !strings.Contains(err.Error(), "checkpoint/model.safetensors has 100 of") {
		t.Errorf("error %v", err)
	}
}

// A runs folder that vanishes stops the training when it happens.
func TestVanishedRuns(t *testing.T) {
	p := newPlace(t)
	c := p.cell(t, p.path("tiny.yaml"), "runs", "epochs=1000000", "save_steps=1000000000")
	l := &vanish{dir: p.path("runs")}
	_, err := Run(t.Context(), c, l)
	if err == nil || !strings.Contains(err.Error(), "removed or replaced") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(p.path("runs")); !os.IsNotExist(err) {
		t.Error("the folder came back")
	}
}

type vanish struct {
	listener
	dir string
}

func (v *vanish) Step(_ *Cell, e trainers.StepEvent) {
	if e.Step == 1 {
		os.RemoveAll(v.dir)
	}
}
