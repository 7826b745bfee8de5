package datasets

import (
	"fmt"
	"io/fs"
	"strings"
)

// Sentence is a line of words, each with its tag.
type Sentence struct {
	Line  int
	Words []string
	Tags  []string
}

// Tagged is a file of sentences.
type Tagged struct {
	File      string
	SHA256    string
	Sentences []Sentence
}

// ReadTagged reads a file without a header: words separated by white space, a
// tab, and as many tags. Blank lines are passed over; another number of columns
// or tags is an *Error.
func ReadTagged(fsys fs.FS, name string) (*Tagged, error) {
	f, err := Read(fsys, name)
	if err != nil {
		return nil, err
	}
	t := &Tagged{File: f.Name, SHA256: f.SHA256}
	for i, line := range f.Lines {
		if line == "" {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 2 {
			return nil, &Error{File: f.Name, Line: i + 1, Msg: fmt.Sprintf("%d columns, want words, a tab and tags", len(cells))}
		}
		s := Sentence{Line: i + 1, Words: strings.FieldsFunc(cells[0], isSpace), Tags: strings.FieldsFunc(cells[1], isSpace)}
		if len(s.Words) != len(s.Tags) {
			return nil, &Error{File: f.Name, Line: i + 1, Msg: fmt.Sprintf("%d words with %d tags", len(s.Words), len(s.Tags))}
		}
		t.Sentences = append(t.Sentences, s)
	}
	if t.Sentences == nil {
		return nil, &Error{File: f.Name, Msg: "has no sentences"}
	}
	return t, nil
}
