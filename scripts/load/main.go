// Command load asks a server on this machine as many clients at once do, good and
// bad ones, and says what became of it: wrong answers, statuses, latencies, memory.
//
//	bench serve --model reviews=DIR --quiet &
//	go run ./scripts/load -url http://127.0.0.1:8080 -model reviews -for 20s
//
// It ends with status 1 if an answer was not the one that the same text has alone,
// or a status was none of 200, 400, 413 and 429. Only loopback addresses are asked.
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// texts are what the good clients ask, of no file.
var texts = []string{
	"정말 재미있는 영화였다", "배우 연기가 아쉬웠다",
	"음악이 좋고 화면이 아름답다", "시간이 아깝다", "두 번 봤는데 또 보고 싶다",
	"기대를 많이 했는데 이야기가 너무 느리고 끝이 허무해서 실망했다",
	"그냥 그렇다", "올해 최고의 영화",
}

func main() {
	var l load
	flag.StringVar(&l.base, "url", "http://127.0.0.1:8080", "the server, on this machine")
	flag.StringVar(&l.model, "model", "", "a model that predicts; none: the first")
	flag.IntVar(&l.clients, "clients", 64, "good clients, each asking again when it is answered")
	flag.DurationVar(&l.length, "for", 20*time.Second, "how long, 5 minutes at most")
	flag.BoolVar(&l.good, "good", false, "only good clients")
	flag.StringVar(&l.file, "texts", "", "a file of texts to ask, one a line; none: a few inside")
	flag.Parse()
	if err := l.check(); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	if err := l.run(); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

// load is one run against one server.
type load struct {
	base, model string
	file        string
	clients     int
	length      time.Duration
	good        bool

	client  *http.Client
	texts   []string // that the good clients ask
	alone   []string // what each text is answered when nobody else asks
	mu      sync.Mutex
	took    []time.Duration
	status  map[string]int // by kind of client and status
	wrong   int
	unasked []string // statuses and faults that must not be
}

func (l *load) check() error {
	u, err := url.Parse(l.base)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s: want an address of this machine, such as http://127.0.0.1:8080", l.base)
	}
	if l.clients < 1 || l.clients > 256 || l.length <= 0 || l.length > 5*time.Minute {
		return fmt.Errorf("want 1 to 256 clients, for up to 5 minutes")
	}
	l.status = map[string]int{}
	l.client = &http.Client{Timeout: 90 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: l.clients}}
	return nil
}

// mostTexts is how many texts of a file are asked.
const mostTexts = 200

// read reads the texts to ask.
func (l *load) read() error {
	if l.texts = texts; l.file == "" {
		return nil
	}
	raw, err := os.ReadFile(l.file)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	l.texts = lines[:min(len(lines), mostTexts)]
	return nil
}

func (l *load) run() error {
	if err := l.read(); err != nil {
		return err
	}
	for _, text := range l.texts {
		status, answer, err := l.ask(text)
		if err != nil || status != http.StatusOK {
			return fmt.Errorf("%q alone: status %d, %v: %s", text, status, err, answer)
		}
		l.alone = append(l.alone, answer)
	}
	before := l.memory()
	end := time.Now().Add(l.length)
	var wait sync.WaitGroup
	for c := range l.clients {
		wait.Go(func() {
			for n := c; time.Now().Before(end); n++ {
				l.askGood(n % len(l.texts))
			}
		})
	}
	if !l.good {
		for name, f := range l.bad() {
			wait.Go(func() {
				for time.Now().Before(end) {
					l.misbehave(name, f)
				}
			})
		}
	}
	wait.Wait()
	return l.report(before)
}

// ask predicts a text.
func (l *load) ask(text string) (status int, answer string, err error) {
	raw, err := json.Marshal(map[string]any{"model": l.model, "text": text})
	if err != nil {
		return 0, "", err
	}
	return l.post("application/json", bytes.NewReader(raw))
}

func (l *load) post(kind string, body io.Reader) (int, string, error) {
	r, err := l.client.Post(l.base+"/v1/predict", kind, body)
	if err != nil {
		return 0, "", err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	return r.StatusCode, string(answer), err
}

func (l *load) askGood(n int) {
	start := time.Now()
	status, answer, err := l.ask(l.texts[n])
	took := time.Since(start)
	if status == http.StatusTooManyRequests {
		time.Sleep(100 * time.Millisecond)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took = append(l.took, took)
	l.status[fmt.Sprintf("good %d", status)]++
	switch {
	case err != nil || status != http.StatusOK && status != http.StatusTooManyRequests:
		l.unasked = append(l.unasked, fmt.Sprintf("good: status %d, %v: %s", status, err, answer))
	case status == http.StatusOK && answer != l.alone[n]:
		l.wrong++
	}
}

// bad are clients that a server has to stand. Each returns the status that it got,
// 0 if the connection was closed, which is an answer too.
func (l *load) bad() map[string]func() int {
	json := func(body io.Reader) int {
		status, _, _ := l.post("application/json", body)
		return status
	}
	return map[string]func() int{
		"invalid UTF-8": func() int { return json(strings.NewReader("{\"text\":\"\xff\xfe\"}")) },
		"half JSON":     func() int { return json(strings.NewReader(`{"text":`)) },
		"unknown model": func() int { return json(strings.NewReader(`{"model":"no such model","text":"가"}`)) },
		"long text": func() int {
			return json(strings.NewReader(`{"text":"` + strings.Repeat("영화 ", 10_000) + `"}`))
		},
		"1 GB body": func() int { return json(io.LimitReader(endless{}, 1<<30)) },
		"slow": func() int {
			return l.raw("POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", "{", 40)
		},
		"half open": func() int { return l.raw("POST /v1/pre", "", 1) },
	}
}

// endless is a body of spaces.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

// raw sends a beginning, then a few bytes now and then, and goes away.
func (l *load) raw(begin, more string, times int) int {
	u, _ := url.Parse(l.base) // checked before
	c, err := net.DialTimeout("tcp", u.Host, 5*time.Second)
	if err != nil {
		return -1
	}
	defer c.Close()
	fmt.Fprint(c, begin)
	for range times {
		time.Sleep(50 * time.Millisecond)
		if _, err := fmt.Fprint(c, more); err != nil {
			return 0
		}
	}
	return 0
}

func (l *load) misbehave(name string, f func() int) {
	status := f()
	l.mu.Lock()
	l.status[fmt.Sprintf("%s %d", name, status)]++
	if !slices.Contains([]int{0, 200, 400, 413, 429}, status) {
		l.unasked = append(l.unasked, fmt.Sprintf("%s: status %d", name, status))
	}
	l.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
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

func (l *load) report(before float64) error {
	slices.Sort(l.took)
	at := func(q float64) time.Duration {
		return l.took[int(q*float64(len(l.took)-1))].Round(10 * time.Microsecond)
	}
	fmt.Printf("%d clients, %.0f answers a second; p50 %v, p90 %v, p99 %v, longest %v\n", l.clients,
		float64(len(l.took))/l.length.Seconds(), at(0.5), at(0.9), at(0.99), at(1))
	kinds := make([]string, 0, len(l.status))
	for k := range l.status {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		fmt.Printf("%8d  %s\n", l.status[k], k)
	}
	fmt.Printf("resident: %.0f MB before, %.0f MB after; wrong answers: %d\n", before/1e6, l.memory()/1e6, l.wrong)
	for i, f := range l.unasked {
		if i < 10 {
			fmt.Println("FAULT", f)
		}
	}
	if l.wrong > 0 || len(l.unasked) > 0 {
		return fmt.Errorf("%d wrong answers, %d faults", l.wrong, len(l.unasked))
	}
	return nil
}
