package baseline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/runs"
)

// TestEveryArchitectureLearns trains the smallest model of every architecture on
// sample data: the most frequent answer must be beaten clearly, and entities be
// found. The seed decides all.
func TestEveryArchitectureLearns(t *testing.T) {
	learn := []struct {
		task string
		set  []string
	}{
		{"nsmc", []string{"learning_rate=1e-3"}},
		{"naver-ner", []string{"learning_rate=3e-3"}},
	}
	if testing.Short() || kernels.Name() == "go" { // tags take long without assembly
		learn = learn[:1]
	}
	// Models this small gain nothing from a second thread.
	both := []string{"batch_size=8", "epochs=2", "max_eval_rows=150", "threads=1"}
	for _, name := range scratchOfEach(t) {
		for _, l := range learn {
			t.Run(name+"/"+l.task, func(t *testing.T) {
				suite := &configs.Suite{Models: []string{name}, Tasks: []string{l.task}}
				cells, err := runs.Request{Suite: suite, Set: append(l.set, both...), Data: runs.DataSource{Dir: runs.Samples}, Runs: t.TempDir()}.Cells()
				if err != nil {
					t.Fatal(err)
				}
				o, err := runs.Run(t.Context(), cells[0], silent{})
				if err != nil {
					t.Fatal(err)
				}
				data, err := cells[0].OpenData()
				if err != nil {
					t.Fatal(err)
				}
				majority, _ := baselines(t, data)
				t.Logf("%.2f, majority %.2f", *o.Score, majority)
				if *o.Score < majority+margin {
					t.Errorf("%.2f, majority %.2f: want %d more", *o.Score, majority, margin)
				}
			})
		}
	}
}

// scratchOfEach returns the name of each architecture's smallest model that
// starts from nothing.
func scratchOfEach(t *testing.T) (names []string) {
	t.Helper()
	specs, err := configs.Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, modelType := range models.ModelTypes() {
		i := slices.IndexFunc(specs, func(s *configs.ModelSpec) bool {
			return s.Scratch != nil && s.Scratch.Config["model_type"] == modelType && strings.HasSuffix(s.Name, "-tiny-scratch")
		})
		if i < 0 {
			t.Errorf("no %s that starts from nothing", modelType)
			continue
		}
		names = append(names, specs[i].Name)
	}
	return names
}
