// Package training makes vocabularies from text.
package training

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"unicode"

	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/normalizers"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// Options say what vocabulary to train. The zero value, but for Size, is
// the recipe of LMkor's: lower case, accents kept, so that Hangul stays whole.
type Options struct {
	Size         int  // tokens in all, special and unused ones included
	MinFrequency int  // a merge's occurrences in the text; 0: 2
	Alphabet     int  // characters at most, the most frequent; 0: those of 99.95 % of the text, a third of Size at most
	Unused       int  // slots [unused0], [unused1], … at the end, for later use
	Cased        bool // keep capitals
	StripAccents bool // and take Hangul apart
	Clean        bool // first blank out all but Hangul, Latin, digits and common punctuation
	MaxLength    int  // model_max_length of the saved configuration; 0: 512
}

// specialTokens open every trained vocabulary.
var specialTokens = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}

// learned is the number of tokens that come from the text.
func (o Options) learned() int { return o.Size - o.Unused - len(specialTokens) }

// WordPiece trains a WordPiece vocabulary on texts, by merging the most
// frequent pair of pieces again and again, as Hugging Face's BertWordPieceTokenizer
// does. Ties are broken by the pieces' ids, and words are taken in
// alphabetical order: the vocabulary depends on what texts there are,
// not on their order. It may come out smaller than asked for, where no pair
// is as frequent as MinFrequency.
func WordPiece(texts iter.Seq[string], opt Options) (*tokenizers.Tokenizer, error) {
	if opt.learned() < 2 {
		return nil, fmt.Errorf("vocabulary size %d: want at least %d, for special and unused tokens and two more",
			opt.Size, opt.Size-opt.learned()+2)
	}
	words := countWords(texts, opt)
	if len(words) == 0 {
		return nil, fmt.Errorf("vocabulary: no words in the text")
	}
	m := newMerger(words, specialTokens, alphabetOf(words, opt))
	if have, room := len(m.tokens), opt.Size-opt.Unused; have > room {
		return nil, fmt.Errorf("vocabulary size %d: the text's characters alone need %d; lower the alphabet",
			opt.Size, have+opt.Unused)
	}
	m.run(opt.Size-opt.Unused, int64(cmp.Or(opt.MinFrequency, 2)))
	tokens := m.tokens
	for i := range opt.Unused {
		tokens = append(tokens, fmt.Sprintf("[unused%d]", i))
	}
	return fromPieces(tokens, opt)
}

// fromPieces makes the tokenizer of a finished vocabulary by way of its files, so that
// it is what Load makes of them once saved.
func fromPieces(tokens []string, opt Options) (*tokenizers.Tokenizer, error) {
	var text bytes.Buffer
	for _, token := range tokens {
		text.WriteString(token + "\n")
	}
	special := map[string]any{
		"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]",
	}
	conf := map[string]any{
		"tokenizer_class": "BertTokenizer", "do_lower_case": !opt.Cased, "strip_accents": opt.StripAccents,
		"tokenize_chinese_chars": true, "model_max_length": cmp.Or(opt.MaxLength, 512),
		"clean_up_tokenization_spaces": true,
	}
	for k, v := range special {
		conf[k] = v
	}
	files := map[string][]byte{
		"vocab.txt": text.Bytes(), "special_tokens_map.json": jsonOf(special), "tokenizer_config.json": jsonOf(conf),
	}
	return tokenizers.FromFiles(files)
}

func jsonOf(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // maps of strings, numbers and booleans
	}
	return append(b, '\n')
}

// wordCount is a normalised word and its occurrences.
type wordCount struct {
	word  string
	count int64
}

// countWords counts the texts' words as BERT cuts them, in alphabetical order.
func countWords(texts iter.Seq[string], opt Options) []wordCount {
	norm := normalizers.Bert{Clean: true, Ideographs: true, Lower: !opt.Cased, Strip: opt.StripAccents}
	index := make(map[string]int32)
	var words []wordCount
	var chars []aligned.Char
	var buf []byte
	var cut [][]aligned.Char
	for text := range texts {
		chars = aligned.Append(chars[:0], text, 0)
		if opt.Clean {
			for i, c := range chars {
				if !isCommon(c.Rune) {
					chars[i].Rune = ' '
				}
			}
		}
		cut = append(cut[:0], norm.Normalize(chars))
		for _, word := range (splitters.Bert{}).Split(cut) {
			buf = aligned.AppendText(buf[:0], word)
			i, ok := index[string(buf)]
			if !ok {
				i = int32(len(words))
				s := string(buf)
				index[s] = i
				words = append(words, wordCount{word: s})
			}
			words[i].count++
		}
	}
	slices.SortFunc(words, func(a, b wordCount) int { return cmp.Compare(a.word, b.word) })
	return words
}

// isCommon reports whether Clean keeps r: Hangul, Latin, ASCII digits, marks on
// letters, white space, and the punctuation that Korean prose and reviews use.
func isCommon(r rune) bool {
	switch {
	case r < 0x80:
		return true
	case 0xAC00 <= r && r <= 0xD7A3 || 0x3131 <= r && r <= 0x318E:
		return true
	}
	return unicode.In(r, unicode.Hangul, unicode.Latin, unicode.White_Space, commonSigns)
}

// commonSigns: · × ÷ ° accents, dashes, quotes, ‥ … ※ ₩ € ™ ℃, arrows, stars,
// hearts, notes, and the brackets of East Asian titles.
var commonSigns = aligned.Ranges(
	0xB0, 0xB0, 0xB7, 0xB7, 0xD7, 0xD7, 0xF7, 0xF7, 0x300, 0x304, 0x2010, 0x2015, 0x2018, 0x2019,
	0x201C, 0x201D, 0x2022, 0x2022, 0x2025, 0x2026, 0x203B, 0x203B, 0x20A9, 0x20A9, 0x20AC, 0x20AC,
	0x2103, 0x2103, 0x2122, 0x2122, 0x2190, 0x2193, 0x2605, 0x2606, 0x2661, 0x2661, 0x2665, 0x2665,
	0x266A, 0x266A, 0x3001, 0x3002, 0x3008, 0x3011, 0x301C, 0x301C, 0xFF5E, 0xFF5E,
)
