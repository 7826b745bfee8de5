package export

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// What is written live is there at once, run by run, in TensorBoard's records.
func TestLive(t *testing.T) {
	dir := t.TempDir()
	l := NewLive(dir)
	l.now = func() time.Time { return time.Unix(1000, 5e8) }
	accuracy := 0.75
	for _, c := range []struct {
		seed uint64
		e    results.Event
	}{
		{1, results.Event{Step: &results.StepEvent{Step: 1, Loss: 0.5, LR: 1, GradNorm: 2}}},
		{2, results.Event{Step: &results.StepEvent{Step: 1, Loss: 0.25}}},
		{1, results.Event{Eval: &results.EvalEvent{Step: 2, Split: "test", Scores: metrics.Scores{Accuracy: &accuracy}}}},
	} {
		if err := l.Write("a/b", "nsmc", c.seed, c.e); err != nil {
			t.Fatal(err)
		}
	}
	var want bytes.Buffer
	e := NewEvents(&want)
	e.Scalar("train/loss", 1, 1000.5, 0.5)
	e.Scalar("train/learning_rate", 1, 1000.5, 1)
	e.Scalar("train/grad_norm", 1, 1000.5, 2)
	again := NewEvents(&want) // the run was left and taken up
	again.Scalar("test/accuracy", 2, 1000.5, 0.75)
	got, err := os.ReadFile(filepath.Join(dir, "a--b", "nsmc", "seed-1", "events.out.tfevents.1000.bench.live"))
	if err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%x, %v\nwant %x", got, err, want.Bytes())
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}
