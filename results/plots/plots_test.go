package plots

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

func ptr[T any](v T) *T { return &v }

var columns = []board.Column{
	{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}, {Task: "naver-ner", Title: "Naver NER", Metric: metrics.F1},
	{Task: "paws", Title: "PAWS", Metric: metrics.Accuracy}, {Task: "kornli", Title: "KorNLI", Metric: metrics.Accuracy},
	{Task: "korsts", Title: "KorSTS", Metric: metrics.Spearman}, {Task: "question-pair", Title: "Question Pair", Metric: metrics.Accuracy},
	{Task: "hate-speech", Title: "혐오 표현", Metric: metrics.MacroF1},
}

// sampleBoard has two measured models and as many published ones.
func sampleBoard(t *testing.T, published int, from float64) *board.Leaderboard {
	t.Helper()
	var runs []results.Run
	for k, model := range []string{"한국어-작은-모델", "organisation/a-model-with-a-rather-long-name-base-v3"} {
		for i, c := range columns {
			score := from + float64((i*7+k*5)%13)
			runs = append(runs, results.Run{Path: fmt.Sprintf("%s/%d", model, i), Result: results.Result{Model: model, Task: c.Task, Metric: c.Metric, N: 1000,
				Score: &score, Interval: &[2]float64{score - 3, score + 2.5}},
				Manifest: results.Manifest{Model: results.Model{Parameters: int64(700000 * math.Pow(6, float64(k)))}}})
		}
	}
	var rows []board.PublishedRow
	for k := range published {
		scores := map[string]float64{}
		for i, c := range columns {
			if (i+k)%9 != 3 {
				scores[c.Task] = from + 5 + float64((i*5+k*3)%9)
			}
		}
		rows = append(rows, board.PublishedRow{Model: fmt.Sprintf("published-kor-base-%d", k), Scores: scores})
	}
	l, err := board.Build(runs, columns, rows, board.Last)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func curves(models, steps int) []Curve {
	var all []Curve
	for k := range models {
		c := Curve{Name: fmt.Sprintf("모델 %d, seed 4%d", k+1, k)}
		for s := 1; s <= steps; s++ {
			c.Events = append(c.Events, results.Event{Step: &results.StepEvent{Step: s,
				Loss: 0.7/(1+float64(s)/float64(40+20*k)) + 0.05*math.Sin(float64(s*7+k))}})
			if s%(max(1, steps/5)) == 0 {
				for _, split := range []string{"dev", "test"} {
					c.Events = append(c.Events, results.Event{Eval: &results.EvalEvent{Step: s, Split: split,
						Scores: metrics.Scores{Accuracy: ptr(0.9 - 0.3/(1+float64(s)/float64(50+30*k)) + 0.01*float64(len(split)))}}})
				}
			}
		}
		all = append(all, c)
	}
	return all
}

// figures are the pictures that the tests draw, by file name.
func figures(t *testing.T) map[string]*Figure {
	t.Helper()
	all := map[string]*Figure{}
	add := func(name string, f *Figure, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		all[name] = f
	}
	f, err := Scores(sampleBoard(t, 8, 60))
	add("scores", f, err)
	f, err = Scores(sampleBoard(t, 0, 30))
	add("scores-few", f, err)
	f, err = Scores(sampleBoard(t, 24, 60))
	add("scores-many", f, err)
	f, err = Curves("NSMC — 네이버 영화평", metrics.Accuracy, curves(3, 1000))
	add("curves", f, err)
	f, err = Curves("NSMC", metrics.Accuracy, curves(1, 1))
	add("curves-short", f, err)
	f, err = Sizes(sampleBoard(t, 2, 60))
	add("sizes", f, err)
	f, err = Calibration("NSMC", []Reliability{{"한국어-작은-모델", []metrics.Bin{{N: 10, Confidence: 0.55, Accuracy: 0.5}, {N: 90, Confidence: 0.95, Accuracy: 0.9}}, 0.05}})
	add("calibration", f, err)
	labels := []results.Text{{English: "0 = negative", Korean: "0 = 부정"}, {English: "1 = positive", Korean: "1 = 긍정"}}
	f, err = Heat{results.Text{English: "Confusion", Korean: "혼동 행렬"}, results.Text{English: "gold / predicted", Korean: "정답 / 예측"}, labels, labels,
		[][]string{{"90", "10"}, {"20", "80"}}, [][]float64{{0.9, -0.1}, {-0.2, 0.8}}}.Draw()
	add("heat", f, err)
	f, err = winsOf(12).Draw()
	add("heat-many", f, err)
	dozen := dozenBoard(t)
	f, err = Scores(dozen)
	add("scores-dozen", f, err)
	f, err = Sizes(dozen)
	add("sizes-dozen", f, err)
	f, err = Costs(dozen, Seconds(results.Text{English: "time of training", Korean: "학습 시간"}, timed(dozen), func(r results.Run) float64 { return float64(r.Result.Train.Steps) }))
	add("time-dozen", f, err)
	f, err = Curves("KorNLI", metrics.Accuracy, curves(12, 1000))
	add("curves-dozen", f, err)
	f, err = Calibration("KorNLI", reliabilities(12))
	add("calibration-dozen", f, err)
	l := sampleBoard(t, 2, 60)
	var records []board.Record
	for k, score := range []func(i int) float64{func(i int) float64 { return 60 + float64(i*i)/3 }, func(i int) float64 { return 61 + float64(i) }} {
		c := l.Rows[k].Cells["nsmc"]
		c.Runs = nil
		for i := range 5 {
			path := fmt.Sprintf("%d/%d", k, i)
			c.Runs = append(c.Runs, path)
			records = append(records, board.Record{Path: path, Model: l.Rows[k].Model, Task: "nsmc", Score: score(i), Headline: true})
		}
		l.Rows[k].Cells["nsmc"] = c
	}
	f, err = Seeds(l, records)
	add("seeds", f, err)
	records = nil
	for k, r := range dozen.Rows {
		for _, c := range dozen.Columns {
			for i, path := range r.Cells[c.Task].Runs {
				records = append(records, board.Record{Path: path, Model: r.Model, Task: c.Task, Score: 70 + float64(k)/2 + float64(i*k%5)/3, Headline: true})
			}
		}
	}
	f, err = Seeds(dozen, records)
	add("seeds-dozen", f, err)
	for name, f := range maps.Clone(all) {
		all[name+"-ko"] = f.In(results.Korean)
	}
	return all
}

// longNames are a dozen models' names, as long as hubs have them.
var longNames = []string{"klue/bert-base", "klue/roberta-small", "klue/roberta-base", "klue/roberta-large", "monologg/koelectra-base-v3-discriminator",
	"monologg/koelectra-small-v3-discriminator", "beomi/kcbert-base", "beomi/KcELECTRA-base-v2022", "skt/kobert-base-v1", "bert-base-multilingual-cased",
	"한국어-작은-모델", "funnel-transformer-kor-base"}

// dozenBoard has twelve models of three seeds each, near one another.
func dozenBoard(t *testing.T) *board.Leaderboard {
	t.Helper()
	var runs []results.Run
	for k, model := range longNames {
		for i, c := range columns {
			for seed := range uint64(3) {
				score := 78 + float64((i*7+k*5)%13)/3 + float64(seed)/5
				runs = append(runs, results.Run{Path: fmt.Sprintf("%s/%d/%d", model, i, seed), Result: results.Result{Model: model, Task: c.Task, Seed: seed + 1,
					Metric: c.Metric, N: 5000, Score: &score, Interval: &[2]float64{score - 1, score + 1.1}},
					Manifest: results.Manifest{Model: results.Model{Parameters: int64(14e6 * math.Pow(1.34, float64(k)))}}})
			}
		}
	}
	l, err := board.Build(runs, columns, nil, board.Last)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// timed are runs of the board's models that took from minutes to days.
func timed(l *board.Leaderboard) (runs []results.Run) {
	for k, r := range l.Rows {
		runs = append(runs, results.Run{Result: results.Result{Model: r.Model, Train: results.Train{Steps: int(90 * math.Pow(2.1, float64(k)))}}})
	}
	return runs
}

// winsOf is a matrix of that many models, each a little better than the next.
func winsOf(n int) Heat {
	h := Heat{Title: results.Text{English: "Tasks on which the row is better / worse / can't be told", Korean: "행의 모델이 열의 모델보다 나은 / 못한 / 우열을 가릴 수 없는 과제 수"}}
	for i := range n {
		h.Rows = append(h.Rows, results.Alike(longNames[i]))
		var text []string
		var shade []float64
		for j := range n {
			better, worse := max(0, (j-i)*7/n), max(0, (i-j)*7/n)
			text, shade = append(text, fmt.Sprintf("%d / %d / %d", better, worse, 7-better-worse)), append(shade, float64(better-worse)/7)
		}
		h.Text, h.Shade = append(h.Text, text), append(h.Shade, shade)
	}
	h.Columns = h.Rows
	return h
}

// reliabilities are curves of that many models, more or less too sure.
func reliabilities(n int) (all []Reliability) {
	for k := range n {
		r := Reliability{Name: longNames[k], ECE: float64(k) / 150}
		for b := range 7 {
			c := 0.35 + 0.1*float64(b)
			r.Bins = append(r.Bins, metrics.Bin{N: 100 * (b + 1), Confidence: c, Accuracy: c - float64(k)/100})
		}
		all = append(all, r)
	}
	return all
}

// PLOTS names a folder to leave the pictures in, to look at.
func TestFigures(t *testing.T) {
	dir := os.Getenv("PLOTS")
	again := figures(t)
	for name, f := range figures(t) {
		for _, format := range Formats {
			if f.lang == results.Korean && format != "svg" && dir == "" { // words alone differ
				continue
			}
			t.Run(name+"."+format, func(t *testing.T) {
				b, err := f.Encode(format)
				if err != nil {
					t.Fatal(err)
				}
				if format != "png" || !strings.Contains(name, "-") { // pixels of all kinds, not of all pictures
					if other, _ := again[name].Encode(format); !bytes.Equal(b, other) {
						t.Error("a second drawing has other bytes")
					}
				}
				magic := map[string]string{"svg": "<?xml", "png": "\x89PNG", "pdf": "%PDF-"}[format]
				if !bytes.HasPrefix(b, []byte(magic)) {
					t.Errorf("begins %q", b[:8])
				}
				if dir != "" {
					if err := os.WriteFile(filepath.Join(dir, name+"."+format), b, 0o644); err != nil {
						t.Fatal(err)
					}
				}
			})
		}
	}
}

func TestPDFHasNoDate(t *testing.T) {
	b, err := figures(t)["scores"].Encode("pdf")
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte("(D:20000101000000")); n != bytes.Count(b, []byte("(D:")) || n == 0 {
		t.Errorf("%d fixed dates of %d", n, bytes.Count(b, []byte("(D:")))
	}
}

// Every text lies within the picture, and no two of them overlap.
func TestTextIsWholeAndApart(t *testing.T) {
	for name, f := range figures(t) {
		t.Run(name, func(t *testing.T) {
			r := newRecorder(f.Width, f.Height)
			f.draw(draw.NewCanvas(r, f.Width, f.Height), f.lang)
			if len(r.boxes) < 8 {
				t.Errorf("%d texts only", len(r.boxes))
			}
			for i, b := range r.boxes {
				if b.x0 < 0 || b.y0 < 0 || b.x1 > f.Width || b.y1 > f.Height {
					t.Errorf("%q is clipped: %v to %v, %v to %v", b.text, b.x0, b.x1, b.y0, b.y1)
				}
				for _, o := range r.boxes[:i] {
					if b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 {
						t.Errorf("%q and %q overlap", b.text, o.text)
					}
				}
				if b.glyphs != len([]rune(strings.ReplaceAll(b.text, " ", ""))) {
					t.Errorf("%q has %d glyphs", b.text, b.glyphs)
				}
			}
		})
	}
}

func TestInline(t *testing.T) {
	b, err := figures(t)["scores"].Inline(results.Korean)
	if err != nil {
		t.Fatal(err)
	}
	s := string(b)
	for _, want := range []string{`<svg class="figure" aria-label="과제별 점수, 마지막 체크포인트" data-en="Scores by task, last checkpoint" data-ko="과제별 점수, 마지막 체크포인트" role="figure" fill="currentColor" viewBox="0 0 `,
		`<text class="en" lang="en" `, ">Scores by task, last checkpoint</text>", `<text class="ko" lang="ko" `, ">과제별 점수, 마지막 체크포인트</text>", "혐오 표현", "currentColor", "var(--grid)", ">혐오 표현</text>"} {
		if !strings.Contains(s, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, no := range []string{"<?xml", "#000000", "#D2D2D3", "#FFFFFF", "NanumGothic"} {
		if strings.Contains(s, no) {
			t.Errorf("still %s", no)
		}
	}
}

// In Korean every word of a figure is Korean but names, and a page can hold every
// figure in both languages at once.
func TestFiguresInKorean(t *testing.T) {
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	names := append(slices.Clone(longNames), "NSMC", "Naver NER", "PAWS", "KorNLI", "KorSTS", "Question Pair", "F1", "ECE", "dev", "organisation/a-model-with-a-rather-long-name-base-v3",
		"published-kor-base-")
	names = slices.Collect(maps.Values(shorten(names)))
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for name, f := range figures(t) {
		if b, err := f.Inline(results.English); err != nil || bytes.Count(b, []byte("<svg")) != 1 {
			t.Errorf("%s: %v, %d pictures", name, err, bytes.Count(b, []byte("<svg")))
		}
		if f.lang != results.Korean {
			continue
		}
		r := newRecorder(f.Width, f.Height)
		f.draw(draw.NewCanvas(r, f.Width, f.Height), f.lang)
		for _, b := range r.boxes {
			text := b.text
			for _, n := range names {
				text = strings.ReplaceAll(text, n, "")
			}
			if word := latin.FindString(strings.ReplaceAll(text, "seed 4", "")); word != "" {
				t.Errorf("%s: %q in %q", name, word, b.text)
			}
		}
	}
}

// Where a long tick at an axis's end moves the axis, the whole figure is there twice.
func TestInlineOfMovedAxes(t *testing.T) {
	l := sampleBoard(t, 0, 60)
	cost := MeanCost(results.Text{English: "cost", Korean: "비용"}, timed(l), func(v float64) results.Text {
		return results.Textf("%.0f", "%.0f이라는 아주 긴 눈금", v)
	}, func(r results.Run) float64 { return float64(r.Result.Train.Steps) })
	f, err := Costs(l, cost)
	if err != nil {
		t.Fatal(err)
	}
	b, err := f.Inline(results.English)
	for _, want := range []string{`<svg class="figure en" lang="en" aria-label="Score against cost, last`, `<svg class="figure ko" lang="ko" aria-label="비용에 따른 점수`} {
		if err != nil || bytes.Count(b, []byte(want)) != 1 || bytes.Contains(b, []byte("data-ko")) {
			t.Errorf("%v: no %s", err, want)
		}
	}
}

func TestTitlesAreEscaped(t *testing.T) {
	f, err := Curves(`<b>"x" & y`, metrics.Accuracy, curves(1, 10))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := f.Encode("svg")
	if !bytes.Contains(b, []byte("<title>Learning curves, &lt;b&gt;&#34;x&#34; &amp; y")) {
		t.Errorf("%.500s", b)
	}
}

func TestNothingToDraw(t *testing.T) {
	for name, f := range map[string]func() error{
		"scores": func() error { _, err := Scores(&board.Leaderboard{Columns: columns}); return err },
		"sizes":  func() error { _, err := Sizes(&board.Leaderboard{Columns: columns}); return err },
		"curves": func() error { _, err := Curves("x", metrics.Accuracy, []Curve{{Name: "a"}}); return err },
		"format": func() error { return figures(t)["scores"].Save(filepath.Join(t.TempDir(), "x.gif")) },
	} {
		if err := f(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "그림.SVG")
	if err := figures(t)["curves"].Save(path); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.Contains(b, []byte("네이버 영화평")) {
		t.Errorf("%.100s %v", b, err)
	}
}

func TestTicks(t *testing.T) {
	labels := func(ticks []plot.Tick) (all []string) {
		for _, v := range ticks {
			all = append(all, v.Label)
		}
		return all
	}
	for _, c := range []struct {
		got  []plot.Tick
		want string
	}{
		{niceTicks{}.Ticks(-0.01, 0.72), "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7"},
		{niceTicks{}.Ticks(82.1, 93), "84 86 88 90 92"},
		{niceTicks{whole: true}.Ticks(0.5, 1.5), "1"},
		{niceTicks{whole: true}.Ticks(-200, 46900), "0 10k 20k 30k 40k"},
		{costTicks{parameters, nil}.Ticks(5.7, 6.8), "1M 2M 5M"},
		{costTicks{parameters, nil}.Ticks(5.5, 9.2), "1M 10M 100M 1B"},
		{costTicks{seconds, Seconds(results.Text{}, nil, nil).Marks}.Ticks(1.7, 5.2), "1 min 10 min 1 h 10 h"},
		{costTicks{seconds, Seconds(results.Text{}, nil, nil).Marks}.Ticks(0.9, 1.4), "10 s 20 s"},
		{aboutAsLong(0.03), "0.03 s 0.04 s"},
		{aboutAsLong(3), "3 s 4 s"},
		{aboutAsLong(42), "30 s 40 s 50 s"},
		{aboutAsLong(3 * 3600), "3 h 4 h"},
		{aboutAsLong(300_000), "3 d 4 d"},
	} {
		if got := strings.Join(labels(c.got), " "); got != c.want {
			t.Errorf("ticks %q, want %q", got, c.want)
		}
	}
}

// aboutAsLong are the ticks where all models take that many seconds.
func aboutAsLong(s float64) []plot.Tick {
	return costTicks{seconds, Seconds(results.Text{}, nil, nil).Marks}.Ticks(math.Log10(s)-0.15, math.Log10(s)+0.15)
}

func TestLongLogsAreAveraged(t *testing.T) {
	c := curves(1, 10000)[0]
	points := lossOf(c.Events)
	if len(points) != lossPoints {
		t.Errorf("%d points", len(points))
	}
	if points[0].x != 25.5 {
		t.Errorf("first stretch at %v, want the middle of 50 steps", points[0].x)
	}
}

func TestShorten(t *testing.T) {
	long := "가나다라마바사아자차카타파하_아야어여오요우유으이-거너더러머버서저처커"
	short := shorten([]string{long, "짧다"})
	got := short[long]
	if n := len([]rune(got)); n != longestName || !strings.Contains(got, "…") {
		t.Errorf("%q has %d letters", got, n)
	}
	if short["짧다"] != "짧다" {
		t.Error("a short name is cut")
	}
}

// Different names of a figure stay different, of one owner or of two.
func TestShortenKeepsWhatDiffers(t *testing.T) {
	alike := [2]string{"an-owner-of-models/wide-2024-01-with-a-long-name-base-v3", "an-owner-of-models/wide-2025-01-with-a-long-name-base-v3"}
	for _, c := range []struct{ a, b, want string }{
		{longNames[4], longNames[5], "…/koelectra-base-v3-discriminator"},
		{longNames[4], "my-company/koelectra-base-v3-discriminator", "monologg/koelect…-v3-discriminator"},
		{alike[0], alike[1], alike[0]},
	} {
		short := shorten([]string{c.a, c.b, "klue/bert-base", c.a})
		if short[c.a] != c.want || short[c.a] == short[c.b] || short["klue/bert-base"] != "klue/bert-base" {
			t.Errorf("%q, want %q", short, c.want)
		}
	}
}

func seconds(v float64) string { return Duration(v).English }

func TestFront(t *testing.T) {
	at := func(x, score float64) size { return size{x: x, cell: board.Cell{Score: score}} }
	front := sizes{at(3, 80), at(1, 70), at(2, 65), at(2, 75), at(4, 80), at(5, 90)}.front()
	var got []float64
	for _, v := range front {
		got = append(got, v.x)
	}
	if fmt.Sprint(got) != "[1 2 3 5]" {
		t.Errorf("the front is at %v", got)
	}
}

// Runs of other settings, which the leaderboard leaves out, are no seeds.
func TestOtherSettingsAreNoSeeds(t *testing.T) {
	l := sampleBoard(t, 0, 60)
	row := l.Rows[0]
	shown := board.Record{Path: row.Cells["nsmc"].Runs[0], Model: row.Model, Task: "nsmc", Score: 70, Headline: true}
	other := board.Record{Path: "variant-1a2b3c4d/seed-1", Model: row.Model, Task: "nsmc", Score: 20, Headline: true}
	var pictures [2][]byte
	for i, records := range [][]board.Record{{shown}, {shown, other}} {
		f, err := Seeds(l, records)
		if err != nil {
			t.Fatal(err)
		}
		if pictures[i], err = f.Encode("svg"); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(pictures[0], pictures[1]) {
		t.Error("a run that the leaderboard leaves out was drawn")
	}
}
