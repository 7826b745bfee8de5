//go:build unix && !(linux && amd64)

package main

import "errors"

func traceMain([]string) error { return errors.New("trace: this takes ptrace on linux/amd64") }
