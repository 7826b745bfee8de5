package tasks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Outputs says which of a head's outputs stands for which of a task's labels.
type Outputs struct {
	Of       []int    // by label of the task: the number of the head's output
	Names    []string // of the head's outputs, as id2label has them
	Numbered bool     // the names were LABEL_0, LABEL_1 and so on: taken in the task's order
}

// InOrder reports whether output i is label i.
func (o Outputs) InOrder() bool {
	for i, of := range o.Of {
		if i != of {
			return false
		}
	}
	return true
}

// OutputsError says that a head's outputs are not a task's labels.
type OutputsError struct {
	Task    string
	Names   []string // of the outputs
	Want    []string // the task's labels
	Problem string
}

func (e *OutputsError) Error() string {
	return fmt.Sprintf("id2label %s: want the labels of %s, %s: %s", quoted(e.Names), e.Task, quoted(e.Want), e.Problem)
}

func quoted(names []string) string {
	const most = 8
	var all []string
	for i, n := range names {
		if i == most {
			all = append(all, fmt.Sprintf("and %d more", len(names)-most))
			break
		}
		all = append(all, strconv.Quote(n))
	}
	return strings.Join(all, ", ")
}

// NumberedLabels reports whether there are labels, and none has a name but
// LABEL_0, LABEL_1 and so on, which is what Hugging Face calls labels without.
func NumberedLabels(names []string) bool {
	for i, n := range names {
		if n != "LABEL_"+strconv.Itoa(i) {
			return false
		}
	}
	return len(names) > 0
}

// Outputs finds the task's labels among the names of a head's outputs, in any
// order, letter case and spelling that the task knows. given says of names which
// label they are, before any of that. Names that are only numbers are taken in
// the task's own order. A regression has one output, whatever its name. A
// mismatch is an *OutputsError.
func (t *Task) Outputs(names []string, given map[string]string) (Outputs, error) {
	o := Outputs{Names: names}
	fault := func(format string, args ...any) (Outputs, error) {
		return Outputs{}, &OutputsError{Task: t.Name, Names: names, Want: t.Labels, Problem: fmt.Sprintf(format, args...)}
	}
	if t.Kind == Regress {
		if len(names) != 1 {
			return Outputs{}, &OutputsError{Task: t.Name, Names: names, Want: []string{"LABEL_0"}, Problem: "a regression has one output"}
		}
		o.Of = []int{0}
		return o, nil
	}
	if err := t.checkGiven(names, given); err != nil {
		return Outputs{}, err
	}
	if len(names) != len(t.Labels) {
		return fault("%d outputs, %d labels", len(names), len(t.Labels))
	}
	if len(given) == 0 && NumberedLabels(names) {
		for i := range names {
			o.Of = append(o.Of, i)
		}
		o.Numbered = true
		return o, nil
	}
	o.Of = slices.Repeat([]int{-1}, len(t.Labels))
	var unknown []string
	for i, name := range names {
		label, ok := given[name]
		if !ok {
			label = t.labelOf(name)
		}
		at := t.LabelIndex(label)
		switch {
		case at < 0:
			unknown = append(unknown, name)
		case o.Of[at] >= 0:
			return fault("both %q and %q are %q", names[o.Of[at]], name, label)
		default:
			o.Of[at] = i
		}
	}
	if unknown != nil {
		free := slices.DeleteFunc(slices.Clone(t.Labels), func(l string) bool { return o.Of[t.LabelIndex(l)] >= 0 })
		return fault("--labels %s=%s, one for each, says which is which", unknown[0], free[0])
	}
	return o, nil
}

// checkGiven refuses names that no output has, and labels that the task does not.
func (t *Task) checkGiven(names []string, given map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(names, name) {
			return &OutputsError{Task: t.Name, Names: names, Want: t.Labels,
				Problem: fmt.Sprintf("--labels %s=%s: no output is called %q", name, given[name], name)}
		}
		if t.LabelIndex(given[name]) < 0 {
			return &OutputsError{Task: t.Name, Names: names, Want: t.Labels,
				Problem: fmt.Sprintf("--labels %s=%s: %q is not one of the labels", name, given[name], given[name])}
		}
	}
	return nil
}

// labelOf returns the task's label that a name stands for, or the name itself.
func (t *Task) labelOf(name string) string {
	if t.LabelIndex(name) >= 0 {
		return name
	}
	plain := plainLabel(t.Kind, name)
	for _, l := range t.Labels {
		if plainLabel(t.Kind, l) == plain {
			return l
		}
	}
	for _, s := range t.Spellings {
		if slices.Contains(s.Names, plain) {
			return s.Label
		}
	}
	return name
}

// plainLabel is a label without the ways in which one is spelt: letter case,
// blanks, underlines and hyphens, a number's LABEL_ before it, and tags that
// begin with B- instead of ending in -B.
func plainLabel(k Kind, label string) string {
	label = strings.ToLower(strings.TrimSpace(label))
	label = strings.TrimPrefix(label, "label_")
	if k == Tag {
		if prefix, name, ok := strings.Cut(label, "-"); ok && len(prefix) == 1 {
			return name + "-" + prefix
		}
		return label
	}
	return strings.NewReplacer("_", " ", "-", " ").Replace(label)
}
