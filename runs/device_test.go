package runs

import (
	"strings"
	"testing"

	"github.com/lmkor/bench/configs"
)

// A device is resolved for each point of a grid, and for a cell that is changed
// later: without a GPU auto is the processor, and what no device computes is
// refused by name.
func TestDeviceIsSettledByCell(t *testing.T) {
	for _, name := range []string{"VK_DRIVER_FILES", "VK_ICD_FILENAMES"} {
		t.Setenv(name, "/none.json")
	}
	p := newPlace(t)
	request := func(axis string, set ...string) Request {
		a, err := configs.ParseAxis(axis)
		if err != nil {
			t.Fatal(err)
		}
		return Request{Suite: &configs.Suite{Models: []string{p.path("tiny.yaml")}, Tasks: []string{p.path("mood.yaml")},
			Grid: configs.Grid{a}}, Set: set, Runs: p.path("runs")}
	}
	cells, err := request("device=cpu,auto").Cells()
	if err != nil || len(cells) != 2 {
		t.Fatalf("%d cells, %v", len(cells), err)
	}
	var notes int
	for _, c := range cells {
		if c.Recipe.Device != configs.CPU {
			t.Errorf("device %s", c.Recipe.Device)
		}
		if strings.Contains(c.Note, "the processor computes") {
			notes++
		}
	}
	if notes != 1 {
		t.Errorf("%d notes on auto, want 1", notes)
	}
	const refused = "precision bfloat16 on device vulkan:0"
	if _, err := request("precision=bfloat16,float32", "device=vulkan:0").Cells(); err == nil || !strings.Contains(err.Error(), refused) {
		t.Errorf("error %v, want %s", err, refused)
	}
	c := p.cell(t, p.path("tiny.yaml"), "runs")
	if err := c.Set("device=auto"); err != nil || c.Recipe.Device != configs.CPU || c.Note == "" {
		t.Errorf("%s, %q, %v", c.Recipe.Device, c.Note, err)
	}
	if err := c.Set("device=vulkan:0", "precision=bfloat16"); err == nil || !strings.Contains(err.Error(), refused) {
		t.Errorf("error %v, want %s", err, refused)
	}
}
