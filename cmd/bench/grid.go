package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results/grids"
	"github.com/lmkor/bench/runs"
)

// gridOptions are the flags of a search among recipes.
type gridOptions struct {
	axes   []string
	budget int
	random uint
}

func (o *gridOptions) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&o.axes, "grid", nil, "a recipe field and the values to try of it, "+
		"`key=a,b,c`; may be repeated (in place of the suite's)")
	fl.IntVar(&o.budget, "budget", 0, "how many points `N` of the grid to try, drawn at random (default all)")
	fl.UintVar(&o.random, "random", configs.DefaultRandom, "the seed `S` that --budget draws by")
}

// apply gives the suite the grid of the flags.
func (o *gridOptions) apply(suite *configs.Suite) error {
	if o.axes != nil {
		suite.Grid = nil
	}
	for _, arg := range o.axes {
		a, err := configs.ParseAxis(arg)
		if err == nil {
			suite.Grid, err = suite.Grid.With(a)
		}
		if err != nil {
			return usagef("--grid: %w", err)
		}
	}
	switch {
	case o.budget < 0:
		return usagef("--budget %d: want a number of points, 1 or more", o.budget)
	case o.budget > 0 && len(suite.Grid) == 0:
		return usagef("--budget goes with --grid, or a suite that has one")
	case o.budget > 0:
		suite.Budget, suite.Random = o.budget, uint64(o.random)
	}
	return nil
}

// printGrids prints of every model and task the points of the grid by their score
// on dev, and the scored split's score of the best one alone.
func printGrids(s streams, done []runs.Outcome, format string) error {
	all, err := runs.Compared(done)
	if err != nil {
		return err
	}
	for _, g := range all {
		if n := g.Incomplete(); n > 0 {
			fmt.Fprintf(s.err, "bench: warning: %s: %d of the %d points lack a score: the best of the others is marked\n",
				g.Name(), n, len(g.Points))
		}
	}
	if format == "json" {
		return s.json(struct {
			Cells []runs.Outcome `json:"cells"`
			Grids []grids.Grid   `json:"grids"`
		}{done, all})
	}
	return grids.Write(s.out, all)
}
