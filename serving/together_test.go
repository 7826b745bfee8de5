package serving_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/serving"
)

// Continuations and summaries, by beams or not, that many clients ask for at once are
// the bytes of each alone, with more beams than may be written at once too.
func TestWrittenTextsAreThoseAlone(t *testing.T) {
	dirs := directories(t)
	s := server(t, map[string]string{"gpt": dirs["gpt"], "short": dirs["short"]}, func(o *serving.Options) { o.Limits.Together = 6 })
	type asked struct {
		path string
		ask  object
	}
	var all []asked
	for i := range 10 {
		text := strings.Repeat("이 영화 정말 재미있다 ", 1+i%3) + fmt.Sprint(i)
		all = append(all,
			asked{"/v1/summarize", object{"text": text, "max_new_tokens": 5 + i, "num_beams": 1 + i%4}},
			asked{"/v1/generate", object{"text": text, "max_new_tokens": 3 + i, "num_beams": 1 + i%8}})
	}
	alone := make([]string, len(all))
	for i, a := range all {
		status, body := postJSON(t, s, a.path, a.ask)
		if status != http.StatusOK {
			t.Fatalf("%v: status %d: %s", a, status, body)
		}
		alone[i] = body
	}
	var wait sync.WaitGroup
	for range 3 {
		for i, a := range all {
			wait.Go(func() {
				if status, body := postJSON(t, s, a.path, a.ask); status != http.StatusOK || body != alone[i] {
					t.Errorf("%v: status %d: %s, alone %s", a, status, body, alone[i])
				}
			})
		}
	}
	wait.Wait()
}

// Several checkpoints under one name answer with the mean of their probabilities, and
// /v1/models says how many they are.
func TestVotesOverHTTP(t *testing.T) {
	tok := smallmodel.Vocabulary(t)
	var dirs []string
	for i := range 2 {
		d := smallmodel.New(t, fields("bert", "BertForSequenceClassification"), tok)
		for k := range d.Tensor("classifier.weight").Data {
			d.Tensor("classifier.weight").Data[k] *= float32(1 + 2*i)
		}
		dirs = append(dirs, d.Write(t, tok))
	}
	both, err := serving.OpenAll([]string{"both=" + strings.Join(dirs, ","), "one=" + dirs[0], "two=" + dirs[1], strings.Join(dirs, ",")})
	if err != nil {
		t.Fatal(err)
	}
	s := server(t, nil, func(o *serving.Options) { o.Models = both })
	probability := func(model string) float64 {
		status, body := postJSON(t, s, "/v1/predict", object{"model": model, "texts": []string{"다른 글", reviews[0]}})
		var got struct {
			Answers []struct{ Probs map[string]float64 }
		}
		if err := json.Unmarshal([]byte(body), &got); status != http.StatusOK || err != nil || len(got.Answers) != 2 {
			t.Fatalf("%s: status %d, %v: %s", model, status, err, body)
		}
		return got.Answers[1].Probs["1"]
	}
	one, two, vote := probability("one"), probability("two"), probability("both")
	if d := vote - (one+two)/2; math.Abs(d) > 1e-15 || math.Abs(one-two) < 1e-3 {
		t.Errorf("the vote of %v and %v is %v", one, two, vote)
	}
	if unnamed := probability(checkpoints.NameOf(dirs[0])); unnamed != vote {
		t.Errorf("the vote of the same two, called as the first is: %v, want %v", unnamed, vote)
	}
	if _, body := get(s, "/v1/models"); !strings.Contains(body, `"voters":2`) {
		t.Errorf("the models: %s", body)
	}
	if _, err := serving.OpenAll([]string{"x=" + dirs[0] + "," + directories(t)["bert"]}); err == nil {
		t.Error("a masked language model votes")
	}
}

func get(h http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}
