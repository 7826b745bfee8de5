package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/datasets"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// dataFlags are those that the data commands share.
type dataFlags struct {
	dir, format string
	tasks       []string
}

func newDataCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "data",
		Short:   "Which data is there, and which rows are bad",
		Example: "  bench data list --data-dir DATA\n  bench data check --data-dir DATA\n  bench data stats --task nsmc",
		Args:    cobra.ArbitraryArgs,
		RunE:    groupHelp,

		SuggestionsMinimumDistance: 2,
	}
	cmd.AddCommand(newDataListCmd(), newDataCheckCmd(), newDataStatsCmd())
	return cmd
}

func (f *dataFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.dir, "data-dir", runs.Samples, "the folder `D` of official files, or samples: the sample data inside the program")
	fl.StringArrayVarP(&f.tasks, "task", "t", nil, "a task `T`, or a task file of your own ending in .yaml; may be repeated (default all seven)")
	fl.StringVar(&f.format, "format", "table", "table or json")
}

// find resolves the flags to tasks.
func (f *dataFlags) find() ([]*tasks.Task, error) {
	if err := checkFormat(f.format, "table", "json"); err != nil {
		return nil, err
	}
	if f.dir != runs.Samples {
		if info, err := os.Stat(f.dir); err != nil {
			return nil, fmt.Errorf("--data-dir: %w", err)
		} else if !info.IsDir() {
			return nil, fmt.Errorf("--data-dir: %s is no folder", f.dir)
		}
	}
	if f.tasks == nil {
		f.tasks = tasks.Names()
	}
	var all []*tasks.Task
	for _, n := range f.tasks {
		t, err := tasks.Find(n)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// The states of a file.
const (
	fileOK      = "ok"
	fileMissing = "missing"
	fileBad     = "bad"
)

// fileReport is what is known of one official file.
type fileReport struct {
	Task    string         `json:"task"`
	Kind    tasks.Kind     `json:"kind"`
	Split   string         `json:"split"`
	Extra   bool           `json:"extra"` // of the release, and not used by the recipe
	File    string         `json:"file"`
	Status  string         `json:"status"`           // ok, missing, bad
	Errors  []string       `json:"errors,omitempty"` // of a bad file: the first bad rows, and how many more there are
	SHA256  string         `json:"sha256,omitempty"`
	Rows    int            `json:"rows"`
	Kept    int            `json:"kept"`
	Dropped map[string]int `json:"dropped"`
	*contents

	task *tasks.Task
}

// read reads every official file of the tasks. One that is bad or missing does
// not keep it from the others.
func (f *dataFlags) read(all []*tasks.Task, tok *tokenizers.Tokenizer) []fileReport {
	var reports []fileReport
	for _, t := range all {
		for _, file := range t.Files {
			r := f.report(t, file)
			set, err := runs.DataSource{Dir: f.dir}.Open(t, file.Split)
			r.take(set, err, tok)
			reports = append(reports, r)
		}
		for _, file := range t.Extra {
			r := f.report(t, file)
			r.Extra, r.Status = true, fileMissing
			if f.dir != runs.Samples {
				set, err := t.OpenExtra(f.dir, file)
				r.take(set, err, tok)
			}
			reports = append(reports, r)
		}
	}
	return reports
}

func (f *dataFlags) report(t *tasks.Task, file tasks.File) fileReport {
	return fileReport{Task: t.Name, Kind: t.Kind, Split: file.Split, File: path.Join(t.Name, file.Name), Dropped: map[string]int{}, task: t}
}

// take notes what came of reading the file.
func (r *fileReport) take(set *tasks.Set, err error, tok *tokenizers.Tokenizer) {
	switch {
	case err == nil:
		r.Status, r.SHA256, r.Rows, r.Kept, r.Dropped = fileOK, set.SHA256, set.Rows, len(set.Examples), set.Dropped
		r.contents = describe(set, tok)
	case errors.Is(err, fs.ErrNotExist):
		r.Status = fileMissing
	default:
		r.Status, r.Errors = fileBad, tell(r.Task, err)
	}
}

// tell returns a reading's error as one line a bad row.
func tell(task string, err error) []string {
	var faults *datasets.Faults
	if !errors.As(err, &faults) {
		return []string{err.Error()}
	}
	var lines []string
	for _, e := range faults.Rows {
		lines = append(lines, fmt.Sprintf("%s: %v", task, e))
	}
	if faults.More > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s: %d more bad rows", task, faults.Rows[0].File, faults.More))
	}
	return lines
}

// faults returns the errors of bad files, or one that says that there are none
// at all.
func faults(reports []fileReport) error {
	var all []error
	there := 0
	for _, r := range reports {
		for _, e := range r.Errors {
			all = append(all, errors.New(e))
		}
		if r.Status != fileMissing {
			there++
		}
	}
	if there == 0 {
		return fmt.Errorf("none of the official files is there: 'bench data list' names them")
	}
	return errors.Join(all...)
}

func newDataListCmd() *cobra.Command {
	var f dataFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the tasks' official files, and which of them are there",
		Long: `Lists the official files of every task, by the names that they must have below the
folder, and which of them are there. Extra files are part of a release and not
used, unless --train names them.`,
		Example: "  bench data list --data-dir DATA\n  bench data list --format json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := f.find()
			if err != nil {
				return err
			}
			reports := f.read(all, nil)
			if f.format == "json" {
				return printJSON(cmd, reports)
			}
			t := tables.Table{Head: []string{"task", "kind", "split", "file", "status", "rows"}, Left: 5}
			for _, r := range reports {
				split, rows := r.Split, "–"
				if r.Status == fileBad {
					t.Notes = []string{"bad: 'bench data check' says what is wrong."}
				}
				if r.Extra {
					split += ", extra"
				}
				if r.Status == fileOK {
					rows = fmt.Sprint(r.Rows)
				}
				t.Rows = append(t.Rows, tables.Row(r.Task, string(r.Kind), split, r.File, r.Status, rows))
			}
			return t.Write(cmd.OutOrStdout(), tables.Terminal, tables.Options{})
		},
	}
	f.add(cmd)
	return cmd
}
