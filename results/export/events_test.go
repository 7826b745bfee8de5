package export

import (
	"bytes"
	"os"
	"testing"
)

// TensorBoard's own writer makes the same events; scripts/golden/events.py has them.
func TestEventsAreTensorBoards(t *testing.T) {
	want, err := os.ReadFile("testdata/events.bin")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := NewEvents(&b)
	e.Hyperparameters("그룹", []string{"shuffle"}, map[string]any{"shuffle": true})
	e.Scalar("train/loss", 300, 1.5, 0.6875)
	e.Text("mistakes", 301, 2, "| 표 |")
	if e.Err() != nil || !bytes.Equal(b.Bytes(), want) {
		t.Errorf("got\n%x\nwant\n%x", b.Bytes(), want)
	}
}
