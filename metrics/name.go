// Package metrics holds pure functions from gold and predicted answers to
// scores: classification, correlation and entity metrics, their 95 % intervals,
// and paired tests between two models. Scores are fractions, not per cent.
package metrics

// Name is a score, by the name that run records use.
type Name string

// The scores that a task may be ranked by.
const (
	Accuracy   Name = "accuracy"
	MacroF1    Name = "macro_f1" // over classes that occur in gold or predictions
	Matthews   Name = "matthews"
	Precision  Name = "precision" // of entities, micro
	Recall     Name = "recall"
	F1         Name = "f1"
	EntityF1        = F1
	F1FullGold Name = "f1_full_gold" // words that the model never saw count as predicted O
	Spearman   Name = "spearman"
	Pearson    Name = "pearson"
)

// Names lists every score, in the order of Scores.
var Names = []Name{Accuracy, MacroF1, Matthews, Precision, Recall, F1, F1FullGold, Spearman, Pearson}

// Scores are all scores of one set of predictions, as fractions. Those that
// have no meaning for the kind of task, or no value on these data, are nil:
// classification has accuracy, macro F1 and Matthews, tagging the four entity
// scores, regression the two correlations.
type Scores struct {
	Accuracy   *float64 `json:"accuracy"`
	MacroF1    *float64 `json:"macro_f1"`
	Matthews   *float64 `json:"matthews"`
	Precision  *float64 `json:"precision"`
	Recall     *float64 `json:"recall"`
	F1         *float64 `json:"f1"`
	F1FullGold *float64 `json:"f1_full_gold"`
	Spearman   *float64 `json:"spearman"`
	Pearson    *float64 `json:"pearson"`
}

// Get returns the score of that name; false where it is undefined or unknown.
func (s Scores) Get(n Name) (float64, bool) {
	p := s.field(n)
	if p == nil || *p == nil {
		return 0, false
	}
	return **p, true
}

// set stores v under n, or nil where it is undefined.
func (s *Scores) set(n Name, v float64, ok bool) {
	p := s.field(n)
	if p == nil {
		panic("metrics: unknown score " + string(n))
	}
	*p = nil
	if ok {
		*p = &v
	}
}

func (s *Scores) field(n Name) **float64 {
	switch n {
	case Accuracy:
		return &s.Accuracy
	case MacroF1:
		return &s.MacroF1
	case Matthews:
		return &s.Matthews
	case Precision:
		return &s.Precision
	case Recall:
		return &s.Recall
	case F1:
		return &s.F1
	case F1FullGold:
		return &s.F1FullGold
	case Spearman:
		return &s.Spearman
	case Pearson:
		return &s.Pearson
	}
	return nil
}

// Range is between what a score can be, as a fraction.
func (n Name) Range() (low, high float64) {
	switch n {
	case Spearman, Pearson, Matthews:
		return -1, 1
	}
	return 0, 1
}
