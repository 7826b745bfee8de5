package tokenizers

import (
	"slices"

	"github.com/lmkor/bench/tokenizers/decoders"
	"github.com/lmkor/bench/tokenizers/pieces"
)

// Tokenizer turns text into ids and back. It is safe for concurrent use.
type Tokenizer struct {
	vocab    *pieces.Vocab
	special  []bool            // by id: left out when decoding
	finder   *finder           // of added tokens in the text; nil: none
	hidden   *finder           // of special tokens that the model's own tokenizer reads as text
	fast     *pieces.BertWords // where the pipeline is BERT's own, accents kept
	pipe     pipeline          // what fast does, in general
	template template
	trim     *trimmedOffsets // nil: offsets as they come
	decoder  decoders.Decoder
	searches bool // by regular expressions, which may give up
	cutsLeft bool // text that is too long loses its beginning
	tidies   bool // decoded text loses the blanks before signs
	roles    roles
	info     Info
	files    map[string][]byte // as they were read, by name
}

// roles are the ids of the tokens with a task of their own, -1 where there is none.
type roles struct{ pad, unk, cls, sep, mask, bos, eos int32 }

// Info describes a tokenizer in run manifests.
type Info struct {
	Type         string `json:"type"` // wordpiece, unigram, bpe, …
	VocabSize    int    `json:"vocab_size"`
	Lowercase    bool   `json:"lowercase"`
	StripAccents *bool  `json:"strip_accents"` // nil: as the directory leaves it, undefined
	SHA256       string `json:"sha256"`        // of the files it was loaded from

	Class    string    `json:"class,omitempty"`    // of transformers; "": a lone file's
	Analyser *Analyser `json:"analyser,omitempty"` // native code that it runs; nil: none
}

// Analyser is a shared library that a tokenizer calls.
type Analyser struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Info returns the tokenizer's description.
func (t *Tokenizer) Info() Info { return t.info }

// VocabSize is the number of rows that an embedding of the tokens needs: the
// highest id plus one.
func (t *Tokenizer) VocabSize() int { return len(t.vocab.Tokens) }

// ID returns the id of a token.
func (t *Tokenizer) ID(token string) (int32, bool) {
	id, ok := t.vocab.IDs[token]
	return id, ok
}

// Token returns the token of an id, the empty string where no token has it.
func (t *Tokenizer) Token(id int32) string {
	if id < 0 || int(id) >= len(t.vocab.Tokens) {
		return ""
	}
	return t.vocab.Tokens[id]
}

// Tokens returns all tokens by id; an id without a token has the empty string.
func (t *Tokenizer) Tokens() []string { return slices.Clone(t.vocab.Tokens) }

// PadID is the id of the padding token, -1 if there is none.
func (t *Tokenizer) PadID() int32 { return t.roles.pad }

// UnkID is the id that stands for what the vocabulary can't spell, -1 if there is none.
func (t *Tokenizer) UnkID() int32 { return t.roles.unk }

// ClsID is the id of the token that opens a sequence, -1 if there is none.
func (t *Tokenizer) ClsID() int32 { return t.roles.cls }

// SepID is the id of the token that ends a sequence, -1 if there is none.
func (t *Tokenizer) SepID() int32 { return t.roles.sep }

// MaskID is the id of the token that masked language models fill, -1 if there is none.
func (t *Tokenizer) MaskID() int32 { return t.roles.mask }

// EosID is the id of the token that ends generated text, -1 if there is none.
func (t *Tokenizer) EosID() int32 { return t.roles.eos }

// IsSpecial reports whether id is that of a special token.
func (t *Tokenizer) IsSpecial(id int32) bool {
	return id >= 0 && int(id) < len(t.special) && t.special[id]
}
