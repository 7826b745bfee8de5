package tokenizers

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/tokenizers/pattern"
	"github.com/lmkor/bench/tokenizers/pieces"
)

// corner is a small directory with a setting that changes what its tokenizer
// answers, and the reference's answers.
type corner struct {
	Name  string                     `json:"name"`
	Files map[string]json.RawMessage `json:"files"` // a string is the file's text, all else its JSON
	Cases []struct {
		goldenCase
		NoSpecial bool `json:"no_special"`
	} `json:"cases"`
}

// write makes the corner's directory.
func (c *corner) write(t *testing.T) string {
	t.Helper()
	var files []string
	for name, content := range c.Files {
		var text string
		if json.Unmarshal(content, &text) != nil {
			text = string(content)
		}
		files = append(files, name, text)
	}
	return writeDir(t, files...)
}

// TestGoldenCorners holds the settings that are easily overlooked to the reference.
func TestGoldenCorners(t *testing.T) {
	f, err := os.Open("testdata/corners.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for d := json.NewDecoder(f); d.More(); {
		var c corner
		if err := d.Decode(&c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.Name, func(t *testing.T) {
			tok, err := Load(c.write(t))
			if err != nil {
				t.Fatal(err)
			}
			for i, q := range c.Cases {
				opt := Options{MaxLength: q.MaxLength, NoSpecial: q.NoSpecial}
				var got Encoding
				if q.Words != nil {
					got = tok.EncodeWords(q.Words, opt)
				} else {
					pair, hasPair := "", q.Pair != nil
					if hasPair {
						pair = *q.Pair
					}
					got = tok.Encode(q.Text, pair, hasPair, opt)
				}
				equal(t, i, "tokens", got.Tokens, q.Tokens)
				equal(t, i, "ids", got.IDs, q.IDs)
				equal(t, i, "types", got.TypeIDs, q.TypeIDs)
				equal(t, i, "offsets", got.Offsets, q.Offsets)
			}
		})
	}
}

// TestTaggedWordsKeepTheirBlanks holds the recipe for named entities to the same pieces as
// words: byte-level pieces know the beginning of a word.
func TestTaggedWordsKeepTheirBlanks(t *testing.T) {
	tok, err := Load("testdata/hf/roberta-merges")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"감독이", "첫", "장면을"}
	ids, starts, _ := tok.EncodeTagged(words, 0)
	equal(t, 0, "ids", ids, tok.EncodeWords(words, Options{}).IDs)
	for i, at := range starts {
		if token := tok.Token(ids[at]); !strings.HasPrefix(token, "Ġ") {
			t.Errorf("word %d begins with %q, want Ġ", i, token)
		}
	}
}

// TestClassesOfModelTypes holds the table to transformers': each model type
// has the class that it has there, or is refused by name.
func TestClassesOfModelTypes(t *testing.T) {
	b, err := os.ReadFile("testdata/classes.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]string
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for _, c := range classes {
		for _, modelType := range c.types {
			if want[modelType] != c.name {
				t.Errorf("%s: %s, want %s", modelType, c.name, want[modelType])
			}
		}
	}
	for modelType := range want {
		if classOfType(modelType) != nil {
			continue
		}
		_, err := Load(writeDir(t, "tokenizer.json", smallForms[1], "config.json", `{"model_type": "`+modelType+`"}`))
		var e *ClassError
		if !errors.As(err, &e) || e.Field != "model_type" || e.Name != modelType || e.File != "config.json" {
			t.Errorf("%s: got %v, want it refused by name", modelType, err)
		}
	}
}

// TestClassErrors holds classes that are not implemented to errors that name them,
// and say how to overrule them.
func TestClassErrors(t *testing.T) {
	form := []string{"tokenizer.json", smallForms[1]}
	vocab := []string{"vocab.txt", smallVocab}
	sp := []string{"spiece.model", string(smallSPModel(pieces.SPUnigram))}
	conf := func(s string) []string { return []string{"tokenizer_config.json", s} }
	for _, c := range []struct {
		files []string
		want  string
	}{
		{slices.Concat(vocab, conf(`{"tokenizer_class": "BertJapaneseTokenizer", "word_tokenizer_type": "mecab"}`)), `tokenizer_config.json: tokenizer_class "BertJapaneseTokenizer": a tokenizer that is not implemented`},
		{slices.Concat(vocab, conf(`{"tokenizer_class": "KorBertMorphTokenizer"}`)), `tokenizer_class "KorBertMorphTokenizer"`},
		{slices.Concat(sp, conf(`{"tokenizer_class": "T5Tokenizer"}`)), `tokenizer_class "T5Tokenizer"`},
		{slices.Concat(sp, conf(`{"tokenizer_class": "CamembertTokenizer"}`)), `tokenizer_class "CamembertTokenizer"`},
		{slices.Concat(sp, conf(`{"tokenizer_class": "XLNetTokenizerFast"}`)), `tokenizer_class "XLNetTokenizerFast"`},
		{slices.Concat(form, conf(`{"tokenizer_class": "LlamaTokenizer"}`)), `tokenizer_class "LlamaTokenizer"`},
		{slices.Concat(form, conf(`{"auto_map": {"AutoTokenizer": ["tokenization_own.OwnTokenizer", null]}}`)), `tokenizer_config.json: auto_map "tokenization_own.OwnTokenizer": the directory's own code is not run`},
		{slices.Concat(form, conf(`{"tokenizer_class": "BertTokenizer", "auto_map": ["who/where--code.X", null]}`)), `auto_map "who/where--code.X"`},
		{slices.Concat(form, []string{"config.json", `{"tokenizer_class": "T5Tokenizer"}`}), `config.json: tokenizer_class "T5Tokenizer"`},
		{slices.Concat(form, []string{"config.json", `{"auto_map": {"AutoTokenizer": [null, "a.B"]}}`}), `config.json: auto_map "a.B"`},
		{slices.Concat(sp, []string{"config.json", `{"model_type": "t5"}`}), `config.json: model_type "t5"`},
		{slices.Concat(sp, conf(`{}`)), "spiece.model: neither tokenizer_class nor model_type tells"},
		{slices.Concat(sp, vocab), "vocab.txt and spiece.model: no file tells which"},
		{slices.Concat(sp, conf(`{"tokenizer_class": "XLMRobertaTokenizer"}`)), "sentencepiece.bpe.model: XLMRobertaTokenizer reads it"},
		{slices.Concat(sp, conf(`{"tokenizer_class": "BertTokenizer"}`)), "vocab.txt: BertTokenizer reads it"},
		{slices.Concat(vocab, conf(`{"tokenizer_class": "PreTrainedTokenizerFast"}`)), "tokenizer.json: PreTrainedTokenizer reads it"},
		{slices.Concat(vocab, conf(`{"truncation_side": "middle"}`)), `truncation_side "middle": want left or right`},
	} {
		_, err := Load(writeDir(t, c.files...))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
		if e := new(ClassError); errors.As(err, &e) && !strings.Contains(err.Error(), "--tokenizer-class one of AlbertTokenizer, BertTokenizer, ") {
			t.Errorf("%v: want a way out", err)
		}
	}
}

// TestClassOverruled holds LoadOptions.Class to what it is for, and a saved
// tokenizer to the class that it was loaded as.
func TestClassOverruled(t *testing.T) {
	dir := writeDir(t, "vocab.txt", smallVocab, "tokenizer_config.json", `{"tokenizer_class": "KorBertMorphTokenizer", "do_lower_case": false, "auto_map": {"AutoTokenizer": ["a.B", null]}}`)
	tok, err := LoadOptions{Class: "BertTokenizerFast"}.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if tok.Info().Class != "BertTokenizer" || tok.Info().Lowercase {
		t.Errorf("got %+v", tok.Info())
	}
	saved := filepath.Join(t.TempDir(), "saved")
	if err := tok.Save(saved); err != nil {
		t.Fatal(err)
	}
	again, err := Load(saved)
	if err != nil {
		t.Fatal(err)
	}
	if again.Info() != tok.Info() {
		t.Errorf("saved and loaded: got %+v, want %+v", again.Info(), tok.Info())
	}
	var e *ClassError
	if _, err = (LoadOptions{Class: "T5Tokenizer"}).Load(dir); !errors.As(err, &e) || e.Name != "T5Tokenizer" {
		t.Errorf("got %v", err)
	}
}

// TestClassOfModelType holds directories without a class to the model type's, as
// transformers has it, whether or not there is a configuration of the tokenizer.
func TestClassOfModelType(t *testing.T) {
	for _, c := range []struct{ dir, file, modelType, class string }{
		{"xlmr", "sentencepiece.bpe.model", "xlm-roberta", "XLMRobertaTokenizer"},
		{"albert", "spiece.model", "albert", "AlbertTokenizer"},
		{"deberta", "spm.model", "deberta-v2", "DebertaV2Tokenizer"},
	} {
		model, err := os.ReadFile(filepath.Join("testdata/hf", c.dir, c.file))
		if err != nil {
			t.Fatal(err)
		}
		own, err := Load(writeDir(t, c.file, string(model), "tokenizer_config.json", `{"tokenizer_class": "`+c.class+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		files := []string{c.file, string(model), "config.json", `{"model_type": "` + c.modelType + `"}`, "word2vec.model", "vectors"}
		for _, more := range [][]string{nil, {"tokenizer_config.json", `{"model_max_length": 512}`}} {
			tok, err := Load(writeDir(t, append(files, more...)...))
			if err != nil {
				t.Errorf("%s %v: %v", c.dir, more, err)
				continue
			}
			for _, text := range []string{"영화가 재미있다", "가운데[MASK]끼인 <mask> 것 2,000원"} {
				want := own.Encode(text, "감독이", true, Options{})
				got := tok.Encode(text, "감독이", true, Options{})
				equal(t, 0, c.dir+": ids", got.IDs, want.IDs)
				equal(t, 0, c.dir+": types", got.TypeIDs, want.TypeIDs)
			}
		}
	}
}

// TestLMkorsDirectories holds directories whose model type has another class
// in transformers than the one that their authors load them with: BERT's, for vocab.txt is all they have.
func TestLMkorsDirectories(t *testing.T) {
	for _, modelType := range []string{"albert", "gpt2", "encoder-decoder"} {
		tok, err := Load(writeDir(t, "vocab.txt", smallVocab, "config.json", `{"model_type": "`+modelType+`"}`))
		if err != nil {
			t.Errorf("%s: %v", modelType, err)
		} else if tok.Info().Class != "BertTokenizer" {
			t.Errorf("%s: got %s", modelType, tok.Info().Class)
		}
	}
}

// TestPatternGivesUp holds a pattern that would take ages to an error that names it, in every way of encoding.
func TestPatternGivesUp(t *testing.T) {
	const slow = `(?:(?>a+)x|a)+b`
	tok, err := Load(writeDir(t, "tokenizer.json", `{"model": {"type": "WordLevel", "vocab": {"u": 0}, "unk_token": "u"},
		"pre_tokenizer": {"type": "Split", "pattern": {"Regex": "`+slow+`"}, "behavior": "Isolated"}}`))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("a", 30_000)
	enc := tok.Encode(text, "", false, Options{})
	words := tok.EncodeWords([]string{text}, Options{})
	_, _, tagged := tok.EncodeTagged([]string{text}, 0)
	var ids IDs
	tok.EncodeIDs(&ids, text, "", false, Options{})
	for i, err := range []error{enc.Err, words.Err, tagged, ids.Err} {
		var e *pattern.BudgetError
		if !errors.As(err, &e) || e.Pattern != slow {
			t.Errorf("way %d: got %v", i, err)
		}
	}
	if tok.EncodeIDs(&ids, "a", "", false, Options{}); ids.Err != nil || len(ids.IDs) != 1 {
		t.Errorf("after it: %v, %v", ids.IDs, ids.Err)
	}
}
