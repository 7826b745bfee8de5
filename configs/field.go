package configs

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// field is a recipe field's name and where it lies.
type field struct {
	name string
	at   func(*Recipe) any
	ok   func(*Recipe) bool
	want string
}

// fields are all fields, with the values that they may have.
var fields = []field{
	{"batch_size", func(r *Recipe) any { return &r.BatchSize }, func(r *Recipe) bool { return within(r.BatchSize, 1) }, "1 or more"},
	{"learning_rate", func(r *Recipe) any { return &r.LearningRate }, func(r *Recipe) bool { return finite(r.LearningRate) && r.LearningRate > 0 }, "a positive number"},
	{"epochs", func(r *Recipe) any { return &r.Epochs }, func(r *Recipe) bool { return within(r.Epochs, 1) }, "1 or more"},
	{"max_length", func(r *Recipe) any { return &r.MaxLength }, func(r *Recipe) bool { return within(r.MaxLength, 4) }, "4 or more"},
	{"weight_decay", func(r *Recipe) any { return &r.WeightDecay }, func(r *Recipe) bool { return finite(r.WeightDecay) }, "0 or more"},
	{"warmup_ratio", func(r *Recipe) any { return &r.WarmupRatio }, func(r *Recipe) bool { return finite(r.WarmupRatio) && r.WarmupRatio <= 1 }, "0 to 1"},
	{"max_grad_norm", func(r *Recipe) any { return &r.MaxGradNorm }, func(r *Recipe) bool { return finite(r.MaxGradNorm) }, "0 (no clipping) or more"},
	{"adam_beta1", func(r *Recipe) any { return &r.AdamBeta1 }, func(r *Recipe) bool { return finite(r.AdamBeta1) && r.AdamBeta1 < 1 }, "0 or more, below 1"},
	{"adam_beta2", func(r *Recipe) any { return &r.AdamBeta2 }, func(r *Recipe) bool { return finite(r.AdamBeta2) && r.AdamBeta2 < 1 }, "0 or more, below 1"},
	{"adam_epsilon", func(r *Recipe) any { return &r.AdamEpsilon }, func(r *Recipe) bool { return finite(r.AdamEpsilon) && r.AdamEpsilon > 0 }, "a positive number"},
	{"gradient_accumulation_steps", func(r *Recipe) any { return &r.GradientAccumulationSteps }, func(r *Recipe) bool { return within(r.GradientAccumulationSteps, 1) }, "1 or more"},
	{"seed", func(r *Recipe) any { return &r.Seed }, always, "a whole number, 0 or more"},
	{"dropout", func(r *Recipe) any { return &r.Dropout }, func(r *Recipe) bool {
		return r.Dropout.Rate == nil || finite(*r.Dropout.Rate) && *r.Dropout.Rate < 1
	}, "0 or more, below 1, or config"},
	{"shuffle", func(r *Recipe) any { return &r.Shuffle }, always, "true or false"},
	{"padding", func(r *Recipe) any { return &r.Padding }, oneOf(func(r *Recipe) string { return r.Padding }, PaddingNone, PaddingMaxLength), "none or max_length"},
	{"precision", func(r *Recipe) any { return &r.Precision }, oneOf(func(r *Recipe) string { return r.Precision }, Float32, Bfloat16), "float32 or bfloat16"},
	{"threads", func(r *Recipe) any { return &r.Threads }, func(r *Recipe) bool { return within(r.Threads, 0) && r.Threads <= 4096 }, "0 (all cores) to 4096"},
	{"max_train_rows", func(r *Recipe) any { return &r.MaxTrainRows }, func(r *Recipe) bool { return within(r.MaxTrainRows, 0) }, "0 (all) or more"},
	{"max_eval_rows", func(r *Recipe) any { return &r.MaxEvalRows }, func(r *Recipe) bool { return within(r.MaxEvalRows, 0) }, "0 (all) or more"},
	{"eval_steps", func(r *Recipe) any { return &r.EvalSteps }, func(r *Recipe) bool { return within(r.EvalSteps, 0) }, "0 (after epochs only) or more"},
	{"save_steps", func(r *Recipe) any { return &r.SaveSteps }, func(r *Recipe) bool { return within(r.SaveSteps, 0) }, "0 (after epochs only) or more"},
	{"truncation", func(r *Recipe) any { return &r.Truncation }, oneOf(func(r *Recipe) string { return r.Truncation }, LongestFirst, LongestFirstPython), "longest_first or longest_first_python"},
}

func always(*Recipe) bool { return true }

func within(v, least int) bool { return v >= least && v <= mostRows }

func finite(v float64) bool { return v >= 0 && !math.IsInf(v, 0) }

func oneOf(get func(*Recipe) string, words ...string) func(*Recipe) bool {
	return func(r *Recipe) bool {
		for _, w := range words {
			if get(r) == w {
				return true
			}
		}
		return false
	}
}

// FieldNames returns the names of all recipe fields.
func FieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func (r *Recipe) field(name string) any {
	for _, f := range fields {
		if f.name == name {
			return f.at(r)
		}
	}
	return nil
}

// Set changes one field as "name=value" says. An unknown name, a wrong type and
// a value out of range are errors.
func (r *Recipe) Set(setting string) error {
	name, value, ok := strings.Cut(setting, "=")
	name = strings.TrimSpace(name)
	if !ok {
		return fmt.Errorf("%q: want name=value", setting)
	}
	for _, f := range fields {
		if f.name != name {
			continue
		}
		if err := parseField(strings.TrimSpace(value), f.at(r)); err != nil || !f.ok(r) {
			return fmt.Errorf("%s %q: want %s", name, strings.TrimSpace(value), f.want)
		}
		return nil
	}
	return fmt.Errorf("%s", unknownRecipeField(name))
}

// Check returns an error that names the first field out of range.
func (r *Recipe) Check() error {
	for _, f := range fields {
		if !f.ok(r) {
			return fmt.Errorf("%s: want %s", f.name, f.want)
		}
	}
	return nil
}

// checkSet checks the fields that a mapping sets, with their places.
func (r *Recipe) checkSet(n *yaml.Node) error {
	for i := 0; i < len(n.Content); i += 2 {
		for _, f := range fields {
			if v := n.Content[i+1]; f.name == n.Content[i].Value && !f.ok(r) {
				return fmt.Errorf("line %d, column %d: %s %q: want %s", v.Line, v.Column, f.name, v.Value, f.want)
			}
		}
	}
	return nil
}

// parseField reads a command line's value.
func parseField(s string, to any) (err error) {
	switch p := to.(type) {
	case *int:
		*p, err = strconv.Atoi(s)
	case *uint64:
		*p, err = strconv.ParseUint(s, 10, 64)
	case *float64:
		*p, err = strconv.ParseFloat(s, 64)
	case *bool:
		switch s {
		case "true", "false":
			*p = s == "true"
		default:
			err = strconv.ErrSyntax
		}
	case *string:
		*p = s
	case *Dropout:
		if s == dropoutOfConfig {
			p.Rate = nil
			return nil
		}
		var v float64
		v, err = strconv.ParseFloat(s, 64)
		p.Rate = &v
	}
	return err
}

// decodeField reads a YAML value, refusing what is of another type.
func decodeField(n *yaml.Node, to any) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("want one value")
	}
	if _, quoted := to.(*string); !quoted && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		if _, ok := to.(*Dropout); !ok {
			return fmt.Errorf("%q in quotation marks: want a number", n.Value)
		}
	}
	if err := parseField(n.Value, to); err != nil {
		return fmt.Errorf("%q: want %s", n.Value, wantOf(to))
	}
	return nil
}

func wantOf(to any) string {
	switch to.(type) {
	case *int, *uint64:
		return "a whole number"
	case *float64:
		return "a number"
	case *bool:
		return "true or false"
	case *Dropout:
		return "a number or config"
	}
	return "a word"
}
