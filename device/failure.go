package device

import "fmt"

// Failure is what a backend panics with when its device can do no more: it was
// lost, or its memory is exhausted. What a training has saved is untouched. Nothing
// can be computed on the backend any more.
type Failure struct {
	Device string
	Err    error
	Advice string // what whoever runs the program may do
	// TooLarge tells that memory was exhausted by what was computed: something smaller may do.
	// On a device that was lost, hangs or does not open nothing will.
	TooLarge bool
}

func (f *Failure) Error() string {
	s := fmt.Sprintf("device %s: %v", f.Device, f.Err)
	if f.Advice != "" {
		s += ": " + f.Advice
	}
	return s
}

// Unwrap returns what the device's driver said.
func (f *Failure) Unwrap() error { return f.Err }

// Caught is deferred where a computation begins: it makes *err of a backend's
// Failure, and lets any other panic go on.
func Caught(err *error) {
	switch p := recover().(type) {
	case nil:
	case *Failure:
		*err = p
	default:
		panic(p)
	}
}
