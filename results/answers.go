package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/lmkor/bench/internal/regular"
)

// Answers is a predictions file reduced to what scores and tests are functions
// of: a few bytes an example, whatever its text. Texts are read again where they
// are shown.
type Answers struct {
	File     string
	Kind     AnswerKind
	Numbered bool     // some line has no id: rows are known by their number, from 0
	Labels   []string // what Gold and Pred index: the given ones, or those that occur, sorted

	Gold, Pred           []int32   // of classes, an example each; of tags, a word each
	GoldValue, PredValue []float64 // of numbers
	Kept                 []int32   // of tags: how many words of a sentence reached the model

	// Confidence is the probability of the predicted class, NaN where the file
	// has none; nil unless Detail was asked for.
	Confidence []float32
	// Group is the index into Groups of every example's value of the column
	// asked for; -1 where it has none.
	Group  []int32
	Groups []string

	starts  []int // of tags: sentence i's words are starts[i] to starts[i+1]
	n       int
	ids     idList
	lines   []int32  // where rows were read; nil while row i is line i+1
	offsets []int64  // of Detail: where to read them again
	texts   []uint64 // of Detail: hashes of the texts; 0 where there is none
}

// Reading says how to read a predictions file.
type Reading struct {
	Kind   AnswerKind // the task's; NoAnswer takes that of the first line
	Labels []string   // the task's classes or tags, in order; nil takes those that occur
	Detail bool       // keep what comparing examples one by one needs
	By     string     // the column to group examples by; "" has none. ByLength groups by the text's length
}

// ByLength is the name of the grouping by length, of which no column is needed.
const ByLength = "length"

// Open reads a file's answers. Errors of its lines are *LineError.
func (o Reading) Open(path string) (*Answers, error) {
	f, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return o.Decode(f, path)
}

// Decode reads answers from r; file names it in errors.
func (o Reading) Decode(r io.Reader, file string) (*Answers, error) {
	a := &Answers{File: file, Kind: o.Kind, Labels: slices.Clone(o.Labels), starts: []int{0}}
	d := decoder{Answers: a, Reading: o, codes: map[string]int32{}, groups: map[string]int32{}}
	for k, l := range o.Labels {
		d.codes[l] = int32(k)
	}
	column := o.By
	if column == ByLength {
		column = ""
	}
	if err := scan(r, file, column, d.add); err != nil {
		return nil, err
	}
	if first, second, twice := a.ids.twice(); twice {
		return nil, &LineError{file, a.line(second), fmt.Errorf("id %s twice, first at line %d", a.ID(second), a.line(first))}
	}
	if o.Labels == nil {
		sorted := &Answers{Kind: a.Kind, Labels: slices.Sorted(slices.Values(a.Labels))}
		a = a.recoded(sorted)
	}
	return a, nil
}

// Len returns the number of examples.
func (a *Answers) Len() int { return a.n }

// ID returns example i's id.
func (a *Answers) ID(i int) ID { return a.ids.at(i) }

// line returns the line of example i, from 1.
func (a *Answers) line(i int) int {
	if a.lines == nil {
		return i + 1
	}
	return int(a.lines[i])
}

func (a *Answers) place(i int) string { return fmt.Sprintf("%s:%d", a.File, a.line(i)) }

// Tags returns sentence i's gold and predicted tags as indices into Labels; words
// that the model never saw keep what the file predicts for them.
func (a *Answers) Tags(i int) (gold, pred []int32) {
	from, to := a.starts[i], a.starts[i+1]
	return a.Gold[from:to], a.Pred[from:to]
}

// Right reports whether example i is answered exactly, by Prediction.Right's rule.
func (a *Answers) Right(i int) bool {
	switch a.Kind {
	case NumberAnswer:
		return a.GoldValue[i] == a.PredValue[i]
	case TagsAnswer:
		gold, pred := a.Tags(i)
		kept := int(a.Kept[i])
		return slices.Equal(gold[:kept], pred[:kept]) &&
			!slices.ContainsFunc(gold[kept:], func(k int32) bool { return a.Labels[k] != "O" })
	}
	return a.Gold[i] == a.Pred[i]
}

// Prediction reads example i again from its file, texts and all. The answers
// must have been read with Detail.
func (a *Answers) Predictions(rows []int) ([]Prediction, error) {
	f, err := regular.Open(a.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := make([]Prediction, len(rows))
	for k, i := range rows {
		if out[k], err = predictionAt(f, a.offsets[i]); err != nil {
			return nil, &LineError{a.File, a.line(i), err}
		}
		out[k].ID = a.ID(i)
	}
	return out, nil
}

// decoder builds answers line by line.
type decoder struct {
	*Answers
	Reading
	codes  map[string]int32
	groups map[string]int32
}

func (d *decoder) add(row *scanned) error {
	a := d.Answers
	if a.n == 0 && a.Kind == NoAnswer {
		a.Kind = row.Gold.Kind
	}
	if a.n >= math.MaxInt32 {
		return fmt.Errorf("more than %d examples", math.MaxInt32)
	}
	if row.numbered {
		a.Numbered = true
	}
	if a.lines == nil && row.line != a.n+1 {
		for i := range a.n {
			a.lines = append(a.lines, int32(i+1))
		}
		a.lines = append(a.lines, int32(row.line))
	} else if a.lines != nil {
		a.lines = append(a.lines, int32(row.line))
	}
	if err := d.answer(row); err != nil {
		return err
	}
	a.ids.add(row.ID)
	a.n++
	d.detail(row)
	return d.group(row)
}

func (d *decoder) answer(row *scanned) error {
	switch d.Answers.Kind {
	case NumberAnswer:
		return d.number(row)
	case TagsAnswer:
		return d.tags(row)
	}
	gold, err := d.class("gold", row.Gold)
	if err != nil {
		return err
	}
	pred, err := d.class("pred", row.Pred)
	if err != nil {
		return err
	}
	d.Gold, d.Pred = append(d.Gold, gold), append(d.Pred, pred)
	return nil
}

func (d *decoder) class(name string, a Answer) (int32, error) {
	l, ok := a.AsLabel()
	if !ok {
		return 0, fmt.Errorf("%q is %s: want a label", name, a.Kind)
	}
	return d.code(name+" label", l)
}

// code returns the index of a class or tag; what names it in errors.
func (d *decoder) code(what, label string) (int32, error) {
	if k, ok := d.codes[label]; ok {
		return k, nil
	}
	if d.Reading.Labels != nil {
		return 0, fmt.Errorf("%s %q: want one of %q", what, label, d.Reading.Labels)
	}
	if len(d.Answers.Labels) == maxLabels {
		return 0, fmt.Errorf("%s %q is one of more than %d: want classes", what, label, maxLabels)
	}
	label = strings.Clone(label)
	k := int32(len(d.Answers.Labels))
	d.codes[label], d.Answers.Labels = k, append(d.Answers.Labels, label)
	return k, nil
}

// maxLabels is how many classes or tags a file may have that no task lists.
const maxLabels = 2000

func (d *decoder) number(row *scanned) error {
	for _, x := range []struct {
		name string
		from Answer
		to   *[]float64
	}{{"gold", row.Gold, &d.GoldValue}, {"pred", row.Pred, &d.PredValue}} {
		if x.from.Kind != NumberAnswer {
			return fmt.Errorf("%q is %s: want a number", x.name, x.from.Kind)
		}
		*x.to = append(*x.to, x.from.Number)
	}
	return nil
}

func (d *decoder) tags(row *scanned) error {
	for _, x := range []struct {
		name string
		from Answer
		to   *[]int32
	}{{"gold", row.Gold, &d.Gold}, {"pred", row.Pred, &d.Pred}} {
		if x.from.Kind != TagsAnswer {
			return fmt.Errorf("%q is %s: want a list of tags", x.name, x.from.Kind)
		}
		for _, tag := range x.from.Tags {
			k, err := d.code(x.name+" tag", tag)
			if err != nil {
				return err
			}
			*x.to = append(*x.to, k)
		}
	}
	kept := len(row.Gold.Tags)
	if row.Kept != nil {
		kept = *row.Kept
	}
	d.starts, d.Answers.Kept = append(d.starts, len(d.Gold)), append(d.Answers.Kept, int32(kept))
	return nil
}

// textSeed is one for all files of a process, so that equal texts hash alike.
var textSeed = maphash.MakeSeed()

func (d *decoder) detail(row *scanned) {
	if !d.Detail {
		return
	}
	conf := float32(math.NaN())
	if len(row.Probs) > 0 && d.Answers.Kind == LabelAnswer {
		k := int(d.Pred[len(d.Pred)-1])
		if d.Reading.Labels != nil && k < len(row.Probs) {
			conf = float32(row.Probs[k])
		} else {
			conf = float32(slices.Max(row.Probs)) // the order of the labels is not known: what is predicted has the most
		}
	}
	d.Confidence = append(d.Confidence, conf)
	d.offsets = append(d.offsets, row.offset)
	hash := uint64(0)
	if text := row.Reading(); text != "" {
		hash = maphash.String(textSeed, text)
	}
	d.texts = append(d.texts, hash)
}

func (d *decoder) group(row *scanned) error {
	if d.By == "" {
		return nil
	}
	name, ok := "", false
	if d.By == ByLength {
		if text := row.Reading(); text != "" {
			name, ok = lengthBin(len([]rune(text))), true
		}
	} else if raw := row.column; raw != nil && !bytes.Equal(raw, []byte("null")) {
		if json.Unmarshal(raw, &name) != nil {
			name = string(raw)
		}
		ok = true
	}
	if !ok {
		d.Group = append(d.Group, -1)
		return nil
	}
	k, known := d.groups[name]
	if !known {
		if len(d.Groups) == maxGroups {
			return fmt.Errorf("column %q has more than %d values: want one that groups the examples", d.By, maxGroups)
		}
		k = int32(len(d.Groups))
		d.groups[name], d.Groups = k, append(d.Groups, name)
	}
	d.Group = append(d.Group, k)
	return nil
}

// maxGroups is how many values the column of --by may have.
const maxGroups = 1000

// lengthBin names the range of lengths, in characters, that n lies in. Ranges
// double, so that each holds some part of any task's texts.
func lengthBin(n int) string {
	for low := 16; ; low *= 2 {
		if n < low {
			if low == 16 {
				return "0–15"
			}
			return fmt.Sprintf("%d–%d", low/2, low-1)
		}
	}
}

// errNotDetailed is a caller's bug.
var errNotDetailed = errors.New("results: answers read without Detail")

// TextsDiffer returns an error that names the first of two aligned files' rows
// that have the same gold and other text, nil where there are none. Files
// without text do not differ. Both were read with Detail.
func TextsDiffer(a, b *Answers) error {
	if a.texts == nil || b.texts == nil {
		panic(errNotDetailed)
	}
	for i, s := range a.texts {
		if t := b.texts[i]; s != 0 && t != 0 && s != t {
			return &MismatchError{a.place(i), b.place(i), errors.New("the same gold, and other text")}
		}
	}
	return nil
}
