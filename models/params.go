package models

import (
	"fmt"
	"strings"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/models/initial"
	"github.com/lmkor/bench/ops"
)

// Param is a parameter under its Hugging Face name.
type Param struct {
	Name  string
	Shape []int // as the checkpoint has it: vectors have one dimension
	*nn.Param
	// Aliases are the names under which a checkpoint may have the tensor
	// besides or in place of its own, such as those of modules tied to it.
	Aliases []string

	init initKind
	std  float64 // of initNormal; 0: the config's
	head bool    // stands on top of the base model: a checkpoint may lack it
	task bool    // belongs to one task's labels
}

// Floats returns the parameter's values: those in the host's memory without copying
// them, others read back from their device.
func (p Param) Floats() []float32 { return ops.Of(p.Param).Floats() }

// Decays reports whether the reference recipe's weight decay applies: to names
// that hold neither "bias" nor "LayerNorm.weight".
func (p Param) Decays() bool {
	return !strings.Contains(p.Name, "bias") && !strings.Contains(p.Name, "LayerNorm.weight")
}

type initKind int

const (
	initNormal initKind = iota // mean 0
	initZero
	initOne
	initUniform   // between 0 and the config's initializer range
	initSinusoids // of the row: sines in even columns, cosines in odd ones (Vaswani et al. 2017)
)

// builder collects parameters, in the order of the modules, under the names
// that they have in a checkpoint.
type builder struct {
	params     []Param
	head, task bool      // of the parameters to come
	twin       [2]string // modules under the first prefix are tied to ones under the second
	room       int       // values that may still be added
}

// tooLarge says that a config's sizes are beyond all that its weights have.
type tooLarge struct{ tensor string }

func (e *tooLarge) Error() string {
	return fmt.Sprintf("config.json: the sizes are far beyond those of the weights, from %s on", e.tensor)
}

func (b *builder) add(name string, kind initKind, shape ...int) *nn.Param {
	const least = 1 << 10 // what a tensor counts for: so many tiny ones are too many, too
	rows, cols := 1, shape[len(shape)-1]
	for i, n := range shape {
		if n > max(b.room, 0)/max(rows, 1) {
			panic(&tooLarge{name})
		}
		if i < len(shape)-1 {
			rows *= n
		}
	}
	if b.room -= max(rows*cols, least); b.room < 0 {
		panic(&tooLarge{name})
	}
	p := ops.NewParam(ops.Storage(rows, cols), rows, cols)
	x := Param{Name: name, Shape: shape, Param: p, init: kind, head: b.head || b.task, task: b.task}
	if rest, ok := strings.CutPrefix(name, b.twin[0]); ok && b.twin[0] != "" {
		x.Aliases = append(x.Aliases, b.twin[1]+rest)
	}
	b.params = append(b.params, x)
	return p
}

// of returns the record of a parameter that the builder has made.
func (b *builder) of(p *nn.Param) *Param {
	for i := range b.params {
		if b.params[i].Param == p {
			return &b.params[i]
		}
	}
	panic("models: a parameter that the builder did not make")
}

// std sets the deviation of a parameter's random values.
func (b *builder) std(p *nn.Param, std float64) { b.of(p).std = std }

// alias adds names that a checkpoint may have for a parameter.
func (b *builder) alias(p *nn.Param, names ...string) {
	x := b.of(p)
	x.Aliases = append(x.Aliases, names...)
}

func (b *builder) weight(name string, shape ...int) *nn.Param {
	return b.add(name, initNormal, shape...)
}
func (b *builder) zeros(name string, shape ...int) *nn.Param { return b.add(name, initZero, shape...) }

// linear is a weight [out, in] and a bias.
func (b *builder) linear(prefix string, in, out int) Linear {
	return Linear{W: b.weight(prefix+".weight", out, in), B: b.zeros(prefix+".bias", out)}
}

func (b *builder) norm(prefix string, size int, eps float64) Norm {
	return Norm{W: b.add(prefix+".weight", initOne, size), B: b.zeros(prefix+".bias", size), eps: float32(eps)}
}

// initialize draws the parameter's starting values from the seed and its name
// alone, so that a head added to a checkpoint does not depend on the rest.
func (p Param) initialize(seed uint64, c *Config) {
	x, initRange := p.Floats(), c.initRange()
	switch p.init {
	case initZero:
		clear(x)
	case initOne:
		for i := range x {
			x[i] = 1
		}
	case initSinusoids:
		initial.Sinusoids(x, p.Shape[1])
	case initUniform:
		initial.Uniform(x, seed, p.Name, initRange)
	case initNormal:
		std := p.std
		if std == 0 {
			std = initRange
		}
		initial.Normal(x, seed, p.Name, std, c.Threads)
	}
}

// Count returns the number of values of all parameters.
func Count(params []Param) int {
	n := 0
	for _, p := range params {
		n += ops.Of(p.Param).Size()
	}
	return n
}
