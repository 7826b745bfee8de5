package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// watchEvery is how often the server is asked for its memory.
const watchEvery = 5 * time.Second

// speakEvery is how often a long run says how it goes.
const speakEvery = time.Minute

// mostGrowth is how much more memory the last quarter of the time may take than the
// one before the last: a level that the first requests fill is none, a leak is.
const mostGrowth = 0.1

// steadyGrowth is how much each fifth of the last half may take more than the fifth before
// it, of a run that is long enough: noise goes up and down, a leak up alone.
const (
	steadyGrowth = 0.005
	fifths       = 5
	longEnough   = 10 * time.Minute
)

// watch notes the server's memory until the end.
func (l *load) watch(end time.Time) {
	start, spoken := time.Now(), time.Now()
	for time.Now().Before(end) && !l.hasEnded() {
		l.resident = append(l.resident, l.memory()/1e6)
		if time.Since(spoken) >= speakEvery {
			spoken = time.Now()
			l.mu.Lock()
			fmt.Fprintf(os.Stderr, "%3.0f min: %.0f MB resident, %d answers to good clients, %d wrong, %d faults\n",
				time.Since(start).Minutes(), l.resident[len(l.resident)-1], len(l.took), l.wrong, len(l.unasked))
			l.mu.Unlock()
		}
		time.Sleep(min(watchEvery, time.Until(end)))
	}
	if !l.hasEnded() {
		l.resident = append(l.resident, l.memory()/1e6)
	}
}

// growth says how memory grew in the last half of the time, nothing where it did not or
// the server does not say it often enough.
func (l *load) growth() string {
	n := len(l.resident)
	if n < 8 || slices.Contains(l.resident, 0) {
		return ""
	}
	if grew := mean(l.resident[n-n/4:])/mean(l.resident[n-2*(n/4):n-n/4]) - 1; grew > mostGrowth {
		return fmt.Sprintf("memory grew by %.0f %% from the third quarter of the time to the last", 100*grew)
	}
	if l.length < longEnough {
		return ""
	}
	part := n / 2 / fifths
	for i := 1; i < fifths; i++ {
		from := n - (fifths-i)*part
		if mean(l.resident[from:from+part]) < (1+steadyGrowth)*mean(l.resident[from-part:from]) {
			return ""
		}
	}
	return "memory grew all the last half of the time"
}

func mean(all []float64) (m float64) {
	for _, v := range all {
		m += v / float64(len(all))
	}
	return m
}

// levels are means of what the server had resident, at most 60 of them, and how long each
// takes.
func (l *load) levels() (every time.Duration, all []float64) {
	step := (len(l.resident) + 59) / 60
	for part := range slices.Chunk(l.resident, max(step, 1)) {
		all = append(all, mean(part))
	}
	return time.Duration(step) * watchEvery, all
}

var resident = regexp.MustCompile(`(?m)^process_resident_memory_bytes (\S+)`)

// memory is what the server has resident, in bytes; 0 where it does not say.
func (l *load) memory() float64 {
	r, err := l.client.Get(l.base + "/metrics")
	if err != nil {
		return 0
	}
	defer r.Body.Close()
	raw, _ := io.ReadAll(r.Body)
	m := resident.FindSubmatch(raw)
	if m == nil {
		return 0
	}
	v, _ := strconv.ParseFloat(string(m[1]), 64)
	return v
}
