package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/tables"
)

// study is how a test makes runs: n examples, of which run seed of a model gets
// wrong those that wrong names.
type study struct {
	root string
	n    int
}

func (s study) run(t *testing.T, model, task string, seed int, recipe string, wrong func(i int) bool) {
	t.Helper()
	dir := filepath.Join(s.root, model, task, fmt.Sprintf("seed-%d", seed))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i := range s.n {
		gold, pred := i%2, i%2
		if wrong(i) {
			pred = 1 - pred
		}
		fmt.Fprintf(&b, `{"id":%d,"gold":"%d","pred":"%d","probs":[0.3,0.7]}`+"\n", i, gold, pred)
	}
	for name, text := range map[string]string{
		results.ManifestFile:    fmt.Sprintf(`{"schema":1,"task":%q,"recipe":{%s"seed":%d}}`, task, recipe, seed),
		results.ResultFile:      fmt.Sprintf(`{"model":%q,"task":%q,"seed":%d,"metric":"accuracy","n":%d}`, model, task, seed, s.n),
		results.PredictionsFile: b.String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// wrongs is wrong about one in every examples, from a run's own of them.
func wrongs(every, from int) func(int) bool {
	return func(i int) bool { return (i*7919+from*104729)%1000003%every == 0 }
}

func (s study) compare(t *testing.T, o Options, names ...string) *Study {
	t.Helper()
	var paths []string
	for _, n := range names {
		paths = append(paths, filepath.Join(s.root, n))
	}
	sides, err := Open(paths, func(w string) { t.Error(w) })
	if err != nil {
		t.Fatal(err)
	}
	if o.Tasks == nil {
		o.Tasks = func(name string) *Task {
			return &Task{Name: name, Title: strings.ToUpper(name), Kind: results.LabelAnswer, Labels: []string{"0", "1"}, Metric: metrics.Accuracy}
		}
	}
	o.Order = func(names []string) { slices.Sort(names) }
	st, err := Compare(sides, o)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func newStudy(t *testing.T, n int) study { return study{t.TempDir(), n} }

func TestSeedsArePooled(t *testing.T) {
	s := newStudy(t, 1000)
	for seed := range 5 {
		s.run(t, "weak", "nsmc", seed, "", wrongs(5, seed))
		s.run(t, "strong", "nsmc", seed+100, "", wrongs(8+seed%2, seed+50)) // no seed in common
	}
	c := s.compare(t, Options{Lang: results.English}, "weak", "strong").Pairs[0].Tasks[0]
	if c.Verdict.Answer != Better || c.Verdict.MoreExamples != nil || c.Seeds != (Seeds{5, 5, false}) || len(c.LeftOut) != 0 {
		t.Errorf("%+v %+v %v", c.Verdict, c.Seeds, c.LeftOut)
	}
	if c.Tests.ASO == nil || c.Tests.ASO.BOverA > 0.1 || c.Tests.ASO.AOverB < 0.9 || c.Tests.McNemar != nil || c.A.SD == nil || len(c.B.Runs) != 5 {
		t.Errorf("%+v", c.Tests)
	}
	if !strings.Contains(c.Verdict.Sentence, "strong is better than weak on NSMC by ") || !strings.Contains(c.Verdict.Sentence, "hierarchical bootstrap, p < 0.001; n 1,000, 5 seeds each)") {
		t.Error(c.Verdict.Sentence)
	}
	worse := s.compare(t, Options{Lang: results.Korean}, "strong", "weak").Pairs[0].Tasks[0]
	if worse.Verdict.Answer != Worse || !strings.HasPrefix(worse.Verdict.Sentence, "NSMC에서 weak 모델이 strong 모델보다 ") || !strings.Contains(worse.Verdict.Sentence, "점 유의하게 낮다(95 % 신뢰구간 ") {
		t.Errorf("%+v", worse.Verdict)
	}
}

// Runs of another recipe are no seeds of this one, and are named.
func TestOtherRecipesAreLeftOut(t *testing.T) {
	s := newStudy(t, 200)
	for seed := range 3 {
		s.run(t, "a", "nsmc", seed, `"epochs":3,`, wrongs(5, seed))
		s.run(t, "b", "nsmc", seed, `"epochs":3,`, wrongs(5, seed+9))
	}
	s.run(t, "b", "nsmc", 7, `"epochs":9,`, wrongs(2, 1))
	c := s.compare(t, Options{Lang: results.English}, "a", "b").Pairs[0].Tasks[0]
	if c.Seeds != (Seeds{3, 3, true}) || len(c.LeftOut) != 1 || *c.LeftOut[0].Seed != 7 || c.LeftOut[0].Side != "b" || !strings.Contains(c.LeftOut[0].Reason.English, "epochs (9, not 3)") {
		t.Errorf("%+v %+v", c.Seeds, c.LeftOut)
	}
	if c.Verdict.Answer != Undecided || c.Verdict.Detectable == nil || *c.Verdict.Detectable <= 0 {
		t.Errorf("%+v", c.Verdict)
	}
	// another order of the data pairs no seeds
	for seed := range 3 {
		s.run(t, "c", "nsmc", seed, `"batch_size":8,"epochs":3,`, wrongs(5, seed))
	}
	c = s.compare(t, Options{}, "a", "c").Pairs[0].Tasks[0]
	if c.Seeds.Paired || len(c.Differs) != 1 || c.Differs[0].Name != "batch_size" {
		t.Errorf("%+v %+v", c.Seeds, c.Differs)
	}
}

func TestTasksAreCorrected(t *testing.T) {
	s := newStudy(t, 1000)
	for i, task := range []string{"ka", "kb", "kc", "kd"} {
		s.run(t, "a", task, 1, "", wrongs(6, i))
		every := 6
		if task == "kb" {
			every = 20
		}
		s.run(t, "b", task, 1, "", wrongs(every, i+30))
	}
	s.run(t, "a", "alone", 1, "", wrongs(6, 1))
	st := s.compare(t, Options{Lang: results.English}, "a", "b")
	p := st.Pairs[0]
	if p.Summary.Better != 1 || p.Summary.Worse != 0 || p.Summary.Undecided != 3 ||
		p.Summary.Sentence != "Over 4 tasks b is better than a on 1, worse on none, and 3 can't be told (Holm-corrected at 5 %)." {
		t.Errorf("%+v", p.Summary)
	}
	for _, c := range p.Tasks {
		if *c.Verdict.P < *c.test.P || c.Task == "kb" && *c.Verdict.P < 4**c.test.P-1e-12 {
			t.Errorf("%s: p %v corrected to %v", c.Task, *c.test.P, *c.Verdict.P)
		}
	}
	if left := p.Tasks[0].LeftOut; len(left) != 1 || left[0].Task != "alone" || left[0].Seed != nil || left[0].Side != "a" {
		t.Errorf("%+v", left)
	}
	for lang, want := range map[results.Lang]string{results.English: "KB (acc)", results.Korean: "KB (정확도)"} {
		var b bytes.Buffer
		if err := st.Write(&b, lang, 0, tables.Options{}); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%s %v", b.String(), err)
		}
	}
	var back struct {
		Tasks   []map[string]any
		Summary map[string]any
	}
	text, err := json.Marshal(st)
	if err != nil || json.Unmarshal(text, &back) != nil || len(back.Tasks) != 4 || back.Summary["correction"] != "holm" {
		t.Errorf("%s %v", text, err)
	}
	if again, _ := json.Marshal(s.compare(t, Options{Lang: results.English}, "a", "b")); !bytes.Equal(text, again) {
		t.Error("a second comparison has other bytes")
	}
}

func TestManyModels(t *testing.T) {
	s := newStudy(t, 800)
	for i, task := range []string{"ka", "kb", "kc"} {
		for k, model := range []string{"low", "mid", "top", "top2"} {
			s.run(t, model, task, 1, "", wrongs([]int{3, 6, 25, 25}[k], i+k*10))
		}
	}
	st := s.compare(t, Options{Lang: results.English}, "low", "mid", "top", "top2")
	if len(st.Pairs) != 6 || st.Ranks == nil || st.Ranks.Models[3].Name != "low" || st.Ranks.Models[3].Rank != 4 || st.Ranks.Critical == nil {
		t.Fatalf("%+v", st.Ranks)
	}
	if st.Ranks.Sentence != "No model is shown to be better than: "+st.Ranks.Models[0].Name+", "+st.Ranks.Models[1].Name+"." || st.Ranks.Models[2].Best {
		t.Errorf("%+v", st.Ranks)
	}
	if got := st.cell("top", "low"); got != "3 / 0 / 0" {
		t.Errorf("top against low: %s", got)
	}
	if got := st.cell("low", "top"); got != "0 / 3 / 0" {
		t.Errorf("low against top: %s", got)
	}
	var b bytes.Buffer
	if err := st.Write(&b, results.English, 0, tables.Options{}); err != nil || !strings.Contains(b.String(), "│ low ") {
		t.Errorf("%s %v", b.String(), err)
	}
}

func TestLocale(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want results.Lang
	}{
		{map[string]string{"LANG": "ko_KR.UTF-8"}, results.Korean},
		{map[string]string{"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, results.English},
		{map[string]string{"LC_MESSAGES": "ko"}, results.Korean},
		{nil, results.English},
	} {
		if got := results.LocaleLang(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v: %s", c.env, got)
		}
	}
}

func TestNaturalOrder(t *testing.T) {
	names := []string{"b", "128–255", "16–31", "10", "2", "a"}
	slices.SortFunc(names, naturalOrder)
	if got := strings.Join(names, " "); got != "2 10 16–31 128–255 a b" {
		t.Error(got)
	}
}

// A model against itself is told to be one, by whatever path it is named; a copy of
// its answers in another place is another model that can't be told from it.
func TestOneFile(t *testing.T) {
	s := newStudy(t, 50)
	for seed := range 2 {
		s.run(t, "m", "nsmc", seed, "", wrongs(7, seed))
		s.run(t, "copy", "nsmc", seed, "", wrongs(7, seed))
	}
	if err := os.Symlink(filepath.Join(s.root, "m"), filepath.Join(s.root, "link")); err != nil {
		t.Skip("this system makes no link: ", err)
	}
	for _, c := range []struct {
		lang results.Lang
		a, b string
		want string
	}{
		{results.English, "m", "m", "are one on NSMC: the same predictions files, so there is nothing to compare (n 50, 2 seeds each"},
		{results.English, "m", "link", "are one on NSMC: the same predictions files"},
		{results.Korean, "m", "m", "같은 모델이다: 같은 예측 파일들이므로 비교할 것이 없다(n = 50, 시드 각 2개"},
		{results.English, "m", "copy", "can't be told: the difference is 0.00 points"},
	} {
		got := s.compare(t, Options{Lang: c.lang}, c.a, c.b).Pairs[0].Tasks[0].Verdict.Sentence
		if !strings.Contains(got, c.want) {
			t.Errorf("%s and %s: %q, want %q in it", c.a, c.b, got, c.want)
		}
	}
}

// The checkpoint chosen on dev is compared by its own predictions, by the last one's
// where it is the last, and refused where the run has none of it.
func TestChosenOnDev(t *testing.T) {
	s := newStudy(t, 400)
	result := func(model string, steps ...int) {
		k := fmt.Sprintf(`{"dir":"checkpoint","step":%d}`, steps[0])
		if len(steps) > 1 {
			k += fmt.Sprintf(`,{"dir":"checkpoint-best","step":%d,"chosen_on":"dev"}`, steps[1])
		}
		text := fmt.Sprintf(`{"model":%q,"task":"nsmc","seed":1,"metric":"accuracy","n":400,"checkpoints":[%s]}`, model, k)
		if err := os.WriteFile(filepath.Join(s.root, model, "nsmc/seed-1", results.ResultFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []string{"a", "b", "best", "alone"} {
		s.run(t, m, "nsmc", 1, "", wrongs(4, 1))
	}
	s.run(t, "best", "nsmc", 1, "", wrongs(100, 1)) // the predictions to become b's chosen ones
	if err := os.Rename(filepath.Join(s.root, "best/nsmc/seed-1", results.PredictionsFile),
		filepath.Join(s.root, "b/nsmc/seed-1", results.BestPredictionsFile)); err != nil {
		t.Fatal(err)
	}
	result("a", 30, 30)
	result("b", 30, 20)
	result("alone", 30)
	if got := s.compare(t, Options{}, "a", "b").Pairs[0].Tasks[0].Verdict.Answer; got != Undecided {
		t.Errorf("the last ones: %s", got)
	}
	if got := s.compare(t, Options{Dev: true}, "a", "b").Pairs[0].Tasks[0].Verdict.Answer; got != Better {
		t.Errorf("those chosen on dev: %s, want better", got)
	}
	os.Remove(filepath.Join(s.root, "b/nsmc/seed-1", results.BestPredictionsFile))
	for other, want := range map[string]string{"alone": "kept no checkpoint chosen on dev", "b": "bench eval --model"} {
		sides, err := Open([]string{filepath.Join(s.root, "a"), filepath.Join(s.root, other)}, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Compare(sides, Options{Dev: true, Tasks: func(string) *Task { return nil }, Order: func(n []string) { slices.Sort(n) }})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", other, err, want)
		}
	}
}

// A task without a checkpoint chosen on dev is left out of several, with the reason,
// and is an error where it is the one asked for or nothing else is left.
func TestTaskWithoutChosenCheckpoint(t *testing.T) {
	s := newStudy(t, 400)
	for _, model := range []string{"a", "b"} {
		for _, task := range []string{"nsmc", "paws"} {
			s.run(t, model, task, 1, "", wrongs(4, 1))
		}
		text := fmt.Sprintf(`{"model":%q,"task":"paws","seed":1,"metric":"accuracy","n":400,"checkpoints":[{"dir":"checkpoint","step":9},`+
			`{"dir":"checkpoint-best","step":9,"chosen_on":"dev"}]}`, model)
		if err := os.WriteFile(filepath.Join(s.root, model, "paws/seed-1", results.ResultFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	st := s.compare(t, Options{Dev: true, Lang: results.English}, "a", "b")
	if all := st.Pairs[0].Tasks; len(all) != 1 || all[0].Task != "paws" || len(all[0].LeftOut) != 2 {
		t.Fatalf("%+v", all)
	}
	for i, l := range st.Pairs[0].Tasks[0].LeftOut {
		if l.Task != "nsmc" || l.Seed != nil || l.Side != []string{"a", "b"}[i] || !strings.Contains(l.Reason.English, "no checkpoint chosen on dev") {
			t.Errorf("%+v", l)
		}
	}
	sides, err := Open([]string{filepath.Join(s.root, "a"), filepath.Join(s.root, "b")}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Compare(sides, Options{Dev: true, Task: "nsmc", Tasks: func(string) *Task { return nil }, Order: func(n []string) { slices.Sort(n) }})
	if err == nil || !strings.Contains(err.Error(), "no checkpoint chosen on dev") {
		t.Errorf("the task asked for: %v", err)
	}
}

// Two variants of a task are no reason to stop: one is compared, the other is named
// with what differs.
func TestVariantsSideBySide(t *testing.T) {
	s := newStudy(t, 200)
	s.run(t, "a", "nsmc", 1, `"epochs":3,`, wrongs(5, 1))
	s.run(t, "b", "nsmc", 1, `"epochs":3,`, wrongs(5, 2))
	s.run(t, "b", "nsmc/variant-1a2b3c4d", 1, `"epochs":9,`, wrongs(2, 1))
	dir := filepath.Join(s.root, "b/nsmc/variant-1a2b3c4d/seed-1")
	for _, name := range []string{results.ManifestFile, results.ResultFile} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), bytes.ReplaceAll(text, []byte("nsmc/variant-1a2b3c4d"), []byte("nsmc")), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	c := s.compare(t, Options{Lang: results.English}, "a", "b").Pairs[0].Tasks[0]
	if c.Seeds != (Seeds{1, 1, true}) || len(c.Differs) != 0 || len(c.LeftOut) != 1 || *c.LeftOut[0].Seed != 1 ||
		c.LeftOut[0].Side != "b" || !strings.Contains(c.LeftOut[0].Reason.English, "epochs (9, not 3)") {
		t.Errorf("%+v %+v %+v", c.Seeds, c.Differs, c.LeftOut)
	}
}

// No p-value is printed as 0.
func TestPrintedP(t *testing.T) {
	for p, want := range map[float64][2]string{0: {"p < 1e-300", "p < 1e-300"}, 0.04321: {"p 0.04321", "p = 0.04321"}} {
		if got := [2]string{(teller{results.English}).p(pValue(p)), (teller{results.Korean}).p(pValue(p))}; got != want {
			t.Errorf("%v: %q, want %q", p, got, want)
		}
	}
}

// Of very many numbers nothing is resampled, and the sentence says so.
func TestNormalApproximationIsNamed(t *testing.T) {
	c := &Comparison{}
	c.test.Normal = true
	for lang, want := range map[results.Lang][2]string{
		results.English: {"normal approximation of bootstrap and permutation test, no p", "normal approximation of hierarchical bootstrap, no p"},
		results.Korean:  {"부트스트랩과 순열 검정의 정규 근사, p 없음", "계층적 부트스트랩의 정규 근사, p 없음"},
	} {
		for i, seeds := range []Seeds{{A: 1, B: 1}, {A: 3, B: 3}} {
			c.Seeds = seeds
			if got := (teller{lang}).testOf(c, false); got != want[i] {
				t.Errorf("%q, want %q", got, want[i])
			}
		}
	}
}

// A column of the predictions is called what it is called, though gold's groups have
// the same name.
func TestColumnsNamedAsGoldsGroups(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for k, preds := range []string{"0011", "0101"} {
		var b strings.Builder
		for i, pred := range preds {
			fmt.Fprintf(&b, `{"id":%d,"text":"글","gold":"%d","pred":"%c","label":"0","entity":"x","length":"y"}`+"\n", i, i%2, pred)
		}
		files = append(files, filepath.Join(dir, fmt.Sprintf("%d.jsonl", k)))
		if err := os.WriteFile(files[k], []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	named := func(l string) results.Text { return results.Alike(l + " = negative") }
	for by, want := range map[string]Group{
		"label":  {By: "label", Kind: ByColumn, Name: "0"},
		"entity": {By: "entity", Kind: ByColumn, Name: "x"},
		"length": {By: "length", Kind: ByLength, Name: "0–15"},
	} {
		sides, err := Open(files, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		st, err := Compare(sides, Options{By: by, Order: func(names []string) { slices.Sort(names) },
			Tasks: func(string) *Task {
				return &Task{Kind: results.LabelAnswer, Labels: []string{"0", "1"}, Metric: metrics.Accuracy, Named: named}
			}})
		if err != nil {
			t.Fatal(err)
		}
		c := st.Pairs[0].Tasks[0]
		last := c.Groups[len(c.Groups)-1]
		if first := c.Groups[0]; first.By != "label" || first.Kind != ByLabel || len(c.Groups) != 3 ||
			last.By != want.By || last.Kind != want.Kind || last.Name != want.Name || last.N != 4 {
			t.Errorf("by %s: %+v", by, c.Groups)
		}
		for lang, words := range map[results.Lang][3]string{
			results.English: {"label (column) │ 0  ", "entity (column) │ x  ", "length │ 0–15"},
			results.Korean:  {"label(열) │ 0  ", "entity(열) │ x  ", "길이 │ 0–15"},
		} {
			var b bytes.Buffer
			if err := st.Write(&b, lang, 0, tables.Options{}); err != nil {
				t.Fatal(err)
			}
			told := strings.Join(strings.Fields(b.String()), " ")
			word := strings.TrimSpace(words[slices.Index([]string{"label", "entity", "length"}, by)])
			if !strings.Contains(told, word) || strings.Count(told, "0 = negative") != 1 {
				t.Errorf("no %q, or not one label named, in\n%s", word, b.String())
			}
		}
	}
}
