package main

import (
	"fmt"
	"io"
	"os"
	"regexp"
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

// growth compares the means of the last two quarters; 0 where the server does not
// say, or too seldom.
func (l *load) growth() float64 {
	n := len(l.resident) / 4
	if n < 2 {
		return 0
	}
	mean := func(all []float64) (m float64) {
		for _, v := range all {
			m += v / float64(len(all))
		}
		return m
	}
	before := mean(l.resident[len(l.resident)-2*n : len(l.resident)-n])
	if before == 0 {
		return 0
	}
	return mean(l.resident[len(l.resident)-n:])/before - 1
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
