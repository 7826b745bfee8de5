package configs

import (
	"strings"
	"testing"

	"github.com/lmkor/bench/tasks"
)

func TestPublishedTable(t *testing.T) {
	p, err := FindPublished("lmkor")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rows) != 8 || !strings.HasPrefix(p.Source, "https://") {
		t.Errorf("%d rows from %q", len(p.Rows), p.Source)
	}
	for _, r := range p.Rows {
		for _, task := range tasks.Names() {
			_, ok := r.Scores[task]
			if missing := r.Model == "funnel-kor-base" && task == "kornli"; ok == missing {
				t.Errorf("%s, %s: published %v", r.Model, task, ok)
			}
		}
	}
}

func TestPublishedMistakes(t *testing.T) {
	const good = "name: mine\nsource: a paper\nrows:\n  - {model: A, scores: {nsmc: 90.5}}\n"
	if _, err := FindPublished(write(t, "mine.yaml", good)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{"90.5", "905", `mine.yaml:4:31: A: nsmc 905: want per cent`},
		{"90.5", ".nan", `want per cent`},
		{"90.5", "many", `mine.yaml:4:31: "many": want a number`},
		{"nsmc", "nmsc", `mine.yaml:4:31: unknown task "nmsc": did you mean "nsmc"?`},
		{"model: A", "model: ''", `mine.yaml:4:5: model: want a name`},
		{"model: A", "modell: A", `mine.yaml:4:6: unknown field "modell": did you mean "model"?`},
		{"source: a paper\n", "", `source: want where the numbers are from`},
		{"\n  - {model: A, scores: {nsmc: 90.5}}", " []", `mine.yaml:3:7: rows: want one or more`},
	} {
		if _, err := FindPublished(write(t, "mine.yaml", strings.Replace(good, c.from, c.to, 1))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %q", c.to, err, c.want)
		}
	}
}
