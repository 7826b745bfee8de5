package tokenizers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lmkor/bench/tokenizers/normalizers"
	"github.com/lmkor/bench/tokenizers/pieces"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// loadJSON makes the tokenizer of a tokenizer.json, with what the configuration
// beside it changes when transformers loads it.
func loadJSON(s *source, conf *config) (*Tokenizer, error) {
	b, err := s.read(jsonFile)
	if err != nil {
		return nil, err
	}
	var form jsonForm
	if err := unmarshal(jsonFile, b, &form); err != nil {
		return nil, err
	}
	if err := checkForm(b); err != nil {
		return nil, &Error{File: jsonFile, Err: err}
	}
	t := &Tokenizer{template: bareTemplate, tidies: conf.Tidies}
	t.searches = bytes.Contains(b, []byte(`"Regex"`))
	t.cutsLeft = form.Truncation != nil && form.Truncation.Direction == "Left"
	if err := t.parse(&form, conf); err != nil {
		return nil, &Error{File: jsonFile, Err: err}
	}
	conf.nameSpecials(t.vocab)
	if err := t.addJSONTokens(form.Added, conf); err != nil {
		return nil, err
	}
	t.override(conf, &form) // after the added tokens, which the file's own normalizer has normalised
	t.describeNormalizer(form.Norm)
	for _, p := range slices.Concat(t.template.single, t.template.pair) {
		if int(p.id) >= len(t.vocab.Tokens) {
			return nil, &Error{File: jsonFile,
				Msg: fmt.Sprintf("post_processor: id %d: want one of the %d tokens", p.id, len(t.vocab.Tokens))}
		}
	}
	t.finish(t.pipe.model)
	return t, nil
}

// checkForm refuses keys that are not known, but for those of the parts, which are checked where they are read.
func checkForm(b []byte) error {
	if err := checkFormKeys("", b); err != nil {
		return err
	}
	var form struct {
		Added      []json.RawMessage `json:"added_tokens"`
		Truncation json.RawMessage   `json:"truncation"`
	}
	if err := json.Unmarshal(b, &form); err != nil {
		return err
	}
	for _, a := range form.Added {
		if err := checkFormKeys("added_tokens", a); err != nil {
			return err
		}
	}
	if len(form.Truncation) == 0 {
		return nil
	}
	return checkFormKeys("truncation", form.Truncation)
}

// parse reads the parts of the pipeline.
func (t *Tokenizer) parse(form *jsonForm, conf *config) (err error) {
	var own *pieces.Vocab
	if t.pipe.model, own, t.info.Type, err = parseModel(form.Model); err != nil {
		return err
	}
	t.vocab = own.Clone()
	if t.pipe.norm, err = parseNormalizer(form.Norm, 0); err != nil {
		return err
	}
	if err = checkGrowth(t.pipe.norm); err != nil {
		return err
	}
	if t.pipe.pre, err = parseSplitter(form.Pre, 0); err != nil {
		return err
	}
	if err = t.parsePost(form.Post, 0); err != nil {
		return err
	}
	if t.decoder, err = parseDecoder(form.Decoder); err != nil {
		return err
	}
	return nil
}

// bertClasses take BERT's switches from their configuration, whatever tokenizer.json says.
var bertClasses = []string{
	"BertTokenizer", "ElectraTokenizer", "FunnelTokenizer", "DistilBertTokenizer", "MobileBertTokenizer", "ConvBertTokenizer",
}

// override applies the configuration over tokenizer.json as transformers does.
func (t *Tokenizer) override(conf *config, form *jsonForm) {
	text, ok := t.pipe.norm.(normalizers.Bert)
	if ok && typeOf(form.Norm) == "BertNormalizer" && slices.Contains(bertClasses, conf.Class) {
		lower := or(conf.Lower, true)
		t.pipe.norm = normalizers.Bert{
			Clean: text.Clean, Ideographs: or(conf.Ideographs, true), Strip: or(conf.Strip, lower), Lower: lower,
		}
		t.info.StripAccents = conf.Strip
	}
	if b, ok := t.pipe.pre.(splitters.ByteLevel); ok && typeOf(form.Pre) == "ByteLevel" && conf.known() {
		b.BlankFirst = conf.BlankFirst
		t.pipe.pre = b
	}
	if kind := typeOf(form.Post); conf.Class == "RobertaTokenizer" && (kind == "RobertaProcessing" || kind == "ByteLevel") {
		t.trim = nil
		if or(conf.TrimOffsets, true) {
			t.trim = &trimmedOffsets{conf.BlankFirst}
		}
	}
}

// typeOf is the type of a part, "" of none.
func typeOf(b json.RawMessage) string {
	p, err := parsePart(b)
	if p == nil || err != nil {
		return ""
	}
	return p.Type
}

// describeNormalizer fills in what Info tells of normalisation.
func (t *Tokenizer) describeNormalizer(b json.RawMessage) {
	list, ok := t.pipe.norm.(normalizers.Sequence)
	if !ok {
		list = normalizers.Sequence{t.pipe.norm}
	}
	for _, n := range list {
		switch n := n.(type) {
		case normalizers.Bert:
			t.info.Lowercase = n.Lower
			if t.info.StripAccents == nil {
				if p, err := parsePart(b); err == nil && p != nil {
					t.info.StripAccents = p.StripAccents
				}
			}
		case normalizers.Lowered:
			t.info.Lowercase = true
		}
	}
}

// addJSONTokens adds tokenizer.json's own added tokens, then those of the
// configuration that are not among them.
func (t *Tokenizer) addJSONTokens(added []AddedToken, conf *config) error {
	expected := len(t.vocab.Tokens) + len(added) + len(conf.AddedDecoder)
	for i, a := range added {
		if id := t.vocab.ID(a.Content); id >= 0 {
			added[i].ID = id
		} else if err := t.vocab.Place(a.Content, int64(a.ID), expected); err != nil {
			return &Error{File: jsonFile, Msg: "added_tokens", Err: err}
		}
	}
	own := make(map[string]bool) // by content: tokens whose switches the files have told
	for _, a := range added {
		own[a.Content] = conf.AddedDecoder == nil
	}
	more, err := conf.decoderTokens()
	if err != nil {
		return err
	}
	for _, a := range more {
		if a.ID = t.vocab.ID(a.Content); a.ID < 0 {
			a.ID = t.vocab.Add(a.Content)
		}
		a.replaces, own[a.Content] = true, true
		added = append(added, a)
	}
	for _, a := range t.assignRoles(conf) { // these get the first new ids
		a.replaces = a.replaces && !(own[a.Content] && a.named)
		added = append(added, a)
	}
	for _, f := range conf.Additional {
		a := token(&f, "")
		a.ID = t.vocab.Add(a.Content)
		added = append(added, a)
	}
	t.addTokens(added, conf)
	return nil
}

// assignRoles finds the special tokens, by the configuration or else by the
// names that they go by, and returns them.
func (t *Tokenizer) assignRoles(conf *config) []AddedToken {
	var list []AddedToken
	for _, r := range []struct {
		field *tokenField
		role  *int32
		names []string
	}{
		{conf.Bos, &t.roles.bos, []string{"<s>", "[BOS]", "<|endoftext|>"}},
		{conf.Eos, &t.roles.eos, []string{"</s>", "[EOS]", "<|endoftext|>"}},
		{conf.Unk, &t.roles.unk, []string{"[UNK]", "<unk>", "<|endoftext|>"}},
		{conf.Sep, &t.roles.sep, []string{"[SEP]", "<sep>", "</s>"}},
		{conf.Pad, &t.roles.pad, []string{"[PAD]", "<pad>"}},
		{conf.Cls, &t.roles.cls, []string{"[CLS]", "<cls>", "<s>"}},
		{conf.Mask, &t.roles.mask, []string{"[MASK]", "<mask>"}},
	} {
		*r.role = -1
		if r.field != nil && r.field.Content != "" {
			a := token(r.field, "")
			a.ID = t.vocab.Add(a.Content)
			*r.role = a.ID
			list = append(list, a)
			continue
		}
		for _, name := range r.names {
			if id := t.vocab.ID(name); id >= 0 && *r.role < 0 {
				*r.role = id
			}
		}
	}
	return list
}
