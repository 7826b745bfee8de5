package tokenizers

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// spCase is what the sentencepiece library answers, and what KoBERT's treatment makes of it.
type spCase struct {
	Text         string   `json:"text"`
	Pieces       []string `json:"pieces"`
	IDs          []int32  `json:"ids"`
	Offsets      [][2]int `json:"offsets"`
	KobertPieces []string `json:"kobert_pieces"`
	KobertIDs    []int32  `json:"kobert_ids"`
}

func readSPCases(t *testing.T, path string) []spCase {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []spCase
	for d := json.NewDecoder(bufio.NewReader(f)); d.More(); {
		var c spCase
		if err := d.Decode(&c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

func TestGoldenSentencePiece(t *testing.T) {
	for _, dir := range goldenDirs(t, "sentencepiece", "sentencepiece-bpe", "sentencepiece-user", "sentencepiece-suffix") {
		t.Run(dir, func(t *testing.T) {
			model := spModelOf(t, dir)
			plain, err := Load(writeDir(t, "spiece.model", model))
			if err != nil {
				t.Fatal(err)
			}
			var kobert *Tokenizer
			if vocab, err := os.ReadFile(filepath.Join(dir, "vocab.txt")); err == nil {
				if kobert, err = Load(writeDir(t, kobertFile, model, "vocab.txt", string(vocab))); err != nil {
					t.Fatal(err)
				}
			}
			for i, c := range readSPCases(t, filepath.Join(dir, "cases.jsonl")) {
				enc := plain.Encode(c.Text, "", false, Options{})
				equal(t, i, c.Text+": pieces", enc.Tokens, c.Pieces)
				equal(t, i, c.Text+": ids", enc.IDs, c.IDs)
				equal(t, i, c.Text+": offsets", enc.Offsets, c.Offsets)
				if kobert == nil {
					continue
				}
				if c.KobertIDs == nil {
					c.KobertIDs, c.KobertPieces = c.IDs, c.Pieces
				}
				enc = kobert.Encode(c.Text, "", false, Options{NoSpecial: true})
				equal(t, i, c.Text+": KoBERT's pieces", enc.Tokens, c.KobertPieces)
				equal(t, i, c.Text+": KoBERT's ids", enc.IDs, c.KobertIDs)
			}
		})
	}
}

// spModelOf returns the .model file of dir, which may be packed.
func spModelOf(t testing.TB, dir string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "spiece.model"))
	if err == nil {
		return string(b)
	}
	f, err := os.Open(filepath.Join(dir, "spiece.model.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	if b, err = io.ReadAll(z); err != nil {
		t.Fatal(err)
	}
	return string(b)
}
