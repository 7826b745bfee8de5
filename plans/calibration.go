package plans

import (
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
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/trainers"
)

// Point is what one length of text was measured to cost.
type Point struct {
	Tokens      int     `json:"tokens"` // of a batch, padding included where the model reads it
	StepSeconds float64 `json:"step_seconds"`
	EvalSeconds float64 `json:"eval_seconds"`        // of the same rows
	ArenaMB     float64 `json:"arena_mb"`            // activations of the step, 10^6 bytes
	DeviceMB    float64 `json:"device_mb,omitempty"` // all that a device held, where one computes
}

// Points are what was measured of one model with one batch size, by tokens.
type Points []Point

// Calibration keeps points for every model on every machine, in a file of the
// user's cache.
type Calibration struct {
	Path  string // "": nothing is kept
	known map[string]Points
}

// OpenCalibration reads what earlier plans measured. A file that can't be read is
// none: it is measured again.
func OpenCalibration() *Calibration {
	c := &Calibration{known: map[string]Points{}}
	dir, err := os.UserCacheDir()
	if err != nil {
		return c
	}
	c.Path = filepath.Join(dir, "bench", "calibration.json")
	text, err := regular.ReadFile(c.Path, regular.Text)
	if err == nil && json.Unmarshal(text, &c.known) != nil {
		c.known = map[string]Points{}
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
	if err := os.MkdirAll(filepath.Dir(c.Path), 0o755); err != nil {
		return err
	}
	err = atomicfile.Write(c.Path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
	if errors.Is(err, fs.ErrPermission) { // a home that can't be written to
		return nil
	}
	return err
}

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
		CPU, Kernels string
		Threads      int
		Numerics     int
		Parameters   []int
		Type         string
		Batch        int
		Precision    string
	}{cpuid.CPU.BrandName, set, threads, results.Numerics, shapes(o), o.Loaded.Model.Config.ModelType,
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

// quantiles are the lengths of text that are measured, among those of the rows.
var quantiles = []float64{0.1, 0.5, 0.9, 1}

// near is how far, as a ratio, a measured point may lie from what is asked.
const near = 1.12

// Of returns the points that an opened cell's rows lie among, and measures those
// that are not known yet: three training steps and an evaluation for each of a
// few lengths. note hears when something is measured.
func (c *Calibration) Of(ctx context.Context, cell *runs.Cell, o *runs.Opened, note func(string)) (Points, error) {
	k := key(o, cell.Recipe)
	m := measuring{cell: cell, o: o, note: note}
	rows := byLength(o.Train)
	for _, q := range quantiles {
		subset := around(rows, q, cell.Recipe.BatchSize)
		tokens := 0
		for _, i := range subset {
			tokens += padded(o.Train.Length(i), cell.Recipe)
		}
		if c.known[k].cover(tokens) {
			continue
		}
		p, err := m.measure(ctx, subset)
		if err != nil {
			return nil, err
		}
		p.Tokens = tokens
		c.known[k] = append(c.known[k], p)
		slices.SortFunc(c.known[k], func(a, b Point) int { return a.Tokens - b.Tokens })
	}
	return c.known[k], nil
}

func (p Points) cover(tokens int) bool {
	for _, x := range p {
		a, b := float64(x.Tokens), float64(tokens)
		if a <= b*near && b <= a*near {
			return true
		}
	}
	return false
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

// measuring measures one opened cell.
type measuring struct {
	cell *runs.Cell
	o    *runs.Opened
	note func(string)
	told bool
}

// Steps that are measured, behind one that warms up.
const measuredSteps = 3

func (m *measuring) measure(ctx context.Context, rows []int) (p Point, err error) {
	defer device.Caught(&err)
	if !m.told {
		m.told = true
		m.note(fmt.Sprintf("%s × %s: measuring some steps on this machine", m.cell.Model.Name, m.cell.Task.Name))
	}
	if err := ctx.Err(); err != nil {
		return Point{}, err
	}
	examples := slices.Clone(m.o.Train.Examples[:0])
	for _, i := range rows {
		examples = append(examples, m.o.Train.Examples[i])
	}
	l := m.o.Loaded
	d, err := objectives.NewLabelled(l.Model, l.Tokenizer, m.cell.Task, examples, runs.Reading(m.cell.Recipe, 0))
	if err != nil {
		return Point{}, err
	}
	on, err := devices.Open(ctx, string(m.cell.Recipe.Device), m.cell.Recipe.Threads)
	if err != nil {
		return p, err
	}
	defer on.Close()
	defer l.Model.Place(ops.NewCPU())
	l.Model.Place(on.Backend)
	for range 2 { // the first warms up
		start := time.Now()
		if _, err := d.Predict(ctx, on.Backend); err != nil {
			return p, err
		}
		p.EvalSeconds = time.Since(start).Seconds()
	}
	opt := runs.Options(m.cell.Recipe)
	opt.Backend = on.Backend
	t, err := trainers.New(d, opt, nil, nil)
	if err != nil {
		return p, err
	}
	steps, err := t.Measure(1, measuredSteps, nil, nil)
	if err != nil {
		return p, err
	}
	var seconds []float64
	for _, s := range steps {
		seconds = append(seconds, s.Elapsed.Seconds())
	}
	slices.Sort(seconds)
	p.StepSeconds = seconds[len(seconds)/2]
	held, _ := t.Memory()
	p.ArenaMB = float64(held) / 1e6
	if on.GPU != nil {
		p.DeviceMB = float64(on.GPU.Footprint().All()) / 1e6
	}
	return p, nil
}

// at returns a quantity of a batch of so many tokens, on the line through the
// two points next to it; beyond the last ones, on theirs.
func (p Points) at(tokens int, of func(Point) float64) float64 {
	switch len(p) {
	case 0:
		return 0
	case 1:
		return of(p[0]) * float64(tokens) / float64(max(1, p[0].Tokens))
	}
	i := 1
	for i < len(p)-1 && p[i].Tokens < tokens {
		i++
	}
	a, b := p[i-1], p[i]
	slope := (of(b) - of(a)) / float64(max(1, b.Tokens-a.Tokens))
	return max(0, of(a)+slope*float64(tokens-a.Tokens))
}
