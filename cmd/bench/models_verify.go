package main

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/ops"
)

func newModelsVerifyCmd() *cobra.Command {
	var file, format string
	var tolerance float64
	cmd := &cobra.Command{
		Use:   "verify DIR --reference FILE.jsonl",
		Short: "Prove that a checkpoint computes what the reference computes",
		Long: `Compares the tokens and the logits of a checkpoint with a reference implementation's.
Each line of the reference holds text, text_pair, max_length, input_ids, token_type_ids
and logits; where present, positions (only those rows are given), add_special_tokens,
logits_padded (of the text padded to max_length), argmax and logsumexp of every position,
and target, labels, decoder_input_ids and loss of an encoder-decoder. null means that the
reference gave none. It fails if ids differ, or numbers by more than the tolerance.`,
		Example: `  bench models verify ./my-bert --reference reference.jsonl
  bench models verify ./my-bert --reference reference.jsonl --tolerance 1e-5 --format json`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			if file == "" {
				return usagef("--reference is missing: want a file of the reference's answers")
			}
			if !(tolerance >= 0) {
				return usagef("--tolerance %v: want 0 or more", tolerance)
			}
			h, err := checkpoints.OpenHeaded(a[0])
			if err != nil {
				return err
			}
			v := verification{h: h, pass: &ops.Pass{Mem: &ops.Arena{}}}
			if err := v.read(file, func(n int, found string) {
				if format == "table" {
					fmt.Fprintf(cmd.OutOrStdout(), "%s:%d: %s\n", file, n, found)
				}
			}); err != nil {
				return err
			}
			return v.report(cmd, tolerance, format)
		},
	}
	cmd.Flags().StringVar(&file, "reference", "", "the reference's answers, `FILE`.jsonl")
	cmd.Flags().Float64Var(&tolerance, "tolerance", 1e-4, "the largest difference that passes")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// answer is a line of a reference file.
type answer struct {
	Text             *string   `json:"text"`
	TextPair         *string   `json:"text_pair"`
	MaxLength        int       `json:"max_length"`
	AddSpecialTokens *bool     `json:"add_special_tokens"`
	InputIDs         []int32   `json:"input_ids"`
	TokenTypeIDs     []int32   `json:"token_type_ids"`
	Positions        []int     `json:"positions"`
	Logits           numbers   `json:"logits"`
	ArgMax           []int     `json:"argmax"`
	LogSumExp        []float64 `json:"logsumexp"`
	LogitsPadded     numbers   `json:"logits_padded"`
	ArgMaxPadded     []int     `json:"argmax_padded"`
	LogSumExpPadded  []float64 `json:"logsumexp_padded"`

	Target          *string  `json:"target"`
	Labels          []int32  `json:"labels"`
	DecoderInputIDs []int32  `json:"decoder_input_ids"`
	Loss            *float64 `json:"loss"`
}

// numbers are the numbers of an array of any depth, in order.
type numbers []float64

// UnmarshalJSON reads a number, an array or null.
func (n *numbers) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		var parts []json.RawMessage
		if err := json.Unmarshal(b, &parts); err != nil {
			return err
		}
		for _, p := range parts {
			if err := n.UnmarshalJSON(p); err != nil {
				return err
			}
		}
		return nil
	}
	var v *float64
	if err := json.Unmarshal(b, &v); err != nil || v == nil {
		return err
	}
	*n = append(*n, *v)
	return nil
}

// verified is what `--format json` prints.
type verified struct {
	Cases      int      `json:"cases"`
	IDsDiffer  int      `json:"ids_differ"`
	MaxAbsDiff *float64 `json:"max_abs_diff"` // null if something is no number
	Passed     bool     `json:"passed"`
}

// report prints the outcome and returns an error if it is a failure.
func (v *verification) report(cmd *cobra.Command, tolerance float64, format string) error {
	out := verified{Cases: v.cases, IDsDiffer: v.differ, Passed: v.differ == 0 && v.worst <= tolerance}
	if !math.IsInf(v.worst, 0) && !math.IsNaN(v.worst) {
		out.MaxAbsDiff = &v.worst
	}
	var err error
	if format == "json" {
		err = printJSON(cmd, out)
	} else {
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d cases, %d with other ids; %d numbers, the largest difference %.3g\n", v.cases, v.differ, v.compared, v.worst)
	}
	switch {
	case err != nil:
		return err
	case v.differ > 0:
		return fmt.Errorf("%s: ids differ from the reference's in %d of %d cases", v.h.Dir, v.differ, v.cases)
	case !out.Passed:
		return fmt.Errorf("%s: logits differ from the reference's by up to %.3g: want %g at most", v.h.Dir, v.worst, tolerance)
	}
	return nil
}
