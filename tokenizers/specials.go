package tokenizers

import "github.com/lmkor/bench/tokenizers/pieces"

// nameSpecials fills in the special tokens that the class has where the files
// name none. Funnel's Korean models have BERT's names, which v tells.
func (c *config) nameSpecials(v *pieces.Vocab) {
	lstrip := false // the mask takes the white space before it
	switch c.Class {
	case "FunnelTokenizer":
		if v.ID("<cls>") >= 0 {
			c.defaults("<s>", "</s>", "<unk>", "<sep>", "<pad>", "<cls>", "<mask>")
			break
		}
		fallthrough
	case "BertTokenizer", "ElectraTokenizer", "DistilBertTokenizer", "ConvBertTokenizer", "MobileBertTokenizer":
		c.defaults("", "", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]")
	case "GPT2Tokenizer":
		c.defaults("<|endoftext|>", "<|endoftext|>", "<|endoftext|>", "", "", "", "")
	case "RobertaTokenizer", "XLMRobertaTokenizer":
		lstrip = c.Mask == nil || c.Mask.plain
		c.defaults("<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>")
	case "AlbertTokenizer":
		lstrip = c.Mask == nil || c.Mask.plain
		c.defaults("[CLS]", "[SEP]", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]")
	case "DebertaV2Tokenizer":
		c.defaults("[CLS]", "[SEP]", "[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]")
	}
	if lstrip && c.Mask != nil {
		c.Mask.LStrip, c.Mask.replaces = true, true
	}
}

// defaults fills in the special tokens that a class has where the files name none.
func (c *config) defaults(bos, eos, unk, sep, pad, cls, mask string) {
	for _, d := range []struct {
		field   **tokenField
		content string
	}{{&c.Bos, bos}, {&c.Eos, eos}, {&c.Unk, unk}, {&c.Sep, sep}, {&c.Pad, pad}, {&c.Cls, cls}, {&c.Mask, mask}} {
		if *d.field == nil && d.content != "" {
			*d.field = &tokenField{AddedToken: AddedToken{Content: d.content, Special: true}, assumed: true}
		}
	}
}
