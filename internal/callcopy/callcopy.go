// Package callcopy copies calls of a device with other buffers in the place of theirs,
// for backends and tests that run the calls of one memory in another.
package callcopy

import (
	"reflect"

	"github.com/lmkor/bench/device"
)

// Copier copies calls. What it has copied is known to it: a call behind that names
// one, or a number that two have in common, gets the same copy.
type Copier struct {
	Buffer func(device.Buffer) device.Buffer // what takes the place of a buffer
	// Whole has all copied that a call points to: numbers too, which calls leave to each
	// other and which else are those of the original, and calls that were not copied
	// before, which else are a mistake.
	Whole bool

	known map[uintptr]reflect.Value // copies, by the address of what was copied
}

// Copy returns a copy of a call with slices of its own. Without Whole it panics if the
// call names another that was not copied before.
func (c *Copier) Copy(call device.Call) device.Call {
	return c.behind(reflect.ValueOf(call)).Interface().(device.Call)
}

// behind copies what a pointer points to.
func (c *Copier) behind(v reflect.Value) reflect.Value {
	mine := reflect.New(v.Type().Elem())
	mine.Elem().Set(c.value(v.Elem()))
	if c.known == nil {
		c.known = map[uintptr]reflect.Value{}
	}
	c.known[v.Pointer()] = mine
	return mine
}

func (c *Copier) value(v reflect.Value) reflect.Value {
	if v.Type() == reflect.TypeFor[device.Buffer]() {
		return reflect.ValueOf(c.Buffer(v.Interface().(device.Buffer)))
	}
	switch v.Kind() {
	case reflect.Pointer:
		return c.pointer(v)
	case reflect.Struct:
		mine := reflect.New(v.Type()).Elem()
		mine.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				mine.Field(i).Set(c.value(v.Field(i)))
			}
		}
		return mine
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		mine := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			mine.Index(i).Set(c.value(v.Index(i)))
		}
		return mine
	}
	return v
}

func (c *Copier) pointer(v reflect.Value) reflect.Value {
	isCall := v.Type().Implements(reflect.TypeFor[device.Call]())
	switch known, ok := c.known[v.Pointer()]; {
	case v.IsNil():
		return v
	case ok && known.Type() == v.Type() && (isCall || c.Whole):
		return known
	case isCall && !c.Whole:
		panic("callcopy: a " + v.Type().String() + " is named that was not run")
	case v.Elem().Kind() != reflect.Struct && !c.Whole:
		return v
	}
	return c.behind(v)
}
