package samples_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"unicode"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/internal/baseline"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/tasks"
)

// open reads a split that must be there.
func open(t *testing.T, task *tasks.Task, split string) *tasks.Set {
	t.Helper()
	set, err := task.OpenFS(samples.FS(), split)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// splits are those that a task's sample has, training first.
func splits(t *testing.T, task *tasks.Task) []string {
	t.Helper()
	all := []string{tasks.Train}
	for _, s := range []string{tasks.Dev, tasks.Test} {
		if _, ok := task.File(s); ok {
			all = append(all, s)
		}
	}
	return all
}

func TestEveryTaskReadsItsSample(t *testing.T) {
	for i := range tasks.All {
		task := &tasks.All[i]
		for _, split := range splits(t, task) {
			set := open(t, task, split)
			low, high := 100, 300
			if split == tasks.Train {
				low, high = 600, 2000
			}
			if set.Rows < low || set.Rows > high || len(set.Examples) != set.Rows {
				t.Errorf("%s, %s: %d rows, %d examples; want all of %d to %d", task.Name, split, set.Rows, len(set.Examples), low, high)
			}
			for label, n := range labels(set) {
				if task.Kind == tasks.Classify && n*len(task.Labels)*10 < set.Rows*9 {
					t.Errorf("%s, %s: label %s on %d of %d rows", task.Name, split, label, n, set.Rows)
				}
			}
		}
	}
}

// labels counts the rows of each label that a task of classes has.
func labels(set *tasks.Set) map[string]int {
	counts := map[string]int{}
	for _, l := range set.Task.Labels {
		counts[l] = 0
	}
	if set.Task.Kind == tasks.Classify {
		for _, e := range set.Examples {
			counts[set.Task.Labels[e.Label]]++
		}
	}
	return counts
}

func TestEveryEntityTypeOccurs(t *testing.T) {
	task, err := tasks.Find("naver-ner")
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range splits(t, task) {
		counts := map[string]int{}
		for _, e := range open(t, task, split).Examples {
			for _, tag := range e.Tags {
				counts[task.Labels[tag]]++
			}
		}
		inside := 0
		for _, l := range task.Labels {
			if strings.HasSuffix(l, "-B") && counts[l] < 5 {
				t.Errorf("%s: %d of %s", split, counts[l], l)
			}
			if strings.HasSuffix(l, "-I") {
				inside += counts[l]
			}
		}
		if inside < 100 {
			t.Errorf("%s: %d words inside of names", split, inside)
		}
	}
}

func TestScoresCoverTheScale(t *testing.T) {
	task, err := tasks.Find("korsts")
	if err != nil {
		t.Fatal(err)
	}
	for _, split := range splits(t, task) {
		counts := map[int]int{}
		for _, e := range open(t, task, split).Examples {
			if e.Score < 0 || e.Score > 5 {
				t.Errorf("%s: score %v", split, e.Score)
			}
			counts[int(e.Score)]++
		}
		for whole := range 6 {
			if counts[whole] < 10 {
				t.Errorf("%s: %d scores from %d up", split, counts[whole], whole)
			}
		}
	}
}

// bare is a text in lower case without white space and punctuation.
func bare(e tasks.Example) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, e.Text+strings.Join(e.Words, "")+e.Pair)
}

func TestNoRowIsInTwoSplits(t *testing.T) {
	for i := range tasks.All {
		task := &tasks.All[i]
		seen := map[string]string{}
		for _, split := range splits(t, task) {
			for _, e := range open(t, task, split).Examples {
				key := bare(e)
				if at, ok := seen[key]; ok {
					t.Errorf("%s: %s, line %d, is also at %s", task.Name, split, e.Line, at)
				}
				seen[key] = fmt.Sprintf("%s, line %d", split, e.Line)
			}
		}
	}
}

// TestWordsAloneDoNotDecidePairs holds the pairs to what they are for: a model
// has to look at both sides at once.
func TestWordsAloneDoNotDecidePairs(t *testing.T) {
	for name, most := range map[string]float64{"paws": 0.6, "question-pair": 0.6, "kornli": 0.5} {
		task, err := tasks.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := wordAccuracy(open(t, task, tasks.Train), open(t, task, tasks.Test)); got > most {
			t.Errorf("%s: words alone reach %.3f, want no more than %v", name, got, most)
		} else {
			t.Logf("%s: words alone reach %.4f", name, got)
		}
	}
}

// wordAccuracy is that of a logistic regression on counts of words.
func wordAccuracy(train, test *tasks.Set) float64 {
	var texts []baseline.Text
	var gold []int
	for _, e := range train.Examples {
		texts, gold = append(texts, baseline.Text{A: e.Text, B: e.Pair}), append(gold, e.Label)
	}
	c := baseline.Classify(texts, gold, baseline.Options{})
	right := 0
	for _, e := range test.Examples {
		if c.Predict(baseline.Text{A: e.Text, B: e.Pair}) == e.Label {
			right++
		}
	}
	return float64(right) / float64(len(test.Examples))
}

func TestWordsAloneDoNotDecideScores(t *testing.T) {
	task, err := tasks.Find("korsts")
	if err != nil {
		t.Fatal(err)
	}
	var texts []baseline.Text
	var scores, gold, pred []float64
	for _, e := range open(t, task, tasks.Train).Examples {
		texts, scores = append(texts, baseline.Text{A: e.Text, B: e.Pair}), append(scores, e.Score)
	}
	r := baseline.Regress(texts, scores, baseline.Options{})
	for _, e := range open(t, task, tasks.Test).Examples {
		gold, pred = append(gold, e.Score), append(pred, r.Predict(baseline.Text{A: e.Text, B: e.Pair}))
	}
	if rho, ok := metrics.SpearmanRho(gold, pred); !ok || rho > 0.3 {
		t.Errorf("words alone reach a Spearman correlation of %.3f, want no more than 0.3", rho)
	} else {
		t.Logf("words alone reach %.4f", rho)
	}
}

func TestSamplesAreSmall(t *testing.T) {
	total := len(samples.Text())
	err := fs.WalkDir(samples.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(samples.FS(), name)
		total += len(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if total > 1_200_000 {
		t.Errorf("%d bytes are embedded, want no more than 1.2 million", total)
	}
}

func TestTextIsSentences(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(samples.Text(), "\n"), "\n")
	if len(lines) < 1000 {
		t.Errorf("%d lines", len(lines))
	}
	seen := map[string]bool{}
	for i, l := range lines {
		if l != strings.TrimSpace(l) || l == "" || strings.Contains(l, "\t") || seen[l] {
			t.Errorf("line %d: %q: want a sentence, once", i+1, l)
		}
		seen[l] = true
	}
}

func ExampleFS() {
	entries, err := fs.ReadDir(samples.FS(), ".")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		fmt.Println(e.Name())
	}
	// Output:
	// hate-speech
	// kornli
	// korsts
	// naver-ner
	// nsmc
	// paws
	// question-pair
}
