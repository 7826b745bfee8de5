// Package hf reads and writes Hugging Face directories: config.json, weights
// in safetensors and pytorch_model.bin, model cards, and the cache that the
// hub's own client fills.
package hf

import "fmt"

// Error says what is wrong with a file of a model directory.
type Error struct {
	File   string // its name, without the directory
	Tensor string // empty: the fault is not one tensor's
	Msg    string
	Err    error // the cause, where there is one
}

func (e *Error) Error() string {
	s := e.File
	if e.Tensor != "" {
		s += ": " + e.Tensor
	}
	if e.Msg != "" {
		s += ": " + e.Msg
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// fault returns an Error about a whole file.
func fault(file, format string, args ...any) *Error {
	return &Error{File: file, Msg: fmt.Sprintf(format, args...)}
}

// tensorFault returns an Error about one tensor of a file.
func tensorFault(file, tensor, format string, args ...any) *Error {
	return &Error{File: file, Tensor: tensor, Msg: fmt.Sprintf(format, args...)}
}
