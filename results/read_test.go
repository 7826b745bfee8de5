package results

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/metrics"
)

func TestDecodePredictions(t *testing.T) {
	for _, c := range []struct{ name, in, err string }{
		{"none", "\n\n", "p.jsonl:1: no predictions"},
		{"broken", `{"gold":"1","pred":"1"}` + "\n{", "p.jsonl:2: unexpected end of JSON input"},
		{"no object", "[1]", "p.jsonl:1: array: want a JSON object"},
		{"no pred", `{"gold":"1"}`, `p.jsonl:1: no "pred"`},
		{"null gold", `{"gold":null,"pred":"1"}`, `p.jsonl:1: no "gold"`},
		{"odd answer", `{"gold":true,"pred":"1"}`, "p.jsonl:1: answer true: want a string, a number or a list of strings"},
		{"odd tag", `{"gold":["O",1],"pred":["O","O"]}`, `p.jsonl:1: answer ["O",1]: want`},
		{"null tag", `{"gold":["O",null],"pred":["O","O"]}`, `p.jsonl:1: tag 2 is null`},
		{"kinds", `{"gold":["O"],"pred":["O"]}` + "\n\n" + `{"gold":"1","pred":"0"}`, `p.jsonl:3: "gold" is a label: want a list of tags`},
		{"lengths", `{"gold":["O","O"],"pred":["O"]}`, "p.jsonl:1: 2 gold tags, 1 predicted"},
		{"words", `{"gold":["O"],"pred":["O"],"words":["a","b"]}`, "p.jsonl:1: 2 words, 1 tags"},
		{"kept", `{"gold":["O"],"pred":["O"],"kept":2}`, `p.jsonl:1: "kept" is 2: want 0 to 1`},
		{"encoding", "{\"gold\":\"1\",\"pred\":\"\xff\"}", "p.jsonl:1: not UTF-8"},
		{"id", `{"id":[1],"gold":"1","pred":"1"}`, "p.jsonl:1: id [1]: want a number or a string"},
		{"probs", `{"probs":"x","gold":"1","pred":"1"}`, `p.jsonl:1: "probs" is string: want []float64`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Reading{}.Decode(strings.NewReader(c.in), "p.jsonl")
			var line *LineError
			if !errors.As(err, &line) || !strings.HasPrefix(err.Error(), c.err) {
				t.Errorf("error %v, want %s…", err, c.err)
			}
		})
	}

	p := decodeAs(t, "p.jsonl", "\ufeff"+`{"gold":1,"pred":"0","logits":[1,2]}`+"\r\n\n"+`{"id":"x","gold":"1","pred":"1","text":"가"}`,
		Reading{Kind: LabelAnswer, Labels: []string{"0", "1"}})
	if p.ID(0) != "0" || p.ID(1) != "x" || p.line(1) != 3 || !p.Numbered {
		t.Errorf("%+v", p)
	}
	if !slices.Equal(p.Gold, []int32{1, 1}) || !slices.Equal(p.Pred, []int32{0, 1}) {
		t.Errorf("classes %v %v", p.Gold, p.Pred)
	}
}

func TestPredictionsRoundTrip(t *testing.T) {
	for _, p := range predictions() {
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		rows := 0
		err = EachPrediction(path, func(got Prediction) error {
			again, _ := json.Marshal(got)
			if string(again) != string(b) || !got.Gold.Equal(p.Gold) {
				t.Errorf("%s became %s", b, again)
			}
			rows++
			return nil
		})
		if err != nil || rows != 1 {
			t.Errorf("%d rows, %v", rows, err)
		}
	}
}

func TestSample(t *testing.T) {
	for _, c := range []struct {
		name, in string
		kind     AnswerKind
		labels   []string
		metric   metrics.Name
		want     float64
		err      string
	}{
		{"labels", `{"gold":"a","pred":"a"}` + "\n" + `{"gold":"b","pred":"a"}`, NoAnswer, nil, metrics.Accuracy, 0.5, ""},
		{"numbers as labels", `{"gold":1,"pred":1}` + "\n" + `{"gold":0,"pred":1}`, LabelAnswer, []string{"0", "1"}, metrics.Accuracy, 0.5, ""},
		{"numbers", `{"gold":1,"pred":1}` + "\n" + `{"gold":0,"pred":0.5}`, NoAnswer, nil, metrics.Spearman, 1, ""},
		{"tags", `{"gold":["PER-B","LOC-B"],"pred":["PER-B","LOC-B"],"kept":1}`, NoAnswer, nil, metrics.F1FullGold, 2.0 / 3, ""},
		{"other label", `{"gold":"a","pred":"a"}` + "\n" + `{"gold":"a","pred":"c"}`, LabelAnswer, []string{"a", "b"}, "", 0, `f:2: pred label "c": want one of ["a" "b"]`},
		{"other tag", `{"gold":["O"],"pred":["X-B"]}`, TagsAnswer, []string{"O"}, "", 0, `f:1: pred tag "X-B": want one of ["O"]`},
		{"label for number", `{"gold":1,"pred":"1"}`, NumberAnswer, nil, "", 0, `f:1: "pred" is a label: want a number`},
		{"tags for label", `{"gold":["O"],"pred":["O"]}`, LabelAnswer, []string{"O"}, "", 0, `f:1: "gold" is a list of tags: want a label`},
		{"label for tags", `{"gold":"O","pred":"O"}`, TagsAnswer, nil, "", 0, `f:1: "gold" is a label: want a list of tags`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Reading{Kind: c.kind, Labels: c.labels}.Decode(strings.NewReader(c.in), "f")
			if c.err != "" {
				if err == nil || err.Error() != c.err {
					t.Errorf("error %v, want %s", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := a.Sample().Scores().Get(c.metric); !ok || got != c.want {
				t.Errorf("%s %v, want %v", c.metric, got, c.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	writeRun(t, filepath.Join(root, "b", "x"), manifest("m", "nsmc", 1), result("m", "nsmc", 1, 10))
	writeRun(t, filepath.Join(root, "a"), manifest("m", "nsmc", 2), result("m", "nsmc", 2, 10))
	write := func(path, text string) {
		path = filepath.Join(root, path)
		os.MkdirAll(filepath.Dir(path), 0o755)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	good := read(t, root, "a", ManifestFile)
	write("bad/broken/result.json", "{")
	write("bad/broken/manifest.json", good)
	write("bad/kinds/manifest.json", good)
	write("bad/kinds/result.json", `{"model":"m","task":"nsmc","metric":"accuracy","n":"x"}`)
	write("bad/metric/result.json", `{"model":"m","task":"nsmc","metric":"bleu"}`)
	write("bad/metric/manifest.json", good)
	write("bad/nothing/result.json", "{}")
	write("bad/nothing/manifest.json", good)
	write("bad/other/result.json", `{"model":"m","task":"paws","metric":"accuracy"}`)
	write("bad/other/manifest.json", good)
	write("bad/plain/result.json", `{"model":"m","task":"nsmc","metric":"accuracy"}`)
	write("bad/unfinished/manifest.json", good)
	write(".hidden/result.json", "{")
	os.Symlink(filepath.Join(root, "a"), filepath.Join(root, "link")) // where links are allowed
	os.Symlink(root, filepath.Join(root, "b", "loop"))
	elsewhere := t.TempDir()
	writeRun(t, filepath.Join(elsewhere, "far", "run"), manifest("m", "nsmc", 3), result("m", "nsmc", 3, 10))
	linked := os.Symlink(filepath.Join(elsewhere, "far"), filepath.Join(root, "c")) == nil
	write("b/x/log.jsonl", "{}\n")

	runs, bad, err := Find(root, filepath.Join(root, "a"), filepath.Join(root, "b"))
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, r := range runs {
		p, _ := filepath.Rel(root, r.Path)
		paths = append(paths, filepath.ToSlash(p))
	}
	if want := []string{"a", "b/x", "c/run"}; linked && !slices.Equal(paths, want) {
		t.Errorf("found %v, want %v", paths, want)
	}
	var faults []string
	for _, b := range bad {
		p, _ := filepath.Rel(root, b.Path)
		faults = append(faults, filepath.ToSlash(p)+": "+b.Err.Error())
	}
	want := []string{
		"b/x: damaged: log.jsonl has 3 of",
		"bad/broken: result.json: unexpected end of JSON input",
		`bad/kinds: result.json: "n" is string: want int`,
		`bad/metric: result.json: metric "bleu": want one of ["accuracy"`,
		`bad/nothing: result.json: no "model"`,
		`bad/other: manifest.json is of task "nsmc", result.json of "paws"`,
		"bad/plain: manifest.json: no such file or directory",
		"bad/unfinished: no result.json beside manifest.json",
	}
	if len(faults) != len(want) {
		t.Fatalf("faults %q", faults)
	}
	for i := range want {
		if !strings.HasPrefix(faults[i], want[i]) && i != 6 { // the system words that one
			t.Errorf("fault %q, want %q", faults[i], want[i])
		}
	}
	if _, _, err := Find(filepath.Join(root, "none")); err == nil {
		t.Error("a root that is not there: no error")
	}
	if _, _, err := Find(filepath.Join(root, "a", ResultFile)); err == nil {
		t.Error("a file as root: no error")
	}
}

func TestDecodeLog(t *testing.T) {
	in := `{"event":"step","step":1,"epoch":0.5,"loss":0.7,"lr":1e-5,"grad_norm":2}` + "\n" +
		`{"event":"later","x":1}` + "\n" + `{"event":"eval","step":1,"epoch":0.5,"split":"dev","scores":{"f1":0.25}}` + "\n"
	events, err := DecodeLog(strings.NewReader(in), "log.jsonl")
	if err != nil || len(events) != 2 || events[0].Step.GradNorm != 2 || *events[1].Eval.Scores.F1 != 0.25 {
		t.Errorf("%+v %v", events, err)
	}
	if _, err := DecodeLog(strings.NewReader(in+"{}"), "log.jsonl"); err == nil || err.Error() != `log.jsonl:4: no "event"` {
		t.Errorf("error %v", err)
	}
	if _, err := DecodeLog(strings.NewReader(`{"event":"step","step":"x"}`), "log.jsonl"); err == nil || !strings.HasPrefix(err.Error(), "log.jsonl:1: ") {
		t.Errorf("error %v", err)
	}
}

func FuzzDecodePredictions(f *testing.F) {
	for _, p := range predictions() {
		b, _ := json.Marshal(p)
		f.Add(b)
	}
	f.Add([]byte("{\"gold\":1e400,\"pred\":\"\\ud800\"}\n\n[]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := Reading{Detail: true, By: "x"}.Decode(bytes.NewReader(b), "f")
		if err != nil {
			var line *LineError
			if !errors.As(err, &line) || line.Line < 1 {
				t.Fatalf("error without a line: %v", err)
			}
			return
		}
		if _, err := json.Marshal(a.Sample().Scores()); err != nil {
			t.Fatal(err)
		}
		a.Breakdown()
		if _, err := Align(a, a); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzDecodeLog(f *testing.F) {
	f.Add([]byte(`{"event":"step","step":1,"loss":0.7}` + "\n" + `{"event":"eval","scores":{"f1":null}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		events, err := DecodeLog(bytes.NewReader(b), "f")
		if err != nil {
			return
		}
		for _, e := range events {
			if (e.Step == nil) == (e.Eval == nil) {
				t.Fatal("an event is both or none")
			}
		}
	})
}

func FuzzDecodeRun(f *testing.F) {
	b, _ := json.Marshal(result("m", "nsmc", 1, 50))
	m, _ := json.Marshal(manifest("m", "nsmc", 1))
	f.Add(b, m)
	f.Fuzz(func(t *testing.T, result, manifest []byte) {
		r, err := decodeRun("r", result, manifest)
		if err != nil {
			return
		}
		r.Variant()
		r.Differences(r)
	})
}
