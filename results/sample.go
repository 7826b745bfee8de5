package results

import (
	"fmt"
	"slices"

	"github.com/lmkor/bench/metrics"
)

// Sample returns the predictions as a sample of scores. kind is the task's;
// NoAnswer takes the file's own. labels are the task's classes or tags, in
// order; nil takes those that occur, which changes no score. Errors are
// *LineError, the first bad line's.
func (p *Predictions) Sample(kind AnswerKind, labels []string) (metrics.Sample, error) {
	if kind == NoAnswer {
		kind = p.Kind
	}
	switch kind {
	case NumberAnswer:
		return p.values()
	case TagsAnswer:
		return p.tags(labels)
	}
	return p.classes(labels)
}

func (p *Predictions) fault(i int, format string, args ...any) error {
	return &LineError{p.File, p.Rows[i].Line, fmt.Errorf(format, args...)}
}

func (p *Predictions) values() (metrics.Sample, error) {
	gold, pred := make([]float64, len(p.Rows)), make([]float64, len(p.Rows))
	for i, r := range p.Rows {
		for _, a := range []struct {
			name string
			from Answer
			to   *float64
		}{{"gold", r.Gold, &gold[i]}, {"pred", r.Pred, &pred[i]}} {
			if a.from.Kind != NumberAnswer {
				return nil, p.fault(i, "%q is %s: want a number", a.name, a.from.Kind)
			}
			*a.to = a.from.Number
		}
	}
	return metrics.NewValues(gold, pred), nil
}

func (p *Predictions) tags(labels []string) (metrics.Sample, error) {
	gold, pred, kept := make([][]string, len(p.Rows)), make([][]string, len(p.Rows)), make([]int, len(p.Rows))
	for i, r := range p.Rows {
		for _, a := range []struct {
			name string
			from Answer
			to   *[]string
		}{{"gold", r.Gold, &gold[i]}, {"pred", r.Pred, &pred[i]}} {
			if a.from.Kind != TagsAnswer {
				return nil, p.fault(i, "%q is %s: want a list of tags", a.name, a.from.Kind)
			}
			for _, tag := range a.from.Tags {
				if labels != nil && !slices.Contains(labels, tag) {
					return nil, p.fault(i, "%s tag %q: want one of %q", a.name, tag, labels)
				}
			}
			*a.to = a.from.Tags
		}
		kept[i] = len(gold[i])
		if r.Kept != nil {
			kept[i] = *r.Kept
		}
	}
	return metrics.NewTags(gold, pred, kept), nil
}

func (p *Predictions) classes(labels []string) (metrics.Sample, error) {
	gold, pred, labels, err := p.Classes(labels)
	if err != nil {
		return nil, err
	}
	return metrics.NewLabels(gold, pred, len(labels)), nil
}

// Classes returns the answers of a classification as indices into labels, and
// these: those that occur, sorted, where nil is given.
func (p *Predictions) Classes(labels []string) (gold, pred []int, of []string, err error) {
	given := labels != nil
	if !given {
		for i, r := range p.Rows {
			for _, a := range []Answer{r.Gold, r.Pred} {
				l, ok := a.AsLabel()
				if !ok {
					return nil, nil, nil, p.fault(i, "an answer is %s: want a label", a.Kind)
				}
				labels = append(labels, l)
			}
		}
		slices.Sort(labels)
		labels = slices.Compact(labels)
	}
	index := map[string]int{}
	for k, l := range labels {
		index[l] = k
	}
	gold, pred = make([]int, len(p.Rows)), make([]int, len(p.Rows))
	for i, r := range p.Rows {
		for _, a := range []struct {
			name string
			from Answer
			to   *int
		}{{"gold", r.Gold, &gold[i]}, {"pred", r.Pred, &pred[i]}} {
			l, ok := a.from.AsLabel()
			if !ok {
				return nil, nil, nil, p.fault(i, "%q is %s: want a label", a.name, a.from.Kind)
			}
			k, ok := index[l]
			if !ok {
				return nil, nil, nil, p.fault(i, "%s label %q: want one of %q", a.name, l, labels)
			}
			*a.to = k
		}
	}
	return gold, pred, labels, nil
}
