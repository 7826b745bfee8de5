package tokenizers

import (
	"fmt"
	"math"
	"unicode/utf8"
)

// spModel is what a SentencePiece .model file says, as far as encoding needs it.
type spModel struct {
	pieces []spPiece
	kind   uint64 // spUnigram or spBPE
	unk    int32
	suffix bool // blanks end words rather than begin them
	bytes  bool // unknown characters fall back to bytes

	charsmap  *charsmap // nil: text as it stands
	dummy     bool      // text begins with a blank
	squeeze   bool      // runs of blanks are one, none at the ends
	escape    bool      // blanks become ▁
	rulesName string    // such as nmt_nfkc
}

// spPiece is an entry of the vocabulary.
type spPiece struct {
	text  string
	score float32
	kind  uint64
}

// Kinds of pieces and models in SentencePiece's format.
const (
	spNormal  = 1
	spUnknown = 2
	spControl = 3
	spUser    = 4
	spUnused  = 5
	spByte    = 6

	spUnigram = 1
	spBPE     = 2
)

// spBlank stands for a blank in pieces.
const spBlank = '▁'

// readSPModel reads a .model file.
func readSPModel(name string, data []byte) (*spModel, error) {
	m := &spModel{kind: spUnigram, unk: -1, dummy: true, squeeze: true, escape: true}
	err := eachField(data, func(f protoField) error {
		switch f.num {
		case 1:
			return m.addPiece(f.bytes)
		case 2:
			return m.readTrainer(f.bytes)
		case 3:
			return m.readNormalizer(f.bytes)
		}
		return nil
	})
	switch {
	case err != nil:
	case len(m.pieces) == 0:
		err = fmt.Errorf("no pieces: want a SentencePiece model")
	case m.kind != spUnigram && m.kind != spBPE:
		err = fmt.Errorf("model type %d: want 1 (unigram) or 2 (bpe)", m.kind)
	case m.unk < 0:
		err = fmt.Errorf("no unknown piece")
	}
	if err != nil {
		return nil, &Error{File: name, Err: err}
	}
	return m, nil
}

func (m *spModel) addPiece(msg []byte) error {
	p := spPiece{kind: spNormal}
	err := eachField(msg, func(f protoField) error {
		switch f.num {
		case 1:
			p.text = string(f.bytes)
		case 2:
			p.score = f.float()
		case 3:
			p.kind = f.value
		}
		return nil
	})
	id := len(m.pieces)
	switch {
	case err != nil:
		return err
	case p.text == "" || !utf8.ValidString(p.text):
		return fmt.Errorf("piece %d: %q: want text", id, p.text)
	case math.IsNaN(float64(p.score)) || math.IsInf(float64(p.score), 0):
		return fmt.Errorf("piece %d: score %v: want a number", id, p.score)
	case id > maxID:
		return fmt.Errorf("want at most %d pieces", maxID)
	case p.kind == spUnknown:
		m.unk = int32(id)
	}
	m.pieces = append(m.pieces, p)
	return nil
}

func (m *spModel) readTrainer(msg []byte) error {
	return eachField(msg, func(f protoField) error {
		switch f.num {
		case 3:
			m.kind = f.value
		case 24:
			m.suffix = f.bool()
		case 35:
			m.bytes = f.bool()
		}
		return nil
	})
}

func (m *spModel) readNormalizer(msg []byte) error {
	return eachField(msg, func(f protoField) (err error) {
		switch f.num {
		case 1:
			m.rulesName = string(f.bytes)
		case 2:
			m.charsmap, err = newCharsmap(f.bytes)
		case 3:
			m.dummy = f.bool()
		case 4:
			m.squeeze = f.bool()
		case 5:
			m.escape = f.bool()
		}
		return err
	})
}
