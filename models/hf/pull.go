package hf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lmkor/bench/internal/atomicfile"
)

// Puller fetches models from the hub into its cache.
type Puller struct {
	Client   *http.Client  // nil: one that waits half a minute for an answer to begin
	Endpoint string        // empty: HF_ENDPOINT, or https://huggingface.co
	Token    string        // empty: HF_TOKEN, or the file that the hub's client keeps
	Parallel int           // files at once; 0: 4
	Stall    time.Duration // how long a download may stand still; 0: a minute

	// Progress hears of a file's bytes: how many are there of how many, -1 if the
	// hub does not say. It may be nil, and is called from several goroutines.
	Progress func(file string, have, total int64)

	pause time.Duration // before the second try, later ones wait longer; 0: retryPause
}

// ErrOffline says that HF_HUB_OFFLINE forbids what was asked.
var ErrOffline = errors.New("HF_HUB_OFFLINE is set: the cache only")

// Pull fetches a model's config, tokenizer, card and weights (safetensors where
// there are any) and returns the snapshot's directory. name may end in
// @revision. What the cache has is not fetched again; what was begun is taken
// up; no file has its name before its size and hash are checked, and the
// revision has none before all of its files are there.
func (p *Puller) Pull(ctx context.Context, name string) (string, error) {
	if isTrue("HF_HUB_OFFLINE") || isTrue("TRANSFORMERS_OFFLINE") {
		dir, err := Resolve(name)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrOffline, err)
		}
		return dir, nil
	}
	name, revision, err := parseName(name)
	if err != nil {
		return "", err
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	f := &fetch{Puller: p, name: name, cache: cache, repo: repoDir(cache, name)}
	if err := f.pull(ctx, revision); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return filepath.Join(f.repo, "snapshots", f.commit), nil
}

// isTrue reads a switch of the environment as the hub's client does.
func isTrue(name string) bool {
	return slices.Contains([]string{"1", "ON", "YES", "TRUE"}, strings.ToUpper(os.Getenv(name)))
}

// fetch is one revision on its way into the cache.
type fetch struct {
	*Puller
	name, cache, repo string
	commit            string // known once the hub has been asked
}

func (f *fetch) pull(ctx context.Context, revision string) error {
	files, err := f.list(ctx, revision)
	if err != nil {
		return err
	}
	if err := f.files(ctx, files); err != nil {
		return err
	}
	shards, err := f.shards(files)
	if err != nil {
		return err
	}
	if err := f.files(ctx, shards); err != nil {
		return err
	}
	if revision == f.commit {
		return nil
	}
	ref := filepath.Join(f.repo, "refs", filepath.FromSlash(revision))
	if err := os.MkdirAll(filepath.Dir(ref), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(ref, writeText(f.commit))
}

// list finds the revision's commit and the files to fetch.
func (f *fetch) list(ctx context.Context, revision string) ([]string, error) {
	res, err := f.do(ctx, http.MethodGet, f.endpoint()+"/api/models/"+f.name+"/revision/"+url.PathEscape(revision), nil)
	if s := (*StatusError)(nil); errors.As(err, &s) && s.Status == http.StatusNotFound && s.Code == "" {
		return f.probe(ctx, revision) // a mirror that serves files only
	}
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	const most = 64 << 20
	var info struct {
		SHA      string `json:"sha"`
		Siblings []struct {
			Name string `json:"rfilename"`
		} `json:"siblings"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, most)).Decode(&info); err != nil {
		return nil, fmt.Errorf("the hub's list of files: %w", err)
	}
	if !isHex(info.SHA, 40) {
		return nil, fmt.Errorf("the hub's list of files: commit %q", info.SHA)
	}
	f.commit = info.SHA
	var names []string
	for _, s := range info.Siblings {
		names = append(names, s.Name)
	}
	return toFetch(names), nil
}

// probe finds the commit and the files without a list, by asking for those that
// a model may have.
func (f *fetch) probe(ctx context.Context, revision string) ([]string, error) {
	b, err := f.head(ctx, f.url(revision, "config.json"))
	if err != nil {
		return nil, err
	}
	if !isHex(b.commit, 40) {
		return nil, fmt.Errorf("config.json: the hub names no commit (X-Repo-Commit %q)", b.commit)
	}
	f.commit = b.commit
	files := []string{"config.json"}
	there := func(file string) (bool, error) {
		_, err := f.head(ctx, f.url(f.commit, file))
		if s := (*StatusError)(nil); errors.As(err, &s) && s.Status == http.StatusNotFound {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("%s: %w", file, err)
		}
		files = append(files, file)
		return true, nil
	}
	for _, file := range []string{"generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
		"added_tokens.json", "vocab.txt", "vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model",
		"tokenizer_78b3253a26.model", "vocab_54k.txt", "README.md"} {
		if _, err := there(file); err != nil {
			return nil, err
		}
	}
	for _, kind := range weightFiles {
		if ok, err := there(kind.name); ok || err != nil {
			return files, err
		}
	}
	return files, nil
}

// shards returns the files that a fetched index names.
func (f *fetch) shards(files []string) ([]string, error) {
	for _, kind := range weightFiles {
		if kind.index && slices.Contains(files, kind.name) {
			x, err := readIndex(filepath.Join(f.repo, "snapshots", f.commit, kind.name))
			if err != nil {
				return nil, err
			}
			return x.shards, nil
		}
	}
	return nil, nil
}

// toFetch chooses from the files of a repository: everything small that says
// what the model is, and the weights in one format. Shards come with their index.
// Nothing that a system could run is among them.
func toFetch(files []string) (all []string) {
	for _, file := range files {
		if strings.ContainsAny(file, `/\`) || !filepath.IsLocal(file) {
			continue // copies of other frameworks and precisions lie in folders
		}
		weights := slices.ContainsFunc(weightFiles, func(k weightKind) bool { return k.name == file })
		small := slices.Contains([]string{".json", ".txt", ".model", ".md"}, filepath.Ext(file)) &&
			!strings.HasSuffix(file, ".index.json")
		if small && !weights {
			all = append(all, file)
		}
	}
	for _, kind := range weightFiles {
		if slices.Contains(files, kind.name) {
			return append(all, kind.name)
		}
	}
	return all
}

// files fetches files, several at once; the first error stops the others.
func (f *fetch) files(ctx context.Context, files []string) error {
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
