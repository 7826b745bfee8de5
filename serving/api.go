package serving

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/predictors"
)

// newAPI registers what is described by /openapi.json.
func (s *Server) newAPI(version string) huma.API {
	c := huma.DefaultConfig("bench", version)
	c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", nil
	c.Info.Description = "Trained language models at work."
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}
	c.Formats = map[string]huma.Format{"application/json": format, "json": format}
	c.Transformers = []huma.Transformer{badRequest}
	api := humago.New(s.mux, c)
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { next(statusContext{ctx}) })
	huma.Register(api, s.operation("models", http.MethodGet, "/v1/models", "The models that are served"), s.listModels)
	huma.Register(api, s.operation("predict", http.MethodPost, "/v1/predict", "Label texts, pairs or words"), s.postPredict)
	huma.Register(api, s.operation("embed", http.MethodPost, "/v1/embed", "Make vectors of texts"), s.postEmbed)
	huma.Register(api, s.operation("fill-mask", http.MethodPost, "/v1/fill-mask",
		"Guess the masked words of a text"), s.postFill)
	huma.Register(api, s.operation("summarize", http.MethodPost, "/v1/summarize", "Summarize a text"), s.postSummarize)
	s.registerGenerate(api)
	return api
}

func (s *Server) operation(id, method, path, summary string) huma.Operation {
	return huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary,
		MaxBodyBytes: s.limits.Body, BodyReadTimeout: -1} // the body lies in memory already
}

// ModelInfo is a model of GET /v1/models.
type ModelInfo struct {
	Name         string   `json:"name"`
	Architecture string   `json:"architecture"`
	Tasks        []Task   `json:"tasks"`
	Kind         string   `json:"kind,omitempty" doc:"of predictions: classify, regress or tag"`
	Labels       []string `json:"labels,omitempty"`
	TrainedOn    string   `json:"trained_on,omitempty" doc:"the task that its predictions are of"`
	Pairs        *bool    `json:"pairs,omitempty" doc:"whether it predicts of pairs of texts; without it nothing says so"`
	Poolings     []string `json:"poolings,omitempty"`
	MaxTokens    int      `json:"max_tokens"`
	Voters       int      `json:"voters,omitempty" doc:"how many checkpoints vote, by the mean of their answers; without it one"`
}

type modelsOutput struct {
	Body struct {
		Models      []ModelInfo `json:"models"`
		Leaderboard bool        `json:"leaderboard,omitempty" doc:"whether there is one at /v1/leaderboard"`
	}
}

func (s *Server) listModels(context.Context, *struct{}) (*modelsOutput, error) {
	out := &modelsOutput{}
	out.Body.Leaderboard = s.board.Load() != nil
	for _, m := range s.models {
		out.Body.Models = append(out.Body.Models, m.info())
	}
	return out, nil
}

func (m *Model) info() ModelInfo {
	i := ModelInfo{Name: m.name, Architecture: m.head.Config.ModelType, Tasks: m.tasks, MaxTokens: m.head.Model.MaxTokens()}
	if m.voting != nil {
		a := m.voting.Members[0]
		i.Kind, i.Labels, i.MaxTokens = string(a.Kind), a.Labels, a.Recipe.MaxLength
		if a.Task != nil {
			i.TrainedOn = a.Task.Name
		}
		if pairs, known := m.voting.ReadsPairs(); known {
			i.Pairs = &pairs
		}
		if n := len(m.voting.Members); n > 1 {
			i.Voters = n
		}
	}
	for _, p := range m.poolings {
		i.Poolings = append(i.Poolings, string(p))
	}
	return i
}

// find returns the model of that name, or without a name the first, that does a
// task.
func (s *Server) find(t Task, name string) (*Model, error) {
	var names []string
	for _, m := range s.models {
		if !m.does(t) {
			continue
		}
		if m.name == name || name == "" {
			return m, nil
		}
		names = append(names, m.name)
	}
	return nil, &requestError{fmt.Sprintf("model %q for %s: %s", name, t, quoted(names))}
}

// Answer is a text's answer. What there is of it depends on the model's kind.
type Answer struct {
	ID        int                `json:"id" doc:"the text's number in the request, from 0"`
	Text      string             `json:"text"`
	TextPair  *string            `json:"text_pair,omitempty"`
	Pred      any                `json:"pred,omitempty" doc:"a label, or a number of a regression"`
	Probs     map[string]float64 `json:"probs,omitempty" doc:"of the labels"`
	Words     []string           `json:"words,omitzero"`
	Tags      []string           `json:"tags,omitzero" doc:"of the words"`
	Entities  *[]Entity          `json:"entities,omitempty" doc:"of a model that tags words"`
	Truncated bool               `json:"truncated,omitempty" doc:"the model saw the text's beginning only"`
}

// Entity is a span of a text, in code points.
type Entity struct {
	Type  string  `json:"type"`
	Start int     `json:"start"`
	End   int     `json:"end"`
	Text  string  `json:"text"`
	Prob  float64 `json:"prob"`
}

type predictInput struct {
	Body struct {
		Model string  `json:"model,omitempty" doc:"one that predicts; the first, if none is named"`
		Text  *input  `json:"text,omitempty"`
		Texts []input `json:"texts,omitempty" nullable:"false"`
	}
}

type predictOutput struct {
	Body struct {
		Model   string   `json:"model"`
		Answers []Answer `json:"answers"`
	}
}

func (s *Server) postPredict(ctx context.Context, in *predictInput) (*predictOutput, error) {
	m, err := s.find(Predict, in.Body.Model)
	if err != nil {
		return nil, s.problem(err)
	}
	texts, err := s.texts(in.Body.Text, in.Body.Texts)
	if err != nil {
		return nil, s.problem(err)
	}
	lines, err := m.answer(ctx, texts)
	if err != nil {
		return nil, s.problem(err)
	}
	out := &predictOutput{}
	out.Body.Model = m.name
	for _, l := range lines {
		a := Answer{ID: l.ID, Text: l.Text, TextPair: l.TextPair, Pred: l.Pred, Words: l.Words, Tags: l.Tags,
			Truncated: l.Truncated}
		if l.Probs != nil {
			a.Probs = map[string]float64{}
			for i, label := range l.Probs.Labels {
				a.Probs[label] = l.Probs.Values[i]
			}
		}
		if l.Entities != nil {
			a.Entities = &[]Entity{}
			for _, e := range *l.Entities {
				*a.Entities = append(*a.Entities, Entity(e))
			}
		}
		out.Body.Answers = append(out.Body.Answers, a)
	}
	return out, nil
}

type embedInput struct {
	Body struct {
		Model     string  `json:"model,omitempty" doc:"one with vectors; the first, if none is named"`
		Text      *input  `json:"text,omitempty"`
		Texts     []input `json:"texts,omitempty" nullable:"false"`
		Pooling   string  `json:"pooling,omitempty" enum:"mean,first,pooler" default:"mean"`
		Normalize bool    `json:"normalize,omitempty" doc:"make vectors of length 1"`
	}
}

// Vector is a text's vector.
type Vector struct {
	ID        int       `json:"id" doc:"the text's number in the request, from 0"`
	Vector    []float32 `json:"vector"`
	Truncated bool      `json:"truncated,omitempty"`
}

type embedOutput struct {
	Body struct {
		Model   string   `json:"model"`
		Vectors []Vector `json:"vectors"`
	}
}

func (s *Server) postEmbed(ctx context.Context, in *embedInput) (*embedOutput, error) {
	m, err := s.find(Embed, in.Body.Model)
	if err != nil {
		return nil, s.problem(err)
	}
	texts, err := s.texts(in.Body.Text, in.Body.Texts)
	if err != nil {
		return nil, s.problem(err)
	}
	how := pooled{predictors.Pooling(in.Body.Pooling), in.Body.Normalize}
	if m.embed[how] == nil {
		return nil, s.problem(&requestError{fmt.Sprintf("pooling %q of %s: want one of %v", how.pooling, m.name, m.poolings)})
	}
	vectors, err := m.vectors(ctx, texts, how)
	if err != nil {
		return nil, s.problem(err)
	}
	out := &embedOutput{}
	out.Body.Model = m.name
	for i, v := range vectors {
		out.Body.Vectors = append(out.Body.Vectors, Vector{ID: i, Vector: v.Values, Truncated: v.Truncated})
	}
	return out, nil
}

type fillInput struct {
	Body struct {
		Model string `json:"model,omitempty" doc:"one that fills masks; the first, if none is named"`
		Text  string `json:"text" doc:"with [MASK] or <mask> in it"`
		Top   int    `json:"top,omitempty" minimum:"1" maximum:"1000" default:"5" doc:"how many tokens for each mask"`
	}
}

type fillOutput struct {
	Body struct {
		Model string                `json:"model"`
		Text  string                `json:"text"`
		Masks [][]checkpoints.Guess `json:"masks" doc:"the guesses for each mask, the most probable first"`
	}
}

func (s *Server) postFill(ctx context.Context, in *fillInput) (*fillOutput, error) {
	m, err := s.find(FillMask, in.Body.Model)
	if err != nil {
		return nil, s.problem(err)
	}
	text, masks, err := m.guess(ctx, in.Body.Text, in.Body.Top)
	if err != nil {
		return nil, s.problem(err)
	}
	out := &fillOutput{}
	out.Body.Model, out.Body.Text, out.Body.Masks = m.name, text, masks
	return out, nil
}

// guess returns the top guesses for each mask of a text.
func (m *Model) guess(ctx context.Context, text string, top int) (string, [][]checkpoints.Guess, error) {
	text, masked, err := m.head.Masked(text)
	if err != nil {
		return text, nil, err
	}
	if most := m.head.Model.MaxTokens(); len(masked.IDs) > most {
		return text, nil, &requestError{fmt.Sprintf("text: %d tokens: the model takes 1 to %d", len(masked.IDs), most)}
	}
	out, err := m.lane.ask(ctx, m.fill, filling{masked, top}, len(masked.IDs))
	if err != nil {
		return text, nil, err
	}
	return text, m.head.Guesses(out.([][]generation.Probability)), nil
}

// writeJSON answers with JSON, Korean and signs as they are.
func writeJSON(w io.Writer, v any) {
	// The client may have gone: nobody is left to be told.
	_ = huma.DefaultJSONFormat.Marshal(w, v)
}
