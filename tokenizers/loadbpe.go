package tokenizers

import (
	"encoding/json"
	"strings"

	"github.com/lmkor/bench/tokenizers/decoders"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// loadBPE makes the tokenizer of a directory with vocab.json and merges.txt, as
// GPT-2's and RoBERTa's are: byte-level BPE.
func loadBPE(s *source, conf *config) (*Tokenizer, error) {
	vocab, err := s.read(bpeVocabFile)
	if err != nil {
		return nil, err
	}
	var ids map[string]int64
	if err := unmarshal(bpeVocabFile, vocab, &ids); err != nil {
		return nil, err
	}
	v, err := vocabOf(ids)
	if err != nil {
		return nil, &Error{File: bpeVocabFile, Err: err}
	}
	merges, err := s.read(mergesFile)
	if err != nil {
		return nil, err
	}
	var m jsonModel
	rest := string(merges)
	for line := 1; rest != ""; line++ {
		text, tail, _ := strings.Cut(rest, "\n")
		rest = tail
		text = strings.TrimSuffix(text, "\r")
		if text == "" || line == 1 && strings.HasPrefix(text, "#version") {
			continue
		}
		if err := checkToken(text); err != nil {
			return nil, &Error{File: mergesFile, Line: line, Err: err}
		}
		var merge jsonMerge
		quoted, _ := json.Marshal(text)
		if err := merge.UnmarshalJSON(quoted); err != nil {
			return nil, &Error{File: mergesFile, Line: line, Err: err}
		}
		m.Merges = append(m.Merges, merge)
	}
	p, err := m.bpe(v, -1)
	if err != nil {
		return nil, &Error{File: mergesFile, Err: err}
	}
	roberta := conf.Class == "RobertaTokenizer"
	t := &Tokenizer{
		vocab: v.Clone(), template: bareTemplate, tidies: conf.Tidies, info: Info{Type: "bpe"},
		decoder: decoders.Chain{decoders.DecodeByteLevel},
		pipe:    pipeline{pre: splitters.ByteLevel{BlankFirst: conf.BlankFirst, Words: true}, model: p},
	}
	if roberta {
		if or(conf.TrimOffsets, true) {
			t.trim = &trimmedOffsets{conf.BlankFirst}
		}
	}
	conf.nameSpecials(t.vocab)
	if err := t.addJSONTokens(nil, conf); err != nil {
		return nil, err
	}
	switch {
	case roberta:
		t.template = robertaTemplate(t.roles.cls, t.roles.sep)
	case conf.BosFirst:
		bos := part{t.roles.bos, 0}
		t.template = newTemplate([]part{bos, {firstText, 0}}, []part{bos, {firstText, 0}, {secondText, 1}})
	}
	t.finish(p)
	return t, nil
}
