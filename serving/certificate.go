package serving

import (
	"context"
	"crypto/tls"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// certificateEvery is how often the files of a certificate are looked at.
const certificateEvery = 10 * time.Second

// TLS returns a configuration with the certificate of two files, which are read
// again when they change, until ctx is cancelled. Files that can't be read then are
// logged, and the certificate at hand stays.
func TLS(ctx context.Context, cert, key string, log *slog.Logger) (*tls.Config, error) {
	var current atomic.Pointer[tls.Certificate]
	load := func() error {
		c, err := tls.LoadX509KeyPair(cert, key)
		if err == nil {
			current.Store(&c)
		}
		return err
	}
	seen := changed(cert, key)
	if err := load(); err != nil {
		return nil, err
	}
	go func() {
		for range ticks(ctx, certificateEvery) {
			now := changed(cert, key)
			if now == seen {
				continue
			}
			if err := load(); err != nil {
				log.Warn("certificate", "error", err.Error())
				continue
			}
			seen = now
			log.Info("certificate read again")
		}
	}()
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		return current.Load(), nil
	}}, nil
}

// changed returns when two files were, zero for those that are not there.
func changed(a, b string) (times [2]time.Time) {
	for i, path := range []string{a, b} {
		if info, err := os.Stat(path); err == nil {
			times[i] = info.ModTime()
		}
	}
	return times
}
