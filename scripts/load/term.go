package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// terminate sends the server TERM in the middle of the time.
func (l *load) terminate() {
	time.Sleep(l.length / 2)
	p, err := os.FindProcess(l.term)
	if err == nil {
		l.mu.Lock()
		l.termed = time.Now()
		l.mu.Unlock()
		err = p.Signal(syscall.SIGTERM)
	}
	if err != nil {
		l.mu.Lock()
		l.unasked = append(l.unasked, fmt.Sprintf("TERM to process %d: %v", l.term, err))
		l.mu.Unlock()
	}
}

// onTheWay is how long before TERM a request may have been sent that the server had not
// taken on yet.
const onTheWay = 50 * time.Millisecond

// gone tells whether a request that was begun at start may have found nobody: no
// answer has begun, and it came with TERM or behind it.
func (l *load) gone(status int, err error, start time.Time) bool {
	return !l.termed.IsZero() && err != nil && status == 0 && start.After(l.termed.Add(-onTheWay))
}

// hasEnded tells whether the server was sent TERM.
func (l *load) hasEnded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.termed.IsZero()
}

// answering is how long the server answered.
func (l *load) answering() time.Duration {
	if l.termed.IsZero() {
		return l.length
	}
	return l.length / 2
}
