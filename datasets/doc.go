// Package datasets reads the official task files to records that know their
// file and line.
package datasets

import "fmt"

// Error is bad data at its place: "ratings_train.txt:3: message".
type Error struct {
	File string // base name
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
