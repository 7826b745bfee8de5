package tables

import (
	"strings"
	"testing"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// On a terminal a table is no wider than that, and says all that it says elsewhere.
func TestTablesFitTheTerminal(t *testing.T) {
	table := &Table{Head: []string{"check", "what to do", "acc"}, Left: 2, Rows: [][]Cell{
		Row("nsmc", "데이터 파일이 없다: 받아서 DATA/nsmc에 두면 되는데 이름은 ratings_train.txt여야 한다 (see bench data pull --help)", "90.12 ± 0.13"),
		{{Text: "a-model-with-a-very-long-name-한국어모델이름도아주길다"}, {Text: "nothing"}, {Text: "1.00", Bold: true}},
	}}
	write := func(o Options) string {
		var b strings.Builder
		if err := table.Write(&b, Terminal, o); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	whole := write(Options{})
	if write(Options{Width: 500}) != whole || !strings.Contains(whole, "a-model-with-a-very-long-name-한국어모델이름도아주길다") {
		t.Errorf("a table that fits is wrapped:\n%s", whole)
	}
	for _, width := range []int{120, 80, 60, 44} {
		for _, bold := range []bool{false, true} {
			out := write(Options{Width: width, Bold: bold})
			for _, line := range strings.Split(out, "\n") {
				line = strings.NewReplacer("\x1b[1m", "", "\x1b[22m", "").Replace(line)
				if n := twwidth.Width(line); n > width {
					t.Errorf("%d wide, want %d: %s", n, width, line)
				}
			}
			if letters(out) != letters(whole) && !bold {
				t.Errorf("at %d it says\n%s", width, out)
			}
		}
	}
	if narrow := write(Options{Width: 10}); letters(narrow) != letters(whole) {
		t.Errorf("where nothing helps it says\n%s", narrow)
	}
}

// letters counts what a table says: wrapping moves it.
func letters(s string) (n [128]int) {
	for _, r := range s {
		if r > ' ' && (r < '─' || r >= '가') {
			n[r%128]++
		}
	}
	return n
}
