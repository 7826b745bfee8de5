package plans

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/klauspost/cpuid/v2"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/runs"
)

// Point is what was measured at one size: of a batch in tokens, padding included
// where the model reads it, or of a row.
type Point struct {
	At      float64 `json:"at"`
	Seconds float64 `json:"seconds"`
	ArenaMB float64 `json:"arena_mb,omitempty"` // activations of a step, 10^6 bytes

	DeviceMB float64 `json:"device_mb,omitempty"` // all that a device held, where one computes
}

// Points are of ascending sizes.
type Points []Point

// Measured is what is known of one model with one batch size.
type Measured struct {
	Steps Points `json:"steps"` // a training step, by the tokens of its batch
	Evals Points `json:"evals"` // scoring a token, by the tokens of its row
}

// Calibration keeps what was measured of every model on every machine, in a file of the
// user's cache.
type Calibration struct {
	Path  string // "": nothing is kept
	known map[string]Measured
	// measure stands in for that of measuring in tests.
	measure func(m *measuring, ctx context.Context, batches, rows [][]int) (Measured, error)
	// gains stands in for devices.Gains in tests.
	gains func(ctx context.Context, setting string, in device.Precision) error
}

// mayBegin is nil where a training by the recipe is worth beginning: see devices.Gains.
func (c *Calibration) mayBegin(ctx context.Context, r configs.Recipe) error {
	gains := c.gains
	if gains == nil {
		gains = devices.Gains
	}
	return gains(ctx, string(r.Device), device.PrecisionOf(r.Precision))
}

// OpenCalibration reads what earlier plans measured. A file that can't be read is
// none: it is measured again.
func OpenCalibration() *Calibration {
	c := &Calibration{known: map[string]Measured{}}
	dir, err := os.UserCacheDir()
	if err != nil {
		return c
	}
	c.Path = filepath.Join(dir, "bench", "calibration.json")
	text, err := regular.ReadFile(c.Path, regular.Text)
	if err == nil && json.Unmarshal(text, &c.known) != nil {
		c.known = map[string]Measured{}
	}
	return c
}

// Save keeps what is known.
func (c *Calibration) Save() error {
	if c.Path == "" {
		return nil
	}
	text, err := json.MarshalIndent(c.known, "", "  ")
	if err != nil {
		return err
	}
	err = os.MkdirAll(filepath.Dir(c.Path), 0o755)
	if err == nil {
		err = atomicfile.Write(c.Path, func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
	}
	if errors.Is(err, fs.ErrPermission) { // a home that can't be written to
		return nil
	}
	return err
}

// wayOfMeasuring is raised when points are measured otherwise: older ones are forgotten.
const wayOfMeasuring = 3

// key names what the measurements hold for: this machine with so many threads,
// and a model of these sizes, read and trained alike.
func key(o *runs.Opened, r configs.Recipe) string {
	threads := r.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	set := kernels.Name()
	if d, err := devices.Describe(string(r.Device)); err == nil { // or measuring will say
		set = d.Kernels
	}
	return results.HashJSON(struct {
		Way          int
		CPU, Kernels string
		Threads      int
		Numerics     int
		Parameters   []int
		Type         string
		Batch        int
		Precision    string
	}{wayOfMeasuring, cpuid.CPU.BrandName, set, threads, results.Numerics, shapes(o), o.Loaded.Model.Config.ModelType,
		r.BatchSize, r.Precision})
}

// shapes are the sizes of all parameters.
func shapes(o *runs.Opened) []int {
	var all []int
	for _, p := range o.Loaded.Model.Params() {
		all = append(all, p.Shape...)
	}
	return all
}

// quantiles are the lengths of rows whose scoring is measured, among those of the
// training rows.
var quantiles = []float64{0.1, 0.5, 0.9, 1}

// near is how far, as a ratio, a measured point may lie from what is asked.
const near = 1.12

// Of returns the points that an opened cell's batches and rows lie among, and
// measures those that are not known yet. note hears when something is measured.
func (c *Calibration) Of(ctx context.Context, cell *runs.Cell, o *runs.Opened, note func(string)) (Measured, error) {
	k := key(o, cell.Recipe)
	known := c.known[k]
	m := measuring{cell: cell, o: o}
	batches, rows := m.unknownSteps(known.Steps), m.unknownEvals(known.Evals)
	if batches == nil && rows == nil {
		return known, nil
	}
	note(fmt.Sprintf("%s × %s: measuring some steps on this machine", cell.Model.Name, cell.Task.Name))
	measure := c.measure
	if measure == nil {
		measure = (*measuring).measure
	}
	more, err := measure(&m, ctx, batches, rows)
	if err != nil {
		return known, err
	}
	known.Steps, known.Evals = known.Steps.with(more.Steps), known.Evals.with(more.Evals)
	c.known[k] = known
	return known, nil
}

// with returns the points together, in order.
func (p Points) with(more Points) Points {
	all := slices.Concat(p, more)
	slices.SortFunc(all, func(a, b Point) int { return cmp.Compare(a.At, b.At) })
	return all
}

// cover reports whether a point lies near a size.
func (p Points) cover(at float64) bool {
	return slices.ContainsFunc(p, func(x Point) bool { return x.At <= at*near && at <= x.At*near })
}

// tokensOf is the number of tokens that a model reads for rows.
func tokensOf(d *objectives.Labelled, rows []int, r configs.Recipe) (n int) {
	for _, i := range rows {
		n += padded(d.Length(i), r)
	}
	return n
}

// byLength returns the examples by their number of tokens.
func byLength(d *objectives.Labelled) []int {
	all := make([]int, d.Len())
	for i := range all {
		all[i] = i
	}
	slices.SortStableFunc(all, func(a, b int) int { return d.Length(a) - d.Length(b) })
	return all
}

// around returns n rows next to the quantile q.
func around(rows []int, q float64, n int) []int {
	n = min(n, len(rows))
	first := int(q*float64(len(rows))) - n/2
	first = max(0, min(first, len(rows)-n))
	return rows[first : first+n]
}

// padded is the number of tokens that a model reads for a row of n.
func padded(n int, r configs.Recipe) int {
	if r.Padding == configs.PaddingMaxLength {
		return max(n, r.MaxLength)
	}
	return n
}

// seconds is the time at a size.
func (p Points) seconds(at float64) float64 {
	return p.line(at, func(x Point) float64 { return x.Seconds })
}

// rate is a time for each token at a size: of one point, that point's.
func (p Points) rate(at float64) float64 {
	if len(p) == 1 {
		return p[0].Seconds
	}
	return p.seconds(at)
}

// line returns a quantity at a size, on the line through the two points next to it;
// beyond the last ones, on theirs. Of one point it is proportional.
func (p Points) line(at float64, of func(Point) float64) float64 {
	switch len(p) {
	case 0:
		return 0
	case 1:
		return of(p[0]) * at / max(1, p[0].At)
	}
	i := 1
	for i < len(p)-1 && p[i].At < at {
		i++
	}
	a, b := p[i-1], p[i]
	slope := (of(b) - of(a)) / max(1e-9, b.At-a.At)
	return max(0, of(a)+slope*(at-a.At))
}
