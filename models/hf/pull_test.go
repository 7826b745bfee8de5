package hf

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// check holds a snapshot to the hub's files.
func (h *hub) check(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != h.files[name] {
			t.Errorf("%s: %d bytes, %v; want %d", name, len(b), err, len(h.files[name]))
		}
	}
	if l := leftovers(t); len(l) > 0 {
		t.Errorf("left %v", l)
	}
}

// begun puts bytes where an earlier pull would have left them.
func (h *hub) begun(t *testing.T, name, bytes string) {
	t.Helper()
	blobs := filepath.Join(os.Getenv("HF_HUB_CACHE"), "models--org--name", "blobs")
	if err := os.MkdirAll(blobs, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(blobs, h.sum(name)+".incomplete"), []byte(bytes), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestPullTakesUpWhatWasBegun(t *testing.T) {
	for _, c := range []struct {
		name, begun string
		ranges      string
	}{
		{"half", strings.Repeat("weights ", 2500), "bytes=20000-"},
		{"all", strings.Repeat("weights ", 5000), ""},
		{"more than all", strings.Repeat("weights ", 5001), ""},
		{"something else", strings.Repeat("nonsense", 10), "bytes=80-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHub(t)
			h.begun(t, "model.safetensors", c.begun)
			dir, err := pull(t)
			if err != nil {
				t.Fatal(err)
			}
			h.check(t, dir, "model.safetensors")
			if got := strings.Join(h.ranges, " "); got != c.ranges {
				t.Errorf("asked for %q, want %q", got, c.ranges)
			}
		})
	}
}

func TestPullFollowsTheHubsOwnRedirects(t *testing.T) {
	h := newHub(t)
	h.own = true
	dir, err := pull(t)
	if err != nil {
		t.Fatal(err)
	}
	h.check(t, dir, "config.json", "model.safetensors")
	if _, err := os.Stat(filepath.Join(os.Getenv("HF_HUB_CACHE"), "models--org--name", "blobs", h.sum("model.safetensors"))); err != nil {
		t.Errorf("the blob is not named by the hub's hash: %v", err)
	}
}

// shard replaces the hub's weights by two shards.
func (h *hub) shard() {
	delete(h.files, "model.safetensors")
	h.files["model.safetensors.index.json"] = `{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors"}}`
	h.files["model-1.safetensors"] = "one"
	h.files["model-2.safetensors"] = "two"
	h.files["model-3.safetensors"] = "of no use"
}

func TestPullFetchesShards(t *testing.T) {
	for _, mirror := range []bool{false, true} {
		t.Run(fmt.Sprintf("mirror=%v", mirror), func(t *testing.T) {
			h := newHub(t)
			h.shard()
			h.mirror = mirror
			dir, err := pull(t)
			if err != nil {
				t.Fatal(err)
			}
			h.check(t, dir, "config.json", "vocab.txt", "README.md", "model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors")
			for _, name := range []string{"pytorch_model.bin", "model-3.safetensors"} {
				if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
					t.Errorf("%s was fetched too", name)
				}
			}
			if got, err := Resolve("org/name"); err != nil || got != dir {
				t.Errorf("Resolve: %s, %v", got, err)
			}
		})
	}
}

func TestPullOfRevisions(t *testing.T) {
	h := newHub(t)
	for _, revision := range []string{"v1.0", "refs/pr/1", testCommit} {
		dir, err := (&Puller{pause: time.Millisecond}).Pull(context.Background(), "org/name@"+revision)
		if err != nil {
			t.Fatal(err)
		}
		h.check(t, dir, "config.json")
		if got, err := Resolve("org/name@" + revision); err != nil || got != dir {
			t.Errorf("Resolve of %s: %s, %v", revision, got, err)
		}
	}
	if _, err := Resolve("org/name"); err == nil {
		t.Error("main was not pulled, but is there")
	}
	all, err := ListCache()
	if err != nil || len(all) != 1 || all[0].Name != "org/name" || !slices.Equal(all[0].Revisions, []string{"refs/pr/1", "v1.0"}) || filepath.Base(all[0].Dir) != testCommit {
		t.Errorf("the cache lists %+v, %v", all, err)
	}
}

func TestPullsAtOnceFetchOnce(t *testing.T) {
	h := newHub(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := pull(t); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(h.fetched); n != 4 { // the model has four files
		t.Errorf("%d files fetched: %v", n, h.fetched)
	}
}

func TestPullSaysWhatTheHubMeans(t *testing.T) {
	for code, want := range map[string]string{
		"RepoNotFound": "no such model", "RevisionNotFound": "no such revision", "GatedRepo": "accept its terms", "": "no such model, revision or file",
	} {
		h := newHub(t)
		h.fault = code
		h.files = nil
		h.mirror = true
		if _, err := pull(t); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", code, err, want)
		}
	}
}

func TestPullRefusesHostileAnswers(t *testing.T) {
	for _, etag := range []string{`"../../x"`, `""`, `"a/b"`, `"..\x"`, `".hidden"`, `"` + strings.Repeat("a", 200) + `"`} {
		h := newHub(t)
		h.etag = etag
		if _, err := pull(t); err == nil || !strings.Contains(err.Error(), "the hub gives no hash") {
			t.Errorf("ETag %s: %v", etag, err)
		}
	}
	got := toFetch([]string{"config.json", "../x.json", `..\x.json`, "/etc/x.json", "a/b.json", "optimizer.pt", "rng_state.pth", "model.safetensors", "pytorch_model.bin", "training_args.bin",
		"libmoran4dnlp.so", "x.dll", "x.dylib", "modeling_x.py", "tokenization.py"})
	if want := []string{"config.json", "model.safetensors"}; !slices.Equal(got, want) {
		t.Errorf("to fetch %v, want %v", got, want)
	}
}

func TestPullOfMirrorsThatNameContentOtherwise(t *testing.T) {
	h := newHub(t)
	h.etag = `"5d41402abc4b2a76b9719d911017c592-3"`
	dir, err := pull(t)
	if err != nil {
		t.Fatal(err)
	}
	// All small files claim the same name here, so they are the same.
	if _, err := os.Stat(filepath.Join(dir, "config.json")); err != nil {
		t.Error(err)
	}
}

func TestPullGivesUpOnSilence(t *testing.T) {
	quiet := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/"):
			fmt.Fprintf(w, `{"sha":%q,"siblings":[{"rfilename":"config.json"}]}`, testCommit)
		case r.Method == http.MethodHead:
			w.Header().Set("ETag", `"abc"`)
			w.Header().Set("Content-Length", "100")
		default:
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "{")
			w.(http.Flusher).Flush()
			<-quiet
		}
	}))
	defer server.Close()
	defer close(quiet)
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	t.Setenv("HF_TOKEN", "")
	t.Setenv("HF_TOKEN_PATH", filepath.Join(t.TempDir(), "none"))
	t.Setenv("HF_HUB_OFFLINE", "")
	_, err := (&Puller{Endpoint: server.URL, Stall: 50 * time.Millisecond, pause: time.Millisecond}).Pull(context.Background(), "org/name")
	if err == nil || !strings.Contains(err.Error(), "nothing came for 50ms") {
		t.Errorf("error %v", err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2025, 1, 2, 3, 4, 5, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"0": 0, "7": 7 * time.Second, "Thu, 02 Jan 2025 03:04:35 GMT": 30 * time.Second, "Thu, 02 Jan 2025 03:00:00 GMT": 0,
	} {
		if got, ok := retryAfter(v, now); !ok || got != want {
			t.Errorf("%q: %v, %v; want %v", v, got, ok, want)
		}
	}
	for _, v := range []string{"", "soon", "-1", "99999999999999999999"} {
		if _, ok := retryAfter(v, now); ok {
			t.Errorf("%q is a time to wait", v)
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	t.Setenv("HF_TOKEN", "x")
	t.Setenv("HF_HUB_OFFLINE", "")
	_, err := (&Puller{Endpoint: server.URL}).Pull(context.Background(), "org/name")
	if err == nil || !strings.Contains(err.Error(), "it asks to wait 1h0m0s") {
		t.Errorf("error %v", err)
	}
}

func TestRedirectsStayEncrypted(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL, http.StatusFound))
	defer secure.Close()
	t.Setenv("HF_TOKEN", "secret")
	p := &Puller{Client: secure.Client(), Endpoint: secure.URL}
	client := p.client(http.MethodGet)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, secure.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Do(req); err == nil || !strings.Contains(err.Error(), "a redirect from https to http") {
		t.Errorf("error %v", err)
	}
}

func TestCacheFolders(t *testing.T) {
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME", "TRANSFORMERS_CACHE"} {
		t.Setenv(name, "")
	}
	user := t.TempDir()
	t.Setenv("HOME", user)
	t.Setenv("USERPROFILE", user)
	want := func(dir string) {
		t.Helper()
		if got, err := CacheDir(); err != nil || got != filepath.FromSlash(dir) {
			t.Errorf("cache %s, %v; want %s", got, err, dir)
		}
	}
	want(user + "/.cache/huggingface/hub")
	t.Setenv("XDG_CACHE_HOME", "/xdg")
	want("/xdg/huggingface/hub")
	t.Setenv("HF_HOME", "~/models")
	want(user + "/models/hub")
	t.Setenv("HUGGINGFACE_HUB_CACHE", "/old")
	want("/old")
	t.Setenv("HF_HUB_CACHE", "$HF_HOME/x")
	want("~/models/x") // a variable's value is not read again

	old := t.TempDir()
	dir := filepath.Join(old, "models--org--name", "snapshots", testCommit)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TRANSFORMERS_CACHE", old)
	if got, err := Resolve("org/name@" + testCommit); err != nil || got != dir {
		t.Errorf("in the folder of old versions: %s, %v", got, err)
	}
	var missing *CacheError
	if _, err := Resolve("org/name"); !errors.As(err, &missing) {
		t.Errorf("error %v", err)
	}
	if got, err := Resolve(dir); err != nil || got != dir {
		t.Errorf("a directory: %s, %v", got, err)
	}
}

func TestHubNames(t *testing.T) {
	for s, want := range map[string]string{
		"bert": "bert main", "kykim/bert-kor-base": "kykim/bert-kor-base main", "a/b.c_d@v1.0": "a/b.c_d v1.0", "a/b@refs/pr/1": "a/b refs/pr/1",
		"": "", "a/b/c": "", "../b": "", "a/..": "", "a/.b": "", "a--b/c": "", "a/b-": "", "a b": "", "/a": "", "a/": "", "a/b@": "", "a/b@../x": "", "a/b@/x": "",
		"a/" + strings.Repeat("x", 97): "",
	} {
		name, revision, err := parseName(s)
		if got := name + " " + revision; (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: %q, %v; want %q", s, got, err, want)
		}
	}
}
