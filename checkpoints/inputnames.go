package checkpoints

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/models/hf"
)

// tokenizerConfigFile is the file by which transformers knows a tokenizer's class.
const tokenizerConfigFile = "tokenizer_config.json"

// withoutTypes are the classes of transformers whose tokenizers give no token
// types by themselves.
var withoutTypes = []string{"DistilBertTokenizer", "GPT2Tokenizer", "RobertaTokenizer", "XLMRobertaTokenizer"}

// writeInputNames has tokenizer_config.json name the inputs of a model that
// takes no token types. Tokenizers of BERT's kind give them otherwise, and in
// transformers DistilBERT fails on them, GPT-2 adds the embeddings of tokens 0
// and 1, and a RoBERTa has an embedding for type 0 alone.
func writeInputNames(dir string, c *hf.Config) error {
	if c.TokenTypes() > 1 || c.ModelType == "funnel" { // Funnel compares types, and has no table of them
		return nil
	}
	path := filepath.Join(dir, tokenizerConfigFile)
	fields := map[string]json.RawMessage{}
	raw, err := regular.ReadFile(path, regular.Text)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	default:
		if err := json.Unmarshal(raw, &fields); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	var class string
	if err := json.Unmarshal(fields["tokenizer_class"], &class); err != nil {
		class = "" // none, which is no fault of this file's
	}
	if fields["model_input_names"] != nil || slices.Contains(withoutTypes, strings.TrimSuffix(class, "Fast")) {
		return nil
	}
	fields["model_input_names"] = json.RawMessage(`["input_ids", "attention_mask"]`)
	return atomicfile.Write(path, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(fields)
	})
}
