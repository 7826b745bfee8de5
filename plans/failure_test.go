package plans

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
)

// seeds are cells of one model and task that differ in their seed.
func seeds(t *testing.T, n int) []runs.Cell {
	t.Helper()
	model, err := checkpoints.Find("bert-tiny-scratch")
	if err != nil {
		t.Fatal(err)
	}
	nsmc, err := tasks.Find("nsmc")
	if err != nil {
		t.Fatal(err)
	}
	recipe, err := (&configs.Suite{}).RecipeFor("nsmc", "nsmc")
	if err != nil {
		t.Fatal(err)
	}
	recipe.MaxTrainRows, recipe.MaxEvalRows, recipe.BatchSize = 32, 8, 8
	var cells []runs.Cell
	for i := range n {
		recipe.Seed = uint64(i + 1)
		cells = append(cells, runs.Cell{Model: model, Task: nsmc, Recipe: recipe, Data: runs.DataSource{Dir: runs.Samples},
			Scored: "test", Dir: t.TempDir()})
	}
	return cells
}

// failing is a machine whose device fails whatever is measured, and how often it was tried.
func failing(f *device.Failure) (*Calibration, *int) {
	tries := 0
	return &Calibration{known: map[string]Measured{},
		measure: func(*measuring, context.Context, [][]int, [][]int) (Measured, error) {
			tries++
			return Measured{}, f
		}}, &tries
}

// A cell that is too large for its device is missing from a plan, the others stand in
// it; any other failure is of the device, and no cell is tried on it again.
func TestFailuresOfDevices(t *testing.T) {
	large := &device.Failure{Device: "card", Err: errors.New("no 9 MiB"), TooLarge: true}
	hung := &device.Failure{Device: "card", Err: errors.New("nothing of it is done")}
	cells := seeds(t, 3)
	quiet := func(string) {}

	c, tries := failing(large)
	p, err := Make(t.Context(), cells, t.TempDir(), c, quiet)
	if err != nil || *tries != 3 {
		t.Fatalf("too large: %v, tried %d times", err, *tries)
	}
	for _, cell := range p.Cells {
		if cell.State != Missing || len(cell.Missing) != 1 || cell.Missing[0] != large.Error() {
			t.Errorf("too large: %+v", cell)
		}
	}
	c, _ = failing(large)
	rows, _, err := Report(t.Context(), cells, c, quiet)
	if err == nil || strings.Count(err.Error(), large.Error()) != 1 || len(rows) != 0 {
		t.Errorf("too large, reported: %d rows, %v; want the fault once", len(rows), err)
	}

	c, tries = failing(hung)
	if _, err := Make(t.Context(), cells, t.TempDir(), c, quiet); !errors.Is(err, hung) || *tries != 1 {
		t.Errorf("hung: %v, tried %d times", err, *tries)
	}
	c, tries = failing(hung)
	if _, _, err := Report(t.Context(), cells, c, quiet); !errors.Is(err, hung) || *tries != 1 {
		t.Errorf("hung, reported: %v, tried %d times", err, *tries)
	}
}
