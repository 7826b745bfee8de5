package weights

import (
	"fmt"
	"slices"
	"strings"
)

// MissingError lists parameters of the architecture itself that a checkpoint lacks.
type MissingError struct{ Names []string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("%d tensors are missing: %s", len(e.Names), strings.Join(shorten(e.Names), ", "))
}

func shorten(names []string) []string {
	const most = 8
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", len(names)-most))
}

// ShapeError says that a checkpoint's tensor does not fit its parameter.
type ShapeError struct {
	Name      string
	Got, Want []int
}

func (e *ShapeError) Error() string {
	return fmt.Sprintf("%s: shape %v, want %v", e.Name, e.Got, e.Want)
}

// ValuesError says that a checkpoint's tensor holds values that are not finite.
type ValuesError struct {
	Name     string
	NaN, Inf int // of Of values
	Of       int
}

func (e *ValuesError) Error() string {
	return fmt.Sprintf("%s: %d of %d values are not finite (%d NaN, %d infinite)", e.Name, e.NaN+e.Inf, e.Of, e.NaN, e.Inf)
}
