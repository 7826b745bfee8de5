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
		t.Run(dir, func(t *testing.T) { checkCases(t, dir, "cases.jsonl") })
	}
}

func TestGoldenWords(t *testing.T) {
	for _, dir := range goldenDirs(t, "wordpiece") {
		t.Run(dir, func(t *testing.T) { checkCases(t, dir, "words_cases.jsonl") })
	}
}

// checkCases holds the tokenizer of dir to the cases in file.
func checkCases(t *testing.T, dir, file string) {
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
			got := tok.EncodeWords(c.Words, opt)
			same(t, i, "words", got, c)
			limit := c.MaxLength
			if limit == 0 {
				limit = 512
			}
			if c.RecipeIDs != nil {
				recipe, starts := tok.EncodeTagged(c.Words, limit)
				equal(t, i, "recipe ids", recipe, c.RecipeIDs)
				equal(t, i, "recipe starts", starts, c.RecipeStarts)
			}
			continue
		}
		pair, hasPair := "", c.Pair != nil
		if hasPair {
			pair = *c.Pair
		}
		same(t, i, c.Text, tok.Encode(c.Text, pair, hasPair, opt), c)
		tok.EncodeIDs(&ids, c.Text, pair, hasPair, opt)
		equal(t, i, "EncodeIDs", ids.IDs, c.IDs)
		equal(t, i, "EncodeIDs types", ids.TypeIDs, c.TypeIDs)

		slow, slowTypes := c.IDs, c.TypeIDs
		if c.SlowIDs != nil {
			slow, slowTypes = c.SlowIDs, c.SlowTypeIDs
		}
		opt.Truncation = LongestFirstPython
		tok.EncodeIDs(&ids, c.Text, pair, hasPair, opt)
		equal(t, i, "python ids", ids.IDs, slow)
		equal(t, i, "python types", ids.TypeIDs, slowTypes)
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
	if c.TypeIDs != nil {
		equal(t, i, text+": types", got.TypeIDs, c.TypeIDs)
	}
}

func equal[T any](t *testing.T, i int, what string, got, want []T) {
	t.Helper()
	if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
		t.Errorf("case %d: %s:\n got %v\nwant %v", i, what, got, want)
	}
}
