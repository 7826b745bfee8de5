package main

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"time"
)

// state is what /metrics says of a server that has nothing to do.
type state struct {
	goroutines, files, waiting, tokens float64
}

// Goroutines and open files that a server may have more at rest than it had before: what
// it starts when it is first needed, not once a request.
const mostMore = 16

// settle is how long a server may take until it is at rest.
const settle = 15 * time.Second

var metric = regexp.MustCompile(
	`(?m)^(go_goroutines|process_open_fds|bench_waiting_requests|bench_tokens_total)(?:\{[^}]*\})? (\S+)$`)

// state asks for it; false where the server does not say.
func (l *load) state() (s state, ok bool) {
	l.client.CloseIdleConnections()
	r, err := l.client.Get(l.base + "/metrics")
	if err != nil {
		return s, false
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	for _, m := range metric.FindAllStringSubmatch(string(raw), -1) {
		v, _ := strconv.ParseFloat(m[2], 64)
		switch m[1] {
		case "go_goroutines":
			s.goroutines += v
		case "process_open_fds":
			s.files += v
		case "bench_waiting_requests":
			s.waiting += v
		default:
			s.tokens += v
		}
	}
	return s, err == nil && s.goroutines > 0
}

// rests waits until nothing is computed any more and nothing is left over of the
// requests, and says what is if that does not come.
func (l *load) rests(before state) error {
	var last state
	for end := time.Now().Add(settle); time.Now().Before(end); time.Sleep(time.Second) {
		now, ok := l.state()
		if !ok {
			continue
		}
		if now.tokens == last.tokens && now.waiting == 0 && now.goroutines <= before.goroutines+mostMore &&
			now.files <= before.files+mostMore {
			fmt.Printf("at rest: %.0f goroutines, %.0f files; before: %.0f, %.0f\n", now.goroutines, now.files,
				before.goroutines, before.files)
			return nil
		}
		last = now
	}
	return fmt.Errorf("not at rest %v after the last client: %.0f goroutines and %.0f files, before %.0f and %.0f; "+
		"%.0f requests wait", settle, last.goroutines, last.files, before.goroutines, before.files, last.waiting)
}
