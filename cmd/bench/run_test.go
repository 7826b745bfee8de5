package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/lmkor/bench/runs"
)

// A stopped run ends with the status that says so, and the same command takes it
// up; what it printed by then is printed.
func TestInterruptedRunHasItsStatus(t *testing.T) {
	o := runOptions{models: []string{"bert-tiny-scratch"}, tasks: []string{"nsmc"}, set: []string{"epochs=1", "max_train_rows=32"},
		dataDir: runs.Samples, runs: t.TempDir(), format: "json"}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out, errs bytes.Buffer
	err := o.run(ctx, streams{strings.NewReader(""), &out, &errs})
	if statusOf(err) != statusInterrupted || !strings.Contains(err.Error(), "the same command takes it up") {
		t.Errorf("status %d: %v", statusOf(err), err)
	}
	out.Reset()
	err = o.run(t.Context(), streams{strings.NewReader(""), &out, &errs})
	if err != nil || !strings.Contains(out.String(), `"status": "`) {
		t.Errorf("%s%v", &out, err)
	}
}
