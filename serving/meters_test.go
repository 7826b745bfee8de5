package serving_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// metric returns a model's value of a metric.
func metric(t *testing.T, h http.Handler, name, model string) (value int) {
	t.Helper()
	_, body := get(h, "/metrics")
	for line := range strings.Lines(body) {
		if rest, ok := strings.CutPrefix(line, fmt.Sprintf("%s{model=%q} ", name, model)); ok {
			if _, err := fmt.Sscan(rest, &value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return value
}

// A setting that makes no sense is called as the request calls it.
func TestSettingsHaveTheirNames(t *testing.T) {
	s := server(t, map[string]string{"gpt": directories(t)["gpt"]}, nil)
	status, body := postJSON(t, s, "/v1/generate", object{"text": "이 영화", "num_beams": 2, "do_sample": true})
	if status != http.StatusBadRequest || !strings.Contains(body, `"detail":"num_beams: 2: want 1, or do_sample false"`) {
		t.Errorf("status %d: %s", status, body)
	}
}

// Every beam's tokens are computed, and the answer's alone are written.
func TestTokensAreCounted(t *testing.T) {
	dirs := directories(t)
	s := server(t, map[string]string{"gpt": dirs["gpt"], "short": dirs["short"]}, nil)
	ask := func(path, model string, more object) (whole, computed, written int) {
		t.Helper()
		ask := object{"text": "이 영화 정말"}
		for k, v := range more {
			ask[k] = v
		}
		computed, written = metric(t, s, "bench_tokens_total", model), metric(t, s, "bench_written_tokens_total", model)
		status, body := postJSON(t, s, path, ask)
		var got struct{ Tokens int }
		if err := json.Unmarshal([]byte(body), &got); status != http.StatusOK || err != nil {
			t.Fatalf("status %d, %v: %s", status, err, body)
		}
		return got.Tokens, metric(t, s, "bench_tokens_total", model) - computed,
			metric(t, s, "bench_written_tokens_total", model) - written
	}
	whole, computed, written := ask("/v1/generate", "gpt", object{"max_new_tokens": 1})
	prompt := whole - 1
	if prompt < 2 || computed != whole || written != 1 {
		t.Errorf("of a prompt of %d tokens and one more %d were computed and %d written", prompt, computed, written)
	}
	for _, beams := range []int{1, 3} {
		whole, computed, written := ask("/v1/generate", "gpt", object{"max_new_tokens": 6, "num_beams": beams})
		if written != whole-prompt || written < 1 {
			t.Errorf("%d beams: %d tokens written, the answer has %d", beams, written, whole-prompt)
		}
		if steps := (computed - prompt) / beams; (computed-prompt)%beams != 0 || steps < written || steps > 6 {
			t.Errorf("%d beams: %d tokens computed behind the prompt, %d written", beams, computed-prompt, written)
		}
	}
	whole, _, written = ask("/v1/summarize", "short", object{"max_new_tokens": 6, "num_beams": 2})
	if written != whole-1 || written < 1 {
		t.Errorf("%d tokens of a summary written, it has %d and the one that it begins with", written, whole-1)
	}
}
