// Command load asks a server on this machine as many clients at once do, good and
// bad ones, and says what became of it: wrong answers, statuses, latencies, memory.
//
//	bench serve --model reviews=DIR --quiet &
//	go run ./scripts/load -url http://127.0.0.1:8080 -model reviews -for 20s
//	go run ./scripts/load -all -for 1h
//
// It ends with status 1 if an answer was not the one that the same text has alone, a
// status was none of 200, 400, 408, 413 and 429, a connection was closed without an
// answer that the client had not given up itself, the server's memory still grew in the
// last half of the time, or the server does not come to rest behind the last client.
// With -all the good clients ask everything that the server's models do. With -term the
// server is sent TERM in the middle: then what it has taken on must be answered whole, and
// only later requests may find nobody. Only loopback addresses are asked.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
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
	flag.DurationVar(&l.length, "for", 20*time.Second, "how long, 3 hours at most")
	flag.IntVar(&l.term, "term", 0, "the server's process, which is sent TERM in the middle; 0: none is")
	flag.BoolVar(&l.good, "good", false, "only good clients")
	flag.BoolVar(&l.all, "all", false, "good clients ask everything that the server's models do")
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
	good, all   bool
	term        int

	client    *http.Client
	texts     []string   // that the good clients ask about
	questions []question // that they ask
	mu        sync.Mutex
	took      []time.Duration
	status    map[string]int // by kind of client and status
	wrong     int
	unasked   []string // statuses and faults that must not be

	resident []float64 // of the server in MB, now and then
	termed   time.Time // when the server was sent TERM
}

func (l *load) check() error {
	u, err := url.Parse(l.base)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s: want an address of this machine, such as http://127.0.0.1:8080", l.base)
	}
	if l.clients < 1 || l.clients > 256 || l.length <= 0 || l.length > 3*time.Hour {
		return fmt.Errorf("want 1 to 256 clients, for up to 3 hours")
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
	if err := l.plan(); err != nil {
		return err
	}
	for i, q := range l.questions {
		status, answer, err := l.post(q.path, q.kind, strings.NewReader(q.body))
		if err != nil || status != http.StatusOK {
			return fmt.Errorf("%s %s alone: status %d, %v: %s", q.path, q.body, status, err, answer)
		}
		l.questions[i].alone = answer
	}
	before, told := l.state()
	end := time.Now().Add(l.length)
	watched := make(chan bool)
	go func() {
		l.watch(end)
		close(watched)
	}()
	var wait sync.WaitGroup
	if l.term != 0 {
		wait.Go(l.terminate)
	}
	for c := range l.clients {
		wait.Go(func() {
			for n := c; time.Now().Before(end) && l.askGood(l.questions[n%len(l.questions)]); n++ {
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
	<-watched
	if told && l.term == 0 {
		if err := l.rests(before); err != nil {
			l.unasked = append(l.unasked, err.Error())
		}
	}
	return l.report()
}

func (l *load) post(path, kind string, body io.Reader) (int, string, error) {
	r, err := l.client.Post(l.base+path, kind, body)
	if err != nil {
		return 0, "", err
	}
	defer r.Body.Close()
	answer, err := io.ReadAll(r.Body)
	return r.StatusCode, string(answer), err
}

// askGood asks a question, and tells whether to ask on: there is nobody behind TERM.
func (l *load) askGood(q question) bool {
	start := time.Now()
	status, answer, err := l.post(q.path, q.kind, strings.NewReader(q.body))
	took := time.Since(start)
	if status == http.StatusTooManyRequests {
		time.Sleep(100 * time.Millisecond)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status[fmt.Sprintf("good %d", status)]++
	if l.gone(status, err, start) {
		return false
	}
	l.took = append(l.took, took)
	switch {
	case err != nil || status != http.StatusOK && status != http.StatusTooManyRequests:
		l.unasked = append(l.unasked, fmt.Sprintf("good: %s: status %d, %v: %s", q.path, status, err, answer))
	case status == http.StatusOK && answer != q.alone:
		if l.wrong++; l.wrong < 4 {
			fmt.Printf("WRONG %s %s: %.300s, alone %.300s\n", q.path, q.body, answer, q.alone)
		}
	}
	return true
}

func (l *load) misbehave(name string, f func() int) {
	status := f()
	l.mu.Lock()
	l.status[fmt.Sprintf("%s %d", name, status)]++
	fine := slices.Contains([]int{200, 400, 408, 413, 429}, status) || status == 0 && leaving[name]
	if gone := !l.termed.IsZero() && status <= 0; !fine && !gone {
		l.unasked = append(l.unasked, fmt.Sprintf("%s: status %d", name, status))
	}
	l.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
}

func (l *load) report() error {
	slices.Sort(l.took)
	at := func(q float64) time.Duration {
		return l.took[int(q*float64(len(l.took)-1))].Round(10 * time.Microsecond)
	}
	fmt.Printf("%d clients, %.0f answers a second; p50 %v, p90 %v, p99 %v, longest %v\n", l.clients,
		float64(len(l.took))/l.answering().Seconds(), at(0.5), at(0.9), at(0.99), at(1))
	kinds := make([]string, 0, len(l.status))
	for k := range l.status {
		kinds = append(kinds, k)
	}
	slices.Sort(kinds)
	for _, k := range kinds {
		fmt.Printf("%8d  %s\n", l.status[k], k)
	}
	every, resident := l.levels()
	fmt.Printf("resident, MB, every %v: %.0f; wrong answers: %d\n", every, resident, l.wrong)
	if fault := l.growth(); fault != "" {
		l.unasked = append(l.unasked, fault)
	}
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
