package serving

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A panic of a handler is a problem, and the server goes on.
func TestPanicsAreProblems(t *testing.T) {
	s, err := New(Options{Limits: DefaultLimits(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("spoiled") })
	for range 2 {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/panic", nil))
		if w.Code != 500 || w.Header().Get("Content-Type") != "application/problem+json" || strings.Contains(w.Body.String(), "spoiled") {
			t.Errorf("status %d: %s", w.Code, w.Body.String())
		}
	}
}

// Pages elsewhere may ask only from origins that are named.
func TestOrigins(t *testing.T) {
	s, err := New(Options{Limits: DefaultLimits(), Log: slog.New(slog.DiscardHandler), Origins: []string{"https://a.example"}, Token: func() string { return "x" }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for origin, want := range map[string]string{"https://a.example": "https://a.example", "https://b.example": ""} {
		r := httptest.NewRequest(http.MethodOptions, "/v1/predict", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != want || (w.Code == 204) != (want != "") {
			t.Errorf("%s: status %d, allowed %q", origin, w.Code, got)
		}
	}
}

// A certificate that changes is the new one; files that can't be read leave the old.
func TestCertificatesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	c := &certificate{cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem")}
	serial := func() string { return c.current.Load().Leaf.SerialNumber.String() }
	write := func(n int64, at time.Time) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		of := &x509.Certificate{SerialNumber: big.NewInt(n), NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		private, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		for path, b := range map[string]*pem.Block{c.cert: {Type: "CERTIFICATE", Bytes: der}, c.key: {Type: "PRIVATE KEY", Bytes: private}} {
			if err := os.WriteFile(path, pem.EncodeToMemory(b), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := c.refresh(); err == nil {
		t.Error("files that are not there are read")
	}
	start := time.Now()
	for i := range 2 {
		write(int64(i+1), start.Add(time.Duration(i)*time.Minute))
		if fresh, err := c.refresh(); !fresh || err != nil || serial() != fmt.Sprint(i+1) {
			t.Fatalf("certificate %d: fresh %t, %v", i+1, fresh, err)
		}
		if fresh, err := c.refresh(); fresh || err != nil {
			t.Errorf("read again unchanged: %t, %v", fresh, err)
		}
	}
	if err := os.WriteFile(c.cert, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if fresh, err := c.refresh(); fresh || err == nil || serial() != "2" {
		t.Errorf("a spoiled file: fresh %t, %v", fresh, err)
	}
}

// The log has what requests ask only where it is asked for.
func TestTextsAreLoggedWhereAsked(t *testing.T) {
	for _, asked := range []bool{false, true} {
		var log bytes.Buffer
		s, err := New(Options{Limits: DefaultLimits(), Log: slog.New(slog.NewJSONHandler(&log, nil)), Texts: asked})
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/v1/predict", strings.NewReader(`{"text":"비밀 이야기"}`))
		r.Header.Set("Content-Type", "application/json")
		s.ServeHTTP(httptest.NewRecorder(), r)
		s.Close()
		if has := strings.Contains(log.String(), "비밀 이야기"); has != asked {
			t.Errorf("asked %v: the log is %s", asked, log.String())
		}
	}
}
