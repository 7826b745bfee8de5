package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// question is what a good client asks, and what it is answered when nobody else asks.
type question struct {
	path, kind, body string
	alone            string
}

const (
	jsonKind = "application/json"
	formKind = "application/x-www-form-urlencoded"
)

func ask(path string, fields map[string]any) question {
	raw, err := json.Marshal(fields)
	if err != nil {
		panic(err) // plain data
	}
	return question{path: path, kind: jsonKind, body: string(raw)}
}

// served is a model as /v1/models tells of it.
type served struct {
	Name         string
	Architecture string
	Tasks        []string
	Kind         string
	Poolings     []string
}

// plan makes the questions: predictions of one model, or with -all everything that each
// of the server's models does.
func (l *load) plan() error {
	for _, text := range l.texts {
		l.questions = append(l.questions, ask("/v1/predict", map[string]any{"model": l.model, "text": text}))
	}
	if !l.all {
		return nil
	}
	r, err := l.client.Get(l.base + "/v1/models")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var list struct{ Models []served }
	raw, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		return fmt.Errorf("/v1/models: status %d, %v: %.200s", r.StatusCode, err, raw)
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		return fmt.Errorf("/v1/models: %w", err)
	}
	formed := map[string]bool{} // a form asks the first model of its kind
	for _, m := range list.Models {
		for _, task := range m.Tasks {
			l.questions = append(l.questions, m.questions(task, formed)...)
		}
	}
	return nil
}

// questions are those of one task.
func (m served) questions(task string, formed map[string]bool) []question {
	form := func(path, body string) (all []question) {
		if !formed[path] {
			all = append(all, question{path: path, kind: formKind, body: body})
		}
		formed[path] = true
		return all
	}
	of := func(fields map[string]any) question {
		fields["model"] = m.Name
		return ask("/v1/"+task, fields)
	}
	switch task {
	case "predict":
		all := []question{of(map[string]any{"texts": texts})}
		if m.Kind != "tag" {
			all = append(all, of(map[string]any{"text": map[string]any{"text": texts[0], "text_pair": texts[1]}}))
		}
		return all
	case "embed":
		var all []question
		for _, p := range m.Poolings {
			all = append(all, of(map[string]any{"texts": texts[:3], "pooling": p, "normalize": true}))
		}
		return all
	case "fill-mask":
		return append(form("/"+m.Architecture, "text=정말+[MASK]+영화였습니다&samples=3"),
			of(map[string]any{"text": "이 [MASK]는 정말 <mask>.", "top": 4}))
	case "generate":
		return append(form("/gpt-3", "text=정말+오랜만에&samples=2&length=12"),
			of(map[string]any{"text": "이 영화는", "max_new_tokens": 16, "do_sample": false}),
			of(map[string]any{"text": "이 영화는", "max_new_tokens": 16, "do_sample": true, "seed": 7, "stream": true}),
			of(map[string]any{"text": "배우들의", "max_new_tokens": 12, "do_sample": false, "num_beams": 4}))
	case "summarize":
		return append(form("/summarize", "text=주말에+새+영화를+보았다.+음악이+좋았다.&samples=2"),
			of(map[string]any{"text": texts[5], "max_new_tokens": 16}))
	}
	return nil
}
