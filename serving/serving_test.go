package serving_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/predictions"
	"github.com/lmkor/bench/serving"
	"github.com/lmkor/bench/tokenizers"
)

// patience is how long a test waits for what comes at once, were the machine not busy.
const patience = 2 * time.Minute

// fields are the config of a small model of the given type and class.
func fields(modelType, class string) smallmodel.Fields {
	f := smallmodel.BERT()
	f["model_type"], f["architectures"] = modelType, []string{class}
	switch modelType {
	case "gpt2":
		return smallmodel.Fields{"model_type": "gpt2", "architectures": []string{class}, "n_embd": 32, "n_layer": 2, "n_head": 2,
			"n_positions": 64, "initializer_range": 0.3}
	case "funnel":
		return smallmodel.Fields{"model_type": "funnel", "architectures": []string{class}, "d_model": 32,
			"n_head": 2, "d_head": 16,
			"d_inner": 64, "block_sizes": []int{1, 1}, "num_decoder_layers": 1, "pad_token_id": 0}
	case "albert", "electra":
		f["embedding_size"] = 16
	}
	f["initializer_range"] = 0.3
	return f
}

// directories are small model directories, by name.
func directories(t testing.TB) map[string]string {
	t.Helper()
	tok := smallmodel.Vocabulary(t)
	dirs := map[string]string{}
	for _, m := range []struct{ name, kind, class string }{
		{"reviews", "bert", "BertForSequenceClassification"},
		{"names", "bert", "BertForTokenClassification"},
		{"bert", "bert", "BertForMaskedLM"},
		{"albert", "albert", "AlbertForMaskedLM"},
		{"electra", "electra", "ElectraForMaskedLM"},
		{"funnel", "funnel", "FunnelForMaskedLM"},
		{"gpt", "gpt2", "GPT2LMHeadModel"},
	} {
		f := fields(m.kind, m.class)
		if m.name == "names" {
			f["id2label"] = smallmodel.Fields{"0": "O", "1": "PER-B", "2": "PER-I"}
		}
		dirs[m.name] = smallmodel.New(t, f, tok).Write(t, tok)
	}
	dirs["short"] = seq2seq(t, tok)
	return dirs
}

// seq2seq is a small encoder-decoder.
func seq2seq(t testing.TB, tok *tokenizers.Tokenizer) string {
	t.Helper()
	part := func(decoder bool) smallmodel.Fields {
		f := smallmodel.BERT()
		f["initializer_range"], f["is_decoder"], f["add_cross_attention"] = 0.3, decoder, decoder
		return f
	}
	return smallmodel.New(t, smallmodel.Fields{"model_type": "encoder-decoder", "architectures": []string{"EncoderDecoderModel"},
		"encoder": part(false), "decoder": part(true), "decoder_start_token_id": 2, "pad_token_id": 0,
		"tie_encoder_decoder": false}, tok).Write(t, tok)
}

func server(t testing.TB, dirs map[string]string, change func(*serving.Options)) *serving.Server {
	t.Helper()
	o := serving.Options{Limits: serving.DefaultLimits(), Log: slog.New(slog.DiscardHandler), Version: "test"}
	o.Limits.Timeout, o.Limits.Drain = patience, patience
	for _, name := range []string{"reviews", "names", "bert", "albert", "electra", "funnel", "gpt", "short"} {
		if dirs[name] == "" {
			continue
		}
		m, err := serving.Open(name, dirs[name])
		if err != nil {
			t.Fatal(err)
		}
		o.Models = append(o.Models, m)
	}
	if change != nil {
		change(&o)
	}
	s, err := serving.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// post asks and returns status, body and header.
func post(t testing.TB, h http.Handler, path, kind, body string) (int, string, http.Header) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

func postJSON(t testing.TB, h http.Handler, path string, v any) (int, string) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	status, body, _ := post(t, h, path, "application/json", string(raw))
	return status, body
}

type object = map[string]any

var reviews = []string{"이 영화 정말 재미있다", "배우 연기가 별로다", "",
	strings.Repeat("음악이 좋다. ", 40), "a\u0300 😀 각"}

// Answers over HTTP are those of the predictor that eval and predict have, bit by
// bit, alone or among those of many other clients.
func TestPredictionsAreThePredictors(t *testing.T) {
	dirs := directories(t)
	s := server(t, map[string]string{"reviews": dirs["reviews"], "names": dirs["names"]}, nil)
	var wait sync.WaitGroup
	defer wait.Wait()
	for _, name := range []string{"reviews", "names"} {
		a, err := checkpoints.OpenAnswering(dirs[name], nil)
		if err != nil {
			t.Fatal(err)
		}
		v, err := checkpoints.Vote([]*checkpoints.Answering{a})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for l, err := range predictions.Answer(t.Context(), v, func(yield func(predictions.Text, error) bool) {
			for _, r := range reviews {
				if !yield(predictions.Text{Text: r}, nil) {
					return
				}
			}
		}) {
			if err != nil {
				t.Fatal(err)
			}
			l.ID = 0
			raw, _ := json.Marshal(l)
			want = append(want, string(raw))
		}
		for range 8 {
			for i, r := range reviews {
				wait.Go(func() {
					status, body := postJSON(t, s, "/v1/predict", object{"model": name, "text": r})
					if status != http.StatusOK {
						t.Errorf("status %d: %s", status, body)
						return
					}
					var got struct{ Answers []object }
					var expected object
					if json.Unmarshal([]byte(body), &got) != nil || json.Unmarshal([]byte(want[i]),
						&expected) != nil || !reflect.DeepEqual(got.Answers[0], expected) {
						t.Errorf("%s: text %d: %s, want %s", name, i, body, want[i])
					}
				})
			}
		}
	}
}

// A tab in a text is white space: places are of the text as it came. Only models of
// pairs have two texts, which /v1/models says where it is known.
func TestTabs(t *testing.T) {
	s := server(t, directories(t), nil)
	_, models := get(s, "/v1/models")
	for want, times := range map[string]int{`"kind":"tag","labels":["O","PER-B","PER-I"],"pairs":false`: 1, `"pairs":true`: 0} {
		if strings.Count(models, want) != times {
			t.Errorf("models: %s: want %s %d times", models, want, times)
		}
	}
	var spaces, tabs struct{ Answers []serving.Answer }
	for text, to := range map[string]any{"철수는  서울에 산다": &spaces, "철수는\t\t서울에\t산다": &tabs} {
		status, body := postJSON(t, s, "/v1/predict", object{"model": "names", "text": text})
		if err := json.Unmarshal([]byte(body), to); err != nil || status != 200 {
			t.Fatalf("status %d: %s", status, body)
		}
	}
	if a, b := *spaces.Answers[0].Entities, *tabs.Answers[0].Entities; len(a) != len(b) || len(a) == 0 {
		t.Fatalf("entities %v, with tabs %v", a, b)
	}
	for i, e := range *tabs.Answers[0].Entities {
		other := (*spaces.Answers[0].Entities)[i]
		if e.Start != other.Start || e.End != other.End || e.Prob != other.Prob ||
			e.Text != string([]rune("철수는\t\t서울에\t산다")[e.Start:e.End]) {
			t.Errorf("%+v, with spaces %+v", e, other)
		}
	}
}

// The lines that LMkor's readers know, as curl sends them: multipart or
// urlencoded, either mask.
func TestFormsAnswerAsPublished(t *testing.T) {
	s := server(t, directories(t), nil)
	for _, path := range []string{"bert", "albert", "funnel", "electra"} {
		for _, mask := range []string{"[MASK]", "<mask>"} {
			multi := "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n나는 오늘 " + mask + "을 했다\r\n" +
				"--x\r\nContent-Disposition: form-data; name=\"samples\"\r\n\r\n3\r\n--x--\r\n"
			for kind, body := range map[string]string{
				"multipart/form-data; boundary=x":   multi,
				"application/x-www-form-urlencoded": "samples=3&text=" + strings.ReplaceAll("나는 오늘 "+mask+"을 했다", " ", "+"),
			} {
				status, out, _ := post(t, s, "/"+path, kind, body)
				var got map[string]string
				if err := json.Unmarshal([]byte(out), &got); status != 200 || err != nil || len(got) != 1 ||
					strings.Count(got[path], " / ") != 2 {
					t.Errorf("%s %s: status %d: %s", path, kind, status, out)
				}
			}
		}
	}
	for path, n := range map[string]int{"/gpt-3": 2, "/summarize": 1} {
		body := fmt.Sprintf("text=오늘은 날씨가&samples=%d", n)
		if path == "/gpt-3" {
			body += "&length=7"
		}
		status, out, _ := post(t, s, path, "application/x-www-form-urlencoded", body)
		var got map[string]string
		if err := json.Unmarshal([]byte(out), &got); status != 200 || err != nil || len(got) != n {
			t.Errorf("%s: status %d: %s", path, status, out)
		}
		for i := range n {
			if _, ok := got[fmt.Sprint(i)]; !ok {
				t.Errorf("%s: %s has no %d", path, out, i)
			}
		}
	}
	for _, body := range []string{"samples=3", "text=가&samples=0", "text=가&samples=x",
		"text=마스크 없음", "text=%ff[MASK]"} {
		status, out, h := post(t, s, "/bert", "application/x-www-form-urlencoded", body)
		if status != 400 || h.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: status %d %s: %s", body, status, h.Get("Content-Type"), out)
		}
	}
}

// A stream's parts make up the text that comes without one.
func TestStreamsAreTheText(t *testing.T) {
	s := server(t, map[string]string{"gpt": directories(t)["gpt"]}, nil)
	ask := object{"text": "이 영화", "max_new_tokens": 12, "do_sample": true, "seed": 3}
	status, body := postJSON(t, s, "/v1/generate", ask)
	var whole serving.Written
	if err := json.Unmarshal([]byte(body), &whole); err != nil || status != 200 || whole.Text == "" {
		t.Fatalf("status %d: %s", status, body)
	}
	ask["stream"] = true
	status, body = postJSON(t, s, "/v1/generate", ask)
	events := strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n")
	var last serving.Written
	text := "이 영화"
	for i, e := range events {
		var part struct{ Text string }
		data := strings.TrimPrefix(e, "event: done\n")
		if err := json.Unmarshal([]byte(strings.TrimPrefix(data, "data: ")), &part); err != nil {
			t.Fatalf("%q: %v", e, err)
		}
		if i == len(events)-1 {
			_ = json.Unmarshal([]byte(strings.TrimPrefix(data, "data: ")), &last)
			break
		}
		text += part.Text
	}
	if status != 200 || last != whole || text != whole.Text || len(events) < 5 {
		t.Errorf("streamed %q in %d events, then %+v, want %+v", text, len(events), last, whole)
	}
	for _, bad := range []object{{"text": ""}, {"text": "가", "num_beams": 99}, {"text": "가",
		"temperature": 0}, {"text": "가", "max_length": 100},
		{"text": "가", "unknown": 1}, {"texts": "가"}, {"text": "가", "model": "other"}, {"text": "가",
			"num_beams": 2, "do_sample": true}} {
		if status, body := postJSON(t, s, "/v1/generate", bad); status != 400 || !strings.Contains(body, `"status":400`) {
			t.Errorf("%v: status %d: %s", bad, status, body)
		}
	}
}

func TestEveryOtherAnswer(t *testing.T) {
	s := server(t, directories(t), nil)
	for path, ask := range map[string]object{
		"/v1/embed": {"texts": []any{"가", object{"text": "가", "text_pair": "나"}}, "normalize": true,
			"pooling": "first"},
		"/v1/fill-mask": {"text": "<mask>는 [MASK]다", "model": "electra", "top": 2},
		"/v1/summarize": {"text": "긴 글", "max_new_tokens": 5},
	} {
		if status, body := postJSON(t, s, path, ask); status != 200 {
			t.Errorf("%s: status %d: %s", path, status, body)
		}
	}
	for path, want := range map[string]string{"/v1/models": `"name":"short"`, "/healthz": "ok",
		"/readyz": "ready", "/metrics": "bench_batch_requests",
		"/openapi.json": `"openapi":"3.1.0"`, "/": "<!doctype html>"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: status %d: %.200s", path, w.Code, w.Body.String())
		}
	}
	for path, want := range map[string]int{"/nothing": 404, "/v1/predict": 405, "/v1/leaderboard": 404} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: status %d, want %d", path, w.Code, want)
		}
	}
}

func TestLimits(t *testing.T) {
	dirs := map[string]string{"reviews": directories(t)["reviews"]}
	s := server(t, dirs, func(o *serving.Options) {
		o.Limits.Body, o.Limits.Texts, o.Token = 2000, 3, func() string { return "secret" }
	})
	ask := func(body, token string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/v1/predict", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, c := range []struct {
		body, token string
		want        int
	}{
		{`{"text":"가"}`, "Bearer secret", 200},
		{`{"text":"가"}`, "bearer  secret", 200}, // a scheme has no case
		{`{"text":"가"}`, "Basic secret", 401},
		{`{"text":"가"}`, "Bearer ", 401},
		{`{"text":"가"}`, "Bearer secre", 401},
		{`{"text":"가"}`, "secret", 401},
		{`{"text":"가"}`, "", 401},
		{`{"text":"` + strings.Repeat("가", 1000) + `"}`, "Bearer secret", 413},
		{`{"texts":["가","가","가","가"]}`, "Bearer secret", 400},
		{`{"texts":[]}`, "Bearer secret", 400},
		{`{"text":"가","texts":["가"]}`, "Bearer secret", 400},
		{`{"text":{"words":["가"],"text":"가"}}`, "Bearer secret", 400},
		{`{"text":7}`, "Bearer secret", 400},
		{"{\"text\":\"\xff\"}", "Bearer secret", 400},
		{`{`, "Bearer secret", 400},
		{``, "Bearer secret", 400},
	} {
		if status, body := ask(c.body, c.token); status != c.want {
			t.Errorf("%.60s with %q: status %d, want %d: %s", c.body, c.token, status, c.want, body)
		}
	}
}

// When more wait than may, the others are refused and told when to come again.
func TestFullQueuesRefuse(t *testing.T) {
	on := &gated{Backend: remote.New(), entered: make(chan struct{}), gate: make(chan struct{})}
	s := server(t, map[string]string{"reviews": directories(t)["reviews"]}, func(o *serving.Options) {
		o.Limits.Queue, o.Limits.BatchTokens, o.Limits.Timeout = 1, 1, time.Hour
		o.Device = serving.NewDevice(on)
	})
	on.shut.Store(true)
	answers := make(chan int, 2)
	ask := func() {
		status, _ := postJSON(t, s, "/v1/predict", object{"text": reviews[0]})
		answers <- status
	}
	go ask()
	<-on.entered
	go ask()
	for metric(t, s, "bench_waiting_requests", "reviews") != 1 {
		time.Sleep(time.Millisecond)
	}
	for range 2 {
		status, body, h := post(t, s, "/v1/predict", "application/json", `{"text":"가"}`)
		if status != http.StatusTooManyRequests || h.Get("Retry-After") == "" {
			t.Errorf("status %d, Retry-After %q: %s", status, h.Get("Retry-After"), body)
		}
	}
	close(on.gate)
	for range 2 {
		if status := <-answers; status != http.StatusOK {
			t.Errorf("one that was taken on: status %d", status)
		}
	}
}

// gated is a device that computes nothing while it is shut, until its gate is closed.
type gated struct {
	*remote.Backend
	shut          atomic.Bool
	once          sync.Once
	entered, gate chan struct{}
}

func (g *gated) Run(calls ...device.Call) {
	if g.shut.Load() {
		g.once.Do(func() { close(g.entered) })
		<-g.gate
	}
	g.Backend.Run(calls...)
}

// A server that is told to stop answers what it has taken on, and takes no more.
func TestDrain(t *testing.T) {
	var log bytes.Buffer
	s := server(t, map[string]string{"gpt": directories(t)["gpt"]}, func(o *serving.Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, nil))
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, l) }()
	url := "http://" + l.Addr().String()
	r, err := http.Post(url+"/v1/generate", "application/json",
		strings.NewReader(`{"text":"영화","max_length":60,"min_length":60,"stream":true}`))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	stop()
	body, err := io.ReadAll(r.Body)
	if err != nil || !strings.Contains(string(body), "event: done") {
		t.Errorf("the stream ended with %v: %q", err, body)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(patience):
		t.Fatal("the server did not end")
	}
	if _, err := http.Get(url + "/healthz"); err == nil {
		t.Error("it still answers")
	}
	if strings.Contains(log.String(), "영화") {
		t.Error("the log has a text")
	}
}

// A client that goes away is no longer written for.
func TestCancelledRequestsStop(t *testing.T) {
	s := server(t, map[string]string{"gpt": directories(t)["gpt"], "reviews": directories(t)["reviews"]},
		func(o *serving.Options) {
			o.Limits.Timeout = time.Nanosecond
		})
	for path, ask := range map[string]object{"/v1/generate": {"text": "가"}, "/v1/predict": {"text": "가"}} {
		if status, body := postJSON(t, s, path, ask); status != 503 {
			t.Errorf("%s: status %d: %s", path, status, body)
		}
	}
}
