package tokenizers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/pieces"
)

// jsonModel is the model of a tokenizer.json; its vocabulary is a map, or, in
// unigram models, a list of tokens and scores.
type jsonModel struct {
	Type       string          `json:"type"`
	Vocab      json.RawMessage `json:"vocab"`
	Unk        *string         `json:"unk_token"`
	UnkID      *int64          `json:"unk_id"`
	Prefix     *string         `json:"continuing_subword_prefix"`
	Suffix     *string         `json:"end_of_word_suffix"`
	MaxChars   *int            `json:"max_input_chars_per_word"`
	Merges     []jsonMerge     `json:"merges"`
	Fuse       bool            `json:"fuse_unk"`
	ByteTokens bool            `json:"byte_fallback"`
	Whole      bool            `json:"ignore_merges"`
}

// jsonMerge is "a b", or, since tokens may hold blanks, ["a", "b"].
type jsonMerge struct{ a, b string }

func (m *jsonMerge) UnmarshalJSON(b []byte) error {
	var pair [2]string
	if len(b) > 0 && b[0] == '[' {
		if err := json.Unmarshal(b, &pair); err != nil {
			return err
		}
		m.a, m.b = pair[0], pair[1]
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	var ok bool
	if m.a, m.b, ok = strings.Cut(s, " "); !ok {
		return fmt.Errorf("merge %q: want two tokens", s)
	}
	return nil
}

// parseModel reads the model, its vocabulary and the name of its type.
func parseModel(b json.RawMessage) (pieces.Model, *pieces.Vocab, string, error) {
	var m jsonModel
	if len(b) == 0 || string(b) == "null" {
		return nil, nil, "", fmt.Errorf("no model")
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, nil, "", err
	}
	if err := checkFormKeys(m.Type, b); err != nil {
		return nil, nil, "", err
	}
	if m.Type == "" { // before 2021 the type had to be guessed
		switch {
		case m.UnkID != nil || bytes.HasPrefix(bytes.TrimSpace(m.Vocab), []byte("[")):
			m.Type = "Unigram"
		case m.Merges != nil:
			m.Type = "BPE"
		case m.MaxChars != nil:
			m.Type = "WordPiece"
		default:
			m.Type = "WordLevel"
		}
	}
	if m.Type == "Unigram" {
		u, v, err := m.unigram()
		return u, v, "unigram", err
	}
	v, err := m.vocab()
	if err != nil {
		return nil, nil, "", err
	}
	unk := int32(-1)
	if m.Unk != nil {
		unk = v.ID(*m.Unk)
	}
	switch m.Type {
	case "WordPiece":
		if unk < 0 {
			return nil, nil, "", fmt.Errorf("WordPiece: the unknown token is not in the vocabulary")
		}
		return pieces.NewWordPiece(v, unk, or(m.Prefix, "##"), or(m.MaxChars, pieces.DefaultMaxChars)), v, "wordpiece", nil
	case "BPE":
		p, err := m.bpe(v, unk)
		return p, v, "bpe", err
	case "WordLevel":
		return pieces.WordLevel{Vocab: v, Unknown: unk}, v, "wordlevel", nil
	}
	return nil, nil, "", unknownType("model", m.Type, "WordPiece", "BPE", "Unigram", "WordLevel")
}

// vocab reads a map of tokens to ids.
func (m *jsonModel) vocab() (*pieces.Vocab, error) {
	var ids map[string]int64
	if err := json.Unmarshal(m.Vocab, &ids); err != nil {
		return nil, fmt.Errorf("vocab: %w", err)
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("vocab: empty")
	}
	return vocabOf(ids)
}

func vocabOf(ids map[string]int64) (*pieces.Vocab, error) {
	v := pieces.NewVocab(len(ids))
	seen := make(map[int64]string, len(ids))
	for token, id := range ids {
		if other, ok := seen[id]; ok {
			return nil, fmt.Errorf("vocab: tokens %q and %q have one id, %d", min(token, other), max(token, other), id)
		}
		seen[id] = token
		if err := checkToken(token); err != nil {
			return nil, fmt.Errorf("vocab: %w", err)
		}
		if err := v.Place(token, id, len(ids)); err != nil {
			return nil, fmt.Errorf("vocab: %w", err)
		}
	}
	return v, nil
}

func (m *jsonModel) unigram() (pieces.Model, *pieces.Vocab, error) {
	list, err := parseScored(m.Vocab)
	if err != nil {
		return nil, nil, fmt.Errorf("vocab: %w", err)
	}
	if len(list) == 0 || len(list) > pieces.MaxID {
		return nil, nil, fmt.Errorf("vocab: %d tokens: want 1 to %d", len(list), pieces.MaxID)
	}
	v := pieces.NewVocab(len(list))
	known := pieces.NewTrie(len(list) * 3)
	scores := make([]float64, len(list))
	for i, s := range list {
		if err := checkToken(s.token); err != nil {
			return nil, nil, fmt.Errorf("vocab: token %d: %w", i, err)
		}
		v.Set(s.token, int32(i))
		scores[i] = s.score
	}
	for token, id := range v.IDs {
		known.Insert(token, id)
	}
	u := &pieces.UnigramWords{Vocab: v, Unigram: pieces.Unigram{
		Trie: known, Scores: scores, Unknown: -1, UnkScore: pieces.Lowest(scores) - pieces.UnkPenalty,
	}}
	if m.UnkID != nil {
		if *m.UnkID < 0 || *m.UnkID >= int64(len(list)) {
			return nil, nil, fmt.Errorf("unk_id %d: want 0 to %d", *m.UnkID, len(list)-1)
		}
		u.Unknown = int32(*m.UnkID)
	}
	if m.ByteTokens {
		u.Bytes = pieces.ByteTokensOf(v)
	}
	if u.Unknown < 0 && !u.Bytes.Complete() {
		return nil, nil, fmt.Errorf("no unk_id: a unigram model needs one")
	}
	return u, v, nil
}

func (m *jsonModel) bpe(v *pieces.Vocab, unk int32) (*pieces.BPE, error) {
	p := &pieces.BPE{
		Vocab: v, Unknown: unk, Fuse: m.Fuse, Whole: m.Whole, Prefix: or(m.Prefix, ""), Tail: or(m.Suffix, ""),
		Single: make(map[rune]int32), Rules: make(map[uint64]pieces.Rule, len(m.Merges)),
	}
	if m.Unk != nil && unk < 0 {
		return nil, fmt.Errorf("unk_token %q is not in the vocabulary", *m.Unk)
	}
	for token, id := range v.IDs {
		if r, n := utf8.DecodeRuneInString(token); n == len(token) && n > 0 {
			p.Single[r] = id
		}
	}
	for rank, merge := range m.Merges {
		joined := merge.a + strings.TrimPrefix(merge.b, p.Prefix)
		a, b, id := v.ID(merge.a), v.ID(merge.b), v.ID(joined)
		for _, t := range []string{merge.a, merge.b, joined} {
			if v.ID(t) < 0 {
				return nil, fmt.Errorf("merge %d: token %q is not in the vocabulary", rank, t)
			}
		}
		p.Rules[pieces.PairKey(a, b)] = pieces.Rule{Rank: int32(rank), ID: id}
	}
	if m.ByteTokens {
		p.Bytes = pieces.ByteTokensOf(v)
	}
	return p, nil
}
