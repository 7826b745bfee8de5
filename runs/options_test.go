package runs

import (
	"fmt"
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/tasks"
)

// The trainer takes every recipe that can be set: its ranges are as wide.
func TestTrainersTakeEveryRecipe(t *testing.T) {
	recipe, err := configs.FindRecipe("default", "nsmc")
	if err != nil {
		t.Fatal(err)
	}
	values := []string{"0", "1", "2", "-1", "0.5", "0.999999", "1.5", "NaN", "Inf", "1e-8", "1e300", "linear", "cosine", "constant",
		"polynomial", "none", "embeddings", "balanced", "0.2,3", "best", "config"}
	taken := 0
	for _, name := range configs.FieldNames() {
		for _, v := range values {
			r := recipe
			if err := r.Set(fmt.Sprintf("%s=%s", name, v)); err != nil {
				continue
			}
			taken++
			c := Cell{Recipe: r, Task: &tasks.All[0]}
			o, err := c.options(Splits{Dev: &tasks.Set{Split: tasks.Dev}})
			if err != nil {
				t.Fatal(err)
			}
			if err := o.Check(); err != nil {
				t.Errorf("%s=%s can be set, and the trainer refuses it: %v", name, v, err)
			}
		}
	}
	if taken < 60 {
		t.Errorf("%d settings tried, too few to tell", taken)
	}
}
