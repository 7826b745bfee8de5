package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// AnswerKind tells what an answer is.
type AnswerKind int

// The kinds of answer: a class, a number, or a tag for every word.
const (
	NoAnswer AnswerKind = iota
	LabelAnswer
	NumberAnswer
	TagsAnswer
)

func (k AnswerKind) String() string {
	return []string{"nothing", "a label", "a number", "a list of tags"}[k]
}

// Answer is a gold or predicted answer: in JSON a string, a number, or an array
// of strings.
type Answer struct {
	Kind   AnswerKind
	Label  string
	Number float64
	Tags   []string
}

// Label returns a classification answer.
func Label(name string) Answer { return Answer{Kind: LabelAnswer, Label: name} }

// Number returns a regression answer.
func Number(v float64) Answer { return Answer{Kind: NumberAnswer, Number: v} }

// Tags returns a tagging answer.
func Tags(tags []string) Answer { return Answer{Kind: TagsAnswer, Tags: tags} }

// AsLabel returns the answer as a class: a number by its shortest decimal, for
// files from elsewhere that write 1 for "1".
func (a Answer) AsLabel() (string, bool) {
	switch a.Kind {
	case LabelAnswer:
		return a.Label, true
	case NumberAnswer:
		return strconv.FormatFloat(a.Number, 'f', -1, 64), true
	}
	return "", false
}

// Equal reports whether a and b are the same answer.
func (a Answer) Equal(b Answer) bool {
	return a.Kind == b.Kind && a.Label == b.Label && a.Number == b.Number && slices.Equal(a.Tags, b.Tags)
}

// String shows the answer to a reader.
func (a Answer) String() string {
	switch a.Kind {
	case LabelAnswer:
		return a.Label
	case NumberAnswer:
		return strconv.FormatFloat(a.Number, 'g', -1, 64)
	case TagsAnswer:
		return strings.Join(a.Tags, " ")
	}
	return "nothing"
}

func (a Answer) MarshalJSON() ([]byte, error) {
	switch a.Kind {
	case LabelAnswer:
		return Encode(a.Label, "")
	case NumberAnswer:
		return Encode(a.Number, "")
	case TagsAnswer:
		if a.Tags == nil {
			return []byte("[]"), nil
		}
		return Encode(a.Tags, "")
	}
	return []byte("null"), nil
}

func (a *Answer) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	var err error
	switch {
	case len(b) == 0:
		return fmt.Errorf("empty answer")
	case string(b) == "null":
		*a = Answer{}
	case b[0] == '"':
		*a = Answer{Kind: LabelAnswer}
		err = json.Unmarshal(b, &a.Label)
	case b[0] == '[':
		*a = Answer{Kind: TagsAnswer}
		var tags []*string
		err = json.Unmarshal(b, &tags)
		if err == nil {
			a.Tags = make([]string, len(tags))
			for i, t := range tags {
				if t == nil {
					return fmt.Errorf("tag %d is null", i+1)
				}
				a.Tags[i] = *t
			}
		}
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*a = Answer{Kind: NumberAnswer}
		err = json.Unmarshal(b, &a.Number)
	default:
		return fmt.Errorf("answer %.40s: want a string, a number or a list of strings", b)
	}
	if err != nil {
		return fmt.Errorf("answer %.40s: want a string, a number or a list of strings", b)
	}
	return nil
}

// ID names an example within its file: in JSON a whole number or a string.
type ID string

// IntID returns the ID of a number.
func IntID(i int) ID { return ID(strconv.Itoa(i)) }

func (id ID) MarshalJSON() ([]byte, error) {
	if n, err := strconv.Atoi(string(id)); err == nil && strconv.Itoa(n) == string(id) {
		return []byte(id), nil
	}
	return Encode(string(id), "")
}

func (id *ID) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err == nil {
		*id = ID(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("id %.40s: want a number or a string", b)
	}
	*id = ID(n.String())
	return nil
}
