package serving

import "time"

// Limits bound what the server takes on.
type Limits struct {
	BatchTokens int           // of requests that are computed together
	Wait        time.Duration // how long a request waits for others to be computed with
	Queue       int           // requests that may wait for a model; more are refused
	Texts       int           // texts of one request
	Body        int64         // bytes of a request
	Timeout     time.Duration // of a request, its computation included
	Drain       time.Duration // how long requests that were taken on may go on after TERM
	Together    int           // texts that a model writes at the same time, each beam counted as one
}

// DefaultLimits are those of a machine with a few cores.
func DefaultLimits() Limits {
	return Limits{BatchTokens: 2048, Wait: time.Millisecond, Queue: 256, Texts: 256, Body: 1 << 20,
		Timeout: time.Minute, Drain: 30 * time.Second, Together: 16}
}
