package configs

import (
	"strings"
	"testing"
)

func TestSuite(t *testing.T) {
	s, err := FindSuite(write(t, "my.yaml", `name: mine
recipe: koelectra
models: [bert-tiny-scratch, ./my-bert]
seeds: [1, 2]
data_dir: data
set: {learning_rate: 1e-4}
tasks:
  nsmc: {epochs: 2, learning_rate: 2e-4}
  korsts:
  mine/toxicity.yaml: [epochs=9]
`))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Models) != 2 || strings.Join(s.Tasks, " ") != "nsmc korsts mine/toxicity.yaml" || len(s.Seeds) != 2 || s.DataDir != "data" {
		t.Errorf("%+v", s)
	}
	s.Set = []string{"max_length=64"}
	for _, c := range []struct {
		task, alias string
		epochs      int
		lr          float64
	}{{"nsmc", "nsmc", 2, 2e-4}, {"korsts", "korsts", 10, 1e-4}, {"paws", "paws", 15, 1e-4}, {"toxicity", "mine/toxicity.yaml", 9, 1e-4}} {
		r, err := s.RecipeFor(c.task, c.alias)
		if err != nil {
			t.Fatal(err)
		}
		if r.Epochs != c.epochs || r.LearningRate != c.lr || r.MaxLength != 64 || r.Truncation != LongestFirstPython {
			t.Errorf("%s: %+v", c.task, r)
		}
	}
}

func TestSuiteForms(t *testing.T) {
	for _, c := range []struct{ name, yaml string }{
		{"set as a list", "set: [epochs=7]\ntasks: [nsmc]\n"},
		{"set as a mapping", "set:\n  epochs: 7\n"},
		{"recipe as a mapping", "recipe: {epochs: 7}\n"},
		{"a task's own", "tasks: {nsmc: {epochs: 7}}\n"},
		{"one task's", "task_set: {nsmc: [epochs=7]}\n"},
		{"one task's over all tasks'", "set: [epochs=6]\ntasks: [nsmc, paws]\ntask_set: {nsmc: {epochs: 7}, paws: [epochs=8]}\n"},
		{"by another place", "note: x\nset: &few {epochs: 7}\nrecipe: *few\n"},
	} {
		s, err := FindSuite(write(t, "my.yaml", c.yaml))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if r, err := s.RecipeFor("nsmc"); err != nil || r.Epochs != 7 || r.BatchSize != 32 {
			t.Errorf("%s: %+v, %v", c.name, r, err)
		}
	}
}

func TestSuiteMistakesHavePlaces(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"field", "name: x\nmodel: [a]\n", `my.yaml:2:1: unknown field "model": did you mean "models"?`},
		{"recipe's name", "name: x\nrecipe: koelektra\n", `my.yaml:2:9: no recipe "koelektra": did you mean "koelectra"?`},
		{"recipe's field", "recipe:\n  epoch: 3\n", `my.yaml:2:3: unknown field "epoch": did you mean "epochs"?`},
		{"set field", "set:\n  epochs: 2\n  batchsize: 8\n", `my.yaml:3:3: unknown field "batchsize": did you mean "batch_size"?`},
		{"set item", "set:\n  - epochs=2\n  - batchsize=8\n", `my.yaml:3:5: unknown field "batchsize": did you mean "batch_size"?`},
		{"set type", "set: {epochs: 3.5}\n", `my.yaml:1:15: epochs "3.5": want a whole number`},
		{"set item type", "set: [{epochs: 3}]\n", `my.yaml:1:7: want name=value`},
		{"task's field", "tasks:\n  nsmc: {epoch: 3}\n", `my.yaml:2:10: unknown field "epoch"`},
		{"task_set", "task_set:\n  nsmc: [epoch=3]\n", `my.yaml:2:10: unknown field "epoch"`},
		{"task_set's task", "task_set:\n  nmsc: [epochs=3]\n", `my.yaml:2:9: unknown task "nmsc": did you mean "nsmc"?`},
		{"task_set of another task", "tasks: [paws]\ntask_set: {nsmc: [epochs=3]}\n", `task "nsmc" is none of the suite's: want one of paws`},
		{"tasks", "tasks: nsmc\n", `my.yaml:1:8: tasks "nsmc": want a list of names`},
		{"tasks of something else", "tasks: [[nsmc]]\n", `my.yaml:1:8: tasks: want a list of names`},
		{"models", "models: bert-tiny-scratch\n", `my.yaml:1:9: "bert-tiny-scratch": want a list`},
		{"seeds", "seeds: [1.5]\n", `my.yaml:1:9: "1.5": want a whole number`},
		{"seed twice", "seeds: [1, 2, 1]\n", `my.yaml:1:8: seeds: 1 twice`},
		{"empty", "", "my.yaml: is empty"},
	} {
		_, err := FindSuite(write(t, "my.yaml", c.yaml))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %q", c.name, err, c.want)
		}
	}
}
