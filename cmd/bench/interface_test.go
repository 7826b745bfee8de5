package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lmkor/bench/configs"
)

// promised are the commands and flags that users' scripts rely on.
var promised = map[string]string{
	"quickstart":        "runs",
	"run":               "model task seed data-dir runs set dry-run train dev test format plan cell",
	"eval":              "model task data-dir split format",
	"leaderboard":       "published select format plot",
	"compare":           "task format",
	"report":            "output format",
	"score":             "task format",
	"models list":       "format",
	"models show":       "format",
	"models check":      "format",
	"models verify":     "reference tolerance format",
	"models pull":       "format",
	"models add":        "name format",
	"data list":         "format",
	"data check":        "format",
	"data stats":        "format",
	"data pull":         "accept-licence format",
	"tokenize":          "model max-length pairs words",
	"fill-mask":         "model format",
	"generate":          "model format",
	"summarize":         "model format",
	"predict":           "model text pair words format",
	"embed":             "model pooling normalize format",
	"serve":             "model addr runs token-file tls-cert tls-key",
	"plan":              "output",
	"submit slurm":      "plan dry-run",
	"submit kubernetes": "plan",
	"status":            "watch format",
	"runs list":         "format",
	"runs clean":        "",
	"export":            "output",
	"plot":              "output",
	"perf":              "model format",
	"doctor":            "format",
	"devices":           "format",
	"version":           "format",
	"completion":        "",
}

func TestPromisedCommandsAreThere(t *testing.T) {
	for name, flags := range promised {
		root := newRoot(&profile{})
		root.InitDefaultCompletionCmd()
		cmd, rest, err := root.Find(strings.Fields(name))
		if err != nil || len(rest) > 0 || cmd == root {
			t.Errorf("no command %s", name)
			continue
		}
		for _, f := range strings.Fields(flags) {
			if cmd.Flag(f) == nil {
				t.Errorf("%s has no flag --%s", name, f)
			}
		}
	}
}

// Every command has help, an example, and tells what each flag takes.
func TestEveryCommandHasHelp(t *testing.T) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for _, c := range cmd.Commands() {
			visit(c)
		}
		if cmd.Short == "" || !cmd.HasSubCommands() && cmd.Example == "" {
			t.Errorf("%s has no help, or no example", cmd.CommandPath())
		}
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s: --%s says nothing", cmd.CommandPath(), f.Name)
			}
		})
	}
	visit(newRoot(&profile{}))
}

func TestPromisedFieldsAreThere(t *testing.T) {
	have := configs.FieldNames()
	for f := range strings.FieldsSeq(`batch_size learning_rate epochs max_length weight_decay warmup_ratio max_grad_norm adam_beta1
		adam_beta2 adam_epsilon gradient_accumulation_steps seed dropout shuffle padding precision threads max_train_rows max_eval_rows
		eval_steps save_steps truncation early_stopping_patience keep class_weights label_smoothing lr_schedule warmup_steps max_steps
		layerwise_lr_decay freeze`) {
		if !slices.Contains(have, f) {
			t.Errorf("no recipe field %s", f)
		}
	}
}
