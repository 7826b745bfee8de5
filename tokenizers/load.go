package tokenizers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
)

// Error says what is wrong with a file of a tokenizer.
type Error struct {
	File string
	Line int // 0: the file as a whole
	Msg  string
	Err  error
}

func (e *Error) Error() string {
	s := e.File
	if e.Line > 0 {
		s = fmt.Sprintf("%s:%d", s, e.Line)
	}
	if e.Msg != "" {
		s += ": " + e.Msg
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Names of the files that a directory may hold.
const (
	vocabFile   = "vocab.txt"
	jsonFile    = "tokenizer.json"
	addedFile   = "added_tokens.json" // before 2023: tokens added to the vocabulary, and their ids
	configFile  = "tokenizer_config.json"
	specialFile = "special_tokens_map.json"

	bpeVocabFile = "vocab.json"
	mergesFile   = "merges.txt"

	albertFile  = "spiece.model"
	xlmrFile    = "sentencepiece.bpe.model"
	debertaFile = "spm.model"
	kobertFile  = "tokenizer_78b3253a26.model"

	modelConfig = "config.json" // of the model: tells the kind where nothing else does
)

// LoadOptions overrule what a directory says of its tokenizer. The zero value
// overrules nothing.
type LoadOptions struct {
	Class string // of transformers, as tokenizer_class has it; "": what the files say
	Moran string // HanBERT's analyser, a shared library; "": where its own installer puts it
}

// Load reads the tokenizer of a Hugging Face directory, or of a lone
// tokenizer.json or SentencePiece model.
func Load(dir string) (*Tokenizer, error) { return LoadOptions{}.Load(dir) }

// Load is Load of the package with options.
func (o LoadOptions) Load(dir string) (*Tokenizer, error) {
	s, err := openSource(dir)
	if err != nil {
		return nil, err
	}
	return o.load(s)
}

// FromFiles makes the tokenizer that files, by name, describe, as if they lay in a directory.
func FromFiles(files map[string][]byte) (*Tokenizer, error) { return LoadOptions{}.load(memory(files)) }

var errNoFiles = errors.New("no tokenizer: want tokenizer.json, vocab.txt, a SentencePiece .model, or vocab.json and merges.txt")

// load makes the tokenizer that the files of s describe.
func (o LoadOptions) load(s *source) (*Tokenizer, error) {
	conf, err := readConfig(s)
	if err != nil {
		return nil, err
	}
	c, err := s.classOf(conf, o)
	if err != nil {
		return nil, err
	}
	s.moran = o.Moran
	t, err := s.loadAs(c, conf)
	if err != nil {
		return nil, err
	}
	if o.Class != "" {
		if err := s.overrule(c); err != nil {
			return nil, err
		}
	}
	delete(s.files, modelConfig)
	if conf.TruncationSide != "" { // else tokenizer.json may have said it
		t.cutsLeft = conf.TruncationSide == "left"
	}
	t.files, t.info.Class = s.files, conf.Class
	t.info.SHA256 = fingerprint(s.files)
	return t, nil
}

// loadAs makes the tokenizer of a class; nil stands for a lone file's.
func (s *source) loadAs(c *class, conf *config) (*Tokenizer, error) {
	conf.Class = ""
	if c != nil {
		conf.Class = c.name
		if name := s.missing(c); name != "" {
			return nil, &Error{File: s.path(name), Msg: c.name + " reads it", Err: fs.ErrNotExist}
		}
	}
	switch {
	case c == nil && s.contains(jsonFile):
		return loadJSON(s, conf)
	case c == nil:
		return loadSP(s, conf)
	case !c.json || !s.contains(jsonFile):
		return c.load(s, conf)
	}
	for _, names := range c.files { // not needed, but to be saved for tokenizers in Python
		if _, err := s.read(s.first(names)); err != nil {
			return nil, err
		}
	}
	return loadJSON(s, conf)
}

// fingerprint is the SHA-256 of the files' names, lengths and bytes, in the order of names.
func fingerprint(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%s %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// unmarshal decodes a JSON file, and stamps errors with its name and line.
func unmarshal(name string, data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	e := &Error{File: name, Err: err}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		e.Line = lineOf(data, syntax.Offset-1)
	case errors.As(err, &kind):
		e.Line = lineOf(data, kind.Offset-1)
	}
	return e
}

// lineOf returns the number of the line that holds the byte at offset, from 1.
func lineOf(data []byte, offset int64) int {
	line := 1
	for _, c := range data[:max(0, min(int(offset), len(data)))] {
		if c == '\n' {
			line++
		}
	}
	return line
}
