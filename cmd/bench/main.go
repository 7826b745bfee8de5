// Command bench fine-tunes and scores Korean pretrained language models on
// seven tasks and turns the runs into tables, plots and comparisons.
package main

import (
	"fmt"
	"os"
)

func main() { os.Exit(process()) }

// process runs the program on the process's own streams. What the file system tells
// when standard output is closed, a full disk across the network, counts too.
func process() int {
	status := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if err := os.Stdout.Close(); err != nil && status == statusDone {
		fmt.Fprintf(os.Stderr, "bench: standard output: %v\n", err)
		return statusFault
	}
	return status
}
