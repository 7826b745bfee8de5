package results

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// Frame returns the runs as a table for joins, pivots and group-bys, one row a
// run in the given order. Missing numbers are NaN. Its columns: model, task,
// seed, split, metric, data (sha256 of the scored file), path (strings); n,
// parameters, steps, examples, tokens (integers); score, low, high, last, dev,
// best_on_test (per cent).
func Frame(runs []Run) (dataframe.DataFrame, error) {
	text := func(name string, of func(Run) string) series.Series {
		return series.New(collect(runs, of), series.String, name)
	}
	whole := func(name string, of func(Run) int) series.Series {
		return series.New(collect(runs, of), series.Int, name)
	}
	real := func(name string, of func(Run) *float64) series.Series {
		return series.New(collect(runs, func(r Run) float64 { return orNaN(of(r)) }), series.Float, name)
	}
	end := func(i int) func(Run) *float64 {
		return func(r Run) *float64 {
			if r.Result.Interval == nil {
				return nil
			}
			return &r.Result.Interval[i]
		}
	}
	df := dataframe.New(
		text("model", func(r Run) string { return r.Result.Model }),
		text("task", func(r Run) string { return r.Result.Task }),
		text("seed", func(r Run) string { return strconv.FormatUint(r.Result.Seed, 10) }),
		text("split", func(r Run) string { return r.Result.Split }),
		text("metric", func(r Run) string { return string(r.Result.Metric) }),
		text("data", func(r Run) string { d, _ := r.Manifest.Split(r.Result.Split); return d.SHA256 }),
		text("path", func(r Run) string { return r.Path }),
		whole("n", func(r Run) int { return r.Result.N }),
		whole("parameters", func(r Run) int { return int(r.Manifest.Model.Parameters) }),
		whole("steps", func(r Run) int { return r.Result.Train.Steps }),
		whole("examples", func(r Run) int { return r.Result.Train.Examples }),
		whole("tokens", func(r Run) int { return r.Result.Train.Tokens }),
		real("score", func(r Run) *float64 { return r.Result.Score }),
		real("low", end(0)),
		real("high", end(1)),
		real("last", func(r Run) *float64 { return r.Result.Select.Last }),
		real("dev", func(r Run) *float64 { return r.Result.Select.Dev }),
		real("best_on_test", func(r Run) *float64 { return r.Result.Select.BestOnTest }),
	)
	return df, df.Err
}

func collect[T, U any](all []T, of func(T) U) []U {
	out := make([]U, len(all))
	for i, v := range all {
		out[i] = of(v)
	}
	return out
}

func orNaN(p *float64) float64 {
	if p == nil {
		return math.NaN()
	}
	return *p
}

// Stats groups df by the columns by and returns, sorted by these, the mean,
// standard deviation (n-1; NaN of one), least and largest of column value, and
// count. Rows whose value is NaN are left out, or one would spoil its group.
func Stats(df dataframe.DataFrame, value string, by ...string) (dataframe.DataFrame, error) {
	df = df.Select(append(slices.Clone(by), value))
	if df.Err != nil {
		return df, df.Err
	}
	df = df.Filter(dataframe.F{Colname: value, Comparator: series.CompFunc,
		Comparando: func(e series.Element) bool { return !e.IsNA() }})
	if df.Err != nil {
		return df, df.Err
	}
	out := map[string][]string{}
	numbers := map[string][]float64{}
	groups, keys, err := groupBy(df, by)
	if err != nil {
		return df, err
	}
	for _, k := range keys {
		g := groups[k]
		for _, c := range by {
			out[c] = append(out[c], g.Col(c).Elem(0).String())
		}
		v := g.Col(value)
		for name, x := range map[string]float64{"mean": v.Mean(), "sd": v.StdDev(), "min": v.Min(), "max": v.Max(), "count": float64(v.Len())} {
			numbers[name] = append(numbers[name], x)
		}
	}
	var columns []series.Series
	for _, c := range by {
		columns = append(columns, series.New(out[c], series.String, c))
	}
	for _, c := range []string{"mean", "sd", "min", "max", "count"} {
		columns = append(columns, series.New(numbers[c], series.Float, c))
	}
	stats := dataframe.New(columns...)
	return stats, stats.Err
}

// groupBy groups by several columns through one that joins them unmistakably:
// gota's own key for several takes "a_b", "c" and "a", "b_c" for the same. Its
// groups come in a map, so the keys are returned sorted.
func groupBy(df dataframe.DataFrame, by []string) (map[string]dataframe.DataFrame, []string, error) {
	if df.Nrow() == 0 {
		return nil, nil, nil
	}
	const column = "\x00key"
	keys := make([]string, df.Nrow())
	for i := range keys {
		var parts []string
		for _, c := range by {
			parts = append(parts, df.Col(c).Elem(i).String())
		}
		keys[i] = strings.Join(parts, "\x00")
	}
	df = df.Mutate(series.New(keys, series.String, column))
	if df.Err != nil {
		return nil, nil, df.Err
	}
	g := df.GroupBy(column)
	if g.Err != nil {
		return nil, nil, g.Err
	}
	slices.Sort(keys)
	return g.GetGroups(), slices.Compact(keys), nil
}

// Pivot returns a table with one row for each value of column row, sorted, and
// one column for each value of column column, sorted behind it; NaN where df has
// no such cell. Two rows for one cell are an error.
func Pivot(df dataframe.DataFrame, row, column, value string) (dataframe.DataFrame, error) {
	df = df.Select([]string{row, column, value})
	if df.Err != nil {
		return df, df.Err
	}
	if df.Nrow() == 0 {
		return df, errors.New("pivot of an empty frame")
	}
	cells := map[[2]string]float64{}
	var rows, columns []string
	for i := range df.Nrow() {
		k := [2]string{df.Elem(i, 0).String(), df.Elem(i, 1).String()}
		if _, twice := cells[k]; twice {
			return df, fmt.Errorf("pivot: %s %q, %s %q twice", row, k[0], column, k[1])
		}
		cells[k] = df.Elem(i, 2).Float()
		rows, columns = append(rows, k[0]), append(columns, k[1])
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	slices.Sort(columns)
	columns = slices.Compact(columns)
	all := []series.Series{series.New(rows, series.String, row)}
	for _, c := range columns {
		values := collect(rows, func(r string) float64 {
			if v, ok := cells[[2]string{r, c}]; ok {
				return v
			}
			return math.NaN()
		})
		all = append(all, series.New(values, series.Float, c))
	}
	out := dataframe.New(all...)
	return out, out.Err
}
