package serving

import (
	"context"
	"fmt"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictions"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
)

// Task is what a model is asked for.
type Task string

// The tasks of models.
const (
	Predict   Task = "predict"
	FillMask  Task = "fill-mask"
	Generate  Task = "generate"
	Summarize Task = "summarize"
	Embed     Task = "embed"
)

// Model is a checkpoint under the name that it is served by.
type Model struct {
	name  string
	head  *checkpoints.Headed
	tasks []Task

	device   *Device              // nil: the processor
	voting   *checkpoints.Voting  // of Predict
	writing  *checkpoints.Writing // of Generate and Summarize
	embedder *predictors.Embedder // of Embed
	poolings []predictors.Pooling // that it has vectors by

	predict, fill *operation
	embed         map[pooled]*operation
	lane          *lane
	writer        *writer // of Generate and Summarize
}

// pooled is how vectors are made.
type pooled struct {
	pooling   predictors.Pooling
	normalize bool
}

// Open opens checkpoints to be served under a name. What one is asked for is what
// its head is for, and vectors. Several vote on predictions, and that is all they are
// asked for.
func Open(name string, dirs ...string) (*Model, error) {
	if len(dirs) > 1 {
		return openVote(name, dirs)
	}
	dir := dirs[0]
	h, err := checkpoints.OpenHeaded(dir)
	if err != nil {
		return nil, err
	}
	m := &Model{name: name, head: h}
	switch h.Model.Head.Kind {
	case models.SequenceHead, models.TokenHead:
		m.tasks = []Task{Predict}
		var a *checkpoints.Answering
		if a, err = h.Answering(nil); err == nil {
			err = m.openPredict(a)
		}
	case models.MaskedLMHead:
		m.tasks = []Task{FillMask}
		m.fill = &operation{"fill-mask", m.runFill}
	case models.CausalLMHead:
		if m.writing, err = h.Writing(); err != nil {
			return nil, err
		}
		if m.tasks = []Task{Generate}; m.writing.Answers() {
			m.tasks = []Task{Summarize}
		}
	}
	if err != nil {
		return nil, err
	}
	m.openEmbed()
	if len(m.tasks) == 0 {
		return nil, fmt.Errorf("%s: a %s with a %s head answers nothing", dir, h.Config.ModelType, h.Model.Head.Kind)
	}
	return m, nil
}

// openVote opens checkpoints that predict together.
func openVote(name string, dirs []string) (*Model, error) {
	var members []*checkpoints.Answering
	for _, dir := range dirs {
		a, err := checkpoints.OpenAnswering(dir, nil)
		if err != nil {
			return nil, err
		}
		members = append(members, a)
	}
	m := &Model{name: name, head: members[0].Headed, tasks: []Task{Predict}}
	return m, m.openPredict(members...)
}

// openPredict makes of checkpoints that vote one operation. Its inputs are the texts
// of a request as each of them reads them, its outputs each one's answers.
func (m *Model) openPredict(members ...*checkpoints.Answering) (err error) {
	if m.voting, err = checkpoints.Vote(members); err != nil {
		return err
	}
	m.predict = &operation{"predict", func(ctx context.Context, mem ops.Backend, inputs []any) ([]any, error) {
		out := make([]any, len(inputs))
		for i := range inputs {
			out[i] = make([][]predictors.Answer, len(members))
		}
		for k, a := range members {
			asked := make([]any, len(inputs))
			for i, in := range inputs {
				asked[i] = in.([]*predictors.Encoded)[k]
			}
			e, sizes := joined(asked)
			answers, err := a.Predictor.With(mem).Predict(ctx, e)
			if err != nil {
				return nil, err
			}
			for i, own := range divided(answers, sizes) {
				out[i].([][]predictors.Answer)[k] = own.([]predictors.Answer)
			}
		}
		return out, nil
	}}
	return nil
}

// openEmbed finds out by which poolings the model has vectors.
func (m *Model) openEmbed() {
	length := min(m.head.Model.MaxTokens(), mostEmbedded)
	m.embedder = predictors.NewEmbedder(m.head.Model, m.head.Tokenizer, predictors.Recipe{MaxLength: length},
		predictors.Mean, false)
	m.embed = map[pooled]*operation{}
	for _, p := range predictors.Poolings {
		if !m.head.Model.Pools(p == predictors.Pooler) {
			continue
		}
		m.poolings = append(m.poolings, p)
		for _, normalize := range []bool{false, true} {
			m.embed[pooled{p, normalize}] = &operation{"embed", func(ctx context.Context, mem ops.Backend,
				inputs []any) ([]any, error) {
				e, sizes := joined(inputs)
				vectors, err := m.embedder.With(mem, p, normalize).Embed(ctx, e)
				return divided(vectors, sizes), err
			}}
		}
	}
	if len(m.poolings) > 0 {
		m.tasks = append(m.tasks, Embed)
	}
}

// mostEmbedded is how many tokens of a text make its vector at most.
const mostEmbedded = 512

// joined makes the encoded texts of several requests one, and says how many each has.
func joined(inputs []any) (*predictors.Encoded, []int) {
	var all []*predictors.Encoded
	var sizes []int
	for _, in := range inputs {
		e := in.(*predictors.Encoded)
		all, sizes = append(all, e), append(sizes, e.Len())
	}
	return predictors.Join(all...), sizes
}

// divided gives each request its part of the outputs.
func divided[T any](outputs []T, sizes []int) []any {
	if outputs == nil {
		return nil
	}
	var all []any
	for _, n := range sizes {
		all, outputs = append(all, outputs[:n:n]), outputs[n:]
	}
	return all
}

// filling is a text with masks that are to be filled.
type filling struct {
	generation.Masked
	top int
}

func (m *Model) runFill(_ context.Context, mem ops.Backend, inputs []any) ([]any, error) {
	texts, top := make([]generation.Masked, len(inputs)), 0
	for i, in := range inputs {
		f := in.(filling)
		texts[i], top = f.Masked, max(top, f.top)
	}
	all, err := generation.FillMasks(mem, m.head.Model, texts, top)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(inputs))
	for i, in := range inputs {
		for k, ranked := range all[i] {
			all[i][k] = ranked[:min(in.(filling).top, len(ranked))]
		}
		out[i] = all[i]
	}
	return out, nil
}

// piece is a text to write.
type piece struct {
	prompt  []int32
	options generation.Options
}

// start gives the model its goroutines and, where it is on no device, the threads of a
// processor, which all models share.
func (m *Model) start(l Limits, meters *meters, on ops.Backend) error {
	if m.device == nil {
		m.place(on)
	}
	m.lane = newLane(m, l, meters, m.head.Model.Backend)
	if m.writing != nil {
		var err error
		m.writer, err = newWriter(m, l, meters)
		return err
	}
	return nil
}

// place puts the model, or all that vote, where they are to compute.
func (m *Model) place(on ops.Backend) {
	if m.voting == nil {
		m.head.Model.Place(on)
		return
	}
	for _, a := range m.voting.Members {
		a.Model.Place(on)
	}
}

// stop lets the goroutines end. Nothing may be asked any more.
func (m *Model) stop() {
	if m.writer != nil {
		m.writer.close()
	}
	m.lane.close()
}

func (m *Model) does(t Task) bool {
	for _, own := range m.tasks {
		if own == t {
			return true
		}
	}
	return false
}

// answer answers texts.
func (m *Model) answer(ctx context.Context, texts []predictions.Text) ([]predictions.Line, error) {
	a := m.voting.Members[0]
	inputs, words := make([]predictors.Input, len(texts)), make([][]predictors.Word, len(texts))
	for i, t := range texts {
		if a.Kind == tasks.Tag && t.Pair != nil {
			return nil, &requestError{fmt.Sprintf("text %d: a pair, for a model that tags words: want one text", i+1)}
		}
		inputs[i], words[i] = predictions.InputOf(a.Kind, t)
	}
	read, tokens := make([]*predictors.Encoded, len(m.voting.Members)), 0
	for k, member := range m.voting.Members {
		e, err := member.Predictor.Encode(len(inputs), func(i int) predictors.Input { return inputs[i] })
		if err != nil {
			return nil, unreadable(err)
		}
		read[k], tokens = e, tokens+e.Tokens()
	}
	out, err := m.lane.ask(ctx, m.predict, read, tokens)
	if err != nil {
		return nil, err
	}
	lines := make([]predictions.Line, len(texts))
	votes := out.([][]predictors.Answer)
	answers := make([]predictors.Answer, len(votes))
	for i := range texts {
		for k := range votes {
			answers[k] = votes[k][i]
		}
		lines[i] = predictions.LineOf(m.voting, i, texts[i], words[i], answers)
	}
	return lines, nil
}

// vectors makes the vectors of texts.
func (m *Model) vectors(ctx context.Context, texts []predictions.Text, how pooled) ([]predictors.Vector, error) {
	e, err := m.embedder.Encode(len(texts), func(i int) predictors.Input {
		in, _ := predictions.InputOf(tasks.Classify, texts[i])
		return in
	})
	if err != nil {
		return nil, unreadable(err)
	}
	out, err := m.lane.ask(ctx, m.embed[how], e, e.Tokens())
	if err != nil {
		return nil, err
	}
	return out.([]predictors.Vector), nil
}
