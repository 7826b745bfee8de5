package tables

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

func ptr[T any](v T) *T { return &v }

func sampleBoard() *board.Leaderboard {
	return &board.Leaderboard{
		Select:  board.Last,
		Columns: []board.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}, {Task: "hate-speech", Title: "혐오 표현", Metric: metrics.MacroF1}},
		Rows: []board.Row{
			{Model: "한국어 | <모델>_v1", Cells: map[string]board.Cell{
				"nsmc":        {Score: 90.631, SD: ptr(0.125), Seeds: 3, N: 50000, Interval: &[2]float64{90.4, 90.9}, Best: true},
				"hate-speech": {Score: 7.5, Seeds: 1, N: 471, Incomparable: true, Marks: []board.Mark{board.SampleData}, Warnings: []results.Warning{{Code: "x", Message: "labels are numbered"}}}}},
			{Model: "b", Cells: map[string]board.Cell{"nsmc": {Score: 90.5, Seeds: 1, N: 50000, Tied: true, TiedBy: board.ByPairs, Published: ptr(90.0), Difference: ptr(0.5), Inside: ptr(false)}}},
			{Model: "KoBERT", Published: true, Source: "https://example.org/table", Cells: map[string]board.Cell{"nsmc": {Score: 89.59, Tied: true, TiedBy: board.ByIntervals}, "hate-speech": {Score: 66.21, Best: true}}},
		},
		Warnings: []results.Text{},
	}
}

func TestLeaderboardFormats(t *testing.T) {
	for _, f := range Formats {
		t.Run(string(f), func(t *testing.T) {
			var b bytes.Buffer
			if err := WriteLeaderboard(&b, sampleBoard(), f, BoardOptions{}, Options{}); err != nil {
				t.Fatal(err)
			}
			golden.File(t, "leaderboard."+string(f), b.Bytes())
		})
	}
}

func TestRowsHaveOneWidth(t *testing.T) {
	for _, opt := range []Options{{}, {Bold: true}} {
		var b bytes.Buffer
		if err := WriteLeaderboard(&b, sampleBoard(), Terminal, BoardOptions{Intervals: true}, opt); err != nil {
			t.Fatal(err)
		}
		width := 0
		lines := 0
		for _, line := range strings.Split(b.String(), "\n") {
			if !strings.ContainsAny(line, "│─") {
				continue
			}
			lines++
			line = strings.NewReplacer("\x1b[1m", "", "\x1b[22m", "").Replace(line)
			w := 0
			for _, r := range line {
				w++
				if unicode.Is(unicode.Hangul, r) {
					w++
				}
			}
			if width == 0 {
				width = w
			}
			if w != width {
				t.Errorf("width %d, want %d: %s", w, width, line)
			}
		}
		if lines != 8 {
			t.Errorf("%d lines\n%s", lines, b.String())
		}
		if opt.Bold != strings.Contains(b.String(), "\x1b[1m90.63 ± 0.12 [90.40, 90.90]  \x1b[22m") {
			t.Errorf("bold %v:\n%s", opt.Bold, b.String())
		}
	}
}

// What breaks tables: cells that hold the table's own signs.
func TestOddCells(t *testing.T) {
	table := &Table{Head: []string{"a_b", "n"}, Left: 1, Rows: [][]Cell{
		Row("x|y\\z", "1"), Row("two\nlines", "2"), Row("\x1b[31mred\x07", "3"), Row("<b>&%$#_{}~^`*", "4"), {{Text: "bold", Bold: true}, {Text: "5", Bold: true}},
		Row("[t]5pt", "-6.5"), Row("=1+1", "+7"), Row("@x", "-y"), Row("a\u202eb\u2066c", "8"), Row("[link](x) _e_", "9"), Row("*", "10")}}
	for f, want := range map[Format][]string{
		Terminal: {"a_b", "x|y\\z", "two lines", "[31mred "},
		Markdown: {`x\|y\\z`, "two<br>lines", "**bold**", "\\<b\\>\\&%\\$#\\_{}\\~^\\`\\*", "a b c", `\[link\](x) \_e\_`},
		CSV:      {"\"two\nlines\",2", "bold,5", "[t]5pt,-6.5\n'=1+1,+7\n'@x,'-y\na b c,8\n"},
		LaTeX:    {`\textless{}b\textgreater{}\&\%\$\#\_\{\}\textasciitilde{}\textasciicircum{}`, `\textbf{bold}`, `a\_b`, "\n{[}t]5pt & $-$6.5", "a b c", "\n{*} & 10"},
		HTML:     {"&lt;b&gt;&amp;%$#_{}~^`*", "two<br>lines", `<td class="number"><strong>5</strong>`},
	} {
		var b bytes.Buffer
		if err := table.Write(&b, f, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: no %q in\n%s", f, w, b.String())
			}
		}
		if strings.ContainsAny(b.String(), "\u202e\u2066") {
			t.Errorf("%s: text turns its direction", f)
		}
		if f == Terminal && strings.Contains(b.String(), "\x1b") {
			t.Error("an escape reached the terminal")
		}
	}
	if err := table.Write(&bytes.Buffer{}, "pdf", Options{}); err == nil || !strings.Contains(err.Error(), `format "pdf": want one of ["table"`) {
		t.Errorf("error %v", err)
	}
}

func TestCSVHoldsEverything(t *testing.T) {
	var b bytes.Buffer
	if err := WriteLeaderboard(&b, sampleBoard(), CSV, BoardOptions{}, Options{}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, h := range rows[0] {
		at[h] = i
	}
	for _, c := range []struct {
		row        int
		name, want string
	}{{1, "nsmc", "90.631"}, {1, "nsmc_sd", "0.125"}, {1, "nsmc_low", "90.4"}, {1, "nsmc_seeds", "3"}, {1, "hate-speech_incomparable", "true"},
		{2, "hate-speech", ""}, {2, "nsmc_n", "50000"}, {3, "published", "true"}, {3, "hate-speech_best", "true"}, {3, "nsmc_n", ""}} {
		if got := rows[c.row][at[c.name]]; got != c.want {
			t.Errorf("row %d, %s: %q, want %q", c.row, c.name, got, c.want)
		}
	}
}

func TestJSONReadsBack(t *testing.T) {
	var b bytes.Buffer
	if err := WriteLeaderboard(&b, sampleBoard(), JSON, BoardOptions{}, Options{}); err != nil {
		t.Fatal(err)
	}
	var l board.Leaderboard
	if err := json.Unmarshal(b.Bytes(), &l); err != nil || *l.Rows[0].Cells["nsmc"].SD != 0.125 || !l.Rows[2].Published {
		t.Errorf("%+v %v", l, err)
	}
}

func TestDifferences(t *testing.T) {
	var b bytes.Buffer
	if err := WriteLeaderboard(&b, sampleBoard(), Terminal, BoardOptions{Difference: true}, Options{}); err != nil {
		t.Fatal(err)
	}
	if s := b.String(); !strings.Contains(s, "│ b     │ +0.50 ✗ │") || strings.Contains(s, "│ KoBERT") || strings.Contains(s, "│ 한국어") {
		t.Error(s)
	}
}

func TestTitle(t *testing.T) {
	l := sampleBoard()
	l.Title = "우리 모델"
	var b bytes.Buffer
	WriteLeaderboard(&b, l, Terminal, BoardOptions{}, Options{})
	if !strings.HasPrefix(b.String(), "우리 모델\nScores in per cent") {
		t.Error(b.String())
	}
}

func TestSelectionsAreSaid(t *testing.T) {
	for s, want := range map[board.Selection]string{board.Last: "last checkpoint", board.Dev: "chosen on dev", board.BestOnTest: "BEST ON THE TEST SET"} {
		l := sampleBoard()
		l.Select = s
		if got := Leaderboard(l, BoardOptions{}).Title; !strings.Contains(got, want) {
			t.Errorf("%s: %q", s, got)
		}
	}
}

func ExampleTable_Write() {
	t := &Table{Head: []string{"과제", "acc"}, Left: 1, Rows: [][]Cell{{{Text: "영화평"}, {Text: "90.63", Bold: true}}, Row("NSMC", "9.10")}}
	t.Write(os.Stdout, Markdown, Options{})
	// Output:
	// | 과제   |       acc |
	// |:-------|----------:|
	// | 영화평 | **90.63** |
	// | NSMC   |      9.10 |
}
