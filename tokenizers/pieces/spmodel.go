package pieces

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/normalizers"
)

// SentencePiece is what a SentencePiece .model file says, as far as encoding needs it.
type SentencePiece struct {
	Pieces []SPPiece
	Kind   uint64 // spUnigram or spBPE
	unk    int32
	suffix bool // blanks end words rather than begin them
	bytes  bool // unknown characters fall back to bytes

	charsmap  *normalizers.Charsmap // nil: text as it stands
	dummy     bool                  // text begins with a blank
	squeeze   bool                  // runs of blanks are one, none at the ends
	escape    bool                  // blanks become ▁
	rulesName string                // such as nmt_nfkc
}

// SPPiece is an entry of the vocabulary.
type SPPiece struct {
	Text  string
	Score float32
	Kind  uint64
}

// Kinds of pieces and models in SentencePiece's format.
const (
	SPNormal  = 1
	SPUnknown = 2
	SPControl = 3
	SPUser    = 4
	SPUnused  = 5
	SPByte    = 6

	SPUnigram = 1
	SPBPE     = 2
)

// SPBlank stands for a blank in pieces.
const SPBlank = '▁'

// ReadSentencePiece reads a .model file.
func ReadSentencePiece(data []byte) (*SentencePiece, error) {
	m := &SentencePiece{Kind: SPUnigram, unk: -1, dummy: true, squeeze: true, escape: true}
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
	case len(m.Pieces) == 0:
		err = fmt.Errorf("no pieces: want a SentencePiece model")
	case m.Kind != SPUnigram && m.Kind != SPBPE:
		err = fmt.Errorf("model type %d: want 1 (unigram) or 2 (bpe)", m.Kind)
	case m.unk < 0:
		err = fmt.Errorf("no unknown piece")
	}
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (m *SentencePiece) addPiece(msg []byte) error {
	p := SPPiece{Kind: SPNormal}
	err := eachField(msg, func(f protoField) error {
		switch f.num {
		case 1:
			p.Text = string(f.bytes)
		case 2:
			p.Score = f.float()
		case 3:
			p.Kind = f.value
		}
		return nil
	})
	id := len(m.Pieces)
	switch {
	case err != nil:
		return err
	case p.Text == "" || !utf8.ValidString(p.Text):
		return fmt.Errorf("piece %d: %q: want text", id, p.Text)
	case math.IsNaN(float64(p.Score)) || math.IsInf(float64(p.Score), 0):
		return fmt.Errorf("piece %d: score %v: want a number", id, p.Score)
	case id > MaxID:
		return fmt.Errorf("want at most %d pieces", MaxID)
	case p.Kind == SPUnknown:
		m.unk = int32(id)
	}
	m.Pieces = append(m.Pieces, p)
	return nil
}

func (m *SentencePiece) readTrainer(msg []byte) error {
	return eachField(msg, func(f protoField) error {
		switch f.num {
		case 3:
			m.Kind = f.value
		case 24:
			m.suffix = f.bool()
		case 35:
			m.bytes = f.bool()
		}
		return nil
	})
}

func (m *SentencePiece) readNormalizer(msg []byte) error {
	return eachField(msg, func(f protoField) (err error) {
		switch f.num {
		case 1:
			m.rulesName = string(f.bytes)
		case 2:
			m.charsmap, err = normalizers.NewCharsmap(f.bytes)
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
