package remote

import (
	"math"
	"reflect"

	"github.com/lmkor/bench/device"
)

// calls are the copies of calls that later ones name, by the address of what was
// copied.
type calls map[uintptr]reflect.Value

// copied returns a call with memory of the CPU in the place of addresses and slices
// of its own.
func (r *Backend) copied(c device.Call) device.Call {
	v := reflect.ValueOf(c)
	mine := reflect.New(v.Type().Elem())
	mine.Elem().Set(r.value(v.Elem()))
	r.known[v.Pointer()] = mine
	return mine.Interface().(device.Call)
}

// value copies a value. Another call is the copy that was made when it was run;
// numbers that calls leave to each other stay where they are.
func (r *Backend) value(v reflect.Value) reflect.Value {
	if v.Type() == reflect.TypeFor[device.Buffer]() {
		return reflect.ValueOf(r.host(v.Interface().(device.Buffer)))
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return v
		}
		if v.Type().Implements(reflect.TypeFor[device.Call]()) {
			known, ok := r.known[v.Pointer()]
			if !ok || known.Type() != v.Type() {
				panic("remote: a " + v.Type().String() + " is named that was not run")
			}
			return known
		}
		c := reflect.New(v.Type().Elem())
		c.Elem().Set(r.value(v.Elem()))
		return c
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(r.value(v.Field(i)))
			}
		}
		return c
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(r.value(v.Index(i)))
		}
		return c
	}
	return v
}

// forget spoils what a call will leave on the host.
func forget(c device.Call) {
	switch c := c.(type) {
	case *device.Products:
		for _, p := range c.List {
			if p.Squares != nil {
				*p.Squares = math.NaN()
			}
		}
	case *device.Squares:
		c.Sum = math.NaN()
	case *device.AdamW:
		c.Broken = math.MaxInt
	case *device.Finite:
		c.OK = false
	}
}

// answer leaves on the host what the copy of a call has computed.
func answer(c, mine device.Call) {
	switch c := c.(type) {
	case *device.Squares:
		c.Sum = mine.(*device.Squares).Sum
	case *device.AdamW:
		c.Broken = mine.(*device.AdamW).Broken
	case *device.Finite:
		c.OK = mine.(*device.Finite).OK
	}
}
