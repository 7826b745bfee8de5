package datasets

import (
	"fmt"
	"io/fs"
	"strings"
)

// Sentence is a line of words, each with its tag.
type Sentence struct {
	Line  int // in the file, from 1
	Words []string
	Tags  []string
}

// ReadTagged reads a file without a header, a sentence a line: words separated
// by white space, a tab, and as many tags. It calls sentence with each. A line of
// another number of columns or tags, one that is not text, and one for which
// sentence returns an error are reported together, as *Faults.
func ReadTagged(fsys fs.FS, name string, sentence func(Sentence) error) (*File, error) {
	t, err := open(fsys, name)
	if err != nil {
		return nil, err
	}
	for {
		line, ok := t.row()
		if !ok {
			return t.done()
		}
		cells := strings.Split(strings.TrimFunc(line, isSpace), "\t")
		if len(cells) != 2 {
			t.faults.add(t.errorf(counted(len(cells)) + ", want 2: words, a tab, tags"))
			continue
		}
		s := Sentence{Line: t.line, Words: strings.FieldsFunc(cells[0], isSpace), Tags: strings.FieldsFunc(cells[1], isSpace)}
		if len(s.Words) != len(s.Tags) {
			t.faults.add(t.errorf(fmt.Sprintf("%d words with %d tags: want one each", len(s.Words), len(s.Tags))))
		} else if err := sentence(s); err != nil {
			t.faults.add(&Error{File: t.Name, Line: t.line, Err: err})
		}
	}
}
