package hf

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const testCommit = "0123456789abcdef0123456789abcdef01234567"

// hub speaks the hub's URLs: large files lie on another server, behind a
// redirect that says their hash and size.
type hub struct {
	*httptest.Server
	storage *httptest.Server
	files   map[string]string

	mu      sync.Mutex
	token   string         // wanted, if not empty
	cut     map[string]int // downloads of a file to break off after half of the rest
	busy    int            // answers of 429 to give first
	lie     string         // a file whose content is not what its hash says
	ranges  []string       // asked for
	fetched []string       // bodies sent
	auth    []string       // authorization that storage saw
	mirror  bool           // files only: no list of them
	own     bool           // storage is on the hub's own host
	fault   string         // X-Error-Code of what is not there
	etag    string         // instead of the true one, of small files
}

func large(name string) bool { return strings.HasSuffix(name, ".safetensors") }

func newHub(t *testing.T) *hub {
	h := &hub{cut: map[string]int{}, files: map[string]string{
		"config.json": `{"model_type":"bert"}`, "vocab.txt": "[PAD]\n[UNK]\n", "README.md": "---\nlicense: mit\n---\n",
		"model.safetensors": strings.Repeat("weights ", 5000), "pytorch_model.bin": "old", "tf_model.h5": "other", "onnx/model.json": "other",
	}}
	h.storage = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.auth = append(h.auth, r.Header.Get("Authorization"))
		h.mu.Unlock()
		h.send(w, r, strings.TrimPrefix(r.URL.Path, "/"))
	}))
	h.Server = httptest.NewServer(http.HandlerFunc(h.serve))
	t.Cleanup(h.Close)
	t.Cleanup(h.storage.Close)
	t.Setenv("HF_HUB_CACHE", filepath.Join(t.TempDir(), "hub"))
	t.Setenv("HF_ENDPOINT", h.URL)
	t.Setenv("HF_TOKEN", "")
	t.Setenv("HF_TOKEN_PATH", filepath.Join(t.TempDir(), "none"))
	t.Setenv("HF_HUB_OFFLINE", "")
	return h
}

func (h *hub) serve(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	busy := h.busy > 0
	if busy {
		h.busy--
	}
	refused := h.token != "" && r.Header.Get("Authorization") != "Bearer "+h.token
	h.mu.Unlock()
	if busy {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	if refused {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if name, ok := strings.CutPrefix(r.URL.Path, "/storage/"); ok {
		h.send(w, r, name)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/api/models/org/name/revision/") && !h.mirror {
		var names []string
		for n := range h.files {
			names = append(names, fmt.Sprintf(`{"rfilename":%q}`, n))
		}
		fmt.Fprintf(w, `{"sha":%q,"siblings":[%s]}`, testCommit, strings.Join(names, ","))
		return
	}
	rest, ok := strings.CutPrefix(r.URL.Path, "/org/name/resolve/")
	_, name, _ := strings.Cut(rest, "/")
	text, there := h.files[name]
	w.Header().Set("X-Repo-Commit", testCommit)
	if !ok || !there {
		w.Header().Set("X-Error-Code", h.fault)
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if large(name) {
		w.Header().Set("X-Linked-Etag", fmt.Sprintf(`"%x"`, sha256.Sum256([]byte(text))))
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(text)))
		to := h.storage.URL + "/" + name
		if h.own {
			to = "/storage/" + name
		}
		http.Redirect(w, r, to, http.StatusFound)
		return
	}
	if h.etag != "" {
		w.Header().Set("ETag", h.etag)
		h.send(w, r, name)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`W/"%x"`, sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(text), text))))
	h.send(w, r, name)
}

// send gives a file, from the byte that is asked for on.
func (h *hub) send(w http.ResponseWriter, r *http.Request, name string) {
	h.mu.Lock()
	text := h.files[name]
	if h.lie == name && r.Method == http.MethodGet {
		text = strings.ToUpper(text)
	}
	broken := h.cut[name] > 0 && r.Method == http.MethodGet
	if broken {
		h.cut[name]--
	}
	if r.Method == http.MethodGet {
		h.fetched = append(h.fetched, name)
	}
	from := 0
	if v := r.Header.Get("Range"); v != "" {
		h.ranges = append(h.ranges, v)
		fmt.Sscanf(v, "bytes=%d-", &from)
	}
	h.mu.Unlock()
	if from >= len(text) && from > 0 {
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	}
	rest := text[from:]
	if w.Header().Get("ETag") == "" {
		w.Header().Set("ETag", `"of-storage"`) // says nothing about the file
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(rest)))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
		w.WriteHeader(http.StatusPartialContent)
	}
	if r.Method == http.MethodHead {
		return
	}
	if broken {
		fmt.Fprint(w, rest[:len(rest)/2])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	fmt.Fprint(w, rest)
}

// sum is the hash that a large file is known by.
func (h *hub) sum(name string) string {
	return fmt.Sprintf("%x", sha256.Sum256([]byte(h.files[name])))
}

func pull(t *testing.T) (string, error) {
	t.Helper()
	return (&Puller{pause: time.Millisecond}).Pull(context.Background(), "org/name")
}

// leftovers lists files of the cache that have no final name.
func leftovers(t *testing.T) (all []string) {
	t.Helper()
	filepath.WalkDir(os.Getenv("HF_HUB_CACHE"), func(p string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".incomplete") {
			all = append(all, p)
		}
		return nil
	})
	return all
}

func TestPullFillsTheHubsCache(t *testing.T) {
	h := newHub(t)
	dir, err := pull(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"config.json", "vocab.txt", "README.md", "model.safetensors"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(b) != h.files[name] {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
	for _, name := range []string{"pytorch_model.bin", "tf_model.h5", "onnx"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s was fetched too", name)
		}
	}
	repo := filepath.Join(os.Getenv("HF_HUB_CACHE"), "models--org--name")
	if dir != filepath.Join(repo, "snapshots", testCommit) {
		t.Errorf("snapshot %s", dir)
	}
	if b, err := os.ReadFile(filepath.Join(repo, "refs", "main")); err != nil || string(b) != testCommit {
		t.Errorf("refs/main holds %q, %v", b, err)
	}
	if _, err := os.Stat(filepath.Join(repo, "blobs", fmt.Sprintf("%x", sha256.Sum256([]byte(h.files["model.safetensors"]))))); err != nil {
		t.Error(err)
	}
	if got, err := Resolve("org/name"); err != nil || got != dir {
		t.Errorf("Resolve: %s, %v", got, err)
	}
	if got, err := Resolve("org/name@" + testCommit); err != nil || got != dir {
		t.Errorf("Resolve by commit: %s, %v", got, err)
	}
	n := len(h.fetched)
	if _, err := pull(t); err != nil || len(h.fetched) != n {
		t.Errorf("a second pull fetched %v, %v", h.fetched[n:], err)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if got, err := pull(t); err != nil || got != dir {
		t.Errorf("offline: %s, %v", got, err)
	}
}

func TestPullResumesWhatWasCut(t *testing.T) {
	h := newHub(t)
	h.cut["model.safetensors"] = 2
	dir, err := pull(t)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "model.safetensors")); string(b) != h.files["model.safetensors"] {
		t.Errorf("%d bytes of %d", len(b), len(h.files["model.safetensors"]))
	}
	if len(h.ranges) != 2 {
		t.Errorf("asked for the rest %v, want twice", h.ranges)
	}
	if l := leftovers(t); len(l) > 0 {
		t.Errorf("left %v", l)
	}
}

func TestPullWaitsForABusyHub(t *testing.T) {
	h := newHub(t)
	h.busy = 3
	if _, err := pull(t); err != nil {
		t.Error(err)
	}
}

func TestPullSendsTheTokenToTheHubAlone(t *testing.T) {
	h := newHub(t)
	h.token = "secret"
	_, err := pull(t)
	var s *StatusError
	if !errors.As(err, &s) || s.Status != http.StatusUnauthorized || !strings.Contains(err.Error(), "HF_TOKEN") {
		t.Errorf("without a token: %v", err)
	}
	t.Setenv("HF_TOKEN", "secret")
	if _, err := pull(t); err != nil {
		t.Fatal(err)
	}
	for _, a := range h.auth {
		if a != "" {
			t.Errorf("storage saw %q", a)
		}
	}
}

func TestPullRefusesWhatIsNotTheFile(t *testing.T) {
	h := newHub(t)
	h.lie = "model.safetensors"
	_, err := pull(t)
	if err == nil || !strings.Contains(err.Error(), "what came is not the file") {
		t.Errorf("error %v", err)
	}
	if _, err := Resolve("org/name"); err == nil {
		t.Error("a broken snapshot has a name")
	}
	blob := filepath.Join(os.Getenv("HF_HUB_CACHE"), "models--org--name", "blobs", h.sum("model.safetensors"))
	for _, path := range []string{blob, blob + ".incomplete"} {
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s is there", path)
		}
	}
}

func TestPullErrors(t *testing.T) {
	newHub(t)
	for _, c := range []struct{ name, want string }{
		{"org/other", "404"},
		{"../name", "neither a directory nor a hub name"},
		{"a/b/c", "neither a directory nor a hub name"},
		{"", "neither a directory nor a hub name"},
	} {
		if _, err := (&Puller{pause: time.Millisecond}).Pull(context.Background(), c.name); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.name, err, c.want)
		}
	}
	var missing *CacheError
	if _, err := Resolve("org/name"); !errors.As(err, &missing) || !strings.Contains(err.Error(), "bench models pull org/name") {
		t.Errorf("Resolve: %v", err)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if _, err := pull(t); !errors.Is(err, ErrOffline) {
		t.Errorf("offline: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	t.Setenv("HF_HUB_OFFLINE", "")
	if _, err := (&Puller{pause: time.Millisecond}).Pull(ctx, "org/name"); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
