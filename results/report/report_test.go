package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/store"
)

func ptr[T any](v T) *T { return &v }

// evil is text that breaks out of pages that do not escape it.
const evil = `</script><script>alert("x")</script><img src=x onerror=alert(1)> & '한글'`

func predictions(task string) []results.Prediction {
	reviews := []string{"배우들 연기가 좋아서 시간 가는 줄 몰랐다", "두 번 볼 영화는 아니다", evil, "음악은 좋았지만 이야기가 늘어진다", "아이와 함께 보기 좋다", "기대가 컸던 탓인지 실망"}
	var all []results.Prediction
	for i, text := range reviews {
		p := results.Prediction{ID: results.IntID(i), Text: text}
		switch task {
		case "korsts":
			p.TextPair = ptr("짝이 되는 문장 " + text)
			p.Gold, p.Pred = results.Number(float64(i)), results.Number(float64(i*i%5)+0.25)
		case "naver-ner":
			p.Text, p.Words = "", strings.Fields("어제 김철수는 서울역 앞에서 <b>사과를</b> 샀다")
			p.Gold = results.Tags([]string{"DAT-B", "PER-B", "LOC-B", "O", "O", "O"})
			p.Pred = results.Tags([]string{"DAT-B", []string{"PER-B", "ORG-B"}[i%2], "LOC-B", "LOC-I", "O", "O"}[:6])
			p.Kept = ptr(6)
		default:
			p.Gold, p.Pred = results.Label(fmt.Sprint(i%2)), results.Label(fmt.Sprint(i%3%2))
			p.Probs = []float64{0.3 + 0.1*float64(i), 0.7 - 0.1*float64(i)}
		}
		all = append(all, p)
	}
	return all
}

// writeRuns writes runs of two models on three tasks below root.
func writeRuns(t *testing.T, root string) {
	t.Helper()
	for k, model := range []string{"bert-mini-scratch", "작은-모델<i>"} {
		for j, task := range []string{"nsmc", "naver-ner", "korsts"} {
			metric := []metrics.Name{metrics.Accuracy, metrics.F1, metrics.Spearman}[j]
			rows := predictions(task)
			var text bytes.Buffer
			for _, row := range rows {
				json.NewEncoder(&text).Encode(row)
			}
			answers, err := results.Reading{}.Decode(&text, "predictions")
			if err != nil {
				t.Fatal(err)
			}
			s := answers.Sample()
			recipe, _ := results.EncodeRecipe(struct {
				BatchSize    int     `json:"batch_size"`
				LearningRate float64 `json:"learning_rate"`
				Seed         int     `json:"seed"`
			}{32, 5e-5, 42})
			w, err := store.Create(results.RunDir(root, model, task, 42), results.Manifest{Schema: results.Schema, Task: task, Recipe: recipe,
				Model:     results.Model{Name: model, Architecture: "bert", Parameters: int64(900000 + 3000000*k), SHA256: strings.Repeat("ab", 32)},
				Tokenizer: results.Tokenizer{Type: "wordpiece", VocabSize: 4000, Lowercase: ptr(true), SHA256: strings.Repeat("cd", 32)},
				Data: []results.Data{{Split: "train", File: "train.txt", SHA256: strings.Repeat("ef", 32), Rows: 600, Dropped: map[string]int{"empty text": 3, "held out": 20}},
					{Split: "test", File: "test.txt", SHA256: strings.Repeat("01", 32), Rows: 6}},
				Warnings: []results.Warning{{Code: "one-answer", Message: "test: the model answers 0 to all 6 examples"}},
				Program:  results.Program{Version: "0.1.0", Go: "go1.26", Kernels: "avx512"}})
			if err != nil {
				t.Fatal(err)
			}
			r := results.Result{Model: model, Task: task, Seed: 42, Split: "test", Metric: metric, N: s.Len(), Scores: s.Scores(), Train: results.Train{Steps: 60, Examples: 1800, Tokens: 40000}}
			r.Score, r.Interval = results.Headline(s, metric)
			for step := 1; step <= 60; step++ {
				w.Step(results.StepEvent{Step: step, Epoch: float64(step) / 20, Loss: 0.7 / (1 + float64(step*(k+1))/30)})
				if step%20 == 0 {
					scores := s.Scores()
					w.Eval(results.EvalEvent{Step: step, Epoch: float64(step) / 20, Split: "test", Scores: scores})
					r.Epochs = append(r.Epochs, results.Epoch{Epoch: step / 20, Scores: scores})
				}
			}
			r.Select = results.Choose(r.Epochs, metric)
			if err := w.Publish(rows, r); err != nil {
				t.Fatal(err)
			}
		}
	}
}

var columns = []board.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}, {Task: "naver-ner", Title: "Naver NER", Metric: metrics.F1},
	{Task: "korsts", Title: "KorSTS", Metric: metrics.Spearman}}

func pageOf(t *testing.T, root string) Page {
	t.Helper()
	t.Chdir(root) // the same page wherever the test's folder is
	runs, _, err := results.Find(".")
	if err != nil || len(runs) != 6 {
		t.Fatal(err, len(runs))
	}
	l, err := board.Build(runs, columns, []board.PublishedRow{{Model: "KoBERT", Source: "https://example.org", Scores: map[string]float64{"nsmc": 89.59, "korsts": 81.59}}}, board.Last)
	if err != nil {
		t.Fatal(err)
	}
	l.Warnings = append(l.Warnings, results.Textf("a warning with %s", "경고: %s", evil))
	return Page{Title: results.Text{English: "Korean models, fine-tuned", Korean: "한국어 모델"}, Boards: []*board.Leaderboard{l}, Runs: runs, Labels: map[string][]string{"nsmc": {"0", "1"}},
		LabelNames: map[string]map[string]results.Text{"nsmc": {"0": {English: "negative", Korean: "부정"}}}, Hardest: 5, Study: studyOf(t, runs), Program: results.Alike("1.2.3"), Date: time.Unix(1e9, 0)}
}

// REPORT names a file to leave the page in, to look at.
func TestPage(t *testing.T) {
	root := t.TempDir()
	writeRuns(t, root)
	p := pageOf(t, root)
	var b, again bytes.Buffer
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	Write(&again, p)
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("a second page has other bytes")
	}
	if path := os.Getenv("REPORT"); path != "" {
		if err := Save(path, p); err != nil {
			t.Fatal(err)
		}
	}
	page, script := withoutScript(t, b.String())
	if sum := sha256.Sum256([]byte(script)); !strings.Contains(page, "script-src &#39;sha256-"+strings.ReplaceAll(base64.StdEncoding.EncodeToString(sum[:]), "+", "&#43;")+"&#39;") {
		t.Error("the policy does not allow the script")
	}
	for _, no := range []string{"fetch(", "XMLHttpRequest", "eval(", "http"} {
		if strings.Contains(script, no) {
			t.Errorf("the script has %s", no)
		}
	}
	seen := map[string]int{}
	var text strings.Builder
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch n := token.(type) {
		case xml.CharData:
			text.Write(n)
		case xml.StartElement:
			seen[n.Name.Local]++
			for _, a := range n.Attr {
				if k := a.Name.Local; strings.HasPrefix(k, "on") || k == "src" || k == "href" && !strings.HasPrefix(a.Value, "#") && !strings.HasPrefix(a.Value, "data:text/csv;") {
					t.Errorf("%s %s=%q: the page is not self-contained", n.Name.Local, k, a.Value)
				}
			}
		}
	}
	for _, no := range []string{"script", "img", "link", "iframe"} {
		if seen[no] > 0 {
			t.Errorf("%d <%s>", seen[no], no)
		}
	}
	if seen["details"] != 6+4 || seen["svg"] != 1+3+1+1 { // runs, and models' labels; scores, curves a task, calibration, parameters
		t.Errorf("%d runs, %d pictures", seen["details"], seen["svg"])
	}
	for _, want := range []string{evil, "KoBERT", "81.59", "작은-모델<i>", "learning_rate", "0.00005", "dropped: empty text", "off by 4.75 on average",
		"DAT", "all, strict IOB2", "제외한 행: 빈 텍스트", "모델이 예제 6개 모두에 같은 답(0)을 했다", "0 = negative", strings.Repeat("01", 32), "not set", "짝이 되는 문장", "0 = 부정", "No calibration of KorSTS: the predictions of its runs have no probabilities of classes.", "KorSTS: 예측에 클래스 확률이 없어", "can't be told", "우열을 가릴 수 없다", "bench 1.2.3, 2001-09-09"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if strings.Contains(b.String(), "ZgotmplZ") {
		t.Error("the template refused a value")
	}
}

// What a Korean page shows, says to those who listen and switches to is Korean, but
// for names: of models, tasks, fields, files, labels and methods.
func TestKoreanPage(t *testing.T) {
	root := t.TempDir()
	writeRuns(t, root)
	p := pageOf(t, root)
	p.Lang = results.Korean
	odd := p.Runs[0]
	odd.Path, odd.Result.Seed = "elsewhere", 7
	odd.Manifest.Recipe = json.RawMessage(`{"batch_size":16,"learning_rate":5e-05,"seed":7}`)
	odd.Manifest.Identity = ""
	l, err := board.Build(append(slices.Clone(p.Runs), odd), columns, []board.PublishedRow{{Model: "KoBERT", Scores: map[string]float64{"nsmc": 89.59}}}, board.Last)
	if err != nil || len(l.Warnings) == 0 {
		t.Fatal(err, l.Warnings)
	}
	best := *l
	best.Select = board.BestOnTest
	p.Boards = []*board.Leaderboard{l, &best}
	var b bytes.Buffer
	if err := Write(&b, p); err != nil {
		t.Fatal(err)
	}
	page, _ := withoutScript(t, b.String())
	page = regexp.MustCompile(`(?s)<style>.*?</style>`).ReplaceAllString(page, "")
	page = regexp.MustCompile(`(?s)<span class="en".*?</span>|<text class="en".*?</text>`).ReplaceAllString(page, "")
	page = regexp.MustCompile(`(?s)<bdi>.*?</bdi>|<dd>[^<]*</dd>|<p class="note">[^<]*/[^<]*</p>`).ReplaceAllString(page, "") // names, values, paths
	said := regexp.MustCompile(`(?s)<[^>]*>`).ReplaceAllString(page, "\n")
	for _, a := range regexp.MustCompile(`aria-label="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		said += "\n" + a[1]
	}
	names := regexp.MustCompile(strings.Join([]string{`bert-mini-scratch`, `작은-모델[^,:"]*`, `KoBERT`, `NSMC|nsmc`, `Naver NER|naver-ner`, `KorSTS|korsts`,
		`batch_size|learning_rate|elsewhere`, `[a-z-]+\.jsonl`, `\b(F1|ECE|CSV|UTC|IOB2|id|dev|test|train|n|p|sha256|seed|bench|bench compare|go|Holm|McNemar|English)\b`,
		`\b(DAT|PER|LOC|ORG)\b`}, "|"))
	for _, line := range strings.Split(html.UnescapeString(said), "\n") {
		if word := regexp.MustCompile(`[A-Za-z]{2,}`).FindString(names.ReplaceAllString(line, "")); word != "" {
			t.Errorf("%q in %q", word, line)
		}
	}
}

// withoutScript returns the page without its script, and that.
func withoutScript(t *testing.T, page string) (rest, script string) {
	t.Helper()
	before, after, ok := strings.Cut(page, "<script>")
	script, after, ok2 := strings.Cut(after, "</script>")
	if !ok || !ok2 {
		t.Fatal("no script")
	}
	return before + after, script
}

func studyOf(t *testing.T, runs []results.Run) *compare.Study {
	t.Helper()
	sides, err := compare.Open([]string{filepath.Dir(filepath.Dir(runs[0].Path)), filepath.Dir(filepath.Dir(runs[5].Path))}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range runs {
		if _, err := os.Stat(filepath.Join(r.Path, results.PredictionsFile)); err != nil {
			return nil
		}
	}
	st, err := compare.Compare(sides, compare.Options{Order: func(names []string) { slices.Sort(names) }, Tasks: func(string) *compare.Task { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return st
}

// What a task lacks stands under it, though the study notes it at another.
func TestLackedTaskIsNotedUnderItself(t *testing.T) {
	reason := compare.Reason{Text: results.Text{English: "no run of a", Korean: "a의 실행이 없음"}}
	study := &compare.Study{Pairs: []compare.Pair{{A: "a", B: "b", Tasks: []*compare.Comparison{
		{Task: "nsmc", LeftOut: []compare.LeftOut{{Task: "korsts", Side: "b", Reason: reason}}}}}}}
	for task, want := range map[string]int{"nsmc": 0, "korsts": 1} {
		v := taskView{Task: task}
		if v.judge(study); len(v.LeftOut) != want {
			t.Errorf("%s: %q", task, v.LeftOut)
		}
	}
}

func TestRunsWithoutPredictions(t *testing.T) {
	root := t.TempDir()
	writeRuns(t, root)
	dir := results.RunDir(root, "bert-mini-scratch", "nsmc", 42)
	os.Remove(filepath.Join(dir, results.PredictionsFile))
	os.WriteFile(filepath.Join(dir, results.LogFile), []byte("{broken"), 0o644)
	var b bytes.Buffer
	if err := Write(&b, pageOf(t, root)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"predictions.jsonl", "log.jsonl:1: "} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no word of %s", want)
		}
	}
}

func TestSave(t *testing.T) {
	root := t.TempDir()
	writeRuns(t, filepath.Join(root, "runs"))
	path := filepath.Join(root, "보고서.html")
	if err := Save(path, pageOf(t, filepath.Join(root, "runs"))); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(root)
	if b, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(b, []byte("<!DOCTYPE html>")) || len(entries) != 2 {
		t.Errorf("%.30s %v, %d files", b, err, len(entries))
	}
}

func TestRecipeKeepsItsOrder(t *testing.T) {
	got := recipe(json.RawMessage(`{"z":1,"a":[1,2],"m":null}`))
	if fmt.Sprint(got) != "[{z 1} {a [1,2]} {m null}]" {
		t.Errorf("%v", got)
	}
	if recipe(json.RawMessage(`[1]`)) != nil || recipe(nil) != nil {
		t.Error("fields of what is no object")
	}
}

// What a model costs is what the runs took that its cells show.
func TestCostsOfShownRuns(t *testing.T) {
	root := t.TempDir()
	writeRuns(t, root)
	p := pageOf(t, root)
	times := func(dir string, seconds int) {
		text := fmt.Sprintf(`{"event":"step","step":1,"seconds":%d}`+"\n", seconds)
		if err := os.WriteFile(filepath.Join(dir, results.TimingFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range p.Runs {
		times(r.Path, 7)
	}
	want, err := p.costs()
	if err != nil || len(want.Figures) != 2 {
		t.Fatal(err, len(want.Figures))
	}
	other := p.Runs[0]
	other.Path = t.TempDir()
	times(other.Path, 9000)
	p.Runs = append(p.Runs, other)
	if got, err := p.costs(); err != nil || !slices.Equal(got.Figures, want.Figures) {
		t.Errorf("a run that the leaderboard leaves out has a cost: %v", err)
	}
}

// What a page of one model lacks is said in its place, in both languages.
func TestWhatIsNotThereIsSaid(t *testing.T) {
	root := t.TempDir()
	writeRuns(t, root)
	p := pageOf(t, root)
	p.Study, p.Unjudged = nil, results.Text{English: "No verdicts: nothing to compare.", Korean: "판정 없음: 비교할 것이 없다."}
	for _, r := range p.Runs {
		os.Remove(filepath.Join(r.Path, results.LogFile))
	}
	dev := *p.Boards[0]
	dev.Rows, dev.Select = nil, board.Dev
	for _, boards := range [][]*board.Leaderboard{p.Boards, {&dev}} {
		p.Boards = boards
		var b bytes.Buffer
		if err := Write(&b, p); err != nil {
			t.Fatal(err)
		}
		wants := []string{"No verdicts: nothing to compare.", "판정 없음: 비교할 것이 없다.", "No learning curves of NSMC: none of its runs has a training log (evaluations have none).", "학습 로그가 있는 실행이 없어"}
		if len(boards[0].Rows) == 0 {
			wants = append(wants, "No scores to draw: ",
				"No scores against parameters: no measured model has its parameters on record.",
				"파라미터 수에 따른 점수를 그릴 수 없다. 측정한 모델 가운데 그 값이 기록된 것이 없다.")
		}
		for _, want := range wants {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %q in the page", want)
			}
		}
	}
	p.Runs = nil
	if v := p.runs(); len(v.Runs) != 0 {
		t.Errorf("%d runs", len(v.Runs))
	}
}

// Of predictions that can't be read it is not said what they lack.
func TestUnreadPredictionsLackNothing(t *testing.T) {
	root := t.TempDir()
	writeRuns(t, root)
	p := pageOf(t, root)
	of := func(task string) taskView {
		v, err := p.task(board.Column{Task: task, Title: "KorSTS", Metric: metrics.Spearman})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if v := of("korsts"); v.Uncalibrated == "" || len(v.Notes) > 0 {
		t.Errorf("read: %q, %q", v.Uncalibrated, v.Notes)
	}
	for _, r := range p.Runs {
		if r.Result.Task == "korsts" {
			if err := os.Remove(filepath.Join(r.Path, results.PredictionsFile)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if v := of("korsts"); v.Uncalibrated != "" || len(v.Notes) == 0 {
		t.Errorf("unread: %q, %q", v.Uncalibrated, v.Notes)
	}
}

// Where nobody is wrong there are no hardest examples, and that is said.
func TestEasyTasksAreSaidToBe(t *testing.T) {
	h := hardness{wrong: make([]int32, 3), sure: make([]float32, 3)}
	if h.any() {
		t.Error("somebody is wrong")
	}
	h.wrong[1] = 1
	if !h.any() {
		t.Error("nobody is wrong")
	}
}
