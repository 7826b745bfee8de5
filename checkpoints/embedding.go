package checkpoints

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/weights"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tokenizers"
)

// mostTokens is how many tokens of a text an embedding reads where nothing else
// is said and the model has room for more.
const mostTokens = 512

// leastTokens is how many a text may be cut to: a pair's special ones, and one of its own.
const leastTokens = 4

// OpenEmbedding opens a checkpoint, whatever head it was saved with, to make
// vectors of texts; of an encoder-decoder the encoder. Texts are cut to maxLength
// tokens, 0: to what the model takes, 512 at most.
func OpenEmbedding(name string, pooling predictors.Pooling, normalize bool, maxLength int) (*predictors.Embedder, error) {
	src, err := Find(name)
	if err != nil {
		return nil, err
	}
	if src.Dir == "" {
		return nil, fmt.Errorf("%s: sizes to train from nothing: want a checkpoint", name)
	}
	m, err := openBody(src.Dir, pooling)
	if err != nil {
		return nil, src.within(err)
	}
	tok, err := tokenizers.Load(src.Dir)
	if err != nil {
		return nil, src.within(err)
	}
	if maxLength, err = embeddedLength(m, maxLength); err != nil {
		return nil, src.within(err)
	}
	return predictors.NewEmbedder(m, tok, predictors.Recipe{MaxLength: maxLength}, pooling, normalize), nil
}

func embeddedLength(m *models.Model, asked int) (int, error) {
	most := m.MaxTokens()
	if asked > most {
		return 0, fmt.Errorf("max-length %d: the model takes %d tokens", asked, most)
	}
	if asked != 0 && asked < leastTokens {
		return 0, fmt.Errorf("max-length %d: want %d or more: special tokens are counted", asked, leastTokens)
	}
	if asked == 0 {
		asked = min(most, mostTokens)
	}
	return asked, nil
}

// openBody loads a checkpoint below its head: with the pooler where it is asked
// for, else with all that makes vectors of tokens.
func openBody(dir string, pooling predictors.Pooling) (*models.Model, error) {
	config, err := hf.ReadConfig(dir)
	if err != nil {
		return nil, err
	}
	w, err := hf.OpenWeights(dir)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	config, from := forTask(config, w)
	kind := models.TokenHead
	if pooling == predictors.Pooler {
		if t := config.ModelType; t != "bert" && t != "albert" {
			return nil, fmt.Errorf("%s has no pooler: want pooling by the mean, or the first token", t)
		}
		kind = models.SequenceHead
	}
	m, rep, err := models.Open(config.Config, models.Head{Kind: kind, Labels: 1}, from, true, 0)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(rep.Drawn, func(n string) bool { return strings.HasPrefix(n, "classifier.") })
	if len(missing) > 0 {
		return nil, &weights.MissingError{Names: missing}
	}
	return m, nil
}
