package compare

import (
	"fmt"
	"slices"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// groups compares parts of the examples: by class or entity type, and by the
// column or the length that was asked for.
func (o Options) groups(a, b []*results.Answers, paired bool, metric metrics.Name) ([]Group, error) {
	all := []Group{}
	add := func(kind GroupKind, by, name string, metric metrics.Name, n int, x, y []metrics.Sample) error {
		if n == 0 {
			return nil
		}
		c, err := metrics.CompareGroup(x, y, paired, metric)
		if err != nil {
			return err
		}
		all = append(all, Group{by, kind, name, metric, n, percent(c.A), percent(c.B), percent(c.Difference),
			percents(c.Interval)})
		return nil
	}
	if err := byAnswer(a, b, add); err != nil {
		return nil, err
	}
	if o.By == "" {
		return all, nil
	}
	with := a[0] // the column may stand in either file
	if known(with) == 0 {
		with = b[0]
	}
	if known(with) == 0 {
		return nil, fmt.Errorf("%s and %s: no example has %q: want a column of the predictions, or length", a[0].File, b[0].File, o.By)
	}
	rows := make([][]int32, len(with.Groups)+1)
	for i, g := range with.Group {
		if g < 0 {
			g = int32(len(with.Groups))
		}
		rows[g] = append(rows[g], int32(i))
	}
	names := append(slices.Clone(with.Groups), "(none)")
	order := make([]int, len(names))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order[:len(names)-1], func(x, y int) int { return naturalOrder(names[x], names[y]) })
	kind := ByColumn
	if o.By == results.ByLength {
		kind = ByLength
	}
	for _, k := range order {
		if err := add(kind, o.By, names[k], metric, len(rows[k]), parted(a, rows[k]), parted(b, rows[k])); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// known counts the examples that are in a group.
func known(a *results.Answers) int {
	n := 0
	for _, g := range a.Group {
		if g >= 0 {
			n++
		}
	}
	return n
}

func parted(answers []*results.Answers, rows []int32) []metrics.Sample {
	var all []metrics.Sample
	for _, a := range answers {
		all = append(all, a.SampleOf(rows))
	}
	return all
}

// byAnswer compares class by class, the share of its examples answered right, or
// entity type by entity type.
func byAnswer(a, b []*results.Answers, add func(GroupKind, string, string, metrics.Name, int, []metrics.Sample,
	[]metrics.Sample) error) error {
	switch a[0].Kind {
	case results.LabelAnswer:
		rows := make([][]int32, len(a[0].Labels))
		for i, g := range a[0].Gold {
			rows[g] = append(rows[g], int32(i))
		}
		for k, label := range a[0].Labels {
			err := add(ByLabel, string(ByLabel), label, metrics.Accuracy, len(rows[k]), parted(a, rows[k]), parted(b, rows[k]))
			if err != nil {
				return err
			}
		}
	case results.TagsAnswer:
		for _, t := range a[0].EntityTypes() {
			x, n := ofType(a, t.Type)
			y, _ := ofType(b, t.Type)
			if err := add(ByEntity, string(ByEntity), t.Type, metrics.F1, n, x, y); err != nil {
				return err
			}
		}
	}
	return nil
}

// ofType returns the answers' entities of one type alone, and how many there are
// in gold.
func ofType(answers []*results.Answers, typ string) (all []metrics.Sample, gold int) {
	for _, a := range answers {
		s, n := a.SampleOfType(typ)
		all, gold = append(all, s), n
	}
	return all, gold
}

// naturalOrder sorts "2" before "10", and 16–31 before 128–255.
func naturalOrder(a, b string) int {
	for a != "" && b != "" {
		x, restA := leadingDigits(a)
		y, restB := leadingDigits(b)
		if x != "" && y != "" {
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if x != y {
				if x < y {
					return -1
				}
				return 1
			}
			a, b = restA, restB
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func leadingDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n], s[n:]
}
