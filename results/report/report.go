// Package report writes runs as one HTML page that needs nothing else: the
// leaderboard, verdicts, plots, and of every task and run what lies behind the
// numbers. It reads one run's predictions at a time and keeps what it shows.
package report

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"time"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
)

// Page is what a report shows.
type Page struct {
	Title      string
	Lang       compare.Lang         // the language that the page opens in
	Boards     []*board.Leaderboard // of each selection, the one that is shown first first
	Runs       []results.Run
	Study      *compare.Study               // of every two models; nil where there are none to compare
	Uncompared []Uncompared                 // what was too much to compare
	Labels     map[string][]string          // of tasks, in their order; others show labels sorted
	LabelNames map[string]map[string]string // of tasks: what a label means
	Hardest    int                          // examples a task
	Program    string
	Date       time.Time // of the page; zero says nothing
}

//go:embed page
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"t": both, "plain": results.Plain, "percent": results.Printed,
	"metric": results.MetricTitle, "named": named, "valued": valued, "add": func(a, b int) int { return a + b },
}).ParseFS(files, "page/*.html"))

// section is a part of the page: a template, and what it shows, made when its
// turn has come.
type section struct {
	file string
	data func() (any, error)
}

// Save writes the page to a file, whole or not at all.
func Save(path string, p Page) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Write(w, p) })
}

// Write writes the page, section by section. What cannot be read of a run is said
// in its place.
func Write(w io.Writer, p Page) error {
	out := bufio.NewWriterSize(w, 1<<16)
	sections := []section{
		{"head.html", func() (any, error) { return p.head() }},
		{"scores.html", func() (any, error) { return p.scores() }},
		{"verdicts.html", func() (any, error) { return p.verdicts() }},
		{"grids.html", func() (any, error) { return p.grids(), nil }},
	}
	for _, c := range p.columns() {
		sections = append(sections, section{"task.html", func() (any, error) { return p.task(c) }})
	}
	sections = append(sections,
		section{"cost.html", func() (any, error) { return p.costs() }},
		section{"runs.html", func() (any, error) { return p.runs(), nil }},
		section{"foot.html", func() (any, error) { return p.foot() }})
	for _, s := range sections {
		data, err := s.data()
		if err != nil {
			return err
		}
		if err := templates.ExecuteTemplate(out, s.file, data); err != nil {
			return fmt.Errorf("%s: %w", s.file, err)
		}
	}
	return out.Flush()
}

// both is a text in both languages, of which the page shows one.
func both(en, ko string) template.HTML {
	return template.HTML(`<span class="en" lang="en">` + template.HTMLEscapeString(en) +
		`</span><span class="ko" lang="ko">` + template.HTMLEscapeString(ko) + `</span>`)
}

// columns are the tasks that the page has runs of.
func (p Page) columns() (all []board.Column) {
	for _, c := range p.Boards[0].Columns {
		if slices.ContainsFunc(p.Runs, func(r results.Run) bool { return r.Result.Task == c.Task }) {
			all = append(all, c)
		}
	}
	return all
}

// headView is the head of the page.
type headView struct {
	Title, Lang string
	CSP         string
	Style       template.CSS
	Tasks       []board.Column
	Warnings    []string
	HasVerdicts bool
}

func (p Page) head() (headView, error) {
	style, err := files.ReadFile("page/style.css")
	if err != nil {
		return headView{}, err
	}
	script, err := files.ReadFile("page/script.js")
	if err != nil {
		return headView{}, err
	}
	sum := sha256.Sum256(script)
	return headView{
		Title: results.Plain(p.Title), Lang: string(p.lang()), Style: template.CSS(style), Tasks: p.columns(),
		Warnings: p.Boards[0].Warnings, HasVerdicts: p.Study != nil,
		CSP: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	}, nil
}

func (p Page) lang() compare.Lang {
	if p.Lang == compare.Korean {
		return compare.Korean
	}
	return compare.English
}

// footView is the end of the page.
type footView struct {
	Program, Date string
	Script        template.JS
}

func (p Page) foot() (footView, error) {
	script, err := files.ReadFile("page/script.js")
	f := footView{Program: p.Program, Script: template.JS(script)}
	if !p.Date.IsZero() {
		f.Date = p.Date.UTC().Format("2006-01-02 15:04 UTC")
	}
	return f, err
}
