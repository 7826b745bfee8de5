package serving

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"
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
	go func() {
		for range ticks(ctx, certificateEvery) {
			switch fresh, err := t.refresh(); {
			case err != nil:
				log.Warn("token", "error", err.Error())
			case fresh:
				log.Info("token read again")
			}
		}
	}()
	return func() string { return *t.current.Load() }, nil
}

// token is a file, and what it held when it was read last.
type token struct {
	path    string
	seen    time.Time // when it was changed
	size    int64
	current atomic.Pointer[string]
}

// refresh reads the file if it has changed since it was read.
func (t *token) refresh() (fresh bool, err error) {
	info, err := os.Stat(t.path)
	if err != nil {
		return false, err
	}
	if info.ModTime().Equal(t.seen) && info.Size() == t.size {
		return false, nil
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
	t.seen, t.size = info.ModTime(), info.Size()
	return true, nil
}
