package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// dataFlags are those that the data commands share.
type dataFlags struct {
	dir, format, model string
	tasks              []string
}

func newDataCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "data",
		Short:   "Which data is there, and which rows are bad",
		Example: "  bench data list --data-dir DATA\n  bench data check --data-dir DATA\n  bench data stats --data-dir samples --task nsmc",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newDataListCmd(), newDataCheckCmd(), newDataStatsCmd())
	return cmd
}

func (f *dataFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.dir, "data-dir", sampleData, "the folder `D` of official files, or samples: the sample data inside the program")
	fl.StringArrayVarP(&f.tasks, "task", "t", nil, "a task `T`; may be repeated (default all seven)")
	fl.StringVar(&f.format, "format", "table", "table or json")
}

func (f *dataFlags) find() ([]*tasks.Task, error) {
	if err := checkFormat(f.format, "table", "json"); err != nil {
		return nil, err
	}
	if f.dir != sampleData {
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

// fileReport is what is known of one official file.
type fileReport struct {
	Task    string             `json:"task"`
	Split   string             `json:"split"`
	File    string             `json:"file"`
	Status  string             `json:"status"` // ok, missing, bad
	Error   string             `json:"error,omitempty"`
	SHA256  string             `json:"sha256,omitempty"`
	Rows    int                `json:"rows"`
	Kept    int                `json:"kept"`
	Dropped map[string]int     `json:"dropped"`
	Labels  map[string]int     `json:"labels,omitempty"` // classes; tags of words
	Scores  *spread            `json:"scores,omitempty"` // of a regression
	Length  *spread            `json:"length,omitempty"` // of a text in characters; of a tagged sentence in words
	Tokens  *spread            `json:"tokens,omitempty"` // of an example
	Unknown *float64           `json:"unknown,omitempty"`
	Shares  map[string]float64 `json:"shares,omitempty"`
	set     *tasks.Set
}

// spread summarises numbers.
type spread struct {
	Min    float64 `json:"min"`
	Mean   float64 `json:"mean"`
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	Max    float64 `json:"max"`
}

func newSpread(x []float64) *spread {
	if len(x) == 0 {
		return nil
	}
	slices.Sort(x)
	var sum float64
	for _, v := range x {
		sum += v
	}
	return &spread{x[0], sum / float64(len(x)), x[len(x)/2], x[min(len(x)-1, len(x)*95/100)], x[len(x)-1]}
}

// The states of a file.
const (
	fileOK      = "ok"
	fileMissing = "missing"
	fileBad     = "bad"
)

// read reads every official file of the tasks.
func (f *dataFlags) read(all []*tasks.Task) []fileReport {
	var reports []fileReport
	for _, t := range all {
		for _, file := range t.Files {
			r := fileReport{Task: t.Name, Split: file.Split, File: filepath.ToSlash(filepath.Join(t.Name, file.Name)), Dropped: map[string]int{}}
			set, err := dataSource{dir: f.dir}.open(t, file.Split)
			switch {
			case err == nil:
				r.Status, r.set = fileOK, set
				r.SHA256, r.Rows, r.Kept, r.Dropped = set.SHA256, set.Rows, len(set.Examples), set.Dropped
				r.describe(set)
			case errors.Is(err, fs.ErrNotExist):
				r.Status = fileMissing
			default:
				r.Status, r.Error = fileBad, err.Error()
			}
			reports = append(reports, r)
		}
	}
	return reports
}

func (r *fileReport) describe(set *tasks.Set) {
	var lengths, scores []float64
	if set.Task.Kind != tasks.Regress {
		r.Labels = map[string]int{}
		for _, l := range set.Task.Labels {
			r.Labels[l] = 0
		}
	}
	for _, e := range set.Examples {
		switch set.Task.Kind {
		case tasks.Tag:
			lengths = append(lengths, float64(len(e.Words)))
			for _, tag := range e.Tags {
				r.Labels[set.Task.Labels[tag]]++
			}
			continue
		case tasks.Regress:
			scores = append(scores, e.Score)
		default:
			r.Labels[set.Task.Labels[e.Label]]++
		}
		lengths = append(lengths, float64(utf8.RuneCountInString(e.Text)))
		if e.HasPair {
			lengths = append(lengths, float64(utf8.RuneCountInString(e.Pair)))
		}
	}
	r.Length, r.Scores = newSpread(lengths), newSpread(scores)
}

// measure adds token lengths and label shares.
func (r *fileReport) measure(tok *tokenizers.Tokenizer) {
	if r.set == nil {
		return
	}
	total := 0
	for _, n := range r.Labels {
		total += n
	}
	if r.Labels != nil {
		r.Shares = map[string]float64{}
		for l, n := range r.Labels {
			r.Shares[l] = float64(n) / float64(max(1, total))
		}
	}
	var tokens []float64
	unknown, pieces := 0, 0
	var ids tokenizers.IDs
	for _, e := range r.set.Examples {
		text, pair := e.Text, e.Pair
		if e.Words != nil {
			text = strings.Join(e.Words, " ")
		}
		if tok == nil {
			tokens = append(tokens, float64(len(strings.Fields(text))+len(strings.Fields(pair))))
			continue
		}
		tok.EncodeIDs(&ids, text, pair, e.HasPair, tokenizers.Options{})
		tokens = append(tokens, float64(len(ids.IDs)))
		for _, id := range ids.IDs {
			if id == tok.UnkID() {
				unknown++
			}
		}
		pieces += len(ids.IDs)
	}
	r.Tokens = newSpread(tokens)
	if tok != nil && pieces > 0 {
		share := float64(unknown) / float64(pieces)
		r.Unknown = &share
	}
}

func newDataListCmd() *cobra.Command {
	var f dataFlags
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the tasks' official files, and which of them are there",
		Example: "  bench data list --data-dir DATA\n  bench data list --format json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := f.find()
			if err != nil {
				return err
			}
			reports := f.read(all)
			if f.format == "json" {
				return printJSON(cmd, reports)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "TASK\tKIND\tSPLIT\tFILE\tSTATUS\tROWS")
			for _, r := range reports {
				t, _ := tasks.Find(r.Task)
				kind := tasks.Kind("")
				if t != nil {
					kind = t.Kind
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\n", r.Task, kind, r.Split, r.File, r.Status, r.Rows)
			}
			return w.Flush()
		},
	}
	f.add(cmd)
	return cmd
}

func newDataCheckCmd() *cobra.Command {
	var f dataFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Read every file and say what is wrong with it",
		Long: `Reads every official file below the folder by the reference recipe's rules and prints
rows, labels, lengths and what is dropped. A file that is not there is said, a bad
one fails the command, after all others have been read.`,
		Example: "  bench data check --data-dir DATA\n  bench data check --task nsmc --data-dir DATA --format json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := f.find()
			if err != nil {
				return err
			}
			reports := f.read(all)
			if f.format == "json" {
				err = printJSON(cmd, reports)
			} else {
				err = printChecks(cmd, reports)
			}
			return errors.Join(err, faults(reports))
		},
	}
	f.add(cmd)
	return cmd
}

// faults returns the errors of bad files, or one that says that there are none
// at all.
func faults(reports []fileReport) error {
	var all []error
	there := 0
	for _, r := range reports {
		if r.Status == fileBad {
			all = append(all, errors.New(r.Error))
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

func printChecks(cmd *cobra.Command, reports []fileReport) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "FILE\tSTATUS\tROWS\tKEPT\tDROPPED\tLENGTH mean/95%/max\tLABELS")
	for _, r := range reports {
		length := ""
		if r.Length != nil {
			length = fmt.Sprintf("%.1f/%.0f/%.0f", r.Length.Mean, r.Length.P95, r.Length.Max)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%s\t%s\t%s\n", r.File, r.Status, r.Rows, r.Kept, countsText(r.Dropped), length, r.labelsText())
	}
	return w.Flush()
}

// countsText prints counts by name, sorted; an en dash where there are none.
func countsText(counts map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
	}
	if parts == nil {
		return "–"
	}
	return strings.Join(parts, ", ")
}

// labelsText prints the labels' counts in the task's order, of tags the
// entities by type.
func (r *fileReport) labelsText() string {
	if r.set == nil {
		return ""
	}
	if s := r.Scores; s != nil {
		return fmt.Sprintf("%.2f to %.2f, mean %.2f", s.Min, s.Max, s.Mean)
	}
	var parts []string
	for _, l := range r.set.Task.Labels {
		name := l
		if r.set.Task.Kind == tasks.Tag {
			t, begins := strings.CutSuffix(l, "-B")
			if !begins || r.Labels[l] == 0 {
				continue
			}
			name = t
		}
		parts = append(parts, fmt.Sprintf("%s %d", name, r.Labels[l]))
	}
	return strings.Join(parts, ", ")
}

func newDataStatsCmd() *cobra.Command {
	var f dataFlags
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Token lengths and label shares",
		Long: `Prints the lengths of examples in tokens and the shares of labels. With --model, tokens
are that model's, [CLS] and [SEP] included, and the share of unknown ones is shown;
without, words between blanks.`,
		Example: "  bench data stats --data-dir DATA --model ./my-bert\n  bench data stats --task korsts",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := f.find()
			if err != nil {
				return err
			}
			var tok *tokenizers.Tokenizer
			if f.model != "" {
				m, err := findModel(f.model)
				if err != nil {
					return err
				}
				if tok, err = tokenizers.Load(m.Dir); err != nil {
					return err
				}
			}
			reports := f.read(all)
			for i := range reports {
				reports[i].measure(tok)
			}
			if f.format == "json" {
				err = printJSON(cmd, reports)
			} else {
				err = printStats(cmd, reports)
			}
			return errors.Join(err, faults(reports))
		},
	}
	f.add(cmd)
	cmd.Flags().StringVarP(&f.model, "model", "m", "", "the model `M` whose tokens are counted")
	return cmd
}

func printStats(cmd *cobra.Command, reports []fileReport) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "FILE\tEXAMPLES\tTOKENS min/mean/median/95%/max\tUNKNOWN\tLABEL SHARES")
	for _, r := range reports {
		if r.Tokens == nil {
			fmt.Fprintf(w, "%s\t%s\n", r.File, r.Status)
			continue
		}
		unknown := "–"
		if r.Unknown != nil {
			unknown = fmt.Sprintf("%.2f %%", 100**r.Unknown)
		}
		var shares []string
		for _, l := range r.set.Task.Labels {
			if r.Shares[l] > 0 {
				shares = append(shares, fmt.Sprintf("%s %.1f %%", l, 100*r.Shares[l]))
			}
		}
		if r.Scores != nil {
			shares = []string{r.labelsText()}
		}
		t := r.Tokens
		fmt.Fprintf(w, "%s\t%d\t%.0f/%.1f/%.0f/%.0f/%.0f\t%s\t%s\n", r.File, r.Kept, t.Min, t.Mean, t.Median, t.P95, t.Max, unknown, strings.Join(shares, ", "))
	}
	return w.Flush()
}
