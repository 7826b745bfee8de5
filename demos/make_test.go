package demos_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/demos"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/trainers"
)

// heard is what Make told, and stops at a step if it is not 0.
type heard struct {
	losses  map[string][]float64
	done    []string
	current string
	stopAt  int
	stop    context.CancelFunc
}

func (h *heard) Start(name string, done bool) trainers.Events {
	h.current = name
	if done {
		h.done = append(h.done, name)
	}
	return h
}
func (h *heard) End(string, string)      {}
func (h *heard) Eval(trainers.EvalEvent) {}
func (h *heard) Step(e trainers.StepEvent) {
	h.losses[h.current] = append(h.losses[h.current], e.Loss)
	if e.Step == h.stopAt {
		h.stop()
	}
}

func options(dir string) demos.Options {
	return demos.Options{Dir: dir, Texts: strings.Split(samples.Text(), "\n"), Steps: 8, Seed: 1,
		Size: demos.Size{Layers: 2, Hidden: 32, Heads: 2, Vocabulary: 600}}
}

// Every model learns, opens as what it is, and comes out the same on repetition,
// stopped and taken up again or not.
func TestMake(t *testing.T) {
	dir, again := t.TempDir(), t.TempDir()
	first := &heard{losses: map[string][]float64{}}
	if err := demos.Make(t.Context(), options(dir), first); err != nil {
		t.Fatal(err)
	}
	for _, name := range demos.Names {
		l := first.losses[name]
		if len(l) != 8 || !(l[7] < l[0]) {
			t.Errorf("%s: losses %v", name, l)
		}
		h, err := checkpoints.OpenHeaded(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		switch name {
		case "gpt2", "summary":
			w, err := h.Writing()
			if err != nil {
				t.Fatal(err)
			}
			a := &checkpoints.Wish{Options: generation.Defaults(), Given: map[string]bool{}, Room: 5}
			if err := w.Resolve(a); err != nil {
				t.Fatal(err)
			}
			ids, o, _ := w.Prompt("우리는 밤의", a)
			if _, err := generation.Generate(t.Context(), h.Model, ids, o); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		default:
			if _, _, err := h.Masked("우리는 [MASK]"); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := &heard{losses: map[string][]float64{}, stopAt: 5, stop: stop}
	var interrupted *trainers.InterruptedError
	o := options(again)
	o.Only = []string{"bert"}
	if err := demos.Make(ctx, o, stopped); !errors.As(err, &interrupted) || !interrupted.Saved {
		t.Fatalf("a cancelled making ends with %v", err)
	}
	if _, err := os.Stat(filepath.Join(again, "bert")); err == nil {
		t.Error("a half trained model is there")
	}
	rest := &heard{losses: map[string][]float64{}}
	if err := demos.Make(t.Context(), o, rest); err != nil {
		t.Fatal(err)
	}
	if got := append(stopped.losses["bert"], rest.losses["bert"]...); !slices.Equal(got, first.losses["bert"]) {
		t.Errorf("losses %v, want %v", got, first.losses["bert"])
	}
	for _, file := range []string{"model.safetensors", "vocab.txt", "config.json"} {
		a, _ := os.ReadFile(filepath.Join(dir, "bert", file))
		b, _ := os.ReadFile(filepath.Join(again, "bert", file))
		if len(a) == 0 || !slices.Equal(a, b) {
			t.Errorf("%s differs between two makings", file)
		}
	}
	if err := demos.Make(t.Context(), o, rest); err != nil || !slices.Equal(rest.done, []string{"bert"}) {
		t.Errorf("made again: %v, %v", err, rest.done)
	}
	o.Seed = 2
	if err := demos.Make(t.Context(), o, rest); err == nil {
		t.Error("a model of another recipe is taken for this one's")
	}
}
