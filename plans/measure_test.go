package plans

import (
	"context"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
)

// Steps are measured on batches that the training has, of a usual size and the
// extremes, and nothing is measured twice.
func TestCalibration(t *testing.T) {
	model, err := checkpoints.Find("bert-tiny-scratch")
	if err != nil {
		t.Fatal(err)
	}
	nsmc, err := tasks.Find("nsmc")
	if err != nil {
		t.Fatal(err)
	}
	suite := configs.Suite{}
	recipe, err := suite.RecipeFor("nsmc", "nsmc")
	if err != nil {
		t.Fatal(err)
	}
	recipe.MaxTrainRows, recipe.MaxEvalRows, recipe.BatchSize = 100, 20, 8
	cells := []runs.Cell{{Model: model, Task: nsmc, Recipe: recipe, Data: runs.DataSource{Dir: runs.Samples}, Scored: "test", Dir: t.TempDir()}}
	c := &Calibration{known: map[string]Measured{}}
	err = runs.Forecast(cells, func(_ int, p *runs.Plan, o *runs.Opened, faults []error) error {
		if faults != nil {
			t.Fatal(faults)
		}
		m := measuring{cell: &cells[0], o: o}
		batches := m.unknownSteps(nil)
		last := 0
		for _, b := range batches {
			if n := tokensOf(o.Train, b, recipe); len(b) != 8 || float64(n) <= float64(last)*near {
				t.Errorf("a batch of %d rows and %d tokens behind one of %d", len(b), n, last)
			} else {
				last = n
			}
		}
		if most := largest(o.Train, recipe); len(batches) < 2 || float64(last)*1.5 < float64(most) {
			t.Errorf("%d batches up to %d tokens, and the training has one of %d", len(batches), last, most)
		}
		notes := 0
		for range 2 {
			known, err := c.Of(context.Background(), &cells[0], o, func(string) { notes++ })
			if err != nil {
				return err
			}
			if len(known.Steps) != len(batches) || len(known.Evals) < 1 {
				t.Errorf("%+v", known)
			}
			for _, p := range append(append(Points{}, known.Steps...), known.Evals...) {
				if p.At <= 0 || p.Seconds <= 0 {
					t.Errorf("%+v", p)
				}
			}
			if known.Steps[0].ArenaMB <= 0 {
				t.Errorf("%+v", known.Steps)
			}
		}
		if notes != 1 {
			t.Errorf("measured %d times", notes)
		}
		cell := &Cell{Steps: p.Steps}
		known, _ := c.Of(context.Background(), &cells[0], o, nil)
		estimate(cell, o, recipe, known)
		if cell.Seconds <= 0 || cell.MemoryMB <= programMB || cell.DiskMB <= 1 || cell.Tokens <= 0 {
			t.Errorf("%+v", cell)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
