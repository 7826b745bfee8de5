package tokenizers

import (
	"encoding/binary"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/pieces"
)

// fuzzTexts are tried on whatever tokenizer the fuzzers come up with.
var fuzzTexts = []string{"", "우리 [MASK]가족은 2,500원 É漢字 abc ##x", " \u3000가\u0301각 \x00\xff``한''\t1,", "<mask>  <s>ㅋㅋㅋ's \n🎬"}

// tryTexts encodes and decodes with a tokenizer from outside bytes: it must not panic,
// and give sound encodings.
func tryTexts(t *testing.T, tok *Tokenizer) {
	t.Helper()
	for _, text := range fuzzTexts {
		checkSound(t, tok, text, fuzzTexts[1], false)
	}
}

// checkSound holds an encoding to what every encoding must be.
func checkSound(t *testing.T, tok *Tokenizer, text, pair string, rises bool) {
	t.Helper()
	for _, opt := range []Options{{}, {MaxLength: 9}, {MaxLength: 6, Truncation: LongestFirstPython}, {NoSpecial: true, Specials: true}} {
		for _, hasPair := range []bool{false, true} {
			enc := tok.Encode(text, pair, hasPair, opt)
			n := len(enc.IDs)
			if len(enc.TypeIDs) != n || len(enc.Tokens) != n || len(enc.Offsets) != n || len(enc.ByteOffsets) != n || len(enc.WordIDs) != n {
				t.Fatalf("%q: lengths differ: %+v", text, enc)
			}
			if m := tok.Specials(hasPair); opt.MaxLength > 0 && n > max(opt.MaxLength, m) {
				t.Fatalf("%q: %d tokens, want at most %d", text, n, opt.MaxLength)
			}
			longest := max(len(text), len(pair))
			runes := max(utf8.RuneCountInString(text), utf8.RuneCountInString(pair))
			before := [2]int{-1, 0}
			for i, o := range enc.Offsets {
				b := enc.ByteOffsets[i]
				if o[0] < 0 || o[0] > o[1] || o[1] > runes || b[0] < 0 || b[0] > b[1] || b[1] > longest {
					t.Fatalf("%q: token %d of %v: offsets %v, bytes %v", text, i, enc.Tokens, o, b)
				}
				if id := enc.IDs[i]; id < 0 || int(id) >= tok.VocabSize() {
					t.Fatalf("%q: id %d of %d", text, id, tok.VocabSize())
				}
				if rises && !hasPair && enc.WordIDs[i] >= 0 {
					if o[0] < before[1] || enc.WordIDs[i] < before[0] {
						t.Fatalf("%q: offsets or words fall: %v %v", text, enc.Offsets, enc.WordIDs)
					}
					before = [2]int{enc.WordIDs[i], o[0]}
				}
			}
			var ids IDs
			tok.EncodeIDs(&ids, text, pair, hasPair, opt)
			if !slices.Equal(ids.IDs, enc.IDs) || !slices.Equal(ids.TypeIDs, enc.TypeIDs) {
				t.Fatalf("%q: EncodeIDs differs from Encode", text)
			}
			if decoded := tok.Decode(enc.IDs, true); utf8.ValidString(text) && utf8.ValidString(pair) && !utf8.ValidString(decoded) {
				t.Fatalf("%q: decoded to %q", text, decoded)
			}
		}
	}
	words := []string{text, "", pair}
	enc := tok.EncodeWords(words, Options{MaxLength: 12})
	for i, w := range enc.WordIDs {
		if w >= len(words) || w >= 0 && enc.ByteOffsets[i][1] > len(words[w]) {
			t.Fatalf("%q: word %d, offsets %v", words, w, enc.Offsets[i])
		}
	}
	ids, starts, _ := tok.EncodeTagged(words, 12)
	if len(ids) > max(12, tok.Specials(false)) || len(starts) > len(words) {
		t.Fatalf("%q: tagged: %v %v", words, ids, starts)
	}
	for _, id := range ids {
		if id < 0 || int(id) >= tok.VocabSize() {
			t.Fatalf("%q: tagged: id %d of %d", words, id, tok.VocabSize())
		}
	}
	for _, s := range starts {
		if int(s) >= len(ids) {
			t.Fatalf("%q: tagged: start %d of %d", words, s, len(ids))
		}
	}
}

func FuzzVocab(f *testing.F) {
	f.Add([]byte(smallVocab), []byte(`{"do_lower_case": false}`), []byte(`{"mask_token": {"content": "[MASK]", "lstrip": true}}`))
	f.Add([]byte("a\r\n\xef\xbb\xbf\n\n"), []byte(`{"added_tokens_decoder": {"7": {"content": "가", "normalized": true, "single_word": true}}}`), []byte(`{}`))
	f.Add([]byte("[UNK]\n"), []byte(`{"tokenizer_class": "FunnelTokenizer", "strip_accents": true}`), []byte(`{"additional_special_tokens": ["", " "]}`))
	f.Fuzz(func(t *testing.T, vocab, config, special []byte) {
		tok, err := FromFiles(map[string][]byte{vocabFile: vocab, configFile: config, specialFile: special, addedFile: config})
		if err == nil {
			tryTexts(t, tok)
		}
	})
}

// smallForms are a tokenizer.json of each kind, small so that the fuzzer gets somewhere.
var smallForms = []string{
	`{"model":{"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["가",-1.5e-3],["▁",-2]]},"normalizer":{"type":"Precompiled","precompiled_charsmap":"BAAAAAAAAABhAA=="},"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true},"decoder":{"type":"Metaspace","replacement":"▁","add_prefix_space":true}}`,
	`{"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?i:a|\\p{L}+?)(?=b)"},"behavior":"Contiguous","invert":true}}`,
	`{"model":{"type":"BPE","unk_token":"u","fuse_unk":true,"byte_fallback":true,"ignore_merges":true,"end_of_word_suffix":"</w>","vocab":{"u":0,"c</w>":1,"c":2,"cc</w>":3},"merges":[["c","c</w>"]]},"normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Nmt"},{"type":"Strip","strip_left":true,"strip_right":true},{"type":"Replace","pattern":{"String":"한"},"content":"c"},{"type":"Prepend","prepend":"c"}]},"decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":1},{"type":"BPEDecoder","suffix":"</w>"}]}}`,
	`{"model":{"type":"BPE","vocab":{"Ġ":0,"a":1,"ê":2},"merges":[]},"added_tokens":[{"id":3,"content":"<s>","lstrip":true,"special":true},{"id":4,"content":"가","normalized":true,"single_word":true,"rstrip":true}],"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":true},"post_processor":{"type":"RobertaProcessing","sep":["<s>",3],"cls":["<s>",3],"trim_offsets":true},"decoder":{"type":"ByteLevel"}}`,
	`{"model":{"type":"WordPiece","unk_token":"[UNK]","max_input_chars_per_word":5,"continuing_subword_prefix":"##","vocab":{"[UNK]":0,"a":1,"##b":2}},"normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[UNK]","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"B","type_id":1}},{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"[UNK]":{"id":"[UNK]","ids":[0],"tokens":["[UNK]"]}}},"decoder":{"type":"WordPiece","prefix":"##","cleanup":true}}`,
	`{"model":{"type":"WordLevel","unk_token":"u","vocab":{"u":0,"a":1}},"normalizer":{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Lowercase"}]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Whitespace"},{"type":"Digits","individual_digits":true},{"type":"Punctuation","behavior":"MergedWithNext"},{"type":"CharDelimiterSplit","delimiter":"-"},{"type":"WhitespaceSplit"}]},"post_processor":{"type":"Sequence","processors":[{"type":"ByteLevel","trim_offsets":true},{"type":"BertProcessing","sep":["u",0],"cls":["a",1]}]}}`,
}

func FuzzTokenizerJSON(f *testing.F) {
	for _, form := range smallForms {
		if _, err := FromFiles(map[string][]byte{jsonFile: []byte(form)}); err != nil {
			f.Fatalf("%s: %v", form, err)
		}
		f.Add([]byte(form))
	}
	f.Fuzz(func(t *testing.T, form []byte) {
		tok, err := FromFiles(map[string][]byte{jsonFile: form})
		if err == nil {
			tryTexts(t, tok)
		}
	})
}

func FuzzSentencePiece(f *testing.F) {
	for _, kind := range []uint64{pieces.SPUnigram, pieces.SPBPE} {
		f.Add(smallSPModel(kind), []byte("[UNK]\n[PAD]\n[CLS]\n[SEP]\n[MASK]\n▁\n"))
	}
	f.Fuzz(func(t *testing.T, model, vocab []byte) {
		for _, files := range []map[string][]byte{
			{"spiece.model": model},
			{kobertFile: model, vocabFile: vocab},
			{"sentencepiece.bpe.model": model, configFile: []byte(`{"tokenizer_class": "XLMRobertaTokenizer"}`)},
		} {
			tok, err := FromFiles(files)
			if err == nil {
				tryTexts(t, tok)
			}
		}
	})
}

// smallSPModel writes a .model file of a few pieces of every kind, with a charsmap.
func smallSPModel(kind uint64) []byte {
	field := func(msg []byte, num int, b []byte) []byte {
		return append(binary.AppendUvarint(binary.AppendUvarint(msg, uint64(num)<<3|2), uint64(len(b))), b...)
	}
	number := func(msg []byte, num int, v uint64) []byte {
		return binary.AppendUvarint(binary.AppendUvarint(msg, uint64(num)<<3), v)
	}
	var model []byte
	for i, p := range []pieces.SPPiece{
		{Text: "[UNK]", Score: 0, Kind: pieces.SPUnknown}, {Text: "[CLS]", Score: 0, Kind: pieces.SPControl}, {Text: "▁", Score: -2, Kind: pieces.SPNormal}, {Text: "가", Score: -3, Kind: pieces.SPNormal}, {Text: "▁가", Score: -4, Kind: pieces.SPNormal}, {Text: "나", Score: -3, Kind: pieces.SPNormal},
		{Text: "가나", Score: -1, Kind: pieces.SPUnused}, {Text: "ㅋㅋ", Score: 0, Kind: pieces.SPUser}, {Text: "2,", Score: -2, Kind: pieces.SPNormal}, {Text: "2", Score: -4, Kind: pieces.SPNormal}, {Text: "<0xEA>", Score: 0, Kind: pieces.SPByte},
	} {
		msg := field(nil, 1, []byte(p.Text))
		msg = binary.LittleEndian.AppendUint32(append(msg, 2<<3|5), math.Float32bits(p.Score))
		if i%2 == 0 || p.Kind != pieces.SPNormal {
			msg = number(msg, 3, p.Kind)
		}
		model = field(model, 1, msg)
	}
	model = field(model, 2, number(number(nil, 3, kind), 35, 1))
	rules := []byte{4, 0, 0, 0, 0, 0, 0, 0, 'a', 0}
	return field(model, 3, number(field(field(nil, 1, []byte("rules")), 2, rules), 3, 1))
}

func FuzzMerges(f *testing.F) {
	f.Add([]byte(`{"a": 0, "b": 1, "ab": 2, "<s>": 3}`), []byte("#version: 0.2\na b\n"))
	f.Fuzz(func(t *testing.T, vocab, merges []byte) {
		for _, conf := range []string{`{}`, `{"tokenizer_class": "RobertaTokenizer", "add_prefix_space": true}`} {
			tok, err := FromFiles(map[string][]byte{bpeVocabFile: vocab, mergesFile: merges, configFile: []byte(conf)})
			if err == nil {
				tryTexts(t, tok)
			}
		}
	})
}

func FuzzEncode(f *testing.F) {
	type named struct {
		tok   *Tokenizer
		rises bool
	}
	var toks []named
	for _, dir := range []string{
		"wordpiece", "wordpiece-cased", "wordpiece-strip", "sentencepiece-bpe", "sentencepiece-user", "sentencepiece-suffix",
		"json/gpt2", "json/roberta", "json/split", "json/metaspace", "json/suffix", "json/unigram", "json/wordlevel", "json/added",
		"hf/albert", "hf/xlmr",
	} {
		tok, err := Load(filepath.Join("testdata", dir))
		if err != nil {
			f.Fatal(err)
		}
		toks = append(toks, named{tok, tok.trim == nil})
	}
	for _, text := range fuzzTexts {
		f.Add(text, fuzzTexts[2])
	}
	f.Fuzz(func(t *testing.T, text, pair string) {
		for _, n := range toks {
			checkSound(t, n.tok, text, pair, n.rises)
		}
	})
}
