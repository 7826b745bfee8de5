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

// Breakdown returns what lies behind the score.
func (a *Answers) Breakdown() Breakdown {
	switch a.Kind {
	case LabelAnswer:
		return breakClasses(metrics.NewConfusion(a.Gold, a.Pred, len(a.Labels)), a.Labels)
	case TagsAnswer:
		return a.breakTags()
	}
	return Breakdown{}
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

func (a *Answers) breakTags() Breakdown {
	lenient, strict := metrics.NewEntityCounter(metrics.Lenient), metrics.NewEntityCounter(metrics.Strict)
	a.eachSentence(nil, func(gold, pred []string, kept int) {
		lenient.Add(gold[:kept], pred[:kept])
		strict.Add(gold[:kept], pred[:kept])
	})
	micro := strict.Report().Micro
	return Breakdown{Entities: lenient.Report().Types, Strict: &micro}
}

// Hard is an example that the model got wrong, and how.
type Hard struct {
	Prediction
	Why string
}

// Hardest returns up to n of the worst answers, the worst first: wrong labels by
// the confidence in them, numbers by their distance from gold, sentences by
// wrong words. Equals keep the file's order. The answers must have been read
// with Detail.
func (a *Answers) Hardest(n int) ([]Hard, error) {
	type wrong struct {
		row int
		by  float64
	}
	worse := func(x, y wrong) int { return cmp.Or(cmp.Compare(y.by, x.by), cmp.Compare(x.row, y.row)) }
	var worst []wrong // at most twice n, cut back to n when full
	for i := range a.n {
		by := a.wrongness(i)
		if by == 0 {
			continue
		}
		worst = append(worst, wrong{i, by})
		if len(worst) >= 2*n+16 {
			slices.SortFunc(worst, worse)
			worst = worst[:n]
		}
	}
	slices.SortFunc(worst, worse)
	worst = worst[:min(n, len(worst))]
	var rows []int
	for _, w := range worst {
		rows = append(rows, w.row)
	}
	preds, err := a.Predictions(rows)
	if err != nil {
		return nil, err
	}
	var out []Hard
	for k, w := range worst {
		out = append(out, Hard{preds[k], a.why(w.row, w.by)})
	}
	return out, nil
}

// wrongness is 0 for a right answer.
func (a *Answers) wrongness(i int) float64 {
	switch a.Kind {
	case TagsAnswer:
		n := 0
		gold, pred := a.Tags(i)
		for k := range gold {
			if pred[k] != gold[k] {
				n++
			}
		}
		return float64(n)
	case NumberAnswer:
		return math.Abs(a.GoldValue[i] - a.PredValue[i])
	}
	switch c := float64(a.Confidence[i]); {
	case a.Gold[i] == a.Pred[i]:
		return 0
	case math.IsNaN(c):
		return 1
	default:
		return 1 + c
	}
}

func (a *Answers) why(i int, by float64) string {
	switch {
	case a.Kind == TagsAnswer:
		gold, _ := a.Tags(i)
		return fmt.Sprintf("%d of %d words wrong", int(by), len(gold))
	case a.Kind == NumberAnswer:
		return fmt.Sprintf("off by %.2f", by)
	case by > 1:
		return fmt.Sprintf("%.1f %% sure", (by-1)*100)
	}
	return "wrong"
}
