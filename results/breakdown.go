package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/lmkor/bench/metrics"
)

// Breakdown is what lies behind a score: by class of a classification, by
// entity type of a tagging. A regression has none.
type Breakdown struct {
	Labels    []LabelScore `json:"labels,omitempty"`
	Confusion [][]int      `json:"confusion,omitempty"`            // [gold][pred], in the order of Labels
	MacroAll  *float64     `json:"macro_f1_all_classes,omitempty"` // classes absent from gold and predictions count 0

	Entities []metrics.TypeScore `json:"entities,omitempty"` // over the words kept
	Strict   *metrics.ClassScore `json:"strict,omitempty"`   // all types, entities by IOB2
}

// LabelScore holds the scores of one class.
type LabelScore struct {
	Label string `json:"label"`
	metrics.ClassScore
}

// Breakdown returns what lies behind the score; the arguments are Sample's.
func (p *Predictions) Breakdown(kind AnswerKind, labels []string) (Breakdown, error) {
	if kind == NoAnswer {
		kind = p.Kind
	}
	switch kind {
	case LabelAnswer:
		gold, pred, names, err := p.Classes(labels)
		if err != nil {
			return Breakdown{}, err
		}
		return breakClasses(metrics.NewConfusion(gold, pred, len(names)), names), nil
	case TagsAnswer:
		return p.breakTags(), nil
	}
	return Breakdown{}, nil
}

func breakClasses(c metrics.Confusion, names []string) Breakdown {
	var b Breakdown
	for k, s := range c.PerClass() {
		b.Labels = append(b.Labels, LabelScore{names[k], s})
		b.Confusion = append(b.Confusion, c.Cells[k*c.Classes:(k+1)*c.Classes])
	}
	if v, ok := c.MacroF1All(); ok {
		b.MacroAll = &v
	}
	return b
}

func (p *Predictions) breakTags() Breakdown {
	var gold, pred [][]string
	for _, r := range p.Rows {
		kept := len(r.Gold.Tags)
		if r.Kept != nil {
			kept = *r.Kept
		}
		gold, pred = append(gold, r.Gold.Tags[:kept]), append(pred, r.Pred.Tags[:kept])
	}
	strict := metrics.NewEntityReport(gold, pred, metrics.Strict).Micro
	return Breakdown{Entities: metrics.NewEntityReport(gold, pred, metrics.Lenient).Types, Strict: &strict}
}

// Hard is an example that the model got wrong, and how.
type Hard struct {
	Prediction
	Why string
}

// Hardest returns up to n of the worst answers, the worst first: wrong labels by
// the confidence in them, numbers by their distance from gold, sentences by
// wrong words. Equals keep the file's order.
func (p *Predictions) Hardest(n int, labels []string) []Hard {
	type wrong struct {
		row int
		by  float64
	}
	var all []wrong
	for i, r := range p.Rows {
		if by := r.wrongness(labels); by > 0 {
			all = append(all, wrong{i, by})
		}
	}
	slices.SortStableFunc(all, func(a, b wrong) int { return cmp.Compare(b.by, a.by) })
	var out []Hard
	for _, w := range all[:min(n, len(all))] {
		r := p.Rows[w.row]
		out = append(out, Hard{r, r.why(labels, w.by)})
	}
	return out
}

// wrongness is 0 for a right answer.
func (p Prediction) wrongness(labels []string) float64 {
	switch p.Gold.Kind {
	case TagsAnswer:
		n := 0
		for i, t := range p.Gold.Tags {
			if p.Pred.Tags[i] != t {
				n++
			}
		}
		return float64(n)
	case NumberAnswer:
		if p.Pred.Kind == NumberAnswer {
			return math.Abs(p.Gold.Number - p.Pred.Number)
		}
	}
	gold, _ := p.Gold.AsLabel()
	pred, _ := p.Pred.AsLabel()
	if gold == pred {
		return 0
	}
	if k := slices.Index(labels, pred); k >= 0 && k < len(p.Probs) {
		return 1 + p.Probs[k]
	}
	return 1
}

func (p Prediction) why(labels []string, by float64) string {
	switch {
	case p.Gold.Kind == TagsAnswer:
		return fmt.Sprintf("%d of %d words wrong", int(by), len(p.Gold.Tags))
	case p.Gold.Kind == NumberAnswer && p.Pred.Kind == NumberAnswer:
		return fmt.Sprintf("off by %.2f", by)
	case by > 1:
		return fmt.Sprintf("%.1f %% sure", (by-1)*100)
	}
	return "wrong"
}
