package generation

import (
	"math/rand/v2"
	"slices"

	"github.com/lmkor/bench/models"
)

// Session writes several texts at once with one model, a token of each a step: it
// continues prompts, or with an encoder-decoder answers them, drawing tokens,
// taking the best or searching with beams. Texts join between two steps and leave
// when they end. What becomes of a text does not depend on the others.
type Session struct {
	m     *models.Model
	d     *models.Decoder
	texts []*Continuation
}

// Continuation is a text of a session.
type Continuation struct {
	IDs   []int32 // all of it so far, the prompt or the start token included; of a beam search once it is Done
	Score float64 // of a beam search, as Text's
	Done  bool
	Err   error // why it ended before its time

	o      Options
	random *rand.Rand
	search *search // of beams; nil: there are none
	rows   int     // how many of the decoder's sequences are its own
	read   int     // how many of IDs the decoder has read
}

// NewSession returns a session without texts.
func NewSession(m *models.Model) (*Session, error) {
	d, err := m.NewDecoder(0, 1, nil)
	if err != nil {
		return nil, err
	}
	return &Session{m: m, d: d}, nil
}

// Join adds a text that continues a prompt or, of an encoder-decoder, answers it.
func (s *Session) Join(prompt []int32, o Options) (*Continuation, error) {
	if len(prompt) == 0 {
		return nil, &Error{"text", "no tokens: want some to begin with"}
	}
	in := &models.Batch{}
	in.Append(prompt, nil)
	if err := s.m.Check(in); err != nil {
		return nil, err
	}
	ids, source := slices.Clone(prompt), (*models.Batch)(nil)
	if s.m.Config.ModelType == "encoder-decoder" {
		ids, source = []int32{o.Start}, in
		if o.Start < 0 || int(o.Start) >= s.m.Config.Outputs() {
			return nil, &Error{"decoder_start_token_id", "none: want the token that the decoder begins with"}
		}
	}
	if err := o.Check(len(ids), s.m.Config.Outputs()); err != nil {
		return nil, err
	}
	if err := s.d.Join(o.MaxLength, source); err != nil {
		return nil, err
	}
	o.prompt, o.source = len(ids), prompt
	c := &Continuation{IDs: ids, o: o, rows: 1, random: rand.New(rand.NewPCG(o.Seed, 0))}
	if o.Beams > 1 {
		c.search = newSearch(ids, &c.o)
	}
	s.texts = append(s.texts, c)
	return c, nil
}

// Len returns the number of texts that go on.
func (s *Session) Len() int { return len(s.texts) }

// Step adds a token to every text, to each of its beams. Those that end leave. Of a
// device that can do no more it panics with a *device.Failure, as do Leave and Close.
func (s *Session) Step() {
	if len(s.texts) == 0 {
		return
	}
	var unread [][]int32
	for _, c := range s.texts {
		unread = append(unread, c.unread()...)
	}
	scores := feed(s.d, unread)
	var from []int // which sequences go on as which
	var texts []*Continuation
	first := 0
	for _, c := range s.texts {
		rows := c.rows
		next := c.advance(scores[first : first+rows])
		if !c.Done {
			texts = append(texts, c)
			for _, f := range next {
				from = append(from, first+f)
			}
		}
		first += rows
	}
	s.reorder(from, first)
	s.texts = texts
}

// unread returns what the decoder has not read, of each of the text's sequences.
func (c *Continuation) unread() [][]int32 {
	if c.search == nil || c.read == 0 {
		ids := c.IDs[c.read:]
		c.read = len(c.IDs)
		return [][]int32{ids}
	}
	last := make([][]int32, c.rows)
	for i, b := range c.search.running {
		last[i] = b.ids[len(b.ids)-1:]
	}
	return last
}

// advance takes the scores of the next tokens and returns which of the text's
// sequences go on as which.
func (c *Continuation) advance(scores [][]float32) []int {
	if c.search == nil {
		next, err := c.o.choose(scores[0], c.IDs, c.random)
		if c.Err = err; err == nil {
			c.IDs = append(c.IDs, next)
		}
		c.Done = err != nil || len(c.IDs) == c.o.MaxLength || slices.Contains(c.o.End, next)
		return []int{0}
	}
	begins := c.rows < c.o.Beams // all beams are the prompt still
	for len(scores) < c.o.Beams {
		scores = append(scores[:len(scores):len(scores)], slices.Clone(scores[0]))
	}
	if c.rows = c.o.Beams; !c.search.step(scores) {
		var best []int32
		if best, c.Score, c.Err = c.search.best(); c.Err == nil {
			c.IDs = best
		}
		c.Done = true
		return nil
	}
	from := make([]int, c.o.Beams)
	for i, b := range c.search.running {
		if !begins {
			from[i] = b.from
		}
	}
	return from
}

// reorder makes the decoder's sequences, of which there are that many, those of from.
func (s *Session) reorder(from []int, sequences int) {
	same := len(from) == sequences
	for i, f := range from {
		same = same && i == f
	}
	if !same {
		s.d.Reorder(from)
	}
}

// Leave ends a text before its time.
func (s *Session) Leave(leaving *Continuation) {
	leaving.Done = true
	var from []int
	var texts []*Continuation
	first := 0
	for _, c := range s.texts {
		if c != leaving {
			texts = append(texts, c)
			for i := range c.rows {
				from = append(from, first+i)
			}
		}
		first += c.rows
	}
	s.reorder(from, first)
	s.texts = texts
}

// Close ends the session and gives back what it keeps.
func (s *Session) Close() {
	for _, c := range s.texts {
		c.Done = true
	}
	s.texts = nil
	s.d.Close()
}
