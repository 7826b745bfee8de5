package main

import "github.com/spf13/cobra"

func newModelsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "models",
		Short:   "What can run, and what a model directory holds",
		Example: "  bench models list\n  bench models show bert-kor-base\n  bench models verify ./my-bert --reference reference.jsonl",
		Args:    cobra.ArbitraryArgs,
		RunE:    groupHelp,

		SuggestionsMinimumDistance: 2,
	}
	for _, c := range []func() *cobra.Command{
		newModelsListCmd, newModelsShowCmd, newModelsCheckCmd, newModelsVerifyCmd, newModelsPullCmd, newModelsAddCmd, newModelsMakeCmd,
	} {
		cmd.AddCommand(c())
	}
	return cmd
}
