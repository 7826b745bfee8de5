package official

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
)

// mostBytes is the most that one file may have: KorNLI's largest has 78 MB.
const mostBytes = 1 << 30

// permanent marks an error that another try does not mend.
type permanent struct{ err error }

func (p permanent) Error() string { return p.err.Error() }
func (p permanent) Unwrap() error { return p.err }

// download fetches url into part, which may hold the beginning of it, and tries
// again where the connection breaks or stalls.
func (p *Puller) download(ctx context.Context, url, part string, progress func(have, total int64)) error {
	for try := 1; ; try++ {
		had := size(part)
		err := p.attempt(ctx, url, part, progress)
		var final permanent
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.As(err, &final):
			return fmt.Errorf("%s: %w", url, final.err)
		}
		if size(part) > had {
			try = 1 // it goes on: only tries in vain are counted
		}
		if try >= p.tries() {
			return fmt.Errorf("%s: %w (tried %d times; the same command takes it up at byte %d)", url, err, try, size(part))
		}
		select {
		case <-time.After(p.pause() << (try - 1)):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// attempt asks for what part lacks and appends it.
func (p *Puller) attempt(ctx context.Context, url, part string, progress func(have, total int64)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	// A server that falls silent is left: the watch is wound up before every read.
	watch := time.AfterFunc(p.stall(), func() { cancel(fmt.Errorf("no byte for %v", p.stall())) })
	defer watch.Stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return permanent{err}
	}
	req.Header.Set("Accept-Encoding", "identity") // ranges are of the file's own bytes
	validator, had := readValidator(part), size(part)
	if had > 0 && validator != "" {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", had))
		req.Header.Set("If-Range", validator) // the whole file, should it be another one by now
	}
	resp, err := p.client().Do(req)
	if err != nil {
		return stalled(ctx, err)
	}
	defer resp.Body.Close()
	beyond := resp.StatusCode == http.StatusRequestedRangeNotSatisfiable
	if beyond && resp.Header.Get("Content-Range") == fmt.Sprintf("bytes */%d", had) {
		return nil // all of it is there
	}
	start, total, err := place(resp, had)
	if err != nil {
		if beyond {
			discard(part)
		}
		return err
	}
	if total > mostBytes {
		return permanent{fmt.Errorf("%d bytes: want at most %d", total, int64(mostBytes))}
	}
	return p.appendBody(ctx, resp, part, start, total, watch, progress)
}

// place returns where the body belongs and how long the whole is, -1 if that is
// not said.
func place(resp *http.Response, had int64) (start, total int64, err error) {
	switch code := resp.StatusCode; {
	case code == http.StatusPartialContent:
		var end int64
		if n, _ := fmt.Sscanf(resp.Header.Get("Content-Range"), "bytes %d-%d/%d", &start, &end, &total); n != 3 || start != had {
			return 0, 0, permanent{fmt.Errorf("asked for bytes from %d on, got range %q", had, resp.Header.Get("Content-Range"))}
		}
		return start, total, nil
	case code == http.StatusOK:
		if kind, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";"); kind == "text/html" {
			return 0, 0, permanent{errors.New("a page of HTML, want the file: is there a login or a proxy between?")}
		}
		return 0, resp.ContentLength, nil
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500,
		code == http.StatusRequestedRangeNotSatisfiable:
		return 0, 0, errors.New(resp.Status)
	default:
		return 0, 0, permanent{errors.New(resp.Status)}
	}
}

func (p *Puller) appendBody(ctx context.Context, resp *http.Response, part string, start, total int64, watch *time.Timer,
	progress func(have, total int64)) (err error) {
	if start == 0 {
		discard(part)
		if err := writeValidator(part, resp.Header); err != nil {
			return permanent{err}
		}
	}
	f, err := os.OpenFile(part, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o666)
	if err != nil {
		return permanent{err}
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = permanent{e}
		}
	}()
	have := start
	buf := make([]byte, 64<<10)
	for {
		watch.Reset(p.stall())
		n, readErr := resp.Body.Read(buf)
		watch.Stop() // a slow disk is no silence of the server's
		if have += int64(n); have > mostBytes || total >= 0 && have > total {
			discard(part)
			return permanent{fmt.Errorf("more than the %d bytes that were said", max(total, 0))}
		}
		if _, err := f.Write(buf[:n]); err != nil {
			return permanent{err}
		}
		progress(have, total)
		switch {
		case readErr == io.EOF && total >= 0 && have < total:
			return fmt.Errorf("cut off at byte %d of %d", have, total)
		case readErr == io.EOF:
			if err := f.Sync(); err != nil {
				return permanent{err}
			}
			return nil
		case readErr != nil:
			return stalled(ctx, fmt.Errorf("cut off at byte %d: %w", have, readErr))
		}
	}
}

// stalled returns why a request was given up, if it was.
func stalled(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// The validator of a part is what the server called its version of the file: a
// part is gone on with only if the file is still the same.
func validatorFile(part string) string { return part + ".version" }

func readValidator(part string) string {
	b, err := os.ReadFile(validatorFile(part))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func writeValidator(part string, h http.Header) error {
	v := h.Get("ETag")
	if v == "" || strings.HasPrefix(v, "W/") { // a weak one does not do for ranges
		v = h.Get("Last-Modified")
	}
	if v == "" {
		return nil
	}
	return os.WriteFile(validatorFile(part), []byte(v), 0o666)
}

// discard removes a part and what is known of it.
func discard(part string) {
	for _, name := range []string{part, validatorFile(part)} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return // writing it anew says what is wrong
		}
	}
}
