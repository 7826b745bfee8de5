package compare

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/tables"
)

// MarshalJSON writes a study of two sides and one task as that comparison; of
// more tasks as {tasks, summary}; of more sides as {models, pairs, ranks}.
func (st *Study) MarshalJSON() ([]byte, error) {
	switch {
	case len(st.Sides) > 2:
		return json.Marshal(struct {
			Models []string `json:"models"`
			Pairs  []Pair   `json:"pairs"`
			Ranks  *Ranks   `json:"ranks"`
		}{st.Sides, st.Pairs, st.Ranks})
	case len(st.Pairs[0].Tasks) == 1:
		return json.Marshal(st.Pairs[0].Tasks[0])
	}
	return json.Marshal(struct {
		Tasks   []*Comparison `json:"tasks"`
		Summary *Summary      `json:"summary"`
	}{st.Pairs[0].Tasks, st.Pairs[0].Summary})
}

// Write writes the study for readers, the sentences first; flips is how many
// flipped examples of a single comparison it shows.
func (st *Study) Write(w io.Writer, lang results.Lang, flips int, opt tables.Options) error {
	if len(st.Sides) > 2 {
		return st.many(w, lang, opt)
	}
	p := st.Pairs[0]
	if len(p.Tasks) == 1 {
		return p.Tasks[0].write(w, lang, flips, opt)
	}
	fmt.Fprintf(w, "%s\n\n", p.Summary.Sentence)
	if err := p.table(lang).Write(w, tables.Terminal, opt); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, c := range p.Tasks {
		fmt.Fprintln(w, c.Verdict.Sentence)
	}
	return nil
}

// table lists a pair's tasks, a verdict each.
func (p Pair) table(lang results.Lang) *tables.Table {
	t := &tables.Table{Left: 1, Head: []string{lang.Or("task", "과제"), p.A, p.B, "B − A",
		lang.Or("95 % interval", "95 % 신뢰구간"), "p (Holm)", lang.Or("B is", "B는")}}
	t.Title = fmt.Sprintf(lang.Or("A %s, B %s, in per cent", "A %s, B %s, 단위 %%"), p.A, p.B)
	for _, c := range p.Tasks {
		pv := tables.Missing
		if c.Verdict.P != nil {
			pv = pText(*c.Verdict.P)
		}
		t.Rows = append(t.Rows, tables.Row(c.title+" ("+results.MetricTitle(c.Metric).In(lang)+")", printed(c.A.Score),
			printed(c.B.Score), signedOr(c.Difference.Value),
			signedInterval(c.Difference.Interval), pv, teller{lang}.word(c.Verdict.Answer)))
		t.Notes = append(t.Notes, c.leftNotes(lang)...)
		for _, d := range c.differNotes(lang) {
			t.Notes = append(t.Notes, c.title+": "+d)
		}
	}
	return t
}

// unit is what McNemar's test counts.
func (l teller) unit(name string) string {
	if l.Lang == results.Korean {
		return map[string]string{"examples": "예제", "sentences": "문장"}[name]
	}
	return name
}

// word is an answer as tables print it.
func (l teller) word(a Answer) string {
	if l.Lang == results.Korean {
		return map[Answer]string{Better: "낫다", Worse: "못하다", Undecided: "모름"}[a]
	}
	return string(a)
}

// many writes all pairs of several sides.
func (st *Study) many(w io.Writer, lang results.Lang, opt tables.Options) error {
	if st.Ranks != nil {
		fmt.Fprintf(w, "%s\n\n", st.Ranks.Sentence)
		t := &tables.Table{Left: 1, Head: []string{lang.Or("model", "모델"), lang.Or("mean rank", "평균 순위"),
			lang.Or("95 % interval", "95 % 신뢰구간")}}
		for _, m := range st.Ranks.Models {
			t.Rows = append(t.Rows, []tables.Cell{{Text: m.Name, Bold: m.Best}, {Text: results.Printed(m.Rank)},
				{Text: fmt.Sprintf("[%s, %s]", results.Printed(m.Interval[0]), results.Printed(m.Interval[1]))}})
		}
		t.Starred = lang.Or("no model is shown to be better", "더 나은 모델이 없음")
		if cd := st.Ranks.Critical; cd != nil {
			t.Notes = append(t.Notes, fmt.Sprintf(lang.Or("Nemenyi's critical difference of mean ranks: %s",
				"Nemenyi 임계 차이(평균 순위): %s"), results.Printed(*cd)))
		}
		if err := t.Write(w, tables.Terminal, opt); err != nil {
			return err
		}
		fmt.Fprintln(w)
	} else {
		fmt.Fprintf(w, "%s\n\n", st.Unranked().In(lang))
	}
	if err := st.Matrix(lang).Write(w, tables.Terminal, opt); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, p := range st.Pairs {
		for _, c := range p.Tasks {
			fmt.Fprintln(w, c.Verdict.Sentence)
		}
		if len(p.Tasks) > 1 {
			fmt.Fprintln(w, p.Summary.Sentence)
		}
		for _, c := range p.Tasks {
			for _, note := range slices.Concat(c.leftNotes(lang), c.differNotes(lang)) {
				fmt.Fprintf(w, "  %s, %s: %s\n", p.A, p.B, results.Plain(note))
			}
		}
	}
	return nil
}

// Unranked is why three models and more have no ranks.
func (st *Study) Unranked() results.Text {
	return results.Text{English: "No ranks: there is no task on which all models have defined scores.",
		Korean: "순위 없음: 모든 모델의 점수가 정의되는 공통 과제가 없다."}
}

// Matrix counts, of every two sides, the tasks on which the row's is better than
// the column's, worse, and undecided.
func (st *Study) Matrix(lang results.Lang) *tables.Table {
	t := &tables.Table{Left: 1, Title: lang.Or("tasks on which the row is better / worse than the column / can't be "+
		"told", "행의 모델이 열의 모델보다 나은 / 못한 / 우열을 가릴 수 없는 과제 수"),
		Head: append([]string{""}, st.Sides...)}
	for _, row := range st.Sides {
		cells := []string{row}
		for _, col := range st.Sides {
			cells = append(cells, st.cell(row, col))
		}
		t.Rows = append(t.Rows, tables.Row(cells...))
	}
	return t
}

func (st *Study) cell(row, col string) string {
	better, worse, undecided, ok := st.Count(row, col)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d / %d / %d", better, worse, undecided)
}

// Count counts the tasks on which one side is better than another, worse, and
// undecided; false where the two were not compared.
func (st *Study) Count(side, other string) (better, worse, undecided int, ok bool) {
	for _, p := range st.Pairs {
		if s := p.Summary; s != nil {
			switch {
			case p.A == other && p.B == side:
				return s.Better, s.Worse, s.Undecided, true
			case p.A == side && p.B == other:
				return s.Worse, s.Better, s.Undecided, true
			}
		}
	}
	return 0, 0, 0, false
}

// write writes one comparison.
func (c *Comparison) write(w io.Writer, lang results.Lang, flips int, opt tables.Options) error {
	fmt.Fprintf(w, "%s\n\n", c.Verdict.Sentence)
	metric := lang.Or(scoreName(c.Metric), koreanName(c.Metric))
	title := fmt.Sprintf(lang.Or("%s, %s examples, in per cent", "%s, 예제 %s개, 단위 %%"), metric, thousands(c.N))
	if c.title != "" {
		title = c.title + ": " + title
	}
	t := &tables.Table{Title: title, Head: []string{"", metric, lang.Or("95 % interval", "95 % 신뢰구간"),
		lang.Or("runs", "실행")}, Left: 1}
	for k, s := range []Scored{c.A, c.B} {
		score := printed(s.Score)
		if s.SD != nil {
			score += " ± " + results.Printed(*s.SD)
		}
		t.Rows = append(t.Rows, tables.Row(s.Name, score, bracketed(s.Interval), strconv.Itoa([]int{c.Seeds.A, c.Seeds.B}[k])))
	}
	t.Rows = append(t.Rows, tables.Row(fmt.Sprintf(lang.Or("difference (%s − %s)", "차이 (%s − %s)"), c.B.Name,
		c.A.Name), signedOr(c.Difference.Value), signedInterval(c.Difference.Interval), ""))
	t.Notes = append(c.testNotes(lang), c.leftNotes(lang)...)
	t.Notes = append(t.Notes, c.differNotes(lang)...)
	t.Notes = append(t.Notes, c.warningNotes(lang)...)
	if err := t.Write(w, tables.Terminal, opt); err != nil {
		return err
	}
	if err := c.groupTable(lang, w, opt); err != nil {
		return err
	}
	return c.flipTable(lang, w, flips, opt)
}

func (c *Comparison) testNotes(lang results.Lang) (notes []string) {
	if m := c.Tests.McNemar; m != nil {
		chi2 := tables.Missing
		if m.Chi2 != nil {
			chi2 = pValue(*m.Chi2)
		}
		notes = append(notes, fmt.Sprintf(lang.Or("McNemar, of %s: %d right of %s only, %d of %s only; %s exact, "+
			"%s chi-squared.", "McNemar(%s): %d개는 %s만, %d개는 %s만 맞힘; %s(정확), %s(카이제곱)."),
			teller{lang}.unit(m.Unit), m.OnlyARight, c.A.Name, m.OnlyBRight, c.B.Name, teller{lang}.p(pValue(m.Exact)), chi2))
	}
	orDash := func(p *float64) string {
		if p == nil {
			return teller{lang}.p(tables.Missing)
		}
		return teller{lang}.p(pValue(*p))
	}
	notes = append(notes, c.resamplingNote(lang, orDash))
	if a := c.Tests.ASO; a != nil {
		notes = append(notes, fmt.Sprintf(lang.Or("Almost stochastic order: ε %.3f that %s is above %s, "+
			"%.3f the other way (below 0.2 is convincing).", "ASO(almost stochastic order): %[2]s > %[3]s에 대해 ε = %.3[1]f, "+
			"반대 방향은 %.3[4]f(0.2 미만이면 뚜렷한 우위)."), a.BOverA, c.B.Name, c.A.Name, a.AOverB))
	}
	if g := c.Agreement; g != nil {
		note := fmt.Sprintf(lang.Or("Both give the same answer to %.1f %% of the examples",
			"두 모델은 예제의 %.1f %%에 같은 답을 했다"), 100*g.Same)
		if g.Kappa != nil {
			note += fmt.Sprintf(lang.Or(" (Cohen's kappa %.3f)", "(Cohen κ = %.3f)"), *g.Kappa)
		}
		notes = append(notes, note+".")
	}
	return notes
}

// resamplingNote tells the tests by resampling, or by what it approaches.
func (c *Comparison) resamplingNote(lang results.Lang, orDash func(*float64) string) string {
	b, p := c.Tests.Bootstrap, c.Tests.Permutation
	if b.Samples == 0 {
		note := fmt.Sprintf(lang.Or("Bootstrap: %s", "부트스트랩: %s"), orDash(b.P))
		if p.P != nil {
			note += fmt.Sprintf(lang.Or(". Permutation: %s", ". 순열 검정: %s"), orDash(p.P))
		}
		return note + lang.Or(", by the normal distribution that resampling so many numbers approaches.",
			"(값이 많아 재표집이 가까워지는 정규분포로 계산).")
	}
	note := fmt.Sprintf(lang.Or("Bootstrap: %s of %s samples.", "부트스트랩: %s, 표본 %s개."),
		orDash(b.P), thousands(b.Samples))
	if p.P != nil {
		note += fmt.Sprintf(lang.Or(" Permutation: %s of %s.", " 순열 검정: %s, %s개."), orDash(p.P), thousands(p.Samples))
	}
	return note
}

// LeftOutText tells what is left out of a task, in every language, wherever the pair
// notes it.
func (p *Pair) LeftOutText(task string) (all []results.Text) {
	var of Comparison
	for _, c := range p.Tasks {
		for _, l := range c.LeftOut {
			if l.Task == task {
				of.LeftOut = append(of.LeftOut, l)
			}
		}
	}
	ko := of.leftNotes(results.Korean)
	for i, en := range of.leftNotes(results.English) {
		all = append(all, results.Text{English: en, Korean: ko[i]})
	}
	return all
}

// leftNotes names and counts what is left out, the seeds of one reason together.
func (c *Comparison) leftNotes(lang results.Lang) (notes []string) {
	type reason struct {
		task, side string
		why        Reason
	}
	seeds := map[reason][]string{}
	var order []reason
	for _, l := range c.LeftOut {
		r := reason{l.Task, l.Side, l.Reason}
		if _, ok := seeds[r]; !ok {
			order, seeds[r] = append(order, r), nil
		}
		if l.Seed != nil {
			seeds[r] = append(seeds[r], strconv.FormatUint(*l.Seed, 10))
		}
	}
	for _, r := range order {
		what := r.task
		switch all := seeds[r]; len(all) {
		case 0:
		case 1:
			what += lang.Or(", seed ", ", 시드 ") + all[0]
		default:
			what += fmt.Sprintf(lang.Or(", %d seeds (%s)", ", 시드 %d개(%s)"), len(all), strings.Join(all, ", "))
		}
		notes = append(notes, fmt.Sprintf(lang.Or("Left out: %s of %s: %s.", "제외: %[2]s의 %[1]s: %[3]s."), what, r.side,
			r.why.In(lang)))
	}
	return notes
}

// warningNotes tells the warnings of the runs' manifests, each once.
func (c *Comparison) warningNotes(lang results.Lang) (notes []string) {
	sides := map[string][]string{}
	var order []results.Warning
	for _, w := range c.Warnings {
		if sides[w.Message] == nil {
			order = append(order, w.Warning)
		}
		if !slices.Contains(sides[w.Message], w.Side) {
			sides[w.Message] = append(sides[w.Message], w.Side)
		}
	}
	for _, w := range order {
		notes = append(notes, fmt.Sprintf(lang.Or("Warning of %s: %s", "%s의 경고: %s"),
			strings.Join(sides[w.Message], ", "), w.Text().In(lang)))
	}
	return notes
}

// differNotes says what the two sides' runs differ in beside their models.
func (c *Comparison) differNotes(lang results.Lang) (notes []string) {
	for _, d := range c.Differs {
		mine, theirs := d.Values(lang)
		notes = append(notes, fmt.Sprintf(lang.Or("The runs differ in %s: %s, and %s.",
			"실행의 차이 — %s: %s, %s."), d.Title().In(lang), mine, theirs))
	}
	return notes
}

func (c *Comparison) groupTable(lang results.Lang, w io.Writer, opt tables.Options) error {
	if len(c.Groups) == 0 {
		return nil
	}
	t := &tables.Table{Head: []string{lang.Or("by", "구분"), "", "n", lang.Or("score", "지표"), c.A.Name, c.B.Name, "B − A",
		lang.Or("95 % interval", "95 % 신뢰구간")}, Left: 2}
	labels := false
	for _, g := range c.Groups {
		by, name := g.By, g.Name
		switch g.Kind {
		case ByLabel:
			labels, by, name = true, lang.Or(by, "라벨"), c.labelled(name).In(lang)
		case ByEntity:
			by = lang.Or(by, "개체")
		case ByLength:
			by = lang.Or(by, "길이")
		case ByColumn:
			if k := GroupKind(by); k == ByLabel || k == ByEntity { // beside the groups of gold
				by += lang.Or(" (column)", "(열)")
			}
		}
		t.Rows = append(t.Rows, tables.Row(by, name, strconv.Itoa(g.N), results.MetricTitle(g.Metric).In(lang), printed(g.A),
			printed(g.B), signedOr(g.Value), signedInterval(g.Interval)))
	}
	if labels {
		t.Notes = append(t.Notes, lang.Or("Of a label: how many of its examples are answered right.",
			"라벨별 값은 그 라벨의 예제 중 맞힌 비율이다."))
	}
	t.Notes = append(t.Notes, lang.Or("These intervals are not corrected for being several.",
		"이 구간들은 다중 비교를 보정하지 않았다."))
	fmt.Fprintln(w)
	return t.Write(w, tables.Terminal, opt)
}

// labelled is a label with what it means, where that is known.
func (c *Comparison) labelled(label string) results.Text {
	if c.named == nil {
		return results.Alike(label)
	}
	return c.named(label)
}

func (c *Comparison) flipTable(lang results.Lang, w io.Writer, show int, opt tables.Options) error {
	if show <= 0 || c.numeric {
		return nil
	}
	if len(c.Flips) == 0 && !c.oneFile {
		fmt.Fprintf(w, "\n%s\n", lang.Or("No flips: no example is answered right by one model alone.",
			"답이 갈린 예제 없음: 한쪽 모델만 맞힌 예제가 없다."))
	}
	if len(c.Flips) == 0 {
		return nil
	}
	t := &tables.Table{Title: fmt.Sprintf(lang.Or("%d flips", "답이 갈린 예제 %d개"), c.flipped),
		Head: []string{"id", lang.Or("gold", "정답"), c.A.Name, c.B.Name, lang.Or("text", "텍스트")}, Left: 5}
	if c.flipped > show {
		t.Title += fmt.Sprintf(lang.Or(", the %d whose wrong answer was surest", ", 틀린 답의 확신이 가장 컸던 %d개"), show)
	}
	for _, x := range c.Flips[:min(show, len(c.Flips))] {
		text := x.Text
		if x.TextPair != nil {
			text += " ⇔ " + *x.TextPair
		}
		t.Rows = append(t.Rows, tables.Row(string(x.ID), clip(x.Gold.String(), 24), clip(x.A.String(), 24)+chance(x.AProb),
			clip(x.B.String(), 24)+chance(x.BProb), clip(text, 48)))
	}
	fmt.Fprintln(w)
	return t.Write(w, tables.Terminal, opt)
}

func chance(p *float64) string {
	if p == nil {
		return ""
	}
	return fmt.Sprintf(" (%.2f)", *p)
}

func printed(v *float64) string {
	if v == nil {
		return tables.Missing
	}
	return results.Printed(*v)
}

func signedOr(v *float64) string {
	if v == nil {
		return tables.Missing
	}
	return fmt.Sprintf("%+.2f", *v)
}

func signedInterval(in *[2]float64) string {
	if in == nil {
		return ""
	}
	return fmt.Sprintf("[%+.2f, %+.2f]", in[0], in[1])
}

func bracketed(in *[2]float64) string {
	if in == nil {
		return ""
	}
	return "[" + results.Printed(in[0]) + ", " + results.Printed(in[1]) + "]"
}

func pValue(p float64) string {
	if p < 1e-300 {
		return "< 1e-300"
	}
	return strconv.FormatFloat(p, 'g', 4, 64)
}

// clip cuts a text for a table.
func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters-1]) + "…"
	}
	return s
}
