package checkpoints

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
)

// Answering is a fine-tuned checkpoint ready to answer texts without gold.
type Answering struct {
	*Headed
	Name      string
	Kind      tasks.Kind
	Labels    []string          // in the order of the outputs; none of a regression
	Task      *tasks.Definition // that its head was trained on; nil: nothing says it
	Recipe    configs.Recipe
	Predictor *predictors.Predictor
}

// usualLength is how many tokens a text may have where nothing else is said: the
// recipes' max_length.
const usualLength = 128

// OpenAnswering opens a checkpoint with a head for sentences or for tokens. How
// texts are read, max_length and truncation, padding and precision, is as the run
// says that made the checkpoint, else as the default recipe; set, key=value,
// overrules both, and says how many threads read the weights.
func OpenAnswering(name string, set []string) (*Answering, error) {
	threads := 0
	if r, err := (&configs.Suite{Set: set}).RecipeFor(""); err == nil { // else it is told beside what the run says
		threads = r.Threads
	}
	h, err := openHeaded(name, threads, models.SequenceHead, models.TokenHead)
	if err != nil {
		return nil, err
	}
	return h.Answering(set)
}

// Answering returns a checkpoint with a head for sentences or for tokens, ready to
// answer as OpenAnswering says.
func (h *Headed) Answering(set []string) (*Answering, error) {
	a := &Answering{Headed: h, Name: NameOf(h.Dir), Kind: tasks.Classify, Labels: h.Config.Labels}
	switch {
	case h.Model.Head.Kind == models.TokenHead:
		a.Kind = tasks.Tag
	case h.Model.Head.Labels == 1:
		a.Kind, a.Labels = tasks.Regress, nil
	}
	if n := h.Model.Head.Labels; a.Kind != tasks.Regress && len(a.Labels) != n { // transformers' own names for what has none
		a.Labels = nil
		for i := range n {
			a.Labels = append(a.Labels, fmt.Sprintf("LABEL_%d", i))
		}
	}
	if err := a.readRecipe(set); err != nil {
		return nil, err
	}
	a.Predictor = predictors.New(h.Model, h.Tokenizer, predictors.FormOf(a.Kind), predictors.Recipe{
		MaxLength: a.Recipe.MaxLength, Truncation: a.Recipe.Truncation,
		PadToMax: a.Recipe.Padding == configs.PaddingMaxLength, Precision: device.PrecisionOf(a.Recipe.Precision),
		Threads: a.Recipe.Threads})
	return a, nil
}

func (a *Answering) readRecipe(set []string) error {
	origin, err := ReadOrigin(a.Dir)
	if err != nil {
		return err
	}
	settings := []string{fmt.Sprintf("max_length=%d", min(usualLength, a.Model.MaxTokens()))}
	if origin != nil {
		a.Task = &origin.Task
		if settings, err = origin.Settings(); err != nil {
			return fmt.Errorf("%s: %w", a.Dir, err)
		}
	}
	a.Recipe, err = (&configs.Suite{Set: slices.Concat(settings, set)}).RecipeFor("")
	if err != nil {
		return err
	}
	if most := a.Model.MaxTokens(); a.Recipe.MaxLength > most {
		if !slices.ContainsFunc(set, func(s string) bool { return strings.HasPrefix(s, "max_length=") }) {
			a.Recipe.MaxLength = most // the training's texts had room, others are cut
			return nil
		}
		return fmt.Errorf("%s: max_length %d: the model takes %d tokens", a.Dir, a.Recipe.MaxLength, most)
	}
	return nil
}

// ReadsPairs tells whether the checkpoint's task is about pairs of texts. Where no task
// is recorded that is not known, but of a head that tags words, which pairs have not.
func (a *Answering) ReadsPairs() (pairs, known bool) {
	if a.Kind == tasks.Tag {
		return false, true
	}
	return ofPairs(a.Task)
}

// ReadsPairs tells of a checkpoint with any head what Answering.ReadsPairs does.
func ReadsPairs(name string) (pairs, known bool, err error) {
	src, err := Find(name)
	if err != nil || src.Dir == "" {
		return false, false, err
	}
	origin, err := ReadOrigin(src.Dir)
	if err != nil || origin == nil {
		return false, false, err
	}
	pairs, known = ofPairs(&origin.Task)
	return pairs, known, nil
}

// ofPairs tells whether a task is about pairs; a run of an old version has no more than
// the name of one that is not in the table.
func ofPairs(task *tasks.Definition) (pairs, known bool) {
	if task == nil || task.Kind == "" {
		return false, false
	}
	return task.Columns.Pair != nil, true
}

// Voting is several checkpoints that answer together, by the mean of their
// probabilities or values. They have to have the same labels, in any order.
type Voting struct {
	Members []*Answering
	orders  [][]int // of each member: where the first one's labels stand among its own
}

// Vote joins checkpoints; one is its own vote.
func Vote(members []*Answering) (*Voting, error) {
	v := &Voting{Members: members}
	first := members[0]
	for _, m := range members {
		if m.Kind != first.Kind || len(m.Labels) != len(first.Labels) {
			return nil, fmt.Errorf("%s and %s answer different things: want models of one task", first.Dir, m.Dir)
		}
		if m.Task != nil && first.Task != nil && m.Task.Name != first.Task.Name {
			return nil, fmt.Errorf("%s was trained on %s, %s on %s: want models of one task",
				first.Dir, first.Task.Name, m.Dir, m.Task.Name)
		}
		if len(members) > 1 && m.Kind == tasks.Tag {
			return nil, fmt.Errorf("%s tags words: several models vote on texts and pairs only", m.Dir)
		}
		order := make([]int, len(first.Labels))
		for i, l := range first.Labels {
			if order[i] = slices.Index(m.Labels, l); order[i] < 0 {
				return nil, fmt.Errorf("%s has no label %q, as %s has: want models of one task", m.Dir, l, first.Dir)
			}
		}
		v.orders = append(v.orders, order)
	}
	return v, nil
}

// ReadsPairs is that of the first member of which it is known.
func (v *Voting) ReadsPairs() (pairs, known bool) {
	for _, m := range v.Members {
		if pairs, known = m.ReadsPairs(); known {
			break
		}
	}
	return pairs, known
}

// Classes returns the mean probability of each of the first member's labels, and
// the label of the largest. answers are the members'.
func (v *Voting) Classes(answers []predictors.Answer) (label int, probs []float64) {
	probs = make([]float64, len(v.Members[0].Labels))
	for k, a := range answers {
		p := a.Probs()
		for i, at := range v.orders[k] {
			probs[i] += p[at] / float64(len(answers))
		}
	}
	if len(answers) == 1 { // its own answer, ties included
		return answers[0].Label, probs
	}
	for i, p := range probs {
		if p > probs[label] {
			label = i
		}
	}
	return label, probs
}

// Value returns the mean of the members' values.
func (v *Voting) Value(answers []predictors.Answer) (mean float64) {
	for _, a := range answers {
		mean += a.Value / float64(len(answers))
	}
	return mean
}
