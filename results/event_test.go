package results

import (
	"encoding/json"
	"strings"
	"testing"
)

// In float16 a log has each step's loss scale, and no number where the norm is none.
func TestLogOfScaledSteps(t *testing.T) {
	good, left := StepEvent{Step: 1, Loss: 0.5, GradNorm: 2, LossScale: 65536}, StepEvent{Step: 2, Loss: 0.5, LossScale: 65536, Skipped: true}
	plain := StepEvent{Step: 3, Loss: 0.5, GradNorm: 1}
	var lines []string
	for _, s := range []StepEvent{good, left, plain} {
		raw, err := json.Marshal(Event{Step: &s})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(raw))
	}
	for i, want := range []string{`"grad_norm":2,"loss_scale":65536}`, `"loss_scale":65536,"skipped":true,"grad_norm":null}`, `"grad_norm":1}`} {
		if !strings.HasSuffix(lines[i], want) {
			t.Errorf("%s, want %s", lines[i], want)
		}
	}
	all, err := DecodeLog(strings.NewReader(strings.Join(lines, "\n")), "log.jsonl")
	if err != nil || len(all) != 3 || *all[0].Step != good || *all[1].Step != left || *all[2].Step != plain {
		t.Errorf("read back as %+v, %v", all, err)
	}
}
