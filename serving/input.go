package serving

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/danielgtaylor/huma/v2"

	"github.com/lmkor/bench/predictions"
)

// input is a text of a request: a string, or an object for pairs and words.
type input struct {
	Text  *string  `json:"text,omitempty"`
	Pair  *string  `json:"text_pair,omitempty"`
	Words []string `json:"words,omitempty"`
}

// Schema describes both forms.
func (input) Schema(huma.Registry) *huma.Schema {
	text := &huma.Schema{Type: huma.TypeString}
	object := &huma.Schema{Type: huma.TypeObject, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"text":      {Type: huma.TypeString},
		"text_pair": {Type: huma.TypeString, Description: "the second text of a pair"},
		"words": {Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString},
			Description: "a sentence that is words already, for models that tag them"},
	}}
	object.PrecomputeMessages()
	text.PrecomputeMessages()
	return &huma.Schema{Description: "a text, or an object for pairs and words", OneOf: []*huma.Schema{text, object}}
}

// UnmarshalJSON reads both forms.
func (in *input) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		in.Text = &text
		return nil
	}
	type object input
	return json.Unmarshal(b, (*object)(in))
}

// texts returns what a request asks about, one text or several.
func (s *Server) texts(one *input, several []input) ([]predictions.Text, error) {
	if one != nil && len(several) > 0 {
		return nil, &requestError{"text and texts: want one of them"}
	}
	if one != nil {
		several = []input{*one}
	}
	if len(several) == 0 {
		return nil, &requestError{"no text: want text, or texts"}
	}
	if most := s.limits.Texts; len(several) > most {
		return nil, &requestError{fmt.Sprintf("%d texts: want %d or fewer in a request", len(several), most)}
	}
	all := make([]predictions.Text, len(several))
	for i, in := range several {
		t, err := in.read()
		if err != nil {
			return nil, &requestError{fmt.Sprintf("text %d: %v", i+1, err)}
		}
		all[i] = t
	}
	return all, nil
}

func (in input) read() (predictions.Text, error) {
	switch {
	case in.Words == nil && in.Text == nil:
		return predictions.Text{}, errors.New("an object without text or words: want one of them")
	case in.Words == nil:
		return predictions.Text{Text: *in.Text, Pair: in.Pair}, nil
	case in.Text != nil || in.Pair != nil:
		return predictions.Text{}, errors.New("words beside a text: want one of them")
	}
	return predictions.Words(in.Words), nil
}
