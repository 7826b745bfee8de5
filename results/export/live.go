package export

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lmkor/bench/results"
)

// Live writes the events of runs while they happen, for a TensorBoard that looks
// on: a file a run and a start, so that a run that was taken up has several, which
// TensorBoard reads as one.
type Live struct {
	dir  string
	now  func() time.Time
	path string // of the file that is open
	file *os.File
	to   *Events
}

// NewLive writes below dir, laid out as TensorBoard has it.
func NewLive(dir string) *Live { return &Live{dir: dir, now: time.Now} }

// Write appends an event of a run to its file, which is there to read at once.
// folders are those that the run lies in below its task.
func (l *Live) Write(model, task string, seed uint64, e results.Event, folders ...string) error {
	if err := l.open(results.SeedDir(l.dir, model, task, seed, folders...)); err != nil {
		return err
	}
	at := float64(l.now().UnixNano()) / 1e9
	WriteEvent(l.to, e, func(int) float64 { return at })
	return l.to.Err()
}

// open opens the file of the run in dir, unless it is open.
func (l *Live) open(dir string) error {
	if l.file != nil && filepath.Dir(l.path) == dir {
		return nil
	}
	if err := l.Close(); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	l.path = filepath.Join(dir, fmt.Sprintf("events.out.tfevents.%d.bench.live", l.now().Unix()))
	var err error
	if l.file, err = os.OpenFile(l.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644); err != nil {
		return err
	}
	l.to = NewEvents(l.file)
	return l.to.Err()
}

// Close closes the file that is open.
func (l *Live) Close() error {
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
