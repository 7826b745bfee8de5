package tokenizers

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/tokenizers/pieces"
)

// writeDir makes a directory of the files given as name, content, …
func writeDir(t testing.TB, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const smallVocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n가\n##나\nabc\nÉ\né\ne\n漢\n##字\n"

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		file  string
		line  int
		want  string
	}{
		{"empty directory", nil, "", 0, "no tokenizer: want"},
		{"config.json alone", []string{"config.json", "{}"}, "", 0, "no tokenizer: want"},
		{"empty vocabulary", []string{"vocab.txt", ""}, "vocab.txt", 0, "want one token a line"},
		{"invalid UTF-8", []string{"vocab.txt", "[PAD]\n[UNK]\n\xff\n"}, "vocab.txt", 3, "want UTF-8"},
		{"bad JSON", []string{"vocab.txt", smallVocab, "tokenizer_config.json", "{\n\"do_lower_case\": tru\n}"}, "tokenizer_config.json", 2, "invalid character"},
		{"wrong kind", []string{"vocab.txt", smallVocab, "tokenizer_config.json", "{\n\n\"do_lower_case\": 3}"}, "tokenizer_config.json", 3, "bool"},
		{"huge id", []string{"vocab.txt", smallVocab, "tokenizer_config.json", `{"added_tokens_decoder": {"99999999999": {"content": "x"}}}`}, "tokenizer_config.json", 0, "99999999999"},
		{"negative id", []string{"vocab.txt", smallVocab, "tokenizer_config.json", `{"added_tokens_decoder": {"-1": {"content": "x"}}}`}, "tokenizer_config.json", 0, "id -1: want 0 to"},
		{"special tokens", []string{"vocab.txt", smallVocab, "special_tokens_map.json", `[1]`}, "special_tokens_map.json", 1, "array"},
	} {
		_, err := Load(writeDir(t, c.files...))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			continue
		}
		var e *Error
		if !errors.As(err, &e) || c.file != "" && e.File != c.file || e.Line != c.line {
			t.Errorf("%s: got %#v, want %s:%d", c.name, err, c.file, c.line)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent directory: got %v", err)
	}
}

// TestLoadFormErrors names what is wrong in files of the other kinds.
func TestLoadFormErrors(t *testing.T) {
	bpe := func(more string) []string {
		return []string{jsonFile, `{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []}` + more + `}`}
	}
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"syntax", []string{jsonFile, "{\n\n]"}, "tokenizer.json:3: invalid character"},
		{"no model", []string{jsonFile, `{}`}, "tokenizer.json: no model"},
		{"unknown model", []string{jsonFile, `{"model": {"type": "Magic", "vocab": {"a": 0}}}`}, `model "Magic": want one of ["BPE" "Unigram" "WordLevel" "WordPiece"]`},
		{"empty vocabulary", []string{jsonFile, `{"model": {"type": "BPE", "vocab": {}}}`}, "vocab: empty"},
		{"an id twice", []string{jsonFile, `{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}}}`}, `"a" and "b" have one id, 0`},
		{"a far id", []string{jsonFile, `{"model": {"type": "BPE", "vocab": {"a": 16000000}}}`}, `token "a": id 16000000: want 0 to 65539`},
		{"a merge without its token", []string{jsonFile, `{"model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}}`}, `merge 0: token "ab" is not in the vocabulary`},
		{"half a merge", []string{jsonFile, `{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}`}, `merge "a": want two tokens`},
		{"no unknown token", []string{jsonFile, `{"model": {"type": "WordPiece", "unk_token": "?", "vocab": {"a": 0}}}`}, "unknown token is not in the vocabulary"},
		{"unk_id out of reach", []string{jsonFile, `{"model": {"type": "Unigram", "unk_id": 1, "vocab": [["a", -1]]}}`}, "unk_id 1: want 0 to 0"},
		{"a score that is none", []string{jsonFile, `{"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", "b"]]}}`}, `vocab: token 0: "\"b\"]]": want a number`},
		{"a list that is none", []string{jsonFile, `{"model": {"type": "Unigram", "unk_id": 0, "vocab": {"a": 0}}}`}, "want a list of tokens and scores"},
		{"unknown normalizer", bpe(`, "normalizer": {"type": "Polish"}`), `normalizer "Polish": want one of`},
		{"unknown pre-tokenizer", bpe(`, "pre_tokenizer": {"type": "UnicodeScripts"}`), `pre_tokenizer "UnicodeScripts": want one of`},
		{"unknown post-processor", bpe(`, "post_processor": {"type": "X"}`), `post_processor "X": want one of`},
		{"unknown decoder", bpe(`, "decoder": {"type": "CTC"}`), `decoder "CTC": want one of`},
		{"unknown behavior", bpe(`, "pre_tokenizer": {"type": "Split", "pattern": {"String": "x"}, "behavior": "Sideways"}`), `behavior "Sideways": want Removed`},
		{"bad pattern", bpe(`, "normalizer": {"type": "Replace", "pattern": {"Regex": "(a"}, "content": ""}`), "Replace: pattern \"(a\": group without its )"},
		{"template token unknown", bpe(`, "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}]}`), `"[CLS]" is not among its special_tokens`},
		{"second text in a template for one", bpe(`, "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B"}}]}`), "sequence B in single"},
		{"template id out of reach", bpe(`, "post_processor": {"type": "BertProcessing", "sep": ["a", 0], "cls": ["x", 9]}`), "id 9: want one of the 2 tokens"},
		{"short charsmap", bpe(`, "normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////w=="}`), "precompiled charsmap: a trie of 4294967295 bytes in 0"},
		{"not a model", []string{"x.model", "no model"}, "x.model: not a protocol buffer"},
		{"no pieces", []string{"x.model", ""}, "x.model: no pieces"},
		{"cut model", []string{"x.model", string(smallSPModel(pieces.SPBPE)[:40])}, "x.model: not a protocol buffer"},
		{"words model", []string{"x.model", string(smallSPModel(3))}, "model type 3: want 1 (unigram) or 2 (bpe)"},
		{"KoBERT without [UNK]", []string{kobertFile, string(smallSPModel(pieces.SPUnigram)), "vocab.txt", "a\n"}, "vocab.txt: no [UNK]"},
		{"merges", []string{"vocab.json", `{"a": 0}`, "merges.txt", "#version: 0.2\na\n"}, `merges.txt:2: merge "a"`},
		{"vocab.json alone", []string{"vocab.json", `{"a": 0}`}, "no tokenizer: want"},
		{"a long line", []string{"vocab.txt", "[PAD]\n" + strings.Repeat("a", 70_000)}, "vocab.txt:2: \"aaaaaaaaaaaaaaaaaaaa\"…: a token of 70000 bytes: want at most 65536"},
		{"a long merge", []string{"vocab.json", `{"a": 0}`, "merges.txt", strings.Repeat("a", 70_000) + " a"}, "merges.txt:1: "},
		{"a long token", []string{jsonFile, `{"model": {"type": "BPE", "vocab": {"` + strings.Repeat("a", 70_000) + `": 0}}}`}, "a token of 70000 bytes"},
		{"a long template", bpe(`, "post_processor": {"type": "TemplateProcessing", "single": [` + strings.Repeat(`{"Sequence": {"id": "A"}}, `, 300) +
			`{"Sequence": {"id": "A"}}]}`), "TemplateProcessing: 301 parts: want at most 256"},
		{"growing replacements", bpe(`, "normalizer": {"type": "Sequence", "normalizers": [` + strings.Repeat(`{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"}, `, 5) +
			`{"type": "NFC"}]}`), "its replacements make up to 65537 characters of one: want at most 65536"},
		{"a replacement of nothing", bpe(`, "normalizer": {"type": "Replace", "pattern": {"Regex": "a*"}, "content": ""}`), `pattern "a*" may match nothing`},
		{"added_tokens.json", []string{"vocab.txt", smallVocab, "added_tokens.json", `{"x": "y"}`}, "added_tokens.json:1: "},
	} {
		if _, err := Load(writeDir(t, c.files...)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestLoadForms holds the forms that directories of different years have.
func TestLoadForms(t *testing.T) {
	const text = "[CLS]É 漢字 가나 <x> abc"
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"nothing but the vocabulary: accents go", nil, "[CLS] [CLS] e 漢 [UNK] [UNK] [UNK] [UNK] [UNK] abc [SEP]"},
		{"old form", []string{"tokenizer_config.json", `{"do_lower_case": false, "max_len": 512}`},
			"[CLS] [CLS] É 漢 [UNK] 가 ##나 [UNK] [UNK] [UNK] abc [SEP]"},
		{"accents kept", []string{"tokenizer_config.json", `{"do_lower_case": true, "strip_accents": false}`},
			"[CLS] [CLS] é 漢 [UNK] 가 ##나 [UNK] [UNK] [UNK] abc [SEP]"},
		{"ideographs together", []string{"tokenizer_config.json", `{"do_lower_case": false, "tokenize_chinese_chars": false}`},
			"[CLS] [CLS] É 漢 ##字 가 ##나 [UNK] [UNK] [UNK] abc [SEP]"},
		{"additional tokens", []string{"tokenizer_config.json", `{"do_lower_case": false}`, "special_tokens_map.json", `{"additional_special_tokens": ["<x>", {"content": "가"}], "cls_token": {"content": "[CLS]", "lstrip": true}}`},
			"[CLS] [CLS] É 漢 [UNK] 가 [UNK] <x> abc [SEP]"},
		{"added_tokens_decoder", []string{"tokenizer_config.json", `{"do_lower_case": false, "tokenizer_class": "BertTokenizerFast", "added_tokens_decoder": {"13": {"content": "<x>", "special": false}}}`},
			"[CLS] [CLS] É 漢 [UNK] 가 ##나 <x> abc [SEP]"},
		{"a token that goes by normalised text", []string{"tokenizer_config.json", `{"do_lower_case": true, "strip_accents": false, "added_tokens_decoder": {"13": {"content": "É 漢", "normalized": false}, "14": {"content": "ABC", "normalized": true}}}`},
			"[CLS] [CLS] É 漢 [UNK] 가 ##나 [UNK] [UNK] [UNK] abc [SEP]"},
	} {
		tok, err := Load(writeDir(t, append([]string{"vocab.txt", smallVocab}, c.files...)...))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := strings.Join(tok.Encode(text, "", false, Options{}).Tokens, " "); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// TestFunnelType holds [CLS] of Funnel's tokenizer to token type 2, however its class is told.
func TestFunnelType(t *testing.T) {
	for _, files := range [][]string{
		{"tokenizer_config.json", `{"tokenizer_class": "FunnelTokenizer"}`},
		{"tokenizer_config.json", `{"tokenizer_class": "FunnelTokenizerFast"}`},
		{"config.json", `{"model_type": "funnel"}`},
	} {
		tok, err := Load(writeDir(t, append([]string{"vocab.txt", smallVocab}, files...)...))
		if err != nil {
			t.Fatal(err)
		}
		enc := tok.Encode("abc", "abc", true, Options{})
		if want := []int32{2, 0, 0, 1, 1}; !slices.Equal(enc.TypeIDs, want) {
			t.Errorf("%v: got %v, want %v", files, enc.TypeIDs, want)
		}
		if want := []int32{2, 7, 3, 7, 3}; !slices.Equal(enc.IDs, want) {
			t.Errorf("%v: ids: got %v, want %v", files, enc.IDs, want)
		}
	}
}

func TestVocabLines(t *testing.T) {
	v, err := readVocab("vocab.txt", []byte("\ufeff[PAD]\r\n[UNK]\r\n\r\na b\r\n[UNK]"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]int32{"[PAD]": 0, "": 2, "a b": 3, "[UNK]": 4} {
		if got := v.ID(token); got != want {
			t.Errorf("%q: got %d, want %d", token, got, want)
		}
	}
	if len(v.Tokens) != 5 {
		t.Errorf("%d rows, want 5", len(v.Tokens))
	}
}
