package report

import (
	"cmp"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/plots"
)

// taskView is what lies behind a column.
type taskView struct {
	Task, Title string
	Verdicts    []template.HTML
	LeftOut     []template.HTML // of the verdicts
	Curves      template.HTML
	Calibration template.HTML
	Models      []modelView
	Hardest     []hardView
	Easy        bool // no run answers any example wrong
	Pair        bool // examples have two texts
	Notes       []template.HTML

	Uncurved, Uncalibrated template.HTML // why a figure is not there
}

// modelView is one model's answers, of its first run.
type modelView struct {
	Name      string
	Seed      string // of several runs the first's
	Groups    []groupRow
	Confusion *confusion
	Entities  bool
}

type groupRow struct {
	Name                           template.HTML
	Precision, Recall, F1, Support string
}

type confusion struct {
	Labels []template.HTML
	Rows   []confusionRow
}

type confusionRow struct {
	Label template.HTML
	Cells []confusionCell
}

type confusionCell struct {
	N     int
	Shade int // 0 to 10: the share of its gold class, in tenths
	Right bool
}

// hardView is an example that many models get wrong.
type hardView struct {
	ID, Text, Pair string
	Wrong, Of      int
	Gold, Answers  template.HTML
}

// judge tells the verdicts of the task, and what is left out of it, each once: a
// task that one side lacks is noted at another one.
func (v *taskView) judge(study *compare.Study) {
	if study == nil {
		return
	}
	for _, pair := range study.Pairs {
		for _, c := range pair.Tasks {
			if c.Task == v.Task {
				v.Verdicts = append(v.Verdicts, shown(c.Text()))
			}
		}
		for _, note := range pair.LeftOutText(v.Task) {
			if html := shown(plainOf(note)); !slices.Contains(v.LeftOut, html) {
				v.LeftOut = append(v.LeftOut, html)
			}
		}
	}
}

func (p Page) task(col board.Column) (taskView, error) {
	v := taskView{Task: col.Task, Title: results.Plain(col.Title)}
	v.judge(p.Study)
	if curves, err := plots.CurvesOf(p.Boards[0], p.Runs, col.Task); err != nil {
		v.Notes = append(v.Notes, failed(err))
	} else {
		f, none := plots.Curves(col.Title, col.Metric, curves)
		if v.Curves, v.Uncurved, err = p.drawn(f, none); err != nil {
			return v, err
		}
	}
	return v, p.answers(&v, col)
}

// answers reads the predictions of a task's runs, one file at a time.
func (p Page) answers(v *taskView, col board.Column) error {
	var reliable []plots.Reliability
	hard := hardness{}
	for _, row := range p.Boards[0].Rows {
		var confidence []float32
		var right []bool
		for i, path := range row.Cells[col.Task].Runs {
			k := slices.IndexFunc(p.Runs, func(r results.Run) bool { return r.Path == path })
			if k < 0 {
				continue
			}
			a, err := p.Runs[k].Answers(results.Reading{Labels: p.Labels[col.Task], Detail: true})
			if err != nil {
				v.Notes = append(v.Notes, failed(err))
				continue
			}
			if i == 0 {
				m := p.model(row.Model, col.Task, a)
				if len(row.Cells[col.Task].Runs) > 1 {
					m.Seed = strconv.FormatUint(p.Runs[k].Result.Seed, 10)
				}
				v.Models = append(v.Models, m)
			}
			for j, c := range a.Confidence {
				confidence, right = append(confidence, c), append(right, a.Right(j))
			}
			hard.add(a)
		}
		if bins, ece, ok := metrics.Calibration(confidence, right, 10); ok {
			reliable = append(reliable, plots.Reliability{Name: row.Model, Bins: bins, ECE: ece})
		}
	}
	f, none := plots.Calibration(col.Title, reliable)
	var err error
	if v.Calibration, v.Uncalibrated, err = p.drawn(f, none); err != nil {
		return err
	}
	if hard.first == nil { // nothing was read of which it could be said
		v.Uncalibrated = ""
	}
	v.Easy = p.Hardest > 0 && hard.first != nil && !hard.any()
	v.Hardest, err = hard.worst(p.Hardest, func(l string) results.Text { return p.label(col.Task, l) })
	if err != nil {
		v.Notes = append(v.Notes, failed(err))
	}
	for _, h := range v.Hardest {
		v.Pair = v.Pair || h.Pair != ""
	}
	return nil
}

// label is a label with what it means.
func (p Page) label(task, label string) results.Text {
	return results.Named(results.Plain(label), p.LabelNames[task][label])
}

func (p Page) model(name, task string, a *results.Answers) modelView {
	v := modelView{Name: results.Plain(name)}
	b := a.Breakdown()
	row := func(name template.HTML, c metrics.ClassScore) {
		pc := func(x float64) string { return results.Printed(results.Percent(x)) }
		v.Groups = append(v.Groups, groupRow{name, pc(c.Precision), pc(c.Recall), pc(c.F1), strconv.Itoa(c.Support)})
	}
	for _, l := range b.Labels {
		row(shown(p.label(task, l.Label)), l.ClassScore)
	}
	for _, e := range b.Entities {
		v.Entities = true
		row(escaped(results.Plain(e.Type)), e.ClassScore)
	}
	if b.Strict != nil {
		row(named("all, strict IOB2"), *b.Strict)
	}
	if len(b.Labels) == 0 {
		return v
	}
	v.Confusion = &confusion{}
	for k, l := range b.Labels {
		v.Confusion.Labels = append(v.Confusion.Labels, shown(p.label(task, l.Label)))
		line := confusionRow{Label: shown(p.label(task, l.Label))}
		for j, n := range b.Confusion[k] {
			cell := confusionCell{N: n, Right: j == k}
			if l.Support > 0 {
				cell.Shade = (10*n + l.Support/2) / l.Support
			}
			line.Cells = append(line.Cells, cell)
		}
		v.Confusion.Rows = append(v.Confusion.Rows, line)
	}
	return v
}

// hardness counts, over the runs of a task, how many got each example wrong and
// how sure they were.
type hardness struct {
	first *results.Answers
	wrong []int32
	sure  []float32
	runs  int
}

func (h *hardness) add(a *results.Answers) {
	if h.first == nil {
		h.first, h.wrong, h.sure = a, make([]int32, a.Len()), make([]float32, a.Len())
	} else {
		var err error
		if a, err = results.Align(h.first, a); err != nil {
			return // of other examples: the leaderboard says so
		}
	}
	h.runs++
	for i := range a.Len() {
		if a.Kind == results.NumberAnswer { // wrong by as much
			h.sure[i] += float32(math.Abs(a.GoldValue[i] - a.PredValue[i]))
			continue
		}
		if !a.Right(i) {
			h.wrong[i]++
			if c := a.Confidence[i]; c == c {
				h.sure[i] += c
			}
		}
	}
}

// any reports whether any run got any example wrong.
func (h *hardness) any() bool {
	return slices.ContainsFunc(h.wrong, func(n int32) bool { return n > 0 }) ||
		slices.ContainsFunc(h.sure, func(off float32) bool { return off > 0 })
}

// worst lists the examples that most runs get wrong, those first of equals about
// which they were surest.
func (h *hardness) worst(n int, label func(string) results.Text) (all []hardView, err error) {
	if h.first == nil {
		return nil, nil
	}
	var rows []int
	for i := range h.wrong {
		if h.wrong[i] > 0 || h.sure[i] > 0 {
			rows = append(rows, i)
		}
	}
	slices.SortStableFunc(rows, func(a, b int) int {
		return cmp.Or(cmp.Compare(h.wrong[b], h.wrong[a]), cmp.Compare(h.sure[b], h.sure[a]))
	})
	rows = rows[:min(n, len(rows))]
	preds, err := h.first.Predictions(rows)
	if err != nil {
		return nil, err
	}
	for k, i := range rows {
		x := preds[k]
		v := hardView{ID: results.Plain(string(x.ID)), Gold: shown(label(x.Gold.String())), Text: results.Plain(x.Text),
			Wrong: int(h.wrong[i]), Of: h.runs}
		switch {
		case len(x.Words) > 0:
			v.Text, v.Gold = results.Plain(strings.Join(x.Words, " ")), escaped(entitiesOf(x, x.Gold.Tags))
			v.Answers = escaped(entitiesOf(x, x.Pred.Tags))
		case x.Gold.Kind == results.NumberAnswer:
			off := float64(h.sure[i]) / float64(h.runs)
			v.Answers = shown(results.Textf("%.2f (off by %.2f on average)", "%.2f (평균 오차 %.2f)", x.Pred.Number, off))
		default:
			v.Answers = shown(label(x.Pred.String()))
		}
		if x.TextPair != nil {
			v.Pair = results.Plain(*x.TextPair)
		}
		all = append(all, v)
	}
	return all, nil
}

// escaped is a text as it may stand in the page.
func escaped(s string) template.HTML { return template.HTML(template.HTMLEscapeString(s)) }

// entitiesOf lists a sentence's entities as words and types.
func entitiesOf(x results.Prediction, tags []string) string {
	var all []string
	for _, e := range metrics.Entities(tags, metrics.Lenient) {
		if e.Last < len(x.Words) {
			all = append(all, results.Plain(strings.Join(x.Words[e.First:e.Last+1], " "))+" "+e.Type)
		}
	}
	if all == nil {
		return "–"
	}
	return strings.Join(all, ", ")
}
