package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/internal/ranges"
	"github.com/lmkor/bench/internal/strictyaml"
)

// field is a recipe field: its name, where it lies, and the values it may have.
type field struct {
	name string
	at   func(*Recipe) any
	ok   func(*Recipe) bool
	want string
}

// fields are all of them, in the order of help and manifests.
var fields = []field{
	whole("batch_size", func(r *Recipe) *int { return &r.BatchSize }),
	number("learning_rate", func(r *Recipe) *float64 { return &r.LearningRate }),
	whole("epochs", func(r *Recipe) *int { return &r.Epochs }),
	whole("max_length", func(r *Recipe) *int { return &r.MaxLength }),
	number("weight_decay", func(r *Recipe) *float64 { return &r.WeightDecay }),
	number("warmup_ratio", func(r *Recipe) *float64 { return &r.WarmupRatio }),
	number("max_grad_norm", func(r *Recipe) *float64 { return &r.MaxGradNorm }),
	number("adam_beta1", func(r *Recipe) *float64 { return &r.AdamBeta1 }),
	number("adam_beta2", func(r *Recipe) *float64 { return &r.AdamBeta2 }),
	number("adam_epsilon", func(r *Recipe) *float64 { return &r.AdamEpsilon }),
	whole("gradient_accumulation_steps", func(r *Recipe) *int { return &r.GradientAccumulationSteps }),
	{"seed", func(r *Recipe) any { return &r.Seed }, always, "a whole number, 0 or more"},
	{"dropout", func(r *Recipe) any { return &r.Dropout }, func(r *Recipe) bool {
		return r.Dropout.Rate == nil || ranges.Of("dropout").Has(*r.Dropout.Rate)
	}, ranges.Of("dropout").Want + ", or config"},
	{"shuffle", func(r *Recipe) any { return &r.Shuffle }, always, "true or false"},
	word("padding", func(r *Recipe) *string { return &r.Padding }, "none or max_length", PaddingNone, PaddingMaxLength),
	word("precision", func(r *Recipe) *string { return &r.Precision }, "float32, bfloat16 or float16", Float32, Bfloat16, Float16),
	whole("threads", func(r *Recipe) *int { return &r.Threads }),
	whole("max_train_rows", func(r *Recipe) *int { return &r.MaxTrainRows }),
	whole("max_eval_rows", func(r *Recipe) *int { return &r.MaxEvalRows }),
	whole("eval_steps", func(r *Recipe) *int { return &r.EvalSteps }),
	whole("save_steps", func(r *Recipe) *int { return &r.SaveSteps }),
	word("truncation", func(r *Recipe) *string { return &r.Truncation }, "longest_first or longest_first_python",
		LongestFirst, LongestFirstPython),
	{"lr_schedule", func(r *Recipe) any { return &r.LRSchedule }, func(r *Recipe) bool {
		return ranges.Schedule(r.LRSchedule, r.LearningRate)
	}, ranges.Schedules},
	whole("warmup_steps", func(r *Recipe) *int { return &r.WarmupSteps }),
	whole("max_steps", func(r *Recipe) *int { return &r.MaxSteps }),
	number("layerwise_lr_decay", func(r *Recipe) *float64 { return &r.LayerwiseLRDecay }),
	{"freeze", func(r *Recipe) any { return &r.Freeze }, always, "none, embeddings, or a number of layers, 1 or more"},
	{"class_weights", func(r *Recipe) any { return &r.ClassWeights }, func(r *Recipe) bool {
		return r.ClassWeights.ok()
	}, "none, balanced, or a list of numbers, one a class"},
	number("label_smoothing", func(r *Recipe) *float64 { return &r.LabelSmoothing }),
	whole("early_stopping_patience", func(r *Recipe) *int { return &r.EarlyStoppingPatience }),
	word("keep", func(r *Recipe) *string { return &r.Keep }, "last, best or both", KeepLast, KeepBest, KeepBoth),
	number("holdout", func(r *Recipe) *float64 { return &r.Holdout }),
	{"device", func(r *Recipe) any { return &r.Device }, func(r *Recipe) bool { return r.Device.ok() },
		"cpu, auto, vulkan or vulkan:N, as 'bench devices' lists them"},
}

// whole is a field that is a whole number.
func whole(name string, at func(*Recipe) *int) field {
	of := ranges.Of(name)
	return field{name, func(r *Recipe) any { return at(r) }, func(r *Recipe) bool { return of.Has(float64(*at(r))) }, of.Want}
}

// number is a field that is a number.
func number(name string, at func(*Recipe) *float64) field {
	of := ranges.Of(name)
	return field{name, func(r *Recipe) any { return at(r) }, func(r *Recipe) bool { return of.Has(*at(r)) }, of.Want}
}

// word is a field that is one of a few words.
func word(name string, at func(*Recipe) *string, want string, words ...string) field {
	ok := func(r *Recipe) bool { return slices.Contains(words, *at(r)) }
	return field{name, func(r *Recipe) any { return at(r) }, ok, want}
}

func always(*Recipe) bool { return true }

// FieldNames returns the names of all recipe fields.
func FieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

// Set changes one field as "name=value" says. An unknown name, a wrong type and
// a value out of range are errors, and leave r as it was.
func (r *Recipe) Set(setting string) error {
	name, value, ok := strings.Cut(setting, "=")
	if !ok {
		return fmt.Errorf("%q: want name=value", setting)
	}
	return r.set(strings.TrimSpace(name), strings.TrimSpace(value))
}

func (r *Recipe) set(name, value string) error {
	f := fieldOf(name)
	if f == nil {
		return fmt.Errorf("%s", strictyaml.UnknownField(name, FieldNames()))
	}
	changed := *r
	if err := parse(value, f.at(&changed)); err != nil || !f.ok(&changed) {
		return fmt.Errorf("%s %q: want %s", name, value, f.want)
	}
	*r = changed
	return nil
}

func fieldOf(name string) *field {
	for i := range fields {
		if fields[i].name == name {
			return &fields[i]
		}
	}
	return nil
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

// parse reads a value as the command line and YAML have it.
func parse(s string, to any) (err error) {
	switch p := to.(type) {
	case *int:
		*p, err = strconv.Atoi(s)
	case *uint64:
		*p, err = strconv.ParseUint(s, 10, 64)
	case *float64:
		*p, err = strconv.ParseFloat(s, 64)
	case *bool:
		*p = strings.EqualFold(s, "true")
		if !*p && !strings.EqualFold(s, "false") {
			err = strconv.ErrSyntax
		}
	case *string:
		*p = s
	case *Dropout:
		*p = Dropout{}
		if s != dropoutOfConfig {
			var v float64
			v, err = strconv.ParseFloat(s, 64)
			p.Rate = &v
		}
	case *Device:
		*p = Device(s)
	case *Freeze:
		*p, err = parseFreeze(s)
	case *ClassWeights:
		*p, err = parseClassWeights(s)
	default:
		panic(fmt.Sprintf("configs: a recipe field of type %T", to))
	}
	return err
}

// merge changes r as a node says: a mapping of recipe fields, or a list of
// name=value.
func (r *Recipe) merge(n *yaml.Node, file string) error {
	n = resolved(n)
	switch n.Kind {
	case 0:
		return nil
	case yaml.MappingNode:
		return r.mergeMapping(n, file)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if item = resolved(item); item.Kind != yaml.ScalarNode {
				return strictyaml.At(file, item, "want name=value")
			}
			if err := r.Set(item.Value); err != nil {
				return strictyaml.At(file, item, "%v", err)
			}
		}
		return nil
	case yaml.ScalarNode:
		if n.ShortTag() == "!!null" {
			return nil
		}
	}
	return strictyaml.At(file, n, "%q: want recipe fields", n.Value)
}

func (r *Recipe) mergeMapping(n *yaml.Node, file string) error {
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolved(n.Content[i+1])
		f := fieldOf(key.Value)
		if f == nil {
			return strictyaml.At(file, key, "%s", strictyaml.UnknownField(key.Value, FieldNames()))
		}
		if line := lines[key.Value]; line > 0 {
			return strictyaml.At(file, key, "%q a second time, after line %d", key.Value, line)
		}
		lines[key.Value] = key.Line
		if _, list := f.at(r).(*ClassWeights); list && value.Kind == yaml.SequenceNode {
			value = joined(value)
		}
		if value.Kind != yaml.ScalarNode {
			return strictyaml.At(file, value, "%s: want %s", key.Value, f.want)
		}
		if _, word := f.at(r).(*string); !word && value.ShortTag() == "!!str" &&
			value.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			return strictyaml.At(file, value, "%s: %q in quotation marks: want %s", key.Value, value.Value, f.want)
		}
		if err := r.set(key.Value, value.Value); err != nil {
			return strictyaml.At(file, value, "%v", err)
		}
	}
	return nil
}

// joined returns a list of scalars as one scalar, with commas between them.
func joined(n *yaml.Node) *yaml.Node {
	parts := make([]string, len(n.Content))
	for i, item := range n.Content {
		if item = resolved(item); item.Kind != yaml.ScalarNode {
			return n
		}
		parts[i] = item.Value
	}
	one := *n
	one.Kind, one.Tag, one.Value, one.Content = yaml.ScalarNode, "", "["+strings.Join(parts, ",")+"]", nil
	return &one
}

// resolved follows an alias to what it stands for.
func resolved(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}
