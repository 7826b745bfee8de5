package inspect

import "github.com/lmkor/bench/models"

// programMB is what the program takes besides the model.
const programMB = 60

// activationsMB is about what a batch of 32 full-length sequences takes: 18
// values of the hidden size a token and layer are kept for backward, where the
// inner size is four times it, and the attention probabilities. What is in
// flight beside them was measured on models of 2×128 to 6×384: 0.4 of it, in
// GPT-2 0.8.
func activationsMB(c *models.Config) float64 {
	flight := 1.4
	if c.ModelType == "gpt2" {
		flight = 1.8
	}
	z := c.Sizes()
	length := min(RecipeLength, c.MaxTokens())
	return flight * 4 * float64(32*length*z.Layers) * float64(10*z.Hidden+2*z.Inner+z.Heads*length) / 1e6
}
