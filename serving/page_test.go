package serving_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/lmkor/bench/serving"
)

// The page names nothing that lies elsewhere, and may not: its policy says so.
func TestPageNeedsNoNetwork(t *testing.T) {
	s := server(t, nil, nil)
	for path, kind := range map[string]string{"/": "text/html", "/page/app.js": "text/javascript",
		"/page/style.css": "text/css"} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: status %d, %s", path, w.Code, w.Header().Get("Content-Type"))
		}
		if other := regexp.MustCompile(`https?://|url\(|@import|\bimport\(`).FindString(w.Body.String()); other != "" {
			t.Errorf("%s has %q", path, other)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") ||
			strings.Contains(policy, "http") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if inline := regexp.MustCompile(` (style|on\w+)=`).FindString(w.Body.String()); kind == "text/html" && inline != "" {
			t.Errorf("%s has %q inline, which its policy forbids", path, inline)
		}
	}
}

// Both languages have every word of the page.
func TestPageSpeaksBothLanguages(t *testing.T) {
	s := server(t, nil, nil)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/page/app.js", nil))
	script := w.Body.String()
	table := func(from, to string) map[string]bool {
		_, rest, _ := strings.Cut(script, from)
		part, _, _ := strings.Cut(rest, to)
		keys := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)["']?([\w-]+)["']?: "`).FindAllStringSubmatch(part, -1) {
			keys[m[1]] = true
		}
		return keys
	}
	en, ko := table("  en: {", "\n  },"), table("  ko: {", "\n  },")
	if len(en) < 20 {
		t.Fatalf("%d words", len(en))
	}
	for k := range en {
		if !ko[k] {
			t.Errorf("Korean lacks %q", k)
		}
	}
	for k := range ko {
		if !en[k] {
			t.Errorf("English lacks %q", k)
		}
	}
}

// The page asks for a leaderboard where /v1/models says that there is one.
func TestLeaderboardIsAnnounced(t *testing.T) {
	dirs := map[string]string{"reviews": directories(t)["reviews"]}
	for _, there := range []bool{false, true} {
		s := server(t, dirs, func(o *serving.Options) {
			if there {
				o.Board = func() ([]byte, error) { return []byte(`{"rows":[]}`), nil }
			}
		})
		_, models := get(s, "/v1/models")
		status, board := get(s, "/v1/leaderboard")
		if strings.Contains(models, `"leaderboard":true`) != there || (status == http.StatusOK) != there {
			t.Errorf("leaderboard %v: models %s, board %d %s", there, models, status, board)
		}
	}
}
