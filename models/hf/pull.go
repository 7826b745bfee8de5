package hf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/lmkor/bench/internal/atomicfile"
)

// Puller fetches models from the hub into its cache.
type Puller struct {
	Client   *http.Client // nil: http.DefaultClient
	Endpoint string       // empty: HF_ENDPOINT, or https://huggingface.co
	Token    string       // empty: HF_TOKEN, or the file that the hub's client keeps
	Parallel int          // files at once; 0: 4

	// Progress hears of a file's bytes: how many are there of how many. It may be
	// nil, and is called from several goroutines.
	Progress func(file string, have, total int64)
}

// ErrOffline says that HF_HUB_OFFLINE forbids what was asked.
var ErrOffline = errors.New("HF_HUB_OFFLINE is set: the cache only")

// Pull fetches a model's config, tokenizer, card and weights (safetensors where
// there are any) and returns the snapshot's directory. name may end in
// @revision. What the cache has is not fetched again; what was begun is taken
// up; no file has its name before its size and hash are checked.
func (p *Puller) Pull(ctx context.Context, name string) (string, error) {
	if offline(os.Getenv("HF_HUB_OFFLINE")) {
		dir, err := Resolve(name)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrOffline, err)
		}
		return dir, nil
	}
	name, revision := splitRevision(name)
	if err := checkName(name); err != nil {
		return "", err
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	info, err := p.info(ctx, name, revision)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	repo := repoDir(cache, name)
	f := &fetch{Puller: p, name: name, commit: info.SHA, repo: repo}
	if err := f.all(ctx, toFetch(info.files())); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	if revision != info.SHA {
		ref := filepath.Join(repo, "refs", filepath.FromSlash(revision))
		if err := os.MkdirAll(filepath.Dir(ref), 0o755); err != nil {
			return "", err
		}
		if err := atomicfile.Write(ref, writeText(info.SHA)); err != nil {
			return "", err
		}
	}
	return filepath.Join(repo, "snapshots", info.SHA), nil
}

func offline(v string) bool {
	return slices.Contains([]string{"1", "true", "yes", "on"}, strings.ToLower(v))
}

// repoInfo is the hub's answer about a revision.
type repoInfo struct {
	SHA      string `json:"sha"`
	Siblings []struct {
		Name string `json:"rfilename"`
	} `json:"siblings"`
}

func (r *repoInfo) files() (all []string) {
	for _, s := range r.Siblings {
		all = append(all, s.Name)
	}
	return all
}

func (p *Puller) info(ctx context.Context, name, revision string) (*repoInfo, error) {
	res, err := p.do(ctx, http.MethodGet, p.endpoint()+"/api/models/"+name+"/revision/"+url.PathEscape(revision), nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	const most = 64 << 20
	var info repoInfo
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, most)).Decode(&info); err != nil {
		return nil, fmt.Errorf("the hub's list of files: %w", err)
	}
	if !isHex(info.SHA, 40) {
		return nil, fmt.Errorf("the hub's list of files: commit %q", info.SHA)
	}
	return &info, nil
}

func isHex(s string, n int) bool {
	return len(s) == n && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
}

// toFetch chooses the files to fetch: everything small that says what the model
// is, and the weights in one format.
func toFetch(files []string) (all []string) {
	safe := slices.ContainsFunc(files, func(f string) bool { return path.Dir(f) == "." && strings.HasSuffix(f, ".safetensors") })
	for _, f := range files {
		if path.Dir(f) != "." || !path.IsAbs("/"+f) || path.Clean(f) != f {
			continue // other frameworks' and quantised copies lie in folders
		}
		switch ext := path.Ext(f); {
		case ext == ".safetensors":
			all = append(all, f)
		case strings.HasPrefix(f, "pytorch_model") && (ext == ".bin" || strings.HasSuffix(f, ".bin.index.json")):
			if !safe {
				all = append(all, f)
			}
		case slices.Contains([]string{".json", ".txt", ".model", ".md", ".so"}, ext):
			all = append(all, f)
		}
	}
	return all
}

// fetch is one revision on its way into the cache.
type fetch struct {
	*Puller
	name, commit, repo string
}

// all fetches the files, several at once; the first error stops the others.
func (f *fetch) all(ctx context.Context, files []string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n := f.Parallel
	if n < 1 {
		n = 4
	}
	work := make(chan string)
	var wg sync.WaitGroup
	var once sync.Once
	var failed error
	for range min(n, len(files)) {
		wg.Go(func() {
			for file := range work {
				if err := f.one(ctx, file); err != nil {
					once.Do(func() { failed = fmt.Errorf("%s: %w", file, err) })
					cancel()
				}
			}
		})
	}
	for _, file := range files {
		select {
		case work <- file:
		case <-ctx.Done():
		}
	}
	close(work)
	wg.Wait()
	if failed == nil {
		failed = ctx.Err()
	}
	return failed
}

func (p *Puller) endpoint() string {
	e := p.Endpoint
	if e == "" {
		e = os.Getenv("HF_ENDPOINT")
	}
	if e == "" {
		e = "https://huggingface.co"
	}
	return strings.TrimRight(e, "/")
}

// token returns the user's token, empty if there is none.
func (p *Puller) token() string {
	for _, t := range []string{p.Token, os.Getenv("HF_TOKEN"), os.Getenv("HUGGING_FACE_HUB_TOKEN")} {
		if t != "" {
			return t
		}
	}
	file := os.Getenv("HF_TOKEN_PATH")
	if file == "" {
		home := os.Getenv("HF_HOME")
		if home == "" {
			user, err := os.UserHomeDir()
			if err != nil {
				return ""
			}
			home = filepath.Join(user, ".cache", "huggingface")
		}
		file = filepath.Join(home, "token")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}
