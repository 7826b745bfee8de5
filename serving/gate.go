package serving

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ServeHTTP lets a request in: it counts and logs it, holds it to the limits and
// the token, and reads its body. A panic is a 500.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	s.active.Add(1)
	defer s.active.Done()
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.Timeout)
	defer cancel()
	r = r.WithContext(ctx)
	answer := &answerWriter{ResponseWriter: w}
	defer func() {
		if p := recover(); p != nil {
			s.logFault(&panicError{p, debug.Stack()})
			if answer.status == 0 {
				writeProblem(answer, http.StatusInternalServerError, "the server could not answer: see its log")
			}
		}
		s.count(r, answer, time.Since(start))
	}()
	_ = http.NewResponseController(w).SetWriteDeadline(start.Add(s.limits.Timeout + headerTimeout))
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if s.crossOrigin(answer, r) {
		return
	}
	if !s.authorized(r) {
		h.Set("WWW-Authenticate", "Bearer")
		writeProblem(answer, http.StatusUnauthorized, "want the header Authorization: Bearer TOKEN")
		return
	}
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	default:
		writeProblem(answer, http.StatusTooManyRequests, "too many requests: try again later")
		return
	}
	if s.readBody(answer, r) {
		s.mux.ServeHTTP(answer, r)
	}
}

// count counts and logs a request; of texts, nothing: readBody does, if asked to.
func (s *Server) count(r *http.Request, a *answerWriter, took time.Duration) {
	path := r.Pattern
	if _, p, ok := strings.Cut(path, " "); ok {
		path = p
	}
	if path == "" || path == "/" {
		path = "other"
	}
	if a.status == 0 {
		a.status = http.StatusOK
	}
	s.meters.requests.WithLabelValues(path, strconv.Itoa(a.status)).Inc()
	s.meters.seconds.WithLabelValues(path).Observe(took.Seconds())
	s.log.Info("request", "method", r.Method, "path", path, "status", a.status, "bytes", a.bytes, "ms",
		took.Milliseconds(), "remote", r.RemoteAddr)
}

// bodyTimeout is how long a client may take to send its body.
const bodyTimeout = 20 * time.Second

// readBody reads the body into memory, within the limits; false: it was answered.
func (s *Server) readBody(w http.ResponseWriter, r *http.Request) bool {
	if r.Body == nil || r.Body == http.NoBody {
		return true
	}
	tooLarge := func() bool {
		w.Header().Set("Connection", "close")
		writeProblem(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a body of more than %d bytes", s.limits.Body))
		return false
	}
	if r.ContentLength > s.limits.Body {
		return tooLarge()
	}
	rc := http.NewResponseController(w)
	_ = rc.SetReadDeadline(time.Now().Add(bodyTimeout))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.limits.Body))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return tooLarge()
	case err != nil:
		w.Header().Set("Connection", "close")
		writeProblem(w, http.StatusBadRequest, "the body did not come whole")
		return false
	}
	// A deadline that passes while the model computes would cancel the request.
	_ = rc.SetReadDeadline(time.Time{})
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if s.asked {
		s.log.Info("asked", "path", r.URL.Path, "body", string(body), "remote", r.RemoteAddr)
	}
	return true
}

// open are the paths that need no token: what says nothing, and the page, which
// asks for one.
var open = []string{"/", "/healthz", "/readyz", "/page/app.js", "/page/style.css"}

// authorized compares in constant time.
func (s *Server) authorized(r *http.Request) bool {
	if s.token == nil || slices.Contains(open, r.URL.Path) {
		return true
	}
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	a, b := sha256.Sum256([]byte(strings.TrimLeft(given, " "))), sha256.Sum256([]byte(s.token()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && strings.EqualFold(scheme, "Bearer")
}

// crossOrigin lets pages of named origins ask; true: the request is answered.
func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || len(s.origins) == 0 {
		return false
	}
	w.Header().Add("Vary", "Origin")
	if !slices.Contains(s.origins, origin) {
		return false
	}
	w.Header().Set("Access-Control-Allow-Origin", origin)
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
	w.Header().Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
	w.WriteHeader(http.StatusNoContent)
	return true
}

// answerWriter knows what became of an answer.
type answerWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answerWriter) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answerWriter) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (a *answerWriter) Unwrap() http.ResponseWriter { return a.ResponseWriter }
