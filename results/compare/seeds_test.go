package compare

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
)

// Of seeds of which some have a checkpoint chosen on dev, these are compared and the
// others named.
func TestSomeSeedsChosenOnDev(t *testing.T) {
	s := newStudy(t, 400)
	for _, model := range []string{"a", "b"} {
		for seed := 1; seed <= 3; seed++ {
			s.run(t, model, "nsmc", seed, "", wrongs(4, seed))
			if model == "b" && seed == 2 {
				continue
			}
			text := fmt.Sprintf(`{"model":%q,"task":"nsmc","seed":%d,"metric":"accuracy","n":400,"checkpoints":[{"dir":"checkpoint","step":9},`+
				`{"dir":"checkpoint-best","step":9,"chosen_on":"dev"}]}`, model, seed)
			if err := os.WriteFile(filepath.Join(s.root, model, fmt.Sprintf("nsmc/seed-%d", seed), results.ResultFile), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	c := s.compare(t, Options{Dev: true, Lang: results.English}, "a", "b").Pairs[0].Tasks[0]
	if c.Seeds != (Seeds{2, 2, true}) || len(c.LeftOut) != 2 {
		t.Fatalf("%+v %+v", c.Seeds, c.LeftOut)
	}
	for i, want := range []string{"kept no checkpoint chosen on dev", "no such seed of b"} {
		if l := c.LeftOut[i]; *l.Seed != 2 || l.Side != []string{"b", "a"}[i] || !strings.Contains(l.Reason.English, want) {
			if l = c.LeftOut[1-i]; *l.Seed != 2 || !strings.Contains(l.Reason.English, want) {
				t.Errorf("%+v, want %q", c.LeftOut, want)
			}
		}
	}
}

// The same settings and seed twice on one side count once, and the other is named.
func TestRepeatedRunsCountOnce(t *testing.T) {
	s := newStudy(t, 200)
	s.run(t, "a", "nsmc", 1, "", wrongs(5, 1))
	for _, folder := range []string{"b", "b/again"} {
		s.run(t, folder, "nsmc", 1, "", wrongs(5, 2))
	}
	path := filepath.Join(s.root, "b/again/nsmc/seed-1", results.ResultFile)
	text, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(path, bytes.ReplaceAll(text, []byte("b/again"), []byte("b")), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := s.compare(t, Options{Lang: results.English}, "a", "b").Pairs[0].Tasks[0]
	if c.Seeds != (Seeds{1, 1, true}) || len(c.LeftOut) != 1 || c.LeftOut[0].Side != "b" || !strings.Contains(c.LeftOut[0].Reason.English, " repeats ") {
		t.Errorf("%+v %+v", c.Seeds, c.LeftOut)
	}
}

// Seeds that are left out for one reason stand in one note, counted.
func TestLeftOutIsCounted(t *testing.T) {
	c := Comparison{}
	for seed := range uint64(3) {
		c.LeftOut = append(c.LeftOut, LeftOut{"nsmc", &seed, "b", because(results.Korean, "no such seed of %s", "%s에는 없는 시드", "a")})
	}
	c.LeftOut = append(c.LeftOut, LeftOut{Task: "paws", Side: "a", Reason: because(results.Korean, "no run of b", "b의 실행이 없음")})
	want := "Left out: nsmc, 3 seeds (0, 1, 2) of b: no such seed of a.|Left out: paws of a: no run of b."
	if got := strings.Join(c.leftNotes(results.English), "|"); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := (&Pair{Tasks: []*Comparison{&c}}).LeftOutText("paws")[0].Korean, "제외: a의 paws: b의 실행이 없음."; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if b, err := json.Marshal(c.LeftOut[3]); err != nil || string(b) != `{"task":"paws","seed":null,"side":"a","reason":"b의 실행이 없음"}` {
		t.Errorf("%s %v", b, err)
	}
}

// Two seeds that lie far apart could have shown nothing, and no score leaves its range.
func TestTooFewSeedsAreBlind(t *testing.T) {
	s := study{t.TempDir(), 200}
	for seed := range 2 {
		s.run(t, "a", "nsmc", seed, "", wrongs(60-50*seed, seed))
		s.run(t, "b", "nsmc", seed, "", wrongs(10+50*seed, seed))
	}
	c := s.compare(t, Options{Lang: results.English}, "a", "b").Pairs[0].Tasks[0]
	if in := *c.Difference.Interval; in[0] < -100 || in[1] > 100 || *c.Verdict.Detectable != 100 || c.Verdict.Answer != Undecided {
		t.Errorf("%v, %v detectable", in, *c.Verdict.Detectable)
	}
	for lang, want := range map[results.Lang]string{results.English: " With power 0.8 these data could not have shown any difference, however large", results.Korean: " 이 데이터로는 검정력 0.8에서 어떤 차이도 검출할 수 없"} {
		if got := c.Sentence(lang); !strings.Contains(got, want) || strings.Contains(got, "없이") {
			t.Error(got)
		}
	}
}
