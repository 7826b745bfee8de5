package serving

import (
	"embed"
	"net/http"
)

//go:embed page
var page embed.FS

// pagePolicy lets the page load and ask nothing but this server.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// registerPage adds the page and its files.
func (s *Server) registerPage() {
	for path, file := range map[string]struct{ name, kind string }{
		"/{$}":            {"page/index.html", "text/html; charset=utf-8"},
		"/page/app.js":    {"page/app.js", "text/javascript; charset=utf-8"},
		"/page/style.css": {"page/style.css", "text/css; charset=utf-8"},
	} {
		raw, err := page.ReadFile(file.name)
		if err != nil {
			panic(err) // it is embedded
		}
		s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", file.kind)
			w.Header().Set("Content-Security-Policy", pagePolicy)
			_, _ = w.Write(raw)
		})
	}
}
