package weights

import "slices"

// Parameter is what a model looks for.
type Parameter struct {
	Name    string
	Aliases []string // names under which a checkpoint may have it besides or in place of its own
	Shape   []int
	Head    bool // stands on top of the base model: a checkpoint may lack it
	Redraw  bool // keeps its random values whatever the checkpoint has
}

// Loaded says what of a checkpoint was used.
type Loaded struct {
	Drawn      []string // parameters of the head that the checkpoint lacks: they keep their random values
	Unexpected []string // tensors that the model has no use for, such as another head's
}

// Fit says how a checkpoint fits a model. A part of what is missing or of
// another shape keeps the model from being loaded.
type Fit struct {
	Loaded
	Missing []string      // parameters of the architecture itself that the checkpoint lacks
	Shapes  []*ShapeError // tensors that are not of their parameter's shape

	names []string // by parameter: the tensor's name in the checkpoint; "": none that fits
}

// Err returns what keeps the checkpoint from being loaded: nil, a
// *MissingError, or the first *ShapeError.
func (f *Fit) Err() error {
	switch {
	case len(f.Missing) > 0:
		return &MissingError{f.Missing}
	case len(f.Shapes) > 0:
		return f.Shapes[0]
	}
	return nil
}

// Compare finds the parameters in src by their names, with or without the
// architecture's prefix ("bert."), and compares shapes. It reads no values.
func Compare(src Source, prefix string, params []Parameter) *Fit {
	c := checkpoint{prefix: prefix, shapes: map[string][]int{}, used: map[string]bool{}}
	for _, n := range src.Names() {
		c.shapes[n] = src.Shape(n)
	}
	f := &Fit{names: make([]string, len(params))}
	for i := range params {
		p := &params[i]
		if p.Redraw {
			f.Drawn = append(f.Drawn, p.Name)
			continue
		}
		name, ok := c.find(p)
		switch {
		case ok && !slices.Equal(c.shapes[name], p.Shape):
			f.Shapes = append(f.Shapes, &ShapeError{Name: name, Got: c.shapes[name], Want: p.Shape})
		case ok:
			f.names[i] = name
		case p.Head:
			f.Drawn = append(f.Drawn, p.Name)
		default:
			f.Missing = append(f.Missing, p.Name)
		}
	}
	for _, n := range src.Names() {
		if !c.used[n] && !isBuffer(n) {
			f.Unexpected = append(f.Unexpected, n)
		}
	}
	return f
}
