package tokenizers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

	modelConfig = "config.json" // of the model: tells the kind where nothing else does
)

// tokenizerFiles are those that belong to the tokenizer, and are saved with it.
var tokenizerFiles = []string{
	jsonFile, vocabFile, hanbertFile, bpeVocabFile, mergesFile, configFile, specialFile, addedFile, // and *.model
}

// Load reads the tokenizer of a Hugging Face directory.
func Load(dir string) (*Tokenizer, error) {
	files, err := readFiles(dir)
	if err != nil {
		return nil, err
	}
	t, err := fromFiles(dir, files)
	if errors.Is(err, errNoFiles) {
		return nil, &Error{File: dir, Err: err}
	}
	return t, err
}

var errNoFiles = errors.New("no tokenizer: want tokenizer.json, vocab.txt, a SentencePiece .model, or vocab.json and merges.txt")

// spFile is the name of the SentencePiece model among files, "" if there is none.
func spFile(files map[string][]byte) string {
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(name, ".model") {
			return name
		}
	}
	return ""
}

// fromFiles makes the tokenizer that files, by name, describe; dir is where
// they lie, "" if nowhere.
func fromFiles(dir string, files map[string][]byte) (*Tokenizer, error) {
	conf, err := readConfig(files)
	if err != nil {
		return nil, err
	}
	var t *Tokenizer
	switch {
	case files[hanbertFile] != nil:
		t, err = loadHanBERT(dir, files, conf)
	case files[jsonFile] != nil:
		t, err = loadJSON(files, conf)
	case spFile(files) != "":
		t, err = loadSP(spFile(files), files, conf)
	case files[vocabFile] != nil:
		t, err = loadBert(files, conf)
	case files[bpeVocabFile] != nil && files[mergesFile] != nil:
		t, err = loadBPE(files, conf)
	default:
		return nil, errNoFiles
	}
	if err != nil {
		return nil, err
	}
	delete(files, modelConfig)
	t.files = files
	t.info.SHA256 = fingerprint(files)
	return t, nil
}

// readFiles reads the files of dir that concern its tokenizer, by name. In the
// place of a directory the path may be that of one file.
func readFiles(dir string) (map[string][]byte, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	names := append(slices.Clone(tokenizerFiles), modelConfig)
	if !info.IsDir() {
		dir, names = filepath.Dir(dir), []string{filepath.Base(dir)}
	} else if models, err := filepath.Glob(filepath.Join(escapeGlob(dir), "*.model")); err == nil {
		for _, path := range models {
			names = append(names, filepath.Base(path))
		}
	}
	files := make(map[string][]byte)
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(dir, name))
		switch {
		case err == nil:
			files[name] = b
		case errors.Is(err, fs.ErrNotExist):
		default:
			return nil, err
		}
	}
	return files, nil
}

// escapeGlob makes a pattern that matches dir alone.
func escapeGlob(dir string) string {
	if filepath.Separator == '\\' {
		return dir // Windows has no escapes, and no such characters in names but [ and ]
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(dir)
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
