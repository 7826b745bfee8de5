// Package serving puts trained models to work over HTTP. Each model has one
// goroutine that computes; requests that wait for it are computed together, and
// texts that are continued join and leave between two tokens.
package serving

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/lmkor/bench/ops"
)

// Options are what a server is made of.
type Options struct {
	Models  []*Model
	Device  *Device // that all models are put on; nil: the processor
	Limits  Limits
	Token   func() string // says what requests must bear; nil: nothing
	Origins []string      // of pages elsewhere that may ask; none: of no page but its own
	Log     *slog.Logger
	Texts   bool // log what requests ask, too
	Version string

	// Board makes the leaderboard as JSON, every so often; nil: there is none.
	Board func() ([]byte, error)
}

// Server answers requests with models.
type Server struct {
	models  []*Model
	device  *Device
	limits  Limits
	token   func() string
	origins []string
	log     *slog.Logger
	asked   bool // whether the log has what requests ask
	mux     *http.ServeMux
	api     huma.API
	meters  *meters

	makeBoard func() ([]byte, error)
	board     atomic.Pointer[[]byte]

	draining atomic.Bool
	active   sync.WaitGroup // requests
	room     chan struct{}  // for requests at the same time
	closing  sync.Once
}

// mostActive bounds requests at the same time, whatever they ask: each may have a
// body in memory.
const mostActive = 1024

// New returns a server whose models are ready to compute. Close ends it where Run
// does not.
func New(o Options) (*Server, error) {
	s := &Server{models: o.Models, device: o.Device, limits: o.Limits,
		token: o.Token, origins: o.Origins, log: o.Log, asked: o.Texts,
		mux: http.NewServeMux(), meters: newMeters(), makeBoard: o.Board, room: make(chan struct{}, mostActive)}
	if err := s.uniqueNames(); err != nil {
		return nil, err
	}
	cpu := ops.NewCPU()
	if s.device != nil {
		if err := s.device.place(s.models); err != nil {
			return nil, err
		}
	}
	for _, m := range s.models {
		m.inFloat32(s.log)
		if err := m.start(s.limits, s.meters, cpu); err != nil {
			return nil, err
		}
	}
	s.api = s.newAPI(o.Version)
	s.registerForms(s.api)
	s.registerPlain()
	s.refreshBoard()
	return s, nil
}

func (s *Server) uniqueNames() error {
	seen := map[string]bool{}
	for _, m := range s.models {
		if seen[m.name] {
			return errors.New("two models are named " + m.name)
		}
		seen[m.name] = true
	}
	return nil
}

// registerPlain adds what is not of the API: states, metrics, the page.
func (s *Server) registerPlain() {
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") })
	s.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if s.draining.Load() {
			writeText(w, http.StatusServiceUnavailable, "draining\n")
			return
		}
		writeText(w, http.StatusOK, "ready\n")
	})
	s.mux.Handle("GET /metrics", promhttp.HandlerFor(s.meters.registry, promhttp.HandlerOpts{}))
	s.mux.HandleFunc("GET /v1/leaderboard", func(w http.ResponseWriter, _ *http.Request) {
		board := s.board.Load()
		if board == nil {
			writeProblem(w, http.StatusNotFound, "no leaderboard: start with --runs DIR")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(*board)
	})
	s.registerPage()
	s.mux.HandleFunc("/", s.unknown)
}

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

// unknown answers requests for what there is not, or not by that method.
func (s *Server) unknown(w http.ResponseWriter, r *http.Request) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := s.mux.Handler(other); method != r.Method && pattern != "/" {
			w.Header().Set("Allow", method)
			writeProblem(w, http.StatusMethodNotAllowed, "want "+method)
			return
		}
	}
	writeProblem(w, http.StatusNotFound, "there is no "+r.URL.Path)
}

// boardEvery is how old the leaderboard gets.
const boardEvery = 30 * time.Second

func (s *Server) refreshBoard() {
	if s.makeBoard == nil {
		return
	}
	var raw []byte
	err := guarded(func() (err error) {
		raw, err = s.makeBoard()
		return err
	})
	if err != nil {
		s.log.Warn("leaderboard", "error", err.Error())
		return
	}
	s.board.Store(&raw)
}

// Run answers requests on a listener until ctx is cancelled. Then those that were
// taken on are finished, for as long as the limits say, and the models stop. So they do
// when the device fails, whose *device.Failure it returns: what needs it is answered
// with 503.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	base, abandon := context.WithCancel(context.Background())
	defer abandon()
	h := &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14,
		BaseContext: func(net.Listener) context.Context { return base },
		ErrorLog:    slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	background, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		s.refreshBoard() // what the first one left out
		for range ticks(background, boardEvery) {
			s.refreshBoard()
		}
	}()
	served := make(chan error, 1)
	go func() { served <- h.Serve(l) }()
	select {
	case err := <-served:
		abandon()
		s.Close()
		return err
	case <-s.failed():
		s.log.Error("device", "error", s.device.why.Error())
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.log.Info("draining")
	drain, done := context.WithTimeout(context.Background(), s.limits.Drain)
	defer done()
	err := h.Shutdown(drain)
	if err != nil { // those that are left are cancelled, and answered so
		abandon()
		h.Close()
		err = errors.New("some requests took longer than the time to drain: they were cancelled")
	}
	s.Close()
	if s.device != nil && s.device.why != nil {
		return s.device.why
	}
	return err
}

// failed is closed when the device has failed.
func (s *Server) failed() <-chan struct{} {
	if s.device == nil {
		return nil
	}
	return s.device.failed
}

// headerTimeout is how long a client may take to ask.
const headerTimeout = 10 * time.Second

// Close waits for the requests at hand and stops the models.
func (s *Server) Close() {
	s.draining.Store(true)
	s.active.Wait()
	s.closing.Do(func() {
		for _, m := range s.models {
			m.stop()
		}
	})
}

// ticks yields every so often until ctx is cancelled.
func ticks(ctx context.Context, every time.Duration) func(yield func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case at := <-t.C:
				if !yield(at) {
					return
				}
			}
		}
	}
}
