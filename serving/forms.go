package serving

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

var typeOfWritten = reflect.TypeFor[Written]()

// maskForms are the paths that LMkor's demonstrations have for masked language
// models, by architecture.
var maskForms = map[string]string{"/bert": "bert", "/albert": "albert", "/funnel": "funnel", "/electra": "electra"}

// registerForms adds the endpoints of LMkor's demonstrations: form fields in, an
// object of strings out.
func (s *Server) registerForms(api huma.API) {
	for path, architecture := range maskForms {
		s.registerForm(api, path, "Guess the masked word, by a "+architecture, []string{"samples"},
			func(ctx context.Context, f form) (map[string]string, error) {
				return s.fillForm(ctx, architecture, f)
			})
	}
	s.registerForm(api, "/gpt-3", "Continue a text", []string{"samples", "length"}, s.generateForm)
	s.registerForm(api, "/summarize", "Summarize a text", []string{"samples"}, s.summarizeForm)
}

// form is the fields of a request.
type form struct {
	text            string
	samples, length int // 0: not given
}

func (s *Server) registerForm(api huma.API, path, summary string, numbers []string,
	answer func(context.Context, form) (map[string]string, error)) {
	schema := &huma.Schema{Type: huma.TypeObject, Required: []string{"text"},
		Properties: map[string]*huma.Schema{"text": {Type: huma.TypeString}}}
	low := 1.0
	for _, n := range numbers {
		high := float64(mostOf[n])
		schema.Properties[n] = &huma.Schema{Type: huma.TypeInteger, Minimum: &low, Maximum: &high}
	}
	media := &huma.MediaType{Schema: schema}
	op := s.operation("form-"+path[1:], http.MethodPost, path, summary)
	op.RequestBody = &huma.RequestBody{Required: true,
		Content: map[string]*huma.MediaType{"multipart/form-data": media, "application/x-www-form-urlencoded": media}}
	strs := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: &huma.Schema{Type: huma.TypeString}}
	fault := huma.SchemaFromType(api.OpenAPI().Components.Schemas, reflect.TypeFor[huma.ErrorModel]())
	op.Responses = map[string]*huma.Response{
		"200": {Description: "what the model answers",
			Content: map[string]*huma.MediaType{"application/json": {Schema: strs}}},
		"default": {Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: fault}}},
	}
	api.OpenAPI().AddOperation(&op)
	s.mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		f, err := s.readForm(r, numbers)
		var out map[string]string
		if err == nil {
			out, err = answer(r.Context(), f)
		}
		if err != nil {
			status, detail := problemOf(err)
			if status == http.StatusInternalServerError {
				s.logFault(err)
			}
			writeProblem(w, status, detail)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		writeJSON(w, out)
	})
}

// mostOf is how much a number of a form may be.
var mostOf = map[string]int{"samples": 100, "length": 1000}

func (s *Server) readForm(r *http.Request, numbers []string) (form, error) {
	if names := slices.Sorted(maps.Keys(r.URL.Query())); len(names) > 0 {
		return form{}, &requestError{fmt.Sprintf("%q in the address: want it in the form (curl: -F)", names[0])}
	}
	if err := s.parseForm(r); err != nil {
		return form{}, err
	}
	fields := r.PostForm
	if err := known(fields); err != nil {
		return form{}, err
	}
	if !fields.Has("text") {
		if r.MultipartForm != nil && r.MultipartForm.File["text"] != nil {
			return form{}, &requestError{"text is a file: want a field (curl: -F 'text=<FILE')"}
		}
		return form{}, &requestError{"no field text"}
	}
	f := form{text: fields.Get("text")}
	if !utf8.ValidString(f.text) {
		return f, &requestError{"text: invalid UTF-8: want UTF-8 text"}
	}
	for _, n := range numbers {
		value := fields.Get(n)
		if value == "" {
			continue
		}
		v, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || v < 1 || v > mostOf[n] {
			return f, &requestError{fmt.Sprintf("%s %q: want a whole number, 1 to %d", n, value, mostOf[n])}
		}
		if n == "length" {
			f.length = v
		} else {
			f.samples = v
		}
	}
	return f, nil
}

// parseForm reads the body as the form that its header says it is.
func (s *Server) parseForm(r *http.Request) error {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = r.ParseMultipartForm(s.limits.Body + 1) // all of it in memory, where the body is
	case "application/x-www-form-urlencoded":
		err = r.ParseForm()
	default:
		err = errors.New("want multipart/form-data or application/x-www-form-urlencoded")
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("it ends too early")
	}
	if err != nil {
		return &requestError{"the form: " + err.Error()}
	}
	return nil
}

// known refuses fields that would mean nothing, and those that come twice. A length is
// none of masks and of summaries, and harms none.
func known(fields url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		switch {
		case name != "text" && mostOf[name] == 0:
			return &requestError{fmt.Sprintf("field %q: want text, samples or length", name)}
		case len(fields[name]) > 1:
			return &requestError{fmt.Sprintf("%s: %d times: want it once", name, len(fields[name]))}
		}
	}
	return nil
}

// fillForm answers {"NAME": "바로 / 미술 / 낚시"}: the guesses for the mask, for
// several masks with commas between them.
func (s *Server) fillForm(ctx context.Context, architecture string, f form) (map[string]string, error) {
	var m *Model
	for _, other := range s.models {
		if m == nil && other.does(FillMask) && other.head.Config.ModelType == architecture {
			m = other
		}
	}
	if m == nil {
		return nil, &requestError{"no " + architecture + " that fills masks is loaded"}
	}
	if f.samples == 0 {
		f.samples = 3
	}
	_, masks, err := m.guess(ctx, f.text, f.samples)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, guesses := range masks {
		var words []string
		for _, g := range guesses {
			words = append(words, strings.TrimPrefix(strings.TrimPrefix(g.Token, "##"), "▁"))
		}
		all = append(all, strings.Join(words, " / "))
	}
	return map[string]string{m.name: strings.Join(all, ", ")}, nil
}

// generateForm answers {"0": "…", "1": "…"}: as many continuations as samples,
// each drawn by a seed of its own.
func (s *Server) generateForm(ctx context.Context, f form) (map[string]string, error) {
	m, err := s.find(Generate, "")
	if err != nil {
		return nil, err
	}
	if f.length == 0 {
		f.length = generateRoom
	}
	draw := true
	out, err := m.several(ctx, f, func(i int) *Settings {
		seed := uint64(i)
		return &Settings{MaxNewTokens: &f.length, DoSample: &draw, Seed: &seed}
	})
	var room *roomError
	if errors.As(err, &room) && room.field == "max_new_tokens" {
		err = &roomError{"length", room.tokens, room.room}
	}
	return out, err
}

// summarizeForm answers {"0": "…"}: the summary, and with more samples others that
// are drawn.
func (s *Server) summarizeForm(ctx context.Context, f form) (map[string]string, error) {
	m, err := s.find(Summarize, "")
	if err != nil {
		return nil, err
	}
	draw, one := true, 1
	return m.several(ctx, f, func(i int) *Settings {
		if i == 0 {
			return &Settings{}
		}
		seed := uint64(i)
		return &Settings{DoSample: &draw, NumBeams: &one, Seed: &seed}
	})
}

// several writes as many texts as samples are asked for, side by side where the
// model does.
func (m *Model) several(ctx context.Context, f form, how func(i int) *Settings) (map[string]string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := max(f.samples, 1)
	type made struct {
		w   Written
		err error
	}
	all := make([]chan made, n)
	for i := range n {
		all[i] = make(chan made, 1)
		go func() {
			room := generateRoom
			if m.writing.Answers() {
				room = summaryRoom
			}
			var d made
			d.err = guarded(func() (err error) {
				d.w, err = m.compose(ctx, f.text, how(i).wish(room), nil)
				return err
			})
			all[i] <- d
		}()
	}
	out, fault := map[string]string{}, error(nil)
	for i, c := range all {
		d := <-c
		if d.err != nil && fault == nil {
			fault = d.err
			cancel()
		}
		out[strconv.Itoa(i)] = d.w.Text
	}
	return out, fault
}
