package board

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Record is one score of one run: a row of the tidy frame.
type Record struct {
	Model      string
	Task       string
	Seed       uint64
	Split      string
	Metric     metrics.Name
	Score      float64 // per cent; NaN where undefined
	Low, High  float64 // its 95 % interval; NaN where there is none
	N          int
	Parameters int64
	Steps      int
	Seconds    float64 // of training and scoring; NaN where it was not asked for, or the run does not know
	Headline   bool    // the score by which the task is ranked
	Path       string
}

// Records lists the scores of runs, each run's headline first, all of the checkpoint
// that by selects: where there is none the headline is NaN and stands alone. timed
// reads how long they took.
func Records(runs []results.Run, by Selection, timed bool) []Record {
	var all []Record
	for _, r := range runs {
		seconds := math.NaN()
		if timed {
			seconds = tidy(r.Seconds())
		}
		record := func(n metrics.Name, score float64) Record {
			return Record{Model: r.Result.Model, Task: r.Result.Task, Seed: r.Result.Seed, Split: r.Result.Split, Metric: n, Score: score,
				Low: math.NaN(), High: math.NaN(), N: r.Result.N, Parameters: r.Manifest.Model.Parameters,
				Steps: r.Result.Train.Steps, Seconds: seconds, Path: r.Path}
		}
		head := record(r.Result.Metric, orNaN(by.of(r.Result)))
		head.Headline = true
		if in := by.interval(r.Result); in != nil {
			head.Low, head.High = in[0], in[1]
		}
		all = append(all, head)
		for _, n := range metrics.Names {
			if v, ok := by.scores(r.Result).Get(n); ok && n != r.Result.Metric {
				all = append(all, record(n, results.Percent(v)))
			}
		}
	}
	return all
}

// Frame returns records as a table for joins, pivots and group-bys, in the given
// order, a column a field of Record: strings, but for score, low, high and
// seconds (numbers, NaN where missing) and n, parameters and steps (integers).
func Frame(records []Record) (dataframe.DataFrame, error) {
	text := func(name string, of func(Record) string) series.Series {
		return series.New(collect(records, of), series.String, name)
	}
	whole := func(name string, of func(Record) int) series.Series {
		return series.New(collect(records, of), series.Int, name)
	}
	real := func(name string, of func(Record) float64) series.Series {
		return series.New(collect(records, of), series.Float, name)
	}
	df := dataframe.New(
		text("model", func(r Record) string { return r.Model }),
		text("task", func(r Record) string { return r.Task }),
		text("seed", func(r Record) string { return strconv.FormatUint(r.Seed, 10) }),
		text("split", func(r Record) string { return r.Split }),
		text("metric", func(r Record) string { return string(r.Metric) }),
		real("score", func(r Record) float64 { return r.Score }),
		real("low", func(r Record) float64 { return r.Low }),
		real("high", func(r Record) float64 { return r.High }),
		whole("n", func(r Record) int { return r.N }),
		whole("parameters", func(r Record) int { return int(r.Parameters) }),
		whole("steps", func(r Record) int { return r.Steps }),
		real("seconds", func(r Record) float64 { return r.Seconds }),
		text("headline", func(r Record) string { return strconv.FormatBool(r.Headline) }),
		text("path", func(r Record) string { return r.Path }),
	)
	return df, df.Err
}

// Where returns the rows whose column has that text.
func Where(df dataframe.DataFrame, column, text string) (dataframe.DataFrame, error) {
	if df.Nrow() == 0 {
		return df, nil
	}
	out := df.Filter(dataframe.F{Colname: column, Comparator: series.Eq, Comparando: text})
	return out, out.Err
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
		for name, x := range map[string]float64{"mean": v.Mean(), "sd": v.StdDev(), "min": v.Min(), "max": v.Max(),
			"count": float64(v.Len())} {
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
