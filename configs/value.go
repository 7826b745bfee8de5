package configs

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// The words among the values of freeze and class_weights.
const (
	nothing    = "none"
	embeddings = "embeddings"
	balanced   = "balanced"
)

// Freeze is which parameters do not change: none, the embeddings, or with them
// the first so many layers.
type Freeze struct {
	Embeddings bool
	Layers     int
}

// MarshalJSON writes none, embeddings, or the number of layers.
func (f Freeze) MarshalJSON() ([]byte, error) {
	switch {
	case f.Layers > 0:
		return json.Marshal(f.Layers)
	case f.Embeddings:
		return json.Marshal(embeddings)
	}
	return json.Marshal(nothing)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (f *Freeze) UnmarshalJSON(b []byte) (err error) {
	*f, err = parseFreeze(strings.Trim(string(b), `"`))
	return err
}

func parseFreeze(s string) (Freeze, error) {
	switch s {
	case nothing:
		return Freeze{}, nil
	case embeddings:
		return Freeze{Embeddings: true}, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > math.MaxInt32 {
		return Freeze{}, strconv.ErrSyntax
	}
	return Freeze{Embeddings: true, Layers: n}, nil
}

// ClassWeights is how much each class counts in the loss: all alike, in inverse
// proportion to their examples, or as listed, in the order of the task's labels.
type ClassWeights struct {
	Balanced bool
	List     []float64
}

// MarshalJSON writes none, balanced, or the list.
func (w ClassWeights) MarshalJSON() ([]byte, error) {
	switch {
	case w.Balanced:
		return json.Marshal(balanced)
	case w.List != nil:
		return json.Marshal(w.List)
	}
	return json.Marshal(nothing)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (w *ClassWeights) UnmarshalJSON(b []byte) (err error) {
	*w, err = parseClassWeights(strings.Trim(string(b), `"`))
	return err
}

// parseClassWeights reads none, balanced, or numbers with commas between them,
// in brackets or not.
func parseClassWeights(s string) (ClassWeights, error) {
	switch s {
	case nothing:
		return ClassWeights{}, nil
	case balanced:
		return ClassWeights{Balanced: true}, nil
	}
	inner, open := strings.CutPrefix(s, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if open != closed {
		return ClassWeights{}, strconv.ErrSyntax
	}
	var w ClassWeights
	for _, part := range strings.Split(inner, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return ClassWeights{}, err
		}
		w.List = append(w.List, v)
	}
	return w, nil
}

// ok reports whether the list can weigh classes: two or more, finite, not below
// 0, not all 0.
func (w ClassWeights) ok() bool {
	var sum float64
	for _, v := range w.List {
		if !(v >= 0) || math.IsInf(v, 0) {
			return false
		}
		sum += v
	}
	return w.List == nil || len(w.List) > 1 && sum > 0 && sum < 1e30
}

// Device is what trains and scores.
type Device string

// CPU is the machine's own processor.
const CPU Device = "cpu"

// ok reports whether the setting can mean a device on some machine.
func (d Device) ok() bool {
	number, numbered := strings.CutPrefix(string(d), "vulkan:")
	n, err := strconv.Atoi(number)
	return d == CPU || d == "auto" || d == "vulkan" || numbered && err == nil && n >= 0 && strconv.Itoa(n) == number
}
