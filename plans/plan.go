// Package plans fixes in a file what a suite would run: every cell with its
// identity, its state, and what it costs in steps, tokens, time, memory and disk.
package plans

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/lmkor/bench/internal/atomicfile"
)

// Schema is the version of the plan files that this program writes.
const Schema = 1

// maxBytes bounds a plan file: 10,000 cells take some 20 MB.
const maxBytes = 1 << 28

// The states of a cell when the plan was made.
const (
	ToTrain  = "to_train"
	Resumes  = "resumes"  // an interrupted run is there and will be taken up
	Finished = "finished" // nothing is left to do
	Conflict = "conflict" // a run of another identity stands in its place
	Missing  = "missing"  // a model or a file is not there
)

// Plan is what would run. It is immutable: Hash covers all the rest of it.
type Plan struct {
	Schema  int    `json:"schema"`
	Hash    string `json:"hash"`
	Program string `json:"program"` // the version that made it
	Runs    string `json:"runs"`    // absolute: the folder of runs
	Cells   []Cell `json:"cells"`
	Total   Total  `json:"total"`
}

// Cell is one training of a plan, complete: no suite, recipe or flag is needed
// to run it. Paths are absolute.
type Cell struct {
	Cell     int    `json:"cell"` // its number, from 0
	Model    string `json:"model"`
	Task     string `json:"task"`
	Seed     uint64 `json:"seed"`
	Identity string `json:"identity"` // of the run; empty where something is missing
	Portable string `json:"portable"` // the same on every set of kernels
	State    string `json:"state"`

	Step      int      `json:"step,omitempty"`             // where a resumed run stands
	Steps     int      `json:"steps"`                      // of the whole training
	Tokens    int64    `json:"tokens"`                     // of the whole training, padding left out
	Seconds   float64  `json:"seconds"`                    // still to go, on the machine that made the plan
	MemoryMB  float64  `json:"memory_mb"`                  // the largest resident set, 10^6 bytes
	DeviceMB  float64  `json:"device_memory_mb,omitempty"` // of the device that computes, where it is not the processor
	DeviceHas float64  `json:"device_has_mb,omitempty"`    // what it has
	DiskMB    float64  `json:"disk_mb"`                    // of the run and of the state beside it, 10^6 bytes
	Missing   []string `json:"missing"`
	Settings  []string `json:"settings,omitempty"`  // of a point of a grid, field=value
	Different []string `json:"different,omitempty"` // from a finished run that has the place: this one goes beside it

	Dir       string            `json:"dir"`       // of the run
	ModelFrom string            `json:"model_arg"` // what --model would name
	TaskFrom  string            `json:"task_arg"`  // what --task would name
	DataDir   string            `json:"data_dir,omitempty"`
	Files     map[string]string `json:"files,omitempty"` // by split, the user's own
	Labels    map[string]string `json:"labels,omitempty"`
	Tokenizer *Tokenizer        `json:"tokenizer,omitempty"`
	Recipe    json.RawMessage   `json:"recipe"`            // every field, resolved
	Threads   int               `json:"threads,omitempty"` // that were asked for; 0: all of the machine that runs it
}

// Tokenizer is what the user said of the model's tokenizer in place of its files.
type Tokenizer struct {
	Class string `json:"class,omitempty"`
	Moran string `json:"moran,omitempty"`
}

// Total adds up the cells that are still to do.
type Total struct {
	Cells    int     `json:"cells"` // all, the finished included
	ToDo     int     `json:"to_do"`
	Steps    int     `json:"steps"`
	Tokens   int64   `json:"tokens"`
	Seconds  float64 `json:"seconds"`   // one cell after the other
	MemoryMB float64 `json:"memory_mb"` // of the largest cell
	DeviceMB float64 `json:"device_memory_mb,omitempty"`
	DiskMB   float64 `json:"disk_mb"`
	Missing  int     `json:"missing"` // cells that can't run
}

// New returns the plan of the cells, numbered in their order, with its total and
// its hash.
func New(program, runs string, cells []Cell) (*Plan, error) {
	p := &Plan{Schema: Schema, Program: program, Runs: runs, Cells: cells}
	for i := range p.Cells {
		c := &p.Cells[i]
		c.Cell = i
		if c.Missing == nil {
			c.Missing = []string{}
		}
		p.Total.add(c)
	}
	var err error
	p.Hash, err = p.sum()
	return p, err
}

func (t *Total) add(c *Cell) {
	t.Cells++
	switch c.State {
	case Finished:
		return
	case Missing, Conflict:
		t.Missing++
	}
	t.ToDo++
	t.Steps += max(0, c.Steps-c.Step)
	t.Tokens += c.Tokens
	t.Seconds += c.Seconds
	t.DiskMB += c.DiskMB
	t.MemoryMB, t.DeviceMB = max(t.MemoryMB, c.MemoryMB), max(t.DeviceMB, c.DeviceMB)
}

// sum is the SHA-256 of the plan without its hash.
func (p *Plan) sum() (string, error) {
	bare := *p
	bare.Hash = ""
	text, err := encode(&bare)
	return fmt.Sprintf("%x", sha256.Sum256(text)), err
}

func encode(p *Plan) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(p)
	return b.Bytes(), err
}

// Write writes the plan to path, whole or not at all.
func (p *Plan) Write(path string) error {
	text, err := encode(p)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Encode returns the plan as its file holds it.
func (p *Plan) Encode() ([]byte, error) { return encode(p) }

// Read reads a plan and checks its hash: a plan that was edited is refused, since
// its estimates and identities would no longer be those of its cells.
func Read(path string) (*Plan, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxBytes {
		return nil, fmt.Errorf("%s: want a plan file of at most %d MB", path, maxBytes>>20)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var p Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("%s: no plan: %w", path, err)
	}
	if err := p.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &p, nil
}

func (p *Plan) check() error {
	switch {
	case p.Schema == 0 || p.Hash == "":
		return errors.New("no plan: want a file that 'bench plan -o' wrote")
	case p.Schema > Schema:
		return fmt.Errorf("a plan of schema %d: this program reads up to %d, get a newer one", p.Schema, Schema)
	}
	// The recipes' white space is the file's indentation; encode sets it anew, so
	// the sum does not depend on it.
	sum, err := p.sum()
	if err != nil {
		return err
	}
	if sum != p.Hash {
		return fmt.Errorf("the plan was changed after it was made (its hash is %.12s, "+
			"its content's %.12s): make it anew with 'bench plan'",
			p.Hash, sum)
	}
	for i, c := range p.Cells {
		if c.Cell != i {
			return fmt.Errorf("cell %d is called %d", i, c.Cell)
		}
	}
	return nil
}

// Cell returns cell number n.
func (p *Plan) Cell(n int) (*Cell, error) {
	if n < 0 || n >= len(p.Cells) {
		return nil, fmt.Errorf("--cell %d: the plan has %d cells, from 0", n, len(p.Cells))
	}
	return &p.Cells[n], nil
}

// Open returns the numbers of the cells that can run and are not finished, in
// the plan's order.
func (p *Plan) Open() []int {
	var all []int
	for _, c := range p.Cells {
		if c.State != Finished && c.State != Missing && c.State != Conflict {
			all = append(all, c.Cell)
		}
	}
	return all
}
