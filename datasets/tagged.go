package datasets

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Sentence is a record of words, each with its tag.
type Sentence struct {
	Line  int // in the file, from 1
	Words []string
	Tags  []string
}

// The names that the columns of tagged sentences may have in CSV and JSON Lines.
var (
	wordColumns = []string{"words", "tokens"}
	tagColumns  = []string{"tags", "ner_tags", "labels"}
)

// ReadTagged reads sentences in the format that the file's name means, and calls
// sentence with each. TSV has no header, but a sentence a line: words separated
// by white space, a tab, and as many tags. CSV has columns words (or tokens) and
// tags (or ner_tags, or labels), separated by white space as well; JSON Lines
// has fields of these names, each a list of strings, or text.
//
// A record of another number of tags than words, one that is not text, and one for
// which sentence returns an error are reported together, as *Faults.
func ReadTagged(src Source, sentence func(Sentence) error) (*File, error) {
	switch format, _ := FormatOf(src.Path); format {
	case CSV:
		return readCSV(src, [][]string{wordColumns, tagColumns}, func(row Row) error {
			return tagged(row.Line, strings.FieldsFunc(row.Fields[0], isSpace), strings.FieldsFunc(row.Fields[1], isSpace), sentence)
		})
	case JSONLines:
		return readObjects(src, func(line, _ int, object map[string]json.RawMessage) error {
			words, err := stringsOf(object, wordColumns)
			if err != nil {
				return err
			}
			tags, err := stringsOf(object, tagColumns)
			if err != nil {
				return err
			}
			return tagged(line, words, tags, sentence)
		})
	}
	return readTaggedTSV(src, sentence)
}

func readTaggedTSV(src Source, sentence func(Sentence) error) (*File, error) {
	t, err := openText(src)
	if err != nil {
		return nil, err
	}
	for {
		line, ok := t.row()
		if !ok {
			break
		}
		cells := strings.Split(strings.TrimFunc(line, isSpace), "\t")
		if len(cells) != 2 {
			t.faults.add(t.errorf(counted(len(cells)) + ", want 2: words, a tab, tags"))
			continue
		}
		err := tagged(t.line, strings.FieldsFunc(cells[0], isSpace), strings.FieldsFunc(cells[1], isSpace), sentence)
		if err != nil {
			t.faults.add(&Error{File: t.as, Line: t.line, Err: err})
		}
	}
	f, err := t.finish()
	if err == nil && f.Rows == 0 {
		return nil, t.whole("is empty")
	}
	return f, err
}

// tagged calls sentence if there is a tag for each word.
func tagged(line int, words, tags []string, sentence func(Sentence) error) error {
	switch {
	case len(words) != len(tags):
		return fmt.Errorf("%d words with %d tags: want one each", len(words), len(tags))
	case len(words) == 0:
		return fmt.Errorf("no words")
	}
	return sentence(Sentence{Line: line, Words: words, Tags: tags})
}

// stringsOf returns a field that is a list of strings, or text to split.
func stringsOf(object map[string]json.RawMessage, names []string) ([]string, error) {
	raw, name := fieldOf(object, names)
	if raw == nil {
		return nil, fmt.Errorf("no field %s: the object has %s", strings.Join(quote(names), " or "), fieldNames(object))
	}
	if text, ok := scalar(raw); ok && raw[0] == '"' {
		return strings.FieldsFunc(text, isSpace), nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil || list == nil {
		return nil, fmt.Errorf("field %q: want a list of strings, or text", name)
	}
	for i, s := range list {
		if strings.TrimFunc(s, isSpace) == "" || strings.IndexByte(s, 0) >= 0 {
			return nil, fmt.Errorf("field %q: string %d is %q: want text", name, i+1, s)
		}
	}
	return list, nil
}
