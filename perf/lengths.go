package perf

import (
	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// Lengths of texts that a step can be measured with.
const (
	AsTheyAre = "rows"  // as the task's rows are
	AsPairs   = "pairs" // as sentence pairs are
)

// Pairs returns as many examples as there are, with texts as long as sentence pairs
// are: half of them of 30 to 50 tokens, as KorNLI's, the others up to 128, as PAWS's.
// Texts are joined until the drawn length is reached.
func Pairs(examples []tasks.Example, tok *tokenizers.Tokenizer) []tasks.Example {
	const longest = 128
	out := make([]tasks.Example, len(examples))
	var ids tokenizers.IDs
	at := 0
	for i := range out {
		from, to := 30, 50
		if splitmix.Unit(uint64(2*i)) < 0.5 {
			from, to = 51, longest
		}
		want := from + int(splitmix.Unit(uint64(2*i+1))*float64(to-from+1))
		out[i] = examples[i]
		out[i].Text, out[i].Pair, out[i].HasPair = "", "", false
		for n := 0; n < want && n < longest; n = len(ids.IDs) {
			e := &examples[at%len(examples)]
			at++
			if out[i].Text != "" {
				out[i].Text += " "
			}
			out[i].Text += e.Text
			tok.EncodeIDs(&ids, out[i].Text, "", false, tokenizers.Options{MaxLength: longest})
			if at > 2*longest*len(examples) { // texts without a token
				break
			}
		}
	}
	return out
}
