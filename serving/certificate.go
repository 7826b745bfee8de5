package serving

import (
	"context"
	"crypto/tls"
	"log/slog"
	"sync/atomic"
)

// TLS returns a configuration with the certificate of two files, which are read
// again when they change, until ctx is cancelled. Files that can't be read then are
// logged, and the certificate at hand stays.
func TLS(ctx context.Context, cert, key string, log *slog.Logger) (*tls.Config, error) {
	c := &certificate{cert: cert, key: key}
	if _, err := c.refresh(); err != nil {
		return nil, err
	}
	go reread(ctx, "certificate", log, c.refresh)
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return c.current.Load(), nil
	}}, nil
}

// certificate is two files, and what they held when they were read last.
type certificate struct {
	cert, key string
	seen      [2]stamp
	current   atomic.Pointer[tls.Certificate]
}

// refresh reads the files if they have changed since they were read.
func (c *certificate) refresh() (fresh bool, err error) {
	var now [2]stamp
	for i, path := range []string{c.cert, c.key} {
		if now[i], err = stampOf(path); err != nil {
			return false, err
		}
	}
	if now == c.seen {
		return false, nil
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return false, err
	}
	c.current.Store(&pair)
	c.seen = now
	return true, nil
}
