package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// teller tells in a language what comparisons come to.
type teller struct{ results.Lang }

// sentence tells a verdict.
func (l teller) sentence(c *Comparison, several bool) string {
	a, b := results.Plain(c.A.Name), results.Plain(c.B.Name)
	switch {
	case c.test.Difference == nil:
		return l.undefined(c, a, b)
	case c.oneFile:
		return l.one(c, a, b)
	case c.Verdict.Answer == Undecided:
		return l.undecided(c, a, b, several)
	}
	in := *c.Difference.Interval
	digits := digitsOf(in)
	low, high := in[0], in[1]
	if c.Verdict.Answer == Worse { // the sentence has no sign
		low, high = -high, -low
	}
	points := l.points(math.Abs(*c.Difference.Value), digits)
	interval := strconv.FormatFloat(low, 'f', digits, 64) + l.Or(" to ", "~") + strconv.FormatFloat(high, 'f', digits, 64)
	if l.Lang == results.Korean {
		word := map[Answer]string{Better: "높다", Worse: "낮다"}[c.Verdict.Answer]
		return fmt.Sprintf("%s%s 모델이 %s 모델보다 %s %s 유의하게 %s(95 %% 신뢰구간 %s; %s; %s).", l.on(c), b, a,
			subject(c.Metric), points, word, interval, l.testOf(c, several), l.data(c))
	}
	return fmt.Sprintf("%s is %s than %s%s by %s (%s, 95 %% interval %s; %s; %s).", b, c.Verdict.Answer, a, l.on(c),
		points, scoreName(c.Metric), interval, l.testOf(c, several), l.data(c))
}

func (l teller) undefined(c *Comparison, a, b string) string {
	name := a
	if c.A.Score != nil {
		name = b
	}
	if l.Lang == results.Korean {
		return fmt.Sprintf("%s%s 모델과 %s 모델을 비교할 수 없다: %s 모델의 %s 값이 정의되지 "+
			"않는다.", l.on(c), b, a, name, koreanName(c.Metric))
	}
	return fmt.Sprintf("%s and %s can't be compared%s: %s of %s is undefined.", b, a, l.on(c), c.Metric, name)
}

// one tells that there is nothing to tell apart.
func (l teller) one(c *Comparison, a, b string) string {
	files := l.Or("the same predictions file", "같은 예측 파일")
	if c.Seeds.A > 1 {
		files = l.Or("the same predictions files", "같은 예측 파일들")
	}
	if l.Lang == results.Korean {
		return fmt.Sprintf("%s%s 모델과 %s 모델은 같은 모델이다: %s이므로 비교할 것이 없다(%s).",
			l.on(c), b, a, files, l.data(c))
	}
	return fmt.Sprintf("%s and %s are one%s: %s, so there is nothing to compare (%s).", b, a, l.on(c), files, l.data(c))
}

func (l teller) undecided(c *Comparison, a, b string, several bool) string {
	in := [2]float64{}
	interval := ""
	if c.Difference.Interval != nil {
		in = *c.Difference.Interval
		digits := digitsOf(in)
		interval = signed(in[0], digits) + l.Or(" to ", "~") + signed(in[1], digits)
	}
	digits := digitsOf(in)
	diff := l.points(*c.Difference.Value, digits)
	if *c.Difference.Value > 0 {
		diff = "+" + diff
	}
	why := l.against(c)
	could := l.points(*c.Verdict.Detectable, max(digits, digitsOf([2]float64{0, *c.Verdict.Detectable})))
	if l.Lang == results.Korean {
		s := fmt.Sprintf("%s%s 모델과 %s 모델의 우열을 가릴 수 없다: %s 차이는 %s(95 %% 신뢰구간 %s; %s; %s).",
			l.on(c), b, a, koreanName(c.Metric), diff, interval, l.testOf(c, several), l.data(c)) + why
		if c.blind {
			rest, more := strings.CutPrefix(l.need(c), "이며")
			return s + " 이 데이터로는 검정력 0.8에서 어떤 차이도 검출할 수 " +
				"없" + map[bool]string{true: "으며" + rest, false: "다"}[more] + "."
		}
		return s + fmt.Sprintf(" 이 데이터로 검정력 0.8에서 검출할 수 있는 차이는 "+
			"%s 이상", could) + l.need(c) + "."
	}
	s := fmt.Sprintf("Whether %s is better or worse than %s%s can't be told: the difference is %s (%s, "+
		"95 %% interval %s; %s; %s).", b, a, l.on(c), diff, scoreName(c.Metric), interval, l.testOf(c, several), l.data(c)) + why
	if c.blind {
		return s + " With power 0.8 these data could not have shown any difference, however large" + l.need(c) + "."
	}
	s += fmt.Sprintf(" With power 0.8 these data could have shown %s", could)
	return s + l.need(c) + "."
}

// against says why nothing is decided though the interval leaves out 0.
func (l teller) against(c *Comparison) string {
	in, p := c.test.Interval, c.test.P
	switch {
	case in == nil || p == nil || in.Low <= 0 && in.High >= 0:
		return ""
	case *p <= metrics.Level:
		return fmt.Sprintf(l.Or(" The interval leaves out 0, but it is of this comparison alone, and p is corrected for %d.",
			" 구간은 0을 포함하지 않지만 이 비교 하나에 대한 것이고, "+
				"p는 비교 %d개에 대해 보정했다."), c.several)
	case c.test.PermutationP != nil:
		return fmt.Sprintf(l.Or(" The interval, of the bootstrap, leaves out 0, but the permutation test asks for more (%s).",
			" 구간(부트스트랩)은 0을 포함하지 않지만 순열 검정은 더 큰 차이를 요구한다(%s)."),
			l.p(pText(*c.test.PermutationP)))
	}
	return ""
}

// need says how much more would decide.
func (l teller) need(c *Comparison) string {
	var ways []string
	if n := c.Verdict.MoreExamples; n != nil {
		ways = append(ways, fmt.Sprintf(l.Or("some %s more examples", "예제 약 %s개"), thousands(rough(*n))))
	}
	if n := c.Verdict.MoreSeeds; n != nil {
		ways = append(ways, fmt.Sprintf(l.Or("%s more seeds a side", "모델마다 시드 %s개"), thousands(rough(*n))))
	}
	switch {
	case len(ways) > 0:
		all := strings.Join(ways, l.Or(" or ", " 또는 "))
		return l.Or("; for one as large as was found, "+all+" would do",
			"이며, 관측된 크기의 차이를 검출하려면 "+all+"가 더 필요하다")
	case *c.Difference.Value == 0:
		return l.Or("", "이다")
	}
	return l.Or("; no number of examples or seeds alone would do for one as large as was found",
		"이며, 예제나 시드 한쪽만 늘려서는 관측된 크기의 차이를 검출할 수 없다")
}

// on names the task: " on NSMC", "NSMC에서 ".
func (l teller) on(c *Comparison) string {
	title := results.Plain(c.title)
	if title == "" {
		return ""
	}
	return l.Or(" on "+title, title+"에서 ")
}

func (l teller) points(v float64, digits int) string {
	return strings.Replace(strconv.FormatFloat(v, 'f', digits, 64), "-", "−", 1) + l.Or(" points", "점")
}

// testOf names the test behind the verdict.
func (l teller) testOf(c *Comparison, several bool) string {
	name := l.Or("bootstrap and permutation test", "부트스트랩과 순열 검정")
	if c.Seeds.A+c.Seeds.B > 2 {
		name = l.Or("hierarchical bootstrap", "계층적 부트스트랩")
	}
	if c.test.Normal {
		name = l.Or("normal approximation of "+name, name+"의 정규 근사")
	}
	p := l.Or("no p", "p 없음")
	if c.Verdict.P != nil {
		p = l.p(pText(*c.Verdict.P))
		if several {
			p = l.Or("Holm-corrected ", "Holm 보정 ") + p
		}
	}
	return name + ", " + p
}

// data says how many examples and seeds there are.
func (l teller) data(c *Comparison) string {
	s := c.Seeds
	n := l.Or("n ", "n = ") + thousands(c.N)
	switch {
	case s.A == 1 && s.B == 1:
		return n + l.Or(", one run each", ", 각 1회 학습")
	case s.A == s.B:
		return n + fmt.Sprintf(l.Or(", %d seeds each%s", ", 시드 각 %d개%s"), s.A,
			map[bool]string{true: l.Or(", paired", ", 짝지음")}[s.Paired])
	}
	return n + fmt.Sprintf(l.Or(", %d seeds against %d", ", 시드 %d개 대 %d개"), s.B, s.A)
}

// scoreName is a score as sentences call it.
func scoreName(n metrics.Name) string {
	switch n {
	case metrics.MacroF1:
		return "macro F1"
	case metrics.F1:
		return "F1"
	case metrics.F1FullGold:
		return "F1 of the full gold"
	case metrics.Spearman:
		return "Spearman"
	case metrics.Pearson:
		return "Pearson"
	}
	return string(n)
}

// koreanName is a score as Korean sentences call it.
func koreanName(n metrics.Name) string { return results.MetricTitle(n).Korean }

// subject is a score's Korean name with the particle that its last sound asks for.
func subject(n metrics.Name) string {
	switch n {
	case metrics.Accuracy, metrics.Precision, metrics.Spearman, metrics.Pearson, metrics.Matthews:
		return koreanName(n) + "가"
	}
	return koreanName(n) + "이" // 재현율, F1
}

// summary tells the verdicts of a pair.
func (l teller) summary(p *Pair, s *Summary) string {
	a, b := results.Plain(p.A), results.Plain(p.B)
	n := len(p.Tasks)
	if l.Lang == results.Korean {
		if s.Undecided == n && n > 1 {
			return fmt.Sprintf("과제 %d개 모두에서 %s 모델과 %s 모델의 우열을 가릴 수 없다"+
				"(Holm 보정, 수준 5 %%).", n, b, a)
		}
		return fmt.Sprintf("과제 %d개 중 %s 모델이 %s 모델보다 %d개에서 낫고, %d개에서 못하며, "+
			"%d개에서는 우열을 가릴 수 없다(Holm 보정, 수준 5 %%).", n, b, a, s.Better, s.Worse, s.Undecided)
	}
	tasks := "tasks"
	if n == 1 {
		tasks = "task"
	}
	return fmt.Sprintf("Over %d %s %s is better than %s on %s, worse on %s, "+
		"and %s can't be told (Holm-corrected at 5 %%).", n, tasks, b, a, count(s.Better), count(s.Worse), count(s.Undecided))
}

func count(n int) string {
	if n == 0 {
		return "none"
	}
	return strconv.Itoa(n)
}

// ranks tells the best of several models.
func (l teller) ranks(r *Ranks) string {
	var best []string
	for _, m := range r.Models {
		if m.Best {
			best = append(best, results.Plain(m.Name))
		}
	}
	if l.Lang == results.Korean {
		if len(best) == 0 {
			return "다른 모델에 지지 않은 모델이 없다."
		}
		return fmt.Sprintf("다른 모델보다 못하다는 판정을 받지 않은 모델: %s.", strings.Join(best, ", "))
	}
	if len(best) == 0 {
		return "Every model is worse than some other."
	}
	return fmt.Sprintf("No model is shown to be better than: %s.", strings.Join(best, ", "))
}

// digitsOf is how many decimals an interval deserves.
func digitsOf(in [2]float64) int {
	digits := 1
	if in[1]-in[0] < 1 {
		digits = 2
	}
	for _, end := range in { // what leaves out 0 is not to be printed as 0
		if math.Abs(end) > rounding {
			for digits < mostDigits && math.Abs(end)*math.Pow10(digits) < 0.5 {
				digits++
			}
		}
	}
	return digits
}

// rounding is what sums in another order may make of 0, in points; mostDigits tell the
// smallest larger number from 0.
const (
	rounding   = 1e-9
	mostDigits = 10
)

func signed(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if v > 0 {
		s = "+" + s
	}
	return strings.Replace(s, "-", "−", 1)
}

// p names a printed p-value.
func (l teller) p(printed string) string {
	if l.Lang == results.Korean && !strings.HasPrefix(printed, "<") {
		return "p = " + printed
	}
	return "p " + printed
}

func pText(p float64) string {
	if p < 0.001 {
		return "< 0.001"
	}
	return strconv.FormatFloat(p, 'f', 3, 64)
}

// rough rounds a large number to two digits, up: it is an estimate.
func rough(n int) int {
	step := 1
	for n/step >= 100 {
		step *= 10
	}
	return (n + step - 1) / step * step
}

// thousands writes 50000 as 50,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	var parts []string
	for len(s) > 3 {
		parts = append(parts, s[len(s)-3:])
		s = s[:len(s)-3]
	}
	parts = append(parts, s)
	slices.Reverse(parts)
	return strings.Join(parts, ",")
}

func joined(names []string) string { return strings.Join(names, ", ") }

func sortByRank(models []Ranked) {
	slices.SortStableFunc(models, func(a, b Ranked) int { return cmp.Compare(a.Rank, b.Rank) })
}
