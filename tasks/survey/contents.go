package survey

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// RecipeLength is the length that the published recipes cut examples to.
const RecipeLength = 128

// Contents is what a file's examples look like.
type Contents struct {
	Labels  map[string]int     `json:"labels,omitempty"` // of classes; of tags, counted by word
	Shares  map[string]float64 `json:"shares,omitempty"`
	Scores  *Spread            `json:"scores,omitempty"`  // of a regression
	Length  *Spread            `json:"length,omitempty"`  // of a text in characters; of a tagged sentence in words
	Tokens  *Spread            `json:"tokens,omitempty"`  // of an example: a model's, or words between blanks
	Cut     *float64           `json:"cut,omitempty"`     // share of examples longer than 128 of a model's tokens
	Unknown *float64           `json:"unknown,omitempty"` // share of tokens that are the unknown one
}

// describe measures a set. tok may be nil: tokens are then words between blanks.
func describe(set *tasks.Set, tok *tokenizers.Tokenizer) *Contents {
	c := &Contents{}
	if set.Task.Kind != tasks.Regress {
		c.Labels = map[string]int{}
		for _, l := range set.Task.Labels {
			c.Labels[l] = 0
		}
	}
	var lengths, scores []float64
	for _, e := range set.Examples {
		switch set.Task.Kind {
		case tasks.Tag:
			lengths = append(lengths, float64(len(e.Words)))
			for _, tag := range e.Tags {
				c.Labels[set.Task.Labels[tag]]++
			}
			continue
		case tasks.Regress:
			scores = append(scores, e.Score)
		default:
			c.Labels[set.Task.Labels[e.Label]]++
		}
		lengths = append(lengths, float64(utf8.RuneCountInString(e.Text)))
		if e.HasPair {
			lengths = append(lengths, float64(utf8.RuneCountInString(e.Pair)))
		}
	}
	c.Length, c.Scores = spreadOf(lengths), spreadOf(scores)
	c.countShares()
	c.count(set, tok)
	return c
}

// countShares turns the labels' counts into shares.
func (c *Contents) countShares() {
	total := 0
	for _, n := range c.Labels {
		total += n
	}
	if total == 0 {
		return
	}
	c.Shares = map[string]float64{}
	for l, n := range c.Labels {
		c.Shares[l] = float64(n) / float64(total)
	}
}

// count measures examples in tokens.
func (c *Contents) count(set *tasks.Set, tok *tokenizers.Tokenizer) {
	var tokens []float64
	if tok == nil {
		for _, e := range set.Examples {
			tokens = append(tokens, float64(len(e.Words)+len(strings.Fields(e.Text))+len(strings.Fields(e.Pair))))
		}
		c.Tokens = spreadOf(tokens)
		return
	}
	unknown, pieces, cut := 0, 0, 0
	var ids tokenizers.IDs
	for _, e := range set.Examples {
		if e.Words != nil {
			ids.IDs, _, _ = tok.EncodeTagged(e.Words, math.MaxInt32)
		} else {
			tok.EncodeIDs(&ids, e.Text, e.Pair, e.HasPair, tokenizers.Options{})
		}
		tokens = append(tokens, float64(len(ids.IDs)))
		for _, id := range ids.IDs {
			if id == tok.UnkID() {
				unknown++
			}
		}
		if len(ids.IDs) > RecipeLength {
			cut++
		}
		pieces += len(ids.IDs)
	}
	c.Tokens = spreadOf(tokens)
	c.Unknown, c.Cut = ratio(unknown, pieces), ratio(cut, len(tokens))
}

// ratio returns a/b, or nil where b is 0.
func ratio(a, b int) *float64 {
	if b == 0 {
		return nil
	}
	r := float64(a) / float64(b)
	return &r
}

// Spread summarises numbers.
type Spread struct {
	Min    float64 `json:"min"`
	Mean   float64 `json:"mean"`
	Median float64 `json:"median"`
	P95    float64 `json:"p95"` // the least number that 95 of 100 do not exceed
	Max    float64 `json:"max"`
}

// spreadOf sorts x and summarises it; nil where x is empty.
func spreadOf(x []float64) *Spread {
	n := len(x)
	if n == 0 {
		return nil
	}
	slices.Sort(x)
	var sum float64
	for _, v := range x {
		sum += v
	}
	return &Spread{x[0], sum / float64(n), (x[(n-1)/2] + x[n/2]) / 2, x[(n*95+99)/100-1], x[n-1]}
}
