package serving

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/generation"
)

// Settings are what a request may say of how a text is written, under
// transformers' names; the checkpoint says the rest.
type Settings struct {
	MaxLength         *int     `json:"max_length,omitempty" minimum:"1" maximum:"100000" doc:"tokens, the prompt's included"`
	MaxNewTokens      *int     `json:"max_new_tokens,omitempty" minimum:"1" maximum:"100000"`
	MinLength         *int     `json:"min_length,omitempty" minimum:"0" maximum:"100000"`
	DoSample          *bool    `json:"do_sample,omitempty" doc:"draw tokens by their probability"`
	Temperature       *float64 `json:"temperature,omitempty" exclusiveMinimum:"0"`
	TopK              *int     `json:"top_k,omitempty" minimum:"0" maximum:"1000000"`
	TopP              *float64 `json:"top_p,omitempty" exclusiveMinimum:"0" maximum:"1"`
	Seed              *uint64  `json:"seed,omitempty" doc:"of sampling" maximum:"9007199254740991"`
	NumBeams          *int     `json:"num_beams,omitempty" minimum:"1" maximum:"16"`
	LengthPenalty     *float64 `json:"length_penalty,omitempty" minimum:"-100" maximum:"100"`
	RepetitionPenalty *float64 `json:"repetition_penalty,omitempty" exclusiveMinimum:"0"`
	NoRepeatNgram     *int     `json:"no_repeat_ngram_size,omitempty" minimum:"0" maximum:"100000"`
}

// wish returns the settings as a checkpoint is asked.
func (g *Settings) wish(room int) *checkpoints.Wish {
	a := &checkpoints.Wish{Options: generation.Defaults(), Given: map[string]bool{}, Room: room}
	o := &a.Options
	give(a, "max_length", &o.MaxLength, g.MaxLength)
	give(a, "min_length", &o.MinLength, g.MinLength)
	give(a, "do_sample", &o.Sample, g.DoSample)
	give(a, "temperature", &o.Temperature, g.Temperature)
	give(a, "top_k", &o.TopK, g.TopK)
	give(a, "top_p", &o.TopP, g.TopP)
	give(a, "num_beams", &o.Beams, g.NumBeams)
	give(a, "length_penalty", &o.LengthPenalty, g.LengthPenalty)
	give(a, "repetition_penalty", &o.RepetitionPenalty, g.RepetitionPenalty)
	give(a, "no_repeat_ngram_size", &o.NoRepeatNgram, g.NoRepeatNgram)
	if o.Seed = 42; g.Seed != nil {
		o.Seed = *g.Seed
	}
	if g.MaxNewTokens != nil {
		a.NewTokens = *g.MaxNewTokens
	}
	return a
}

func give[T any](a *checkpoints.Wish, name string, to, from *T) {
	if a.Given[name] = from != nil; from != nil {
		*to = *from
	}
}

// Written is a text that a model wrote.
type Written struct {
	Model     string `json:"model"`
	Text      string `json:"text" doc:"the whole, the prompt included; of a summary the summary alone"`
	Tokens    int    `json:"tokens" doc:"how many the whole has"`
	Truncated bool   `json:"truncated,omitempty" doc:"the model read the text's beginning only"`
}

// prepare makes of a text and settings what a model is asked to write.
func (m *Model) prepare(text string, a *checkpoints.Wish) (piece, bool, error) {
	if err := m.writing.Resolve(a); err != nil {
		return piece{}, false, err
	}
	if m.does(Summarize) {
		a.Summarizing()
	}
	ids, o, cut := m.writing.Prompt(text, a)
	most := m.head.Config.MaxTokens()
	if m.writing.Answers() {
		most = m.head.Config.Decoder.MaxTokens()
	}
	switch {
	case len(ids) == 0:
		return piece{}, false, &requestError{"the text has no tokens: want some to begin with"}
	case len(ids) >= most && !m.writing.Answers():
		return piece{}, false, &roomError{"text", len(ids), most}
	case o.MaxLength > most && a.NewTokens > 0:
		return piece{}, false, &roomError{"max_new_tokens", o.MaxLength, most}
	case o.MaxLength > most:
		return piece{}, false, &roomError{"max_length", o.MaxLength, most}
	}
	return piece{ids, o}, cut > 0, nil
}

func (m *Model) written(t generation.Text, cut bool) Written {
	return Written{Model: m.name, Text: m.head.Tokenizer.Decode(t.IDs, true), Tokens: len(t.IDs), Truncated: cut}
}

type summarizeInput struct {
	Body struct {
		Model string `json:"model,omitempty" doc:"one that summarizes; the first, if none is named"`
		Text  string `json:"text"`
		Settings
	}
}

type writtenOutput struct{ Body Written }

func (s *Server) postSummarize(ctx context.Context, in *summarizeInput) (*writtenOutput, error) {
	m, err := s.find(Summarize, in.Body.Model)
	if err != nil {
		return nil, s.problem(err)
	}
	w, err := m.compose(ctx, in.Body.Text, in.Body.wish(summaryRoom), nil)
	if err != nil {
		return nil, s.problem(err)
	}
	return &writtenOutput{w}, nil
}

// How many new tokens there may be if nothing says it.
const (
	generateRoom = 50
	summaryRoom  = 128
)

func (m *Model) compose(ctx context.Context, text string, a *checkpoints.Wish, wrote func([]int32)) (Written, error) {
	p, cut, err := m.prepare(text, a)
	if err != nil {
		return Written{}, err
	}
	t, err := m.writer.ask(ctx, p, wrote)
	if err != nil {
		return Written{}, err
	}
	return m.written(t, cut), nil
}

type generateInput struct {
	Body struct {
		Model  string `json:"model,omitempty" doc:"one that continues texts; the first, if none is named"`
		Text   string `json:"text"`
		Stream bool   `json:"stream,omitempty" doc:"answer with server-sent events: what is added, then done with the whole"`
		Settings
	}
}

// registerGenerate registers the one operation whose answer has two forms.
func (s *Server) registerGenerate(api huma.API) {
	op := s.operation("generate", http.MethodPost, "/v1/generate", "Continue a text")
	whole := huma.SchemaFromType(api.OpenAPI().Components.Schemas, typeOfWritten)
	op.Responses = map[string]*huma.Response{"200": {Description: "the text, whole or as it is written",
		Content: map[string]*huma.MediaType{
			"application/json":  {Schema: whole},
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
		}}}
	huma.Register(api, op, s.postGenerate)
}

func (s *Server) postGenerate(ctx context.Context, in *generateInput) (*huma.StreamResponse, error) {
	m, err := s.find(Generate, in.Body.Model)
	if err != nil {
		return nil, s.problem(err)
	}
	a := in.Body.wish(generateRoom)
	if !in.Body.Stream {
		w, err := m.compose(ctx, in.Body.Text, a, nil)
		if err != nil {
			return nil, s.problem(err)
		}
		return &huma.StreamResponse{Body: func(c huma.Context) {
			c.SetHeader("Content-Type", "application/json")
			writeJSON(c.BodyWriter(), w)
		}}, nil
	}
	p, cut, err := m.prepare(in.Body.Text, a)
	if err != nil {
		return nil, s.problem(err)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		r, w := humago.Unwrap(c)
		s.stream(r.Context(), w, m, p, cut)
	}}, nil
}

// stream writes a text as server-sent events.
func (s *Server) stream(ctx context.Context, w http.ResponseWriter, m *Model, p piece, cut bool) {
	type end struct {
		text generation.Text
		err  error
	}
	parts, ended := make(chan []int32, p.options.MaxLength), make(chan end, 1)
	go func() {
		var last end
		last.err = guarded(func() (err error) {
			last.text, err = m.writer.ask(ctx, p, func(ids []int32) { parts <- ids })
			return err
		})
		close(parts)
		ended <- last
	}()
	e := &events{w: w, sent: m.head.Tokenizer.Decode(p.prompt, true)}
	for ids := range parts {
		e.more(m.head.Tokenizer.Decode(ids, true))
	}
	last := <-ended
	if last.err == nil {
		whole := m.written(last.text, cut)
		e.more(whole.Text)
		e.send("done", whole)
		return
	}
	status, detail := problemOf(last.err)
	if status == http.StatusInternalServerError {
		s.logFault(last.err)
	}
	if !e.open {
		writeProblem(w, status, detail)
		return
	}
	e.send("error", huma.ErrorModel{Title: titleOf(status), Status: status, Detail: detail})
}

// events are server-sent events of a text that grows.
type events struct {
	w    http.ResponseWriter
	sent string // what the client has of the text
	open bool   // the header is written
}

// more sends what the text has beyond what the client has. A character that is not
// whole yet, or a text that changed its end, waits for the event done.
func (e *events) more(text string) {
	added, ok := strings.CutPrefix(text, e.sent)
	if !ok || added == "" || strings.HasSuffix(added, "\ufffd") {
		return
	}
	e.sent = text
	e.send("", struct {
		Text string `json:"text"`
	}{added})
}

// send writes one event. The client may have gone: the request's context says so.
func (e *events) send(name string, v any) {
	if !e.open {
		e.w.Header().Set("Content-Type", "text/event-stream")
		e.w.Header().Set("X-Accel-Buffering", "no")
		e.open = true
	}
	if name != "" {
		fmt.Fprintf(e.w, "event: %s\n", name)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return // plain data
	}
	fmt.Fprintf(e.w, "data: %s\n\n", raw)
	_ = http.NewResponseController(e.w).Flush()
}
