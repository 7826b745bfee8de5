package main

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/lmkor/bench/checkpoints"
)

// suiteHub is a hub that has the model org/one, and org/two from when it is told.
type suiteHub struct {
	two    atomic.Bool
	bodies atomic.Int32 // of weights that were sent
}

const suiteCommit = "0123456789abcdef0123456789abcdef01234567"

func (h *suiteHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	files := map[string]string{"config.json": `{"model_type":"bert"}`, "vocab.txt": "[PAD]\n", "model.safetensors": "weights"}
	if strings.Contains(r.URL.Path, "/two/") && !h.two.Load() {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/models/org/") {
		fmt.Fprintf(w, `{"sha":%q,"siblings":[{"rfilename":"config.json"},{"rfilename":"vocab.txt"},{"rfilename":"model.safetensors"}]}`, suiteCommit)
		return
	}
	name := filepath.Base(r.URL.Path)
	text := files[name]
	w.Header().Set("X-Repo-Commit", suiteCommit)
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text))))
	if name == "model.safetensors" {
		w.Header().Set("X-Linked-Etag", fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text))))
		if r.Method == http.MethodGet {
			h.bodies.Add(1)
		}
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	if r.Method == http.MethodGet {
		fmt.Fprint(w, text)
	}
}

// All models of a suite that are not there are fetched, in spite of one that can't
// be; the next call fetches that one alone.
func TestPullSuite(t *testing.T) {
	hub := &suiteHub{}
	server := httptest.NewServer(hub)
	defer server.Close()
	for name, value := range map[string]string{"HF_HUB_CACHE": t.TempDir(), "HF_ENDPOINT": server.URL, "HF_TOKEN": "", "HF_HUB_OFFLINE": "",
		"HF_TOKEN_PATH": filepath.Join(t.TempDir(), "none"), "BENCH_CONFIG_DIR": t.TempDir(), "HF_HOME": t.TempDir()} {
		t.Setenv(name, value)
	}
	suite := filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(suite, []byte("name: mine\nmodels: [org/two, bert-tiny-scratch, org/one, hanbert]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	pull := func(format string) (string, error) {
		var out, errs bytes.Buffer
		o := pullOptions{model: suite, format: format}
		err := o.run(t.Context(), streams{nil, &out, &errs})
		return out.String(), err
	}
	out, err := pull("table")
	if err == nil || !strings.Contains(err.Error(), "org/two") || !strings.Contains(err.Error(), "get it from") {
		t.Errorf("%v", err)
	}
	if !strings.Contains(out, "4 models: 1 fetched, 0 there before, 1 from scratch, 2 failed") {
		t.Errorf("%s", out)
	}
	hub.two.Store(true)
	out, _ = pull("json")
	var all []checkpoints.Pulled
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range all {
		got = append(got, p.Status)
	}
	if strings.Join(got, " ") != "fetched scratch there failed" || !strings.HasSuffix(all[2].Dir, suiteCommit) || hub.bodies.Load() != 2 {
		t.Errorf("%v, weights sent %d times", all, hub.bodies.Load())
	}
	o := pullOptions{model: suite, revision: "v1"}
	if err := o.run(t.Context(), streams{nil, &bytes.Buffer{}, &bytes.Buffer{}}); err == nil || !strings.Contains(err.Error(), "--revision") {
		t.Errorf("%v", err)
	}
}
