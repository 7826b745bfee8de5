package checkpoints

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// headFor is the head that a task needs.
func headFor(t *tasks.Task) models.Head {
	switch t.Kind {
	case tasks.Regress:
		return models.Head{Kind: models.SequenceHead, Labels: 1}
	case tasks.Tag:
		return models.Head{Kind: models.TokenHead, Labels: len(t.Labels)}
	}
	return models.Head{Kind: models.SequenceHead, Labels: len(t.Labels)}
}

// labelNames are the labels as config.json names them; a regression has one.
func labelNames(t *tasks.Task) []string {
	if t.Kind == tasks.Regress {
		return []string{"LABEL_0"}
	}
	return t.Labels
}

// choice is what becomes of a checkpoint's head when a task opens it.
type choice struct {
	keep    bool
	outputs tasks.Outputs // of the head, if it is kept
	reason  string        // why it is kept, or is not
}

// HeadError says that a checkpoint has no head that can be scored on a task.
type HeadError struct{ Task, Reason string }

func (e *HeadError) Error() string {
	return fmt.Sprintf("%s: fine-tune it on %s with 'bench run'", e.Reason, e.Task)
}

// chooseHead decides whether a task keeps a checkpoint's head. given says of
// names in id2label which of the task's labels they are; it is an error if they
// can't be.
func chooseHead(c *hf.Config, t *tasks.Task, o *Origin, given map[string]string) (choice, error) {
	want := headFor(t)
	head, err := models.HeadOf(&c.Config)
	if err != nil {
		if given != nil {
			return choice{}, fmt.Errorf("--labels: the checkpoint has no head")
		}
		return choice{reason: "the checkpoint has no head" + classOf(c)}, nil
	}
	if head.Kind != want.Kind {
		if given != nil {
			return choice{}, fmt.Errorf("--labels: the checkpoint's head is for %s, not for %s", head.Kind, want.Kind)
		}
		return choice{reason: fmt.Sprintf("the checkpoint's head is for %s, not for %s%s", head.Kind, want.Kind, classOf(c))}, nil
	}
	outputs, err := t.Outputs(c.Labels, given)
	switch {
	case err != nil && given != nil:
		return choice{}, err
	case o != nil && o.Task.Name != t.Name && !coversAll(c.Labels, given):
		reason := fmt.Sprintf("the checkpoint's head was trained on %s, not on %s", o.Task.Name, t.Name)
		if err == nil && t.Kind != tasks.Regress {
			reason += fmt.Sprintf(" (where its labels mean the same, --labels %s=%s, one for each, says so)", c.Labels[0], t.Labels[0])
		}
		return choice{reason: reason}, nil
	case err != nil:
		return choice{reason: err.Error()}, nil
	}
	ch := choice{keep: true, outputs: outputs, reason: "its labels are those of " + t.Name}
	switch mapped, ok := inspect.Mapped(t, outputs); {
	case o != nil && o.Task.Name == t.Name:
		ch.reason = "it was trained on " + t.Name
	case t.Kind == tasks.Regress:
		ch.reason = "it gives one number"
	case outputs.Numbered:
		ch.reason = fmt.Sprintf("it has as many outputs as %s has labels", t.Name)
	case ok:
		ch.reason = mapped.Message
	}
	return ch, nil
}

// classOf is the class that config.json names, for a message.
func classOf(c *hf.Config) string {
	if len(c.Architectures) == 0 {
		return ""
	}
	return " (" + c.Architectures[0] + ")"
}

// coversAll reports whether every output is given a label by name.
func coversAll(names []string, given map[string]string) bool {
	return len(given) > 0 && !slices.ContainsFunc(names, func(n string) bool { return given[n] == "" })
}

// warnings are what the choice leaves in doubt.
func (c choice) warnings(t *tasks.Task) []results.Warning {
	if !c.keep || !c.outputs.Numbered {
		return nil
	}
	return []results.Warning{inspect.Numbered(t, c.outputs.Names)}
}

// ParseLabels reads what --labels says, name=label, of a head's outputs; nil
// where it says nothing.
func ParseLabels(pairs []string) (map[string]string, error) {
	var given map[string]string
	for _, p := range pairs {
		name, label, ok := strings.Cut(p, "=")
		if !ok || name == "" || label == "" {
			return nil, fmt.Errorf("--labels %q: want NAME=LABEL, the checkpoint's name of a label and the task's", p)
		}
		if _, twice := given[name]; twice {
			return nil, fmt.Errorf("--labels: %q twice", name)
		}
		if given == nil {
			given = map[string]string{}
		}
		given[name] = label
	}
	return given, nil
}
