package datasets

import "fmt"

// Error is bad data at its place: "ratings_train.txt:3: message".
type Error struct {
	File string // base name; of a file that is not there, the path
	Line int    // from 1; 0: the file as a whole
	Msg  string
	Err  error // what caused it; may be nil
}

func (e *Error) Error() string {
	msg := e.Msg
	if e.Err != nil {
		if msg != "" {
			msg += ": "
		}
		msg += e.Err.Error()
	}
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.File, msg)
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, msg)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// mostFaults is how many bad rows of a file are told one by one.
const mostFaults = 20

// Faults are the bad rows of a file, in its order. Reading goes on after a bad
// row, so that one reading shows them all; a file with any is not used.
type Faults struct {
	Rows []*Error // the first ones
	More int      // how many more there are
}

func (f *Faults) add(e *Error) {
	if len(f.Rows) == mostFaults {
		f.More++
		return
	}
	f.Rows = append(f.Rows, e)
}

// err returns f, or nil if there are none.
func (f *Faults) err() error {
	if len(f.Rows) == 0 {
		return nil
	}
	return f
}

// Error tells the first bad row and how many there are besides.
func (f *Faults) Error() string {
	switch n := len(f.Rows) - 1 + f.More; n {
	case 0:
		return f.Rows[0].Error()
	case 1:
		return f.Rows[0].Error() + " (and 1 more bad row)"
	default:
		return fmt.Sprintf("%v (and %d more bad rows)", f.Rows[0], n)
	}
}

// Unwrap returns the rows' errors.
func (f *Faults) Unwrap() []error {
	errs := make([]error, len(f.Rows))
	for i, e := range f.Rows {
		errs[i] = e
	}
	return errs
}
