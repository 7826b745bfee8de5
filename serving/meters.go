package serving

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// meters are what /metrics shows.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec   // by path and status
	seconds  *prometheus.HistogramVec // by path
	waiting  *prometheus.GaugeVec     // by model
	refused  *prometheus.CounterVec   // by model
	batch    *prometheus.HistogramVec // requests computed together, by model
	tokens   *prometheus.CounterVec   // computed, by model
	written  *prometheus.CounterVec   // answered, by model
}

func newMeters() *meters {
	model, path := []string{"model"}, []string{"path"}
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bench_requests_total",
			Help: "Requests answered."}, []string{"path", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "bench_request_seconds",
			Help:    "Time from a request's header to the end of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.001, 2, 17)}, path),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "bench_waiting_requests",
			Help: "Requests that wait for a model."}, model),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bench_refused_requests_total",
			Help: "Requests refused since too many waited."}, model),
		batch: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "bench_batch_requests",
			Help:    "Requests computed together.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 9)}, model),
		tokens: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bench_tokens_total",
			Help: "Tokens computed: of texts that were read, and of those that are written, each beam's of a beam search."}, model),
		written: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bench_written_tokens_total",
			Help: "Tokens of texts that were written; of a beam search the best beam's."}, model),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.waiting, m.refused, m.batch, m.tokens, m.written,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}
