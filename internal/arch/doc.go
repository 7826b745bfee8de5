// Package arch holds the tests that keep the sources as DESIGN.md and CONTRIBUTING.md
// say: imports, sizes, lines, words, and the walk of a batch.
package arch
