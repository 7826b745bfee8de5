package official

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lmkor/bench/datasets/samples"
)

// server gives the sample files, and misbehaves as a test asks.
type server struct {
	*httptest.Server
	pipes    pipes
	mu       sync.Mutex
	requests []string // path and range

	behave func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool // n: which request it is, from 1; false: as always
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.requests = append(s.requests, strings.TrimSuffix(r.URL.Path+" "+r.Header.Get("Range"), " "))
		n, behave := len(s.requests), s.behave
		s.mu.Unlock()
		content, err := fs.ReadFile(samples.FS(), strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("ETag", `"v1"`)
		if behave == nil || !behave(w, r, content, n) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
		}
	}))
	s.Listener.Close()
	s.pipes = pipes{at: s.Listener.Addr(), dialled: make(chan net.Conn), closed: make(chan struct{})}
	s.Listener = &s.pipes
	s.Start()
	t.Cleanup(s.Close)
	return s
}

// asked are the requests so far.
func (s *server) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// puller returns one that is connected with the server by pipes in memory: in a bubble
// of synctest, whose clock stands while any of both can go on, neither is ever late.
func (s *server) puller(t *testing.T) *Puller {
	p := &Puller{Dir: t.TempDir(), Mirror: s.URL, Stall: time.Minute, Tries: 3, Pause: time.Millisecond}
	p.Client = p.client()
	transport := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return s.pipes.dial() }}
	p.Client.Transport = transport
	t.Cleanup(transport.CloseIdleConnections)
	return p
}

// pipes are a listener's connections in memory.
type pipes struct {
	at      net.Addr
	dialled chan net.Conn
	once    sync.Once
	closed  chan struct{}
}

func (p *pipes) dial() (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.dialled <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Accept returns the other end of a connection that was dialled.
func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialled:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Addr returns an address of which nothing is heard.
func (p *pipes) Addr() net.Addr { return p.at }

// Close ends Accept.
func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// cut sends a part of the content and breaks the connection.
func cut(w http.ResponseWriter, content []byte, at int) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	w.Write(content[:at])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}
