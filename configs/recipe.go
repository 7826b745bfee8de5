package configs

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Recipe is how to fine-tune, every field under the name that users know.
type Recipe struct {
	BatchSize                 int     `yaml:"batch_size" json:"batch_size"`
	LearningRate              float64 `yaml:"learning_rate" json:"learning_rate"`
	Epochs                    int     `yaml:"epochs" json:"epochs"`
	MaxLength                 int     `yaml:"max_length" json:"max_length"`
	WeightDecay               float64 `yaml:"weight_decay" json:"weight_decay"`
	WarmupRatio               float64 `yaml:"warmup_ratio" json:"warmup_ratio"`
	MaxGradNorm               float64 `yaml:"max_grad_norm" json:"max_grad_norm"` // 0: no clipping
	AdamBeta1                 float64 `yaml:"adam_beta1" json:"adam_beta1"`
	AdamBeta2                 float64 `yaml:"adam_beta2" json:"adam_beta2"`
	AdamEpsilon               float64 `yaml:"adam_epsilon" json:"adam_epsilon"`
	GradientAccumulationSteps int     `yaml:"gradient_accumulation_steps" json:"gradient_accumulation_steps"`
	Seed                      uint64  `yaml:"seed" json:"seed"`
	Dropout                   Dropout `yaml:"dropout" json:"dropout"`
	Shuffle                   bool    `yaml:"shuffle" json:"shuffle"`
	Padding                   string  `yaml:"padding" json:"padding"`
	Precision                 string  `yaml:"precision" json:"precision"`
	Threads                   int     `yaml:"threads" json:"-"`                     // 0: all; no result depends on it, so no manifest has it
	MaxTrainRows              int     `yaml:"max_train_rows" json:"max_train_rows"` // 0: all
	MaxEvalRows               int     `yaml:"max_eval_rows" json:"max_eval_rows"`
	EvalSteps                 int     `yaml:"eval_steps" json:"eval_steps"`
	SaveSteps                 int     `yaml:"save_steps" json:"save_steps"`
	Truncation                string  `yaml:"truncation" json:"truncation"`
}

// The values of padding, precision and truncation.
const (
	PaddingNone        = "none"
	PaddingMaxLength   = "max_length"
	Float32            = "float32"
	Bfloat16           = "bfloat16"
	LongestFirst       = "longest_first"
	LongestFirstPython = "longest_first_python"
	dropoutOfConfig    = "config"
	mostRows           = math.MaxInt32
	recipeFolder       = "recipes"
	modelFolder        = "models"
	suiteFolder        = "suites"
	publishedFolder    = "published"
	defaultRecipe      = "default"
)

// Dropout is one rate for every dropout, or those of the model's config.
type Dropout struct {
	Rate *float64 // nil: as the config says
}

// MarshalJSON writes the rate, or the word config.
func (d Dropout) MarshalJSON() ([]byte, error) {
	if d.Rate == nil {
		return json.Marshal(dropoutOfConfig)
	}
	return json.Marshal(*d.Rate)
}

// RecipeFile is a recipe with what differs from task to task.
type RecipeFile struct {
	Name   string    `yaml:"name"`
	Note   string    `yaml:"note"`
	Base   string    `yaml:"base"` // the recipe that this one changes; default if empty
	Recipe yaml.Node `yaml:"recipe"`
	Tasks  yaml.Node `yaml:"tasks"`
}

// FindRecipe returns a recipe as it is for a task: the fields of its base, its
// own, and those for the task, in this order.
func FindRecipe(name, task string) (Recipe, error) {
	return findRecipe(name, task, nil)
}

func findRecipe(name, task string, seen []string) (Recipe, error) {
	if slices.Contains(seen, name) {
		return Recipe{}, fmt.Errorf("recipe %q is its own base", name)
	}
	raw, file, err := read(recipeFolder, "recipe", name)
	if err != nil {
		return Recipe{}, err
	}
	var f RecipeFile
	if err := load(raw, file, &f); err != nil {
		return Recipe{}, err
	}
	var r Recipe
	if f.Base != "" || name != defaultRecipe {
		base := f.Base
		if base == "" {
			base = defaultRecipe
		}
		if r, err = findRecipe(base, task, append(seen, name)); err != nil {
			return Recipe{}, err
		}
	}
	return r, f.apply(&r, task, file)
}

// apply changes r by the file's fields, and by those for the task.
func (f *RecipeFile) apply(r *Recipe, task, file string) error {
	if err := merge(&f.Recipe, file, r); err != nil {
		return err
	}
	tasks := map[string]yaml.Node{}
	if f.Tasks.Kind != 0 {
		if err := f.Tasks.Decode(&tasks); err != nil {
			return fmt.Errorf("%s: tasks: %w", file, err)
		}
	}
	for _, n := range tasks { // every task's, so that a mistake shows at once
		if err := merge(&n, file, &Recipe{}); err != nil {
			return err
		}
	}
	if n, ok := tasks[task]; ok {
		if err := merge(&n, file, r); err != nil {
			return err
		}
	}
	return nil
}

// merge decodes a mapping of recipe fields onto r, strictly, with the places of
// the file.
func merge(n *yaml.Node, file string, r *Recipe) error {
	if n.Kind == 0 {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("%s: line %d, column %d: want recipe fields", file, n.Line, n.Column)
	}
	for i := 0; i < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		to := r.field(key.Value)
		if to == nil {
			return fmt.Errorf("%s: line %d, column %d: %s", file, key.Line, key.Column, unknownRecipeField(key.Value))
		}
		if err := decodeField(value, to); err != nil {
			return fmt.Errorf("%s: line %d, column %d: %s: %w", file, value.Line, value.Column, key.Value, err)
		}
	}
	if err := r.checkSet(n); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func unknownRecipeField(name string) string {
	if near := nearest(name, FieldNames()); near != "" {
		return fmt.Sprintf("unknown field %q: did you mean %q?", name, near)
	}
	return fmt.Sprintf("unknown field %q: want one of %s", name, strings.Join(FieldNames(), ", "))
}
