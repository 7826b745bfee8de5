package tokenizers

import (
	"os"
	"strings"

	"github.com/lmkor/bench/tokenizers/decoders"
	"github.com/lmkor/bench/tokenizers/hanbert"
	"github.com/lmkor/bench/tokenizers/pieces"
)

// HanBERT's files: its vocabulary, and the morphological analyser that comes with it.
const (
	hanbertFile  = "vocab_54k.txt"
	moranLibrary = "libmoran4dnlp.so"
)

// MoranHome is where HanBERT's own installer puts its analyser.
const MoranHome = "/usr/local/moran/" + moranLibrary

// loadHanBERT makes the tokenizer of a directory with vocab_54k.txt. The
// analyser is native code, which is never taken from a model's directory: it
// comes from where its own installer puts it, or from the path that the caller names.
func loadHanBERT(s *source, conf *config) (*Tokenizer, error) {
	b, err := s.read(hanbertFile)
	if err != nil {
		return nil, err
	}
	v, err := readVocab(hanbertFile, b, strings.TrimSpace)
	if err != nil {
		return nil, err
	}
	path := s.moran
	if path == "" {
		if path = MoranHome; !exists(path) {
			return nil, &Error{File: path, Msg: "not found: HanBERT's morphological analyser comes in its authors'" +
				" archive, which https://github.com/monologg/HanBert-Transformers links to, with an installer that" +
				" puts it there; it is native code, so it is not loaded from the model's directory," +
				" but from there, or from the path that --moran gives"}
		}
	}
	moran, sum, err := hanbert.Open(path)
	if err != nil {
		return nil, &Error{File: path, Err: err}
	}
	t, err := newHanBERT(v, moran, conf)
	if err != nil {
		return nil, err
	}
	t.info.Analyser = &Analyser{path, sum}
	return t, nil
}

func newHanBERT(v *pieces.Vocab, a hanbert.Analyser, conf *config) (*Tokenizer, error) {
	words := pieces.NewWordPiece(v, -1, pieces.RestPrefix, hanbert.MaxChars)
	no := false
	t := &Tokenizer{
		vocab: v, decoder: decoders.WordPieceDecoder{Prefix: pieces.RestPrefix, Cleanup: true}, tidies: conf.Tidies,
		info: Info{Type: "hanbert", StripAccents: &no},
		pipe: pipeline{model: &hanbert.Model{Analyser: a, Words: words}},
	}
	if err := t.addBertSpecials(conf); err != nil {
		return nil, err
	}
	words.Unknown = t.roles.unk
	return t, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
