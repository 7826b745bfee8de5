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
	"strings"
	"time"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/plots"
)

// Page is what a report shows.
type Page struct {
	Title      results.Text
	Lang       results.Lang         // the language that the page opens in
	Boards     []*board.Leaderboard // of each selection, the one that is shown first first
	Runs       []results.Run
	Study      *compare.Study                     // of every two models; nil where there are none to compare
	Uncompared []Uncompared                       // what was too much to compare
	Unjudged   results.Text                       // why there is no Study
	Labels     map[string][]string                // of tasks, in their order; others show labels sorted
	LabelNames map[string]map[string]results.Text // of tasks: what a label means
	Hardest    int                                // examples a task
	Program    results.Text
	Date       time.Time // of the page; zero says nothing
}

//go:embed page
var files embed.FS

var templates = template.Must(template.New("").Funcs(words(results.English)).ParseFS(files, "page/*.html"))

// words are what templates say texts with, in a page that opens in a language:
// t a text in both languages, label a name for those who listen, data what the
// page's script takes from an element when the language is switched, say the text
// that stands there until then.
func words(lang results.Lang) template.FuncMap {
	return template.FuncMap{
		"t":     func(en, ko string) template.HTML { return shown(results.Text{English: en, Korean: ko}) },
		"shown": shown, "plain": results.Plain, "named": named, "valued": valued,
		"say":  lang.Or,
		"data": func(en, ko string) template.HTMLAttr { return dataOf(results.Text{English: en, Korean: ko}) },
		"label": func(en, ko string) template.HTMLAttr {
			return template.HTMLAttr(`aria-label="`+template.HTMLEscapeString(lang.Or(en, ko))+`" `) +
				dataOf(results.Text{English: en, Korean: ko})
		},
		"printf": fmt.Sprintf,
	}
}

// dataOf are a text's two languages as attributes.
func dataOf(t results.Text) template.HTMLAttr {
	return template.HTMLAttr(`data-en="` + template.HTMLEscapeString(t.English) + `" data-ko="` +
		template.HTMLEscapeString(t.Korean) + `"`)
}

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
	pages, err := templates.Clone()
	if err != nil {
		return err
	}
	pages.Funcs(words(p.lang()))
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
		if err := pages.ExecuteTemplate(out, s.file, data); err != nil {
			return fmt.Errorf("%s: %w", s.file, err)
		}
	}
	return out.Flush()
}

// shown is a text in both languages, of which the page shows one.
func shown(t results.Text) template.HTML {
	if t.English == t.Korean {
		return escaped(t.English)
	}
	return template.HTML(`<span class="en" lang="en">` + template.HTMLEscapeString(t.English) +
		`</span><span class="ko" lang="ko">` + template.HTMLEscapeString(t.Korean) + `</span>`)
}

// plainOf takes out of a text what would break out of its line.
func plainOf(t results.Text) results.Text {
	return results.Text{English: results.Plain(t.English), Korean: results.Plain(t.Korean)}
}

// failed says that something could not be read.
func failed(err error) template.HTML {
	return shown(plainOf(results.Textf("Left out: %v", "제외(읽지 못함): %v", err)))
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
	Title       results.Text
	Lang, CSP   string
	Style       template.CSS
	Tasks       []board.Column
	Warnings    []template.HTML
	HasVerdicts bool
}

// pageStyle is the page's style, with the colours of figures in its themes.
func pageStyle() (string, error) {
	style, err := files.ReadFile("page/style.css")
	return strings.NewReplacer("/* figures, light */", plots.Variables(false),
		"/* figures, dark */", plots.Variables(true)).Replace(string(style)), err
}

func (p Page) head() (headView, error) {
	style, err := pageStyle()
	if err != nil {
		return headView{}, err
	}
	script, err := files.ReadFile("page/script.js")
	if err != nil {
		return headView{}, err
	}
	sum := sha256.Sum256(script)
	var warnings []template.HTML
	for _, w := range p.Boards[0].Warnings {
		warnings = append(warnings, shown(plainOf(w)))
	}
	return headView{
		Title: plainOf(p.Title), Lang: string(p.lang()), Style: template.CSS(style), Tasks: p.columns(),
		Warnings: warnings, HasVerdicts: p.Study != nil || p.Unjudged.English != "",
		CSP: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-" +
			base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	}, nil
}

func (p Page) lang() results.Lang {
	if p.Lang == results.Korean {
		return results.Korean
	}
	return results.English
}

// footView is the end of the page.
type footView struct {
	Program results.Text
	Date    string
	Script  template.JS
}

func (p Page) foot() (footView, error) {
	script, err := files.ReadFile("page/script.js")
	f := footView{Program: p.Program, Script: template.JS(script)}
	if !p.Date.IsZero() {
		f.Date = p.Date.UTC().Format("2006-01-02 15:04 UTC")
	}
	return f, err
}
