package serving

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
)

// Token returns what says the one token of a file, which is read again when it
// changes, until ctx is cancelled; nil without a file. A file that can't be read
// then is logged, and the token at hand stays.
func Token(ctx context.Context, path string, log *slog.Logger) (func() string, error) {
	if path == "" {
		return nil, nil
	}
	t := &token{path: path}
	if _, err := t.refresh(); err != nil {
		return nil, err
	}
	go reread(ctx, "token", log, t.refresh)
	return func() string { return *t.current.Load() }, nil
}

// token is a file, and what it held when it was read last.
type token struct {
	path    string
	seen    stamp
	current atomic.Pointer[string]
}

// refresh reads the file if it has changed since it was read.
func (t *token) refresh() (fresh bool, err error) {
	now, err := stampOf(t.path)
	if err != nil || now == t.seen {
		return false, err
	}
	raw, err := os.ReadFile(t.path)
	if err != nil {
		return false, err
	}
	text := strings.TrimSpace(string(raw))
	if text == "" || strings.ContainsAny(text, " \t\r\n") {
		return false, fmt.Errorf("%s: want one token", t.path)
	}
	t.current.Store(&text)
	t.seen = now
	return true, nil
}
