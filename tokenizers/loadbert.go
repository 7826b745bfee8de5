package tokenizers

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/decoders"
	"github.com/lmkor/bench/tokenizers/normalizers"
	"github.com/lmkor/bench/tokenizers/pieces"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// loadBert makes the tokenizer of a directory with vocab.txt, as BERT's and
// Funnel's are.
func loadBert(s *source, conf *config) (*Tokenizer, error) {
	b, err := s.read(vocabFile)
	if err != nil {
		return nil, err
	}
	v, err := readVocab(vocabFile, b, nil)
	if err != nil {
		return nil, err
	}
	t := newBert(v, normalizers.Bert{
		Clean:      true,
		Ideographs: or(conf.Ideographs, true),
		Lower:      or(conf.Lower, true),
		Strip:      or(conf.Strip, or(conf.Lower, true)),
	})
	t.info.StripAccents, t.tidies = conf.Strip, conf.Tidies
	if err := t.addBertSpecials(conf); err != nil {
		return nil, err
	}
	return t, nil
}

// newBert returns a tokenizer of BERT's pipeline without its special tokens.
func newBert(v *pieces.Vocab, text normalizers.Bert) *Tokenizer {
	t := &Tokenizer{
		vocab:   v,
		decoder: decoders.WordPieceDecoder{Prefix: "##", Cleanup: true},
		info:    Info{Type: "wordpiece", Lowercase: text.Lower},
		pipe:    pipeline{norm: text, pre: splitters.Bert{}},
	}
	return t
}

// addBertSpecials gives the special tokens their roles, and the model its
// vocabulary, complete with them.
func (t *Tokenizer) addBertSpecials(conf *config) error {
	funnel := conf.Class == "FunnelTokenizer"
	angled := funnel && t.vocab.ID("<cls>") >= 0 // Funnel's own names, not those of the Korean ones
	names := [...]struct {
		field    *tokenField
		content  string
		role     *int32
		optional bool
	}{ // in the reference's order: that in which tokens missing from the vocabulary get new ids
		{conf.Bos, "<s>", &t.roles.bos, true},
		{conf.Eos, "</s>", &t.roles.eos, true},
		{conf.Unk, pick(angled, "<unk>", "[UNK]"), &t.roles.unk, false},
		{conf.Sep, pick(angled, "<sep>", "[SEP]"), &t.roles.sep, false},
		{conf.Pad, pick(angled, "<pad>", "[PAD]"), &t.roles.pad, false},
		{conf.Cls, pick(angled, "<cls>", "[CLS]"), &t.roles.cls, false},
		{conf.Mask, pick(angled, "<mask>", "[MASK]"), &t.roles.mask, false},
	}
	added, err := conf.decoderTokens()
	if err != nil {
		return err
	}
	if t.pipe.model == nil { // made before tokens are added that it may not make
		t.pipe.model = pieces.NewWordPiece(t.vocab, -1, "##", pieces.DefaultMaxChars)
	}
	expected := len(t.vocab.Tokens) + len(added)
	for _, a := range added {
		if err := t.vocab.Place(a.Content, int64(a.ID), expected); err != nil {
			return &Error{File: configFile, Msg: "added_tokens_decoder", Err: err}
		}
	}
	for _, n := range names {
		a := token(n.field, n.content)
		if *n.role = -1; n.field == nil && n.optional { // BERT's class has none, Funnel's has
			if *n.role = t.vocab.ID(a.Content); *n.role < 0 || !funnel {
				continue
			}
		}
		a.ID = t.vocab.Add(a.Content)
		*n.role = a.ID
		added = append(added, a)
	}
	for _, f := range conf.Additional {
		a := token(&f, "")
		a.ID = t.vocab.Add(a.Content)
		added = append(added, a)
	}
	t.addTokens(added, conf)
	if words, ok := t.pipe.model.(*pieces.WordPiece); ok {
		words.Unknown = t.roles.unk
	}
	t.finish(t.pipe.model)
	t.template = bertTemplate(t.roles.cls, t.roles.sep, int32(2*btoi(funnel)))
	return nil
}

// addTokens has the tokens found in text; of several with one content the first
// counts, special ones before others. Of those that mean a special token, none
// is found where the directory has them read as text.
func (t *Tokenizer) addTokens(tokens []AddedToken, conf *config) {
	tokens = withoutDoubles(tokens)
	var raw, normalized []AddedToken
	for _, special := range []bool{true, false} {
		for _, a := range tokens {
			if a.Special != special {
				continue
			}
			if a.Special {
				t.setSpecial(a.ID)
				if conf.SplitSpecial {
					continue
				}
			}
			if a.Normalized {
				normalized = append(normalized, a)
			} else {
				raw = append(raw, a)
			}
		}
	}
	t.finder = newFinder(raw)
	if t.pipe.norm != nil {
		for i, a := range normalized {
			normalized[i].Content = string(aligned.AppendText(nil, t.pipe.norm.Normalize(aligned.Append(nil, a.Content, 0))))
		}
	}
	t.pipe.finder = newFinder(normalized)
}

// withoutDoubles leaves one token of each content, none of the empty one: the
// first, but for what later ones with switches replace.
func withoutDoubles(tokens []AddedToken) []AddedToken {
	at := make(map[string]int)
	var list []AddedToken
	for _, a := range tokens {
		i, again := at[a.Content]
		switch {
		case a.Content == "":
		case !again:
			at[a.Content] = len(list)
			list = append(list, a)
		case a.replaces:
			list[i] = a
		case a.named:
			list[i].Special = true
		}
	}
	return list
}

// setSpecial has the token left out when decoding.
func (t *Tokenizer) setSpecial(id int32) {
	for int(id) >= len(t.special) {
		t.special = append(t.special, false)
	}
	t.special[id] = true
}

// finish gives the pipeline its model, and takes the hot path where it is BERT's.
func (t *Tokenizer) finish(m pieces.Model) {
	t.pipe.model, t.pipe.blanks = m, splitters.SpellsBlanks(t.pipe.pre)
	t.info.VocabSize = len(t.vocab.Tokens)
	words, isWordPiece := m.(*pieces.WordPiece)
	text, isBert := t.pipe.norm.(normalizers.Bert)
	_, splits := t.pipe.pre.(splitters.Bert)
	if isWordPiece && isBert && splits && !text.Strip && t.pipe.finder == nil {
		t.fast = &pieces.BertWords{Bert: text, Model: words}
	}
}

// readVocab reads a vocabulary of one token a line, whose number is its id;
// trim, if not nil, is applied to each token.
func readVocab(name string, data []byte, trim func(string) string) (*pieces.Vocab, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) == 0 {
		return nil, &Error{File: name, Msg: "empty: want one token a line"}
	}
	v := pieces.NewVocab(bytes.Count(data, []byte("\n")) + 1)
	rest := string(data)
	for line := 1; rest != ""; line++ {
		token, tail, _ := strings.Cut(rest, "\n")
		rest = tail
		if token = strings.TrimSuffix(token, "\r"); trim != nil {
			token = trim(token)
		}
		if !utf8.ValidString(token) {
			return nil, &Error{File: name, Line: line, Msg: fmt.Sprintf("%q: want UTF-8", token)}
		}
		if err := checkToken(token); err != nil {
			return nil, &Error{File: name, Line: line, Err: err}
		}
		if line > pieces.MaxID {
			return nil, &Error{File: name, Line: line, Msg: fmt.Sprintf("want at most %d tokens", pieces.MaxID)}
		}
		v.Set(token, int32(line-1))
	}
	return v, nil
}

func pick(first bool, a, b string) string {
	if first {
		return a
	}
	return b
}
