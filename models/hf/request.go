package hf

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	// attempts is how often a request, or a download that stands still, is begun.
	attempts = 5
	// retryPause is the wait before the second try.
	retryPause = 300 * time.Millisecond
	// longestWait is how long a busy hub may ask bench to wait.
	longestWait = 5 * time.Minute
)

// StatusError is a request that the hub refused.
type StatusError struct {
	Status int
	Code   string // the hub's X-Error-Code; empty: not said
	URL    string
	Wait   time.Duration // with 429: what the hub asks for
}

func (e *StatusError) Error() string {
	what := fmt.Sprintf("the hub answers %d", e.Status)
	switch {
	case e.Code == "GatedRepo":
		return what + ": the model is gated: accept its terms on its page, and put a token of your account into HF_TOKEN"
	case e.Code == "RepoNotFound" || e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return what + ": no such model, or a private one that wants a token in HF_TOKEN"
	case e.Code == "RevisionNotFound":
		return what + ": the model has no such revision"
	case e.Status == http.StatusNotFound:
		return what + ": no such model, revision or file"
	case e.Status == http.StatusTooManyRequests && e.Wait > longestWait:
		return fmt.Sprintf("%s: too many requests: it asks to wait %v", what, e.Wait)
	case e.Status == http.StatusTooManyRequests:
		return what + ": too many requests, even after waiting"
	}
	return what + " to " + e.URL
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

// url is where a file of a revision is fetched from.
func (f *fetch) url(revision, file string) string {
	return f.endpoint() + "/" + f.name + "/resolve/" + url.PathEscape(revision) + "/" + url.PathEscape(file)
}

// token returns the user's token, empty if there is none.
func (p *Puller) token() string {
	for _, t := range []string{p.Token, os.Getenv("HF_TOKEN"), os.Getenv("HUGGING_FACE_HUB_TOKEN")} {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	file := envPath("HF_TOKEN_PATH")
	if file == "" {
		dir, err := home()
		if err != nil {
			return ""
		}
		file = filepath.Join(dir, "token")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "" // nobody is logged in
	}
	return strings.TrimSpace(string(b))
}

// client returns the HTTP client of one request. The token goes to the hub's
// own host alone, and nothing goes unencrypted that was to be encrypted. A HEAD
// stops at the redirect that says what the file is.
func (p *Puller) client(method string) *http.Client {
	var client http.Client
	if p.Client != nil {
		client = *p.Client
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.ResponseHeaderTimeout = 30 * time.Second
		t.DisableKeepAlives = true // the transport ends with the request
		client.Transport = t
	}
	client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		from, told := via[0].URL, req.Response.Header
		switch {
		case method == http.MethodHead && (told.Get("X-Linked-Etag") != "" || req.URL.Host != from.Host && told.Get("ETag") != ""):
			return http.ErrUseLastResponse
		case len(via) >= 10:
			return errors.New("more than 10 redirects")
		case from.Scheme == "https" && req.URL.Scheme != "https":
			return fmt.Errorf("a redirect from https to %s", req.URL.Scheme)
		case req.URL.Host != from.Host:
			req.Header.Del("Authorization")
		}
		return nil
	}
	return &client
}

// do sends a request, waiting and trying again when the hub is busy or out of
// reach. The caller closes the body.
func (p *Puller) do(ctx context.Context, method, at string, header http.Header) (*http.Response, error) {
	client := p.client(method)
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
		wait := p.wait(try)
		if err == nil {
			res.Body.Close()
			fault := &StatusError{Status: res.StatusCode, Code: res.Header.Get("X-Error-Code"), URL: at}
			if asked, ok := retryAfter(res.Header.Get("Retry-After"), time.Now()); ok {
				wait, fault.Wait = asked, asked
			}
			busy := res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500
			if !busy || try == attempts || wait > longestWait {
				return nil, fault
			}
		} else if try == attempts || ctx.Err() != nil {
			return nil, err
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// wait is the pause after so many tries.
func (p *Puller) wait(tries int) time.Duration {
	if p.pause > 0 {
		return time.Duration(tries) * p.pause
	}
	return time.Duration(tries) * retryPause
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(v string, now time.Time) (time.Duration, bool) {
	if s, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(s) * time.Second, true
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(now), 0), true
	}
	return 0, false
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func isHex(s string, n int) bool {
	return len(s) == n && !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789abcdef", r) })
}
