// Command bench fine-tunes and scores Korean pretrained language models on
// seven tasks and turns the runs into tables, plots and comparisons.
package main

import (
	"os"
	"time"
)

// started is when the program was.
var started = time.Now()

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
