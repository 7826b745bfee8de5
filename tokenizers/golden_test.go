package tokenizers

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// goldenCase is a line of a cases file: what the reference answers.
type goldenCase struct {
	Text         string   `json:"text"`
	Pair         *string  `json:"text_pair"`
	Words        []string `json:"words"`
	MaxLength    int      `json:"max_length"`
	IDs          []int32  `json:"input_ids"`
	TypeIDs      []int32  `json:"token_type_ids"`
	Tokens       []string `json:"tokens"`
	Offsets      [][2]int `json:"offsets"`
	WordIDs      []*int   `json:"word_ids"`
	SlowIDs      []int32  `json:"slow_input_ids"`
	SlowTypeIDs  []int32  `json:"slow_token_type_ids"`
	RecipeIDs    []int32  `json:"recipe_input_ids"`
	RecipeStarts []int32  `json:"recipe_word_starts"`
	Decoded      *string  `json:"decoded"` // without special tokens
}

// fill adds what cases leave out: tokens that are those of the ids, and types that are all 0.
func (c *goldenCase) fill(tok *Tokenizer) {
	if c.Tokens == nil {
		for _, id := range c.IDs {
			c.Tokens = append(c.Tokens, tok.Token(id))
		}
	}
	if c.TypeIDs == nil {
		c.TypeIDs = make([]int32, len(c.IDs))
	}
}

func readCases(t *testing.T, path string) []goldenCase {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []goldenCase
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var c goldenCase
		if err := d.Decode(&c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		cases = append(cases, c)
	}
	return cases
}

// goldenDirs are the committed directories, and those of BENCH_GOLDEN if it is set.
func goldenDirs(t *testing.T, names ...string) []string {
	t.Helper()
	var dirs []string
	for _, name := range names {
		dirs = append(dirs, filepath.Join("testdata", name))
	}
	if root := os.Getenv("BENCH_GOLDEN"); root != "" {
		for _, name := range names {
			if dir := filepath.Join(root, "tokenizer", name); isDir(dir) {
				dirs = append(dirs, dir)
			}
		}
	} else {
		t.Log("BENCH_GOLDEN is not set: committed cases only")
	}
	return dirs
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func TestGoldenWordPiece(t *testing.T) {
	for _, dir := range goldenDirs(t, "wordpiece", "wordpiece-cased", "wordpiece-strip") {
		t.Run(dir, func(t *testing.T) { checkCases(t, dir, "cases.jsonl", LongestFirstPython) })
	}
}

// TestGoldenJSON holds every form of tokenizer.json to the library.
func TestGoldenJSON(t *testing.T) {
	for _, name := range []string{"gpt2", "roberta", "split", "metaspace", "suffix", "unigram", "wordlevel", "added"} {
		t.Run(name, func(t *testing.T) { checkCases(t, filepath.Join("testdata", "json", name), "cases.jsonl") })
	}
}

// TestGoldenDirectories holds directories whose files overrule each other, or are of an older kind, to
// what transformers makes of them.
func TestGoldenDirectories(t *testing.T) {
	for _, name := range []string{"bert-cased-json", "gpt2-prefix", "roberta-merges", "bert-added"} {
		t.Run(name, func(t *testing.T) { checkCases(t, filepath.Join("testdata", "hf", name), "cases.jsonl") })
	}
}

// TestGoldenPython holds SentencePiece directories of models with special tokens of their own
// to transformers' tokenizers in Python, which tell ids alone.
func TestGoldenPython(t *testing.T) {
	for _, name := range []string{"xlmr", "albert", "deberta", "deberta-lower"} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join("testdata", "hf", name)
			tok, err := Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range readCases(t, filepath.Join(dir, "ids.jsonl")) {
				c.fill(tok)
				pair := ""
				if c.Pair != nil {
					pair = *c.Pair
				}
				got := tok.Encode(c.Text, pair, c.Pair != nil, Options{})
				equal(t, i, c.Text+": ids", got.IDs, c.IDs)
				equal(t, i, c.Text+": types", got.TypeIDs, c.TypeIDs)
			}
		})
	}
}

func TestGoldenWords(t *testing.T) {
	for _, dir := range goldenDirs(t, "wordpiece") {
		t.Run(dir, func(t *testing.T) { checkCases(t, dir, "words_cases.jsonl") })
	}
}

// checkCases holds the tokenizer of dir to the cases in file, and to further ways
// of cutting pairs, where the cases tell their results.
func checkCases(t *testing.T, dir, file string, ways ...string) {
	tok, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	cases := readCases(t, filepath.Join(dir, file))
	if len(cases) == 0 {
		t.Fatal("no cases")
	}
	var ids IDs
	for i, c := range cases {
		opt := Options{MaxLength: c.MaxLength}
		if c.Words != nil {
			c.fill(tok)
			got := tok.EncodeWords(c.Words, opt)
			same(t, i, "words", got, c)
			limit := c.MaxLength
			if limit == 0 {
				limit = 512
			}
			if c.RecipeIDs != nil {
				recipe, starts, _ := tok.EncodeTagged(c.Words, limit)
				equal(t, i, "recipe ids", recipe, c.RecipeIDs)
				equal(t, i, "recipe starts", starts, c.RecipeStarts)
			}
			continue
		}
		pair, hasPair := "", c.Pair != nil
		if hasPair {
			pair = *c.Pair
		}
		c.fill(tok)
		same(t, i, c.Text, tok.Encode(c.Text, pair, hasPair, opt), c)
		tok.EncodeIDs(&ids, c.Text, pair, hasPair, opt)
		equal(t, i, "EncodeIDs", ids.IDs, c.IDs)
		equal(t, i, "EncodeIDs types", ids.TypeIDs, c.TypeIDs)
		if c.Decoded != nil {
			if got := tok.Decode(c.IDs, true); got != *c.Decoded {
				t.Errorf("case %d: %s: decoded:\n got %q\nwant %q", i, c.Text, got, *c.Decoded)
			}
		}

		for _, way := range ways {
			want, types := c.IDs, c.TypeIDs
			if c.SlowIDs != nil {
				want, types = c.SlowIDs, c.SlowTypeIDs
			}
			opt.Truncation = way
			tok.EncodeIDs(&ids, c.Text, pair, hasPair, opt)
			equal(t, i, way+" ids", ids.IDs, want)
			equal(t, i, way+" types", ids.TypeIDs, types)
		}
	}
}

func same(t *testing.T, i int, text string, got Encoding, c goldenCase) {
	t.Helper()
	words := make([]int, len(c.WordIDs))
	for j, w := range c.WordIDs {
		words[j] = -1
		if w != nil {
			words[j] = *w
		}
	}
	equal(t, i, text+": tokens", got.Tokens, c.Tokens)
	equal(t, i, text+": ids", got.IDs, c.IDs)
	equal(t, i, text+": offsets", got.Offsets, c.Offsets)
	equal(t, i, text+": words", got.WordIDs, words)
	equal(t, i, text+": types", got.TypeIDs, c.TypeIDs)
}

func equal[T any](t *testing.T, i int, what string, got, want []T) {
	t.Helper()
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("case %d: %s:\n got %v\nwant %v", i, what, got, want)
	}
}
