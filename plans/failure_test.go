package plans

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
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

// A cell in a precision that its device gains nothing by is missing from a plan, and nothing of
// it is measured; the others stand in it.
func TestCellsThatGainNothing(t *testing.T) {
	cells := seeds(t, 3)
	cells[1].Recipe.Precision = "float16"
	measured := 0
	c := &Calibration{known: map[string]Measured{},
		measure: func(m *measuring, _ context.Context, _, _ [][]int) (Measured, error) {
			if measured++; m.cell.Recipe.Precision != "float32" {
				t.Errorf("measured in %s", m.cell.Recipe.Precision)
			}
			return Measured{Steps: Points{{At: 64, Seconds: 1}}, Evals: Points{{At: 8, Seconds: 1}}}, nil
		},
		gains: func(_ context.Context, setting string, in device.Precision) error {
			if in == device.Float16 {
				return &devices.PrecisionError{Device: setting, Precision: in, Why: "no faster", Want: "float32"}
			}
			return nil
		}}
	p, err := Make(t.Context(), cells, t.TempDir(), c, func(string) {})
	if err != nil || len(p.Cells) != 3 || measured == 0 {
		t.Fatalf("%v, %d measured: %+v", err, measured, p)
	}
	for i, cell := range p.Cells {
		if want := map[bool]string{false: ToTrain, true: Missing}[i == 2]; cell.State != want {
			t.Errorf("cell %d is %s, want %s: %v", i, cell.State, want, cell.Missing)
		}
	}
	if why := strings.Join(p.Cells[2].Missing, ""); !strings.Contains(why, "precision float16 on device cpu: no faster: want float32") {
		t.Errorf("missing for %q", why)
	}
	lost := errors.New("lost")
	c.gains = func(context.Context, string, device.Precision) error { return lost }
	if _, err := Make(t.Context(), cells, t.TempDir(), c, func(string) {}); !errors.Is(err, lost) {
		t.Errorf("error %v, want the measurement's", err)
	}
}
