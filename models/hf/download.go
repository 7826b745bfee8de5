package hf

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lmkor/bench/internal/atomicfile"
)

// blob is what the hub says of a file: its content's name and size.
type blob struct {
	etag string
	size int64 // -1 if not said
}

// attempts is how often a request or a download is begun again.
const attempts = 5

// one brings a file into the cache: the blob, and the snapshot's link to it.
func (f *fetch) one(ctx context.Context, file string) error {
	link := filepath.Join(f.repo, "snapshots", f.commit, filepath.FromSlash(file))
	if _, err := os.Stat(link); err == nil {
		return nil
	}
	at := f.endpoint() + "/" + f.name + "/resolve/" + f.commit + "/" + (&url.URL{Path: file}).EscapedPath()
	b, err := f.head(ctx, at)
	if err != nil {
		return err
	}
	path := filepath.Join(f.repo, "blobs", b.etag)
	if _, err := os.Stat(path); err != nil {
		if err := f.download(ctx, at, file, b, path); err != nil {
			return err
		}
	}
	return linkBlob(path, link)
}

// head asks for a file's hash and size. Redirects to storage are not followed:
// the headers about the file come with the redirect itself.
func (f *fetch) head(ctx context.Context, at string) (blob, error) {
	res, err := f.do(ctx, http.MethodHead, at, nil)
	if err != nil {
		return blob{}, err
	}
	res.Body.Close()
	etag := res.Header.Get("X-Linked-Etag")
	if etag == "" {
		etag = res.Header.Get("ETag")
	}
	etag = strings.Trim(strings.TrimPrefix(etag, "W/"), `"`)
	if etag == "" || strings.ContainsAny(etag, `/\:`) || strings.Trim(etag, ".") == "" {
		return blob{}, fmt.Errorf("the hub gives no hash (ETag %q)", etag)
	}
	b := blob{etag: etag, size: -1}
	for _, h := range []string{res.Header.Get("X-Linked-Size"), res.Header.Get("Content-Length")} {
		if n, err := strconv.ParseInt(h, 10, 64); err == nil && n >= 0 {
			b.size = n
			break
		}
	}
	if b.size < 0 || res.StatusCode >= 300 && res.Header.Get("X-Linked-Size") == "" {
		b.size = -1 // the length of a redirect's body says nothing
	}
	return b, nil
}

// download fetches a blob beside its place, takes up what an earlier try left,
// checks it and renames it.
func (f *fetch) download(ctx context.Context, at, file string, b blob, path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	part := path + ".incomplete"
	var err error
	for try := range attempts {
		if try > 0 {
			if err := sleep(ctx, time.Duration(try)*retryPause); err != nil {
				return err
			}
		}
		if err = f.piece(ctx, at, file, b, part); err == nil {
			break
		}
		var status *StatusError
		if ctx.Err() != nil || errors.As(err, &status) {
			return err
		}
	}
	if err != nil {
		return err
	}
	if err := checkBlob(part, b); err != nil {
		os.Remove(part) // nothing of it can be trusted
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(path))
}

// retryPause is the wait before the second try; later ones wait longer.
const retryPause = 300 * time.Millisecond

// piece fetches what the incomplete file lacks.
func (f *fetch) piece(ctx context.Context, at, file string, b blob, part string) error {
	out, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	have, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if b.size >= 0 && have > b.size {
		have = 0
	}
	if b.size >= 0 && have == b.size {
		return nil
	}
	header := http.Header{}
	if have > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", have))
	}
	res, err := f.do(ctx, http.MethodGet, at, header)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusPartialContent {
		have = 0 // the whole file comes
	}
	if err := out.Truncate(have); err != nil {
		return err
	}
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return err
	}
	body := io.Reader(res.Body)
	if b.size >= 0 {
		body = io.LimitReader(body, b.size-have+1) // one more shows that it is too long
	}
	if f.Progress != nil {
		body = &counted{body, func(n int) { have += int64(n); f.Progress(file, have, b.size) }}
	}
	if _, err := io.Copy(out, body); err != nil {
		return err
	}
	return out.Sync()
}

// counted tells of the bytes that are read.
type counted struct {
	io.Reader
	tell func(n int)
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.tell(n)
	return n, err
}

// checkBlob holds a file to its size and hash: SHA-256 of large files, git's
// hash of a blob of small ones.
func checkBlob(path string, b blob) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if b.size >= 0 && info.Size() != b.size {
		return fmt.Errorf("%d bytes came, want %d", info.Size(), b.size)
	}
	var h hash.Hash
	switch {
	case isHex(b.etag, 64):
		h = sha256.New()
	case isHex(b.etag, 40):
		h = sha1.New()
		fmt.Fprintf(h, "blob %d\x00", info.Size())
	default:
		return nil // some mirrors name content otherwise
	}
	if _, err := io.Copy(h, file); err != nil {
		return err
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != b.etag {
		return fmt.Errorf("hash %s, want %s: what came is not the file", got, b.etag)
	}
	return nil
}

// linkBlob puts a blob into a snapshot: a relative link, as the hub's client
// makes it, or a copy where the system makes none.
func linkBlob(blob, link string) error {
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return err
	}
	target, err := filepath.Rel(filepath.Dir(link), blob)
	if err != nil {
		return err
	}
	if err := os.Symlink(target, link); err == nil || errors.Is(err, os.ErrExist) {
		return nil
	}
	in, err := os.Open(blob)
	if err != nil {
		return err
	}
	defer in.Close()
	return atomicfile.Write(link, func(w io.Writer) error {
		_, err := io.Copy(w, in)
		return err
	})
}

func writeText(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// StatusError is a request that the hub refused.
type StatusError struct {
	Status int
	URL    string
}

func (e *StatusError) Error() string {
	switch e.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Sprintf("the hub answers %d: the model is private, gated, or not there; a token goes into HF_TOKEN", e.Status)
	case http.StatusNotFound:
		return "the hub answers 404: no such model, revision or file"
	case http.StatusTooManyRequests:
		return "the hub answers 429: too many requests, even after waiting"
	}
	return fmt.Sprintf("the hub answers %d to %s", e.Status, e.URL)
}

// do sends a request, waiting and trying again when the hub is busy. A HEAD
// does not follow redirects. The caller closes the body.
func (p *Puller) do(ctx context.Context, method, at string, header http.Header) (*http.Response, error) {
	client := *http.DefaultClient
	if p.Client != nil {
		client = *p.Client
	}
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if req.URL.Host == via[0].URL.Host && len(via) < 5 {
			return nil // the hub's own, of renamed models
		}
		if method == http.MethodHead || len(via) >= 5 {
			return http.ErrUseLastResponse
		}
		req.Header.Del("Authorization") // storage has no business with the token
		return nil
	}
	for try := 1; ; try++ {
		req, err := http.NewRequestWithContext(ctx, method, at, nil)
		if err != nil {
			return nil, err
		}
		for k, v := range header {
			req.Header[k] = v
		}
		req.Header.Set("Accept-Encoding", "identity")
		req.Header.Set("User-Agent", "bench")
		if t := p.token(); t != "" {
			req.Header.Set("Authorization", "Bearer "+t)
		}
		res, err := client.Do(req)
		if err == nil && (res.StatusCode < 300 || method == http.MethodHead && res.StatusCode < 400) {
			return res, nil
		}
		wait := time.Duration(try) * retryPause
		if err == nil {
			res.Body.Close()
			busy := res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500
			if !busy || try == attempts {
				return nil, &StatusError{res.StatusCode, at}
			}
			if s, e := strconv.Atoi(res.Header.Get("Retry-After")); e == nil && s >= 0 && s <= 300 {
				wait = time.Duration(s) * time.Second
			}
		} else if try == attempts || ctx.Err() != nil {
			return nil, err
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
