package tokenizers

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/decoders"
	"github.com/lmkor/bench/tokenizers/normalizers"
	"github.com/lmkor/bench/tokenizers/pattern"
	"github.com/lmkor/bench/tokenizers/pieces"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// readSP reads the SentencePiece model called name, and makes the beginnings of its tokenizer.
func readSP(s *source, name string, conf *config) (*Tokenizer, *pieces.SentencePiece, error) {
	b, err := s.read(name)
	if err != nil {
		return nil, nil, err
	}
	m, err := pieces.ReadSentencePiece(b)
	if err != nil {
		return nil, nil, &Error{File: name, Err: err}
	}
	kind := "unigram"
	if m.Kind == pieces.SPBPE {
		kind = "bpe"
	}
	return &Tokenizer{
		info:    Info{Type: kind, StripAccents: conf.Strip},
		decoder: decoders.SpacesFirst{Mark: string(pieces.SPBlank)}, tidies: conf.Tidies,
	}, m, nil
}

// loadSP makes the tokenizer of a lone SentencePiece model: its own ids, no special tokens added.
func loadSP(s *source, conf *config) (*Tokenizer, error) {
	t, m, err := readSP(s, s.spModels()[0], conf)
	if err != nil {
		return nil, err
	}
	return t, t.around(pieces.NewSentences(m, nil), ownVocab(m), conf)
}

// loadAlbert makes ALBERT's tokenizer, which treats text as KoBERT's does, in lower case.
func loadAlbert(s *source, conf *config) (*Tokenizer, error) {
	t, m, err := readSP(s, albertFile, conf)
	if err != nil {
		return nil, err
	}
	model := pieces.NewSentences(m, nil)
	model.Recut, model.Clean = true, kobertText(conf, true)
	t.info.Lowercase = or(conf.Lower, true)
	return t, t.around(model, ownVocab(m), conf)
}

// loadDeberta makes the tokenizer of DeBERTa's second and third versions: the
// model's own ids, [CLS] and [SEP] around the text, [MASK] beyond the model's pieces.
func loadDeberta(s *source, conf *config) (*Tokenizer, error) {
	t, m, err := readSP(s, debertaFile, conf)
	if err != nil {
		return nil, err
	}
	t.info.Lowercase = or(conf.Lower, false)
	if t.info.Lowercase {
		t.pipe.norm = normalizers.Lowered{}
	}
	if conf.SplitPunct {
		t.pipe.pre = splitters.Cutter{Pattern: pattern.One(aligned.IsPythonPunct), Behavior: splitters.Isolated, Invert: false}
	}
	return t, t.around(pieces.NewSentences(m, nil), ownVocab(m), conf)
}

// ownVocab is the model's own vocabulary; of pieces with one text the first counts.
func ownVocab(m *pieces.SentencePiece) *pieces.Vocab {
	v := pieces.NewVocab(len(m.Pieces))
	for i, p := range slices.Backward(m.Pieces) {
		v.Set(p.Text, int32(i))
	}
	return v
}

// around puts the special tokens of a configuration around the model: [CLS] A [SEP] B [SEP], if
// it names them. Without a configuration there are none, and the text is the model's alone.
func (t *Tokenizer) around(s *pieces.Sentences, v *pieces.Vocab, conf *config) error {
	t.vocab, t.pipe.model = v, s
	t.template = bareTemplate
	var added []AddedToken
	for i, p := range s.SentencePiece.Pieces {
		if p.Kind == pieces.SPControl || p.Kind == pieces.SPUser {
			added = append(added, AddedToken{ID: int32(i), Content: p.Text, Special: p.Kind == pieces.SPControl})
		}
	}
	conf.nameSpecials(v)
	if err := t.addJSONTokens(added, conf); err != nil {
		return err
	}
	t.roles.unk = s.UnkID
	switch {
	case conf.Class == "":
		t.finder, t.hidden = nil, t.finder
	case t.roles.cls >= 0 && t.roles.sep >= 0:
		t.template = bertTemplate(t.roles.cls, t.roles.sep, 0)
	}
	t.finish(s)
	return nil
}

// loadKoBERT makes KoBERT's tokenizer. It takes ids from vocab.txt, which
// orders the model's pieces anew. Special tokens are recognised in the text
// where the files name them; the bare layout reads them as text.
func loadKoBERT(s *source, conf *config) (*Tokenizer, error) {
	t, m, err := readSP(s, s.first(kobertFile+"|"+albertFile), conf)
	if err != nil {
		return nil, err
	}
	v := ownVocab(m)
	b, err := s.read(vocabFile)
	if err != nil {
		return nil, err
	}
	if b != nil {
		if v, err = readVocab(vocabFile, b, strings.TrimSpace); err != nil {
			return nil, err
		}
	}
	if v.ID("[UNK]") < 0 {
		return nil, &Error{File: vocabFile, Msg: "no [UNK]: want KoBERT's vocabulary"}
	}
	model := pieces.NewSentences(m, v)
	model.Recut, model.Clean = true, kobertText(conf, false)
	t.info.Lowercase = or(conf.Lower, false)
	t.vocab, t.pipe.model = v, model
	if err := t.addBertSpecials(conf); err != nil {
		return nil, err
	}
	if !conf.names() {
		t.finder, t.hidden = nil, t.finder
	}
	return t, nil
}

// names reports whether the files name special tokens.
func (c *config) names() bool {
	return c.Unk != nil || c.Sep != nil || c.Pad != nil || c.Cls != nil || c.Mask != nil ||
		len(c.Additional)+len(c.AddedDecoder) > 0
}

// loadXLMR makes XLM-R's tokenizer. The model's ids are moved by one, to make
// room as fairseq's dictionaries do: <s>, <pad>, </s> and <unk> come first, <mask> last.
func loadXLMR(src *source, conf *config) (*Tokenizer, error) {
	t, m, err := readSP(src, xlmrFile, conf)
	if err != nil {
		return nil, err
	}
	v := pieces.NewVocab(len(m.Pieces) + 2)
	for _, token := range []string{"<s>", "<pad>", "</s>", "<unk>"} {
		v.Add(token)
	}
	for i, p := range m.Pieces[min(3, len(m.Pieces)):] {
		v.Set(p.Text, int32(i+4))
	}
	mask := v.Add("<mask>")
	s := pieces.NewSentences(m, nil)
	for i := range s.IDs {
		if s.IDs[i] = v.ID(m.Pieces[i].Text); s.IDs[i] < 0 || m.Pieces[i].Kind == pieces.SPUnknown {
			s.IDs[i] = 3
		}
	}
	s.UnkID = 3
	t.vocab, t.pipe.model = v, s
	t.roles = roles{pad: 1, unk: 3, cls: 0, sep: 2, mask: mask, bos: 0, eos: 2}
	var added []AddedToken
	for _, a := range []AddedToken{
		{ID: 0, Content: "<s>"}, {ID: 1, Content: "<pad>"}, {ID: 2, Content: "</s>"}, {ID: 3, Content: "<unk>"},
		{ID: mask, Content: "<mask>", LStrip: true},
	} {
		a.Special = true
		added = append(added, a)
	}
	for _, f := range conf.Additional {
		a := token(&f, "")
		a.ID = v.Add(a.Content)
		added = append(added, a)
	}
	t.addTokens(added, conf)
	t.template = robertaTemplate(0, 2)
	t.finish(s)
	return t, nil
}

// kobertText is what KoBERT's, XLNet's and ALBERT's tokenizers do to text first:
// white space collapsed, two kinds of double quotes made one, and, unless
// accents are kept, NFKD without combining marks.
func kobertText(conf *config, lower bool) normalizers.Normalizer {
	var list normalizers.Sequence
	if or(conf.RemoveSpace, true) {
		list = append(list, collapsed{})
	}
	quote := []rune{'"'}
	for _, quotes := range []string{"``", "''"} {
		list = append(list, normalizers.Replaced{Pattern: pattern.Verbatim(quotes), Content: quote})
	}
	if !conf.KeepAccents {
		marks := normalizers.Dropped(func(r rune) bool { return normalizers.Combining(r) != 0 })
		list = append(list, normalizers.Form{Form: norm.NFKD, Current: true}, marks)
	}
	if or(conf.Lower, lower) {
		list = append(list, normalizers.Lowered{})
	}
	return list
}

// collapsed makes one blank of each run of white space, none at the ends, as
// Python splits words.
type collapsed struct{}

func (collapsed) Normalize(chars []aligned.Char) []aligned.Char {
	out := chars[:0]
	var blank aligned.Char
	gap := false
	for _, c := range chars {
		if unicode.IsSpace(c.Rune) || 0x1C <= c.Rune && c.Rune <= 0x1F {
			if !gap {
				blank = aligned.Char{Rune: ' ', From: c.From, To: c.To}
			}
			gap = true
			continue
		}
		if gap && len(out) > 0 {
			// There is room: at least one blank has been left out.
			out = append(out, blank)
		}
		gap = false
		out = append(out, c)
	}
	return out
}
