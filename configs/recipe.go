package configs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/internal/nearest"
	"github.com/lmkor/bench/internal/strictyaml"
	"github.com/lmkor/bench/tasks"
)

// Recipe is how to fine-tune, every field under the name that users know.
type Recipe struct {
	BatchSize                 int     `json:"batch_size"`
	LearningRate              float64 `json:"learning_rate"`
	Epochs                    int     `json:"epochs"`
	MaxLength                 int     `json:"max_length"` // tokens, special ones included
	WeightDecay               float64 `json:"weight_decay"`
	WarmupRatio               float64 `json:"warmup_ratio"`
	MaxGradNorm               float64 `json:"max_grad_norm"` // 0: no clipping
	AdamBeta1                 float64 `json:"adam_beta1"`
	AdamBeta2                 float64 `json:"adam_beta2"`
	AdamEpsilon               float64 `json:"adam_epsilon"`
	GradientAccumulationSteps int     `json:"gradient_accumulation_steps"`
	Seed                      uint64  `json:"seed"`
	Dropout                   Dropout `json:"dropout"`
	Shuffle                   bool    `json:"shuffle"`
	Padding                   string  `json:"padding"`
	Precision                 string  `json:"precision"`
	Threads                   int     `json:"-"`              // 0: all; no result depends on it, so no manifest has it
	MaxTrainRows              int     `json:"max_train_rows"` // 0: all
	MaxEvalRows               int     `json:"max_eval_rows"`  // 0: all
	EvalSteps                 int     `json:"eval_steps"`     // 0: after epochs only
	SaveSteps                 int     `json:"save_steps"`     // 0: every so often
	Truncation                string  `json:"truncation"`

	LRSchedule            string       `json:"lr_schedule"`
	WarmupSteps           int          `json:"warmup_steps"`       // in place of warmup_ratio, if not 0
	MaxSteps              int          `json:"max_steps"`          // in place of epochs, if not 0
	LayerwiseLRDecay      float64      `json:"layerwise_lr_decay"` // 1: none
	Freeze                Freeze       `json:"freeze"`
	ClassWeights          ClassWeights `json:"class_weights"`
	LabelSmoothing        float64      `json:"label_smoothing"`
	EarlyStoppingPatience int          `json:"early_stopping_patience"` // evaluations without gain on dev; 0: never
	Keep                  string       `json:"keep"`

	// Holdout is the fraction of the training rows to choose on in the place of a
	// dev split. A run that holds nothing out is what it was before there was this field.
	Holdout float64 `json:"holdout,omitempty"`
	Device  Device  `json:"device"` // that trains and scores
}

// The values of padding, precision, truncation and keep.
const (
	PaddingNone        = "none"
	PaddingMaxLength   = "max_length"
	Float32            = "float32"
	Bfloat16           = "bfloat16"             // on the CPU
	Float16            = "float16"              // on GPUs with cooperative matrices
	LongestFirst       = "longest_first"        // as the tokenizers library shares the room
	LongestFirstPython = "longest_first_python" // as transformers' Python tokenizers did

	KeepLast = "last"
	KeepBest = "best" // by the dev split
	KeepBoth = "both" // the last and the best; the last where there is no dev split
)

const (
	defaultRecipe   = "default"
	dropoutOfConfig = "config"
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

// UnmarshalJSON reads what MarshalJSON wrote.
func (d *Dropout) UnmarshalJSON(b []byte) error {
	d.Rate = nil
	if string(b) == `"`+dropoutOfConfig+`"` {
		return nil
	}
	return json.Unmarshal(b, &d.Rate)
}

// recipeFile is a recipe as a file has it, with what differs from task to task.
type recipeFile struct {
	Name   string               `yaml:"name"`
	Note   string               `yaml:"note"`
	Base   string               `yaml:"base"` // the recipe that this one changes; default if empty
	Recipe yaml.Node            `yaml:"recipe"`
	Tasks  map[string]yaml.Node `yaml:"tasks"`
}

// FindRecipe returns a recipe as it is for a task: the fields of its base, its
// own, and those for the task, in this order. name is an embedded recipe's or a
// YAML file's, task the task's name.
func FindRecipe(name, task string) (Recipe, error) {
	return findRecipe(name, task, nil)
}

func findRecipe(name, task string, seen []string) (Recipe, error) {
	var f recipeFile
	raw, file, err := recipes.load(name, &f)
	if err != nil {
		return Recipe{}, err
	}
	if slices.Contains(seen, name) {
		return Recipe{}, strictyaml.Place(raw, file, fmt.Sprintf("recipe %q is its own base", name), "base")
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
	if err := r.merge(&f.Recipe, file); err != nil {
		return Recipe{}, err
	}
	of := r
	for _, t := range sortedKeys(f.Tasks) { // every task's, so that a mistake shows at once
		if meant := mistypedTask(t); meant != "" && t != task {
			return Recipe{}, strictyaml.Place(raw, file, fmt.Sprintf("unknown task %q: did you mean %q?", t, meant), "tasks", t)
		}
		n, changed := f.Tasks[t], r
		if err := changed.merge(&n, file); err != nil {
			return Recipe{}, err
		}
		if t == task {
			of = changed
		}
	}
	return of, nil
}

// mistypedTask returns the official name that a task's name is a slip of, a
// letter away or two of a long name; nothing of a name that is official, and of
// those that are longer, such as nsmc-short: they are tasks of the user's own.
func mistypedTask(name string) string {
	for _, t := range tasks.Names() {
		if d := nearest.Edits(name, t); 0 < d && d <= 1+len(name)/8 && !strings.HasPrefix(name, t) {
			return t
		}
	}
	return ""
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
