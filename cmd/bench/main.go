// Command bench fine-tunes and scores Korean pretrained language models on
// seven tasks and turns the runs into tables, plots and comparisons.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
