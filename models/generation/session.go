package generation

import (
	"math/rand/v2"
	"slices"

	"github.com/lmkor/bench/models"
)

// Session continues several texts at once with a causal language model, a token
// of each a step. Texts join between two steps and leave when they end. What
// becomes of a text does not depend on the others.
type Session struct {
	m     *models.Model
	d     *models.Decoder
	texts []*Continuation
}

// Continuation is a text of a session.
type Continuation struct {
	IDs  []int32 // all of it so far, the prompt included
	Done bool
	Err  error // why it ended before its time

	o      Options
	random *rand.Rand
	read   int // how many of IDs the decoder has read
}

// NewSession returns a session without texts.
func NewSession(m *models.Model) (*Session, error) {
	d, err := m.NewDecoder(0, 1, nil)
	if err != nil {
		return nil, err
	}
	return &Session{m: m, d: d}, nil
}

// Join adds a text that continues a prompt, without beams.
func (s *Session) Join(prompt []int32, o Options) (*Continuation, error) {
	if o.Beams != 1 {
		return nil, &Error{"num-beams", "among other texts: want 1"}
	}
	if len(prompt) == 0 {
		return nil, &Error{"text", "no tokens: want some to begin with"}
	}
	in := &models.Batch{}
	in.Append(prompt, nil)
	if err := s.m.Check(in); err != nil {
		return nil, err
	}
	if err := o.Check(len(prompt), s.m.Config.Outputs()); err != nil {
		return nil, err
	}
	if err := s.d.Join(o.MaxLength); err != nil {
		return nil, err
	}
	o.prompt, o.source = len(prompt), prompt
	c := &Continuation{IDs: slices.Clone(prompt), o: o, random: rand.New(rand.NewPCG(o.Seed, 0))}
	s.texts = append(s.texts, c)
	return c, nil
}

// Len returns the number of texts that go on.
func (s *Session) Len() int { return len(s.texts) }

// Step adds a token to every text. Those that end leave. Of a device that can do no
// more it panics with a *device.Failure, as do Leave and Close.
func (s *Session) Step() {
	if len(s.texts) == 0 {
		return
	}
	unread := make([][]int32, len(s.texts))
	for i, c := range s.texts {
		unread[i], c.read = c.IDs[c.read:], len(c.IDs)
	}
	for i, scores := range feed(s.d, unread) {
		c := s.texts[i]
		next, err := c.o.choose(scores, c.IDs, c.random)
		if c.Err = err; err == nil {
			c.IDs = append(c.IDs, next)
		}
		c.Done = err != nil || len(c.IDs) == c.o.MaxLength || slices.Contains(c.o.End, next)
	}
	s.keep(func(c *Continuation) bool { return !c.Done })
}

// Leave ends a text before its time.
func (s *Session) Leave(c *Continuation) {
	c.Done = true
	s.keep(func(other *Continuation) bool { return other != c })
}

// keep drops the texts that are not to go on.
func (s *Session) keep(goesOn func(*Continuation) bool) {
	var from []int
	var texts []*Continuation
	for i, c := range s.texts {
		if goesOn(c) {
			from, texts = append(from, i), append(texts, c)
		}
	}
	if len(texts) < len(s.texts) {
		s.d.Reorder(from)
		s.texts = texts
	}
}

// Close ends the session and gives back what it keeps.
func (s *Session) Close() {
	for _, c := range s.texts {
		c.Done = true
	}
	s.texts = nil
	s.d.Close()
}
