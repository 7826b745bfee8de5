package hf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/lmkor/bench/internal/atomicfile"
)

// blob is what the hub says of a file: its content's name and size.
type blob struct {
	etag   string
	size   int64  // -1 if not said
	commit string // of the revision; empty if not said
}

// one brings a file into the cache: the blob, and the snapshot's link to it.
func (f *fetch) one(ctx context.Context, file string) error {
	link := filepath.Join(f.repo, "snapshots", f.commit, file)
	if _, err := os.Stat(link); err == nil {
		return nil
	}
	at := f.url(f.commit, file)
	b, err := f.head(ctx, at)
	if err != nil {
		return err
	}
	unlock, err := f.lock(ctx, b.etag)
	if err != nil {
		return err
	}
	defer unlock()
	path := filepath.Join(f.repo, "blobs", b.etag)
	if _, err := os.Stat(path); err != nil {
		if err := f.download(ctx, at, file, b, path); err != nil {
			return err
		}
	}
	return linkBlob(path, link)
}

// lock keeps other programs from fetching the same blob: it is the lock of the
// hub's own client.
func (f *fetch) lock(ctx context.Context, etag string) (unlock func(), err error) {
	path := filepath.Join(f.cache, ".locks", filepath.Base(f.repo), etag+".lock")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	l := flock.New(path)
	if _, err := l.TryLockContext(ctx, 200*time.Millisecond); err != nil {
		return nil, err
	}
	return func() { l.Unlock() }, nil
}

// etagForm is what may become a file name.
var etagForm = regexp.MustCompile(`^\w[\w.+=-]{0,127}$`)

// head asks for a file's hash and size.
func (f *fetch) head(ctx context.Context, at string) (blob, error) {
	res, err := f.do(ctx, http.MethodHead, at, nil)
	if err != nil {
		return blob{}, err
	}
	res.Body.Close()
	b := blob{size: -1}
	for r := res; r != nil && b.commit == ""; r = r.Request.Response { // the last response, and those that led to it
		b.commit = r.Header.Get("X-Repo-Commit")
	}
	etag := res.Header.Get("X-Linked-Etag")
	size := res.Header.Get("X-Linked-Size")
	if etag == "" {
		etag = res.Header.Get("ETag")
	}
	if size == "" && res.StatusCode < 300 { // the length of a redirect's own body says nothing
		size = res.Header.Get("Content-Length")
	}
	b.etag = strings.Trim(strings.TrimPrefix(etag, "W/"), `"`)
	if !etagForm.MatchString(b.etag) {
		return blob{}, fmt.Errorf("the hub gives no hash (ETag %q)", etag)
	}
	if n, err := strconv.ParseInt(size, 10, 64); err == nil && n >= 0 {
		b.size = n
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
	began := sizeOf(part)
	if err := f.complete(ctx, at, file, b, part); err != nil {
		return err
	}
	err := checkBlob(part, b)
	if err != nil && began > 0 { // what was there may have been the fault
		if err := os.Remove(part); err != nil {
			return err
		}
		if err := f.complete(ctx, at, file, b, part); err != nil {
			return err
		}
		err = checkBlob(part, b)
	}
	if err != nil {
		os.Remove(part) // nothing of it can be trusted
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(path))
}

func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// complete asks for the rest of a file until it is there, and gives up when
// nothing has come several times in a row.
func (f *fetch) complete(ctx context.Context, at, file string, b blob, part string) error {
	for try := 1; ; try++ {
		before := sizeOf(part)
		err := f.resume(ctx, at, file, b, part)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if s := (*StatusError)(nil); errors.As(err, &s) {
			if s.Status != http.StatusRequestedRangeNotSatisfiable || before == 0 {
				return err
			}
			if err := os.Truncate(part, 0); err != nil { // more is there than the file has
				return err
			}
		}
		if sizeOf(part) > before {
			try = 1
		}
		if try == attempts {
			return err
		}
		if err := sleep(ctx, f.wait(try)); err != nil {
			return err
		}
	}
}

// resume fetches what the incomplete file lacks.
func (f *fetch) resume(ctx context.Context, at, file string, b blob, part string) error {
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
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	res, err := f.do(ctx, http.MethodGet, at, header)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch part := res.Header.Get("Content-Range"); {
	case res.StatusCode != http.StatusPartialContent:
		have = 0 // the whole file comes
	case part != "" && !strings.HasPrefix(part, fmt.Sprintf("bytes %d-", have)):
		return fmt.Errorf("the hub sends the part %q: want it from byte %d", part, have)
	}
	if err := out.Truncate(have); err != nil {
		return err
	}
	if _, err := out.Seek(have, io.SeekStart); err != nil {
		return err
	}
	stall := f.Stall
	if stall == 0 {
		stall = time.Minute
	}
	watch := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %v", stall)) })
	defer watch.Stop()
	body := io.Reader(&counted{res.Body, func() { watch.Reset(stall) }, func(n int) {
		watch.Stop() // a slow disk is no silence of the hub's
		have += int64(n)
		if f.Progress != nil {
			f.Progress(file, have, b.size)
		}
	}})
	if b.size >= 0 {
		body = io.LimitReader(body, b.size-have+1) // one more shows that it is too long
	}
	if _, err := io.Copy(out, body); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	return out.Sync()
}

// counted tells before it reads, and of the bytes that were read.
type counted struct {
	io.Reader
	before func()
	tell   func(n int)
}

func (c *counted) Read(b []byte) (int, error) {
	c.before()
	n, err := c.Reader.Read(b)
	c.tell(n)
	return n, err
}
