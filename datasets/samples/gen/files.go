package main

import (
	"slices"
	"strings"
)

// file is a file to be written, its path under the samples' folder.
type file struct{ path, text string }

// part is one file of a set and how many rows it has.
type part struct {
	path string
	rows int
}

// set is a task's sample: how its rows are made and written.
type set struct {
	seed   uint64
	header string // none: the file has no header
	shares []share
	parts  []part // training rows first
	draw   func(d *dice, label string) row
	line   func(r row, n int) string // of the n-th row, from 0
}

// sets lists all samples in the report's order.
var sets = []set{nsmc, naverNER, paws, kornli, korsts, questionPair, hateSpeech}

// files returns every file of the samples.
func files() []file {
	var all []file
	var training []string
	for _, s := range sets {
		d := &dice{state: s.seed}
		seen := map[string]bool{}
		for i, p := range s.parts {
			rows := draw(d, p.rows, s.shares, seen, func(label string) row { return s.draw(d, label) })
			all = append(all, file{path: p.path, text: s.text(rows)})
			if i > 0 {
				continue
			}
			for _, r := range rows {
				training = append(training, strings.Split(r.text, "\t")...)
			}
		}
	}
	return append(all, sentences(training))
}

// text writes rows as the official file has them.
func (s set) text(rows []row) string {
	var b strings.Builder
	if s.header != "" {
		b.WriteString(s.header + "\n")
	}
	for n, r := range rows {
		b.WriteString(s.line(r, n) + "\n")
	}
	return b.String()
}

// sentences is plain text, one sentence a line: a draw from all training rows.
func sentences(training []string) file {
	const most = 1000
	slices.Sort(training)
	training = slices.Compact(training)
	shuffle(&dice{state: 8}, training)
	return file{path: "text/sentences.txt", text: strings.Join(training[:most], "\n") + "\n"}
}

// even gives every label the same share.
func even(labels ...string) []share {
	var all []share
	for _, l := range labels {
		all = append(all, share{l, 100 / len(labels)})
	}
	return all
}

// tabbed writes a text or a pair and its label.
func tabbed(r row, _ int) string { return r.text + "\t" + r.label }
