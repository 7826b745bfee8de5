package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// leaving are the bad clients that may go without an answer: they leave themselves, or
// send more than the server reads.
var leaving = map[string]bool{"1 GB body": true, "stream cut off": true, "beams cut off": true, "slow": true, "half open": true}

// bad are clients that a server has to stand. Each returns the status that it got, 0 if
// the connection was closed without one.
func (l *load) bad() map[string]func() int {
	send := func(path, kind string, body io.Reader) int {
		status, _, _ := l.post(path, kind, body)
		return status
	}
	say := func(path, body string) func() int {
		return func() int { return send(path, jsonKind, strings.NewReader(body)) }
	}
	return map[string]func() int{
		"invalid UTF-8":   say("/v1/predict", "{\"text\":\"\xff\xfe\"}"),
		"half JSON":       say("/v1/predict", `{"text":`),
		"deep JSON":       say("/v1/predict", strings.Repeat(`{"text":`, 50_000)),
		"deep lists":      say("/v1/embed", `{"texts":`+strings.Repeat("[", 100_000)),
		"half surrogate":  say("/v1/predict", `{"text":"\ud83d가\udc00\u0000\u202e\ufffe"}`),
		"many texts":      say("/v1/predict", `{"texts":[`+strings.Repeat(`"가",`, 50_000)+`"나"]}`),
		"number too big":  say("/v1/fill-mask", `{"text":"[MASK]","top":1e400}`),
		"negative number": say("/v1/fill-mask", `{"text":"[MASK]","top":-9223372036854775808}`),
		"NaN":             say("/v1/generate", `{"text":"가","temperature":NaN}`),
		"no room":         say("/v1/generate", `{"text":"가","max_new_tokens":100000,"num_beams":16}`),
		"unknown model":   say("/v1/predict", `{"model":"no such model","text":"가"}`),
		"twice":           say("/v1/predict", `{"text":"가","text":"나","model":"x","model":""}`),
		"long text":       say("/v1/predict", `{"text":"`+strings.Repeat("영화 ", 10_000)+`"}`),
		"masks":           say("/v1/fill-mask", `{"text":"`+strings.Repeat("[MASK] ", 5_000)+`"}`),
		"no kind":         func() int { return send("/v1/predict", "", strings.NewReader(`{"text":"가"}`)) },
		"wrong kind":      func() int { return send("/bert", "text/plain", strings.NewReader("text=가")) },
		"no boundary":     func() int { return send("/bert", "multipart/form-data", strings.NewReader("--x")) },
		"fields twice":    func() int { return send("/gpt-3", formKind, strings.NewReader("text=%00&text=b&length=1&length=x")) },
		"samples": func() int {
			return send("/bert", formKind, strings.NewReader("text=[MASK]&samples=99999999999999999999"))
		},
		"half a form":    func() int { return send("/bert", formKind, strings.NewReader("text=%zz&samples=%")) },
		"1 GB body":      func() int { return send("/v1/predict", jsonKind, io.LimitReader(endless{}, 1<<30)) },
		"stream cut off": func() int { return l.leave(`{"text":"가","stream":true,"max_new_tokens":60}`, true) },
		"beams cut off": func() int {
			return l.leave(`{"text":"가","max_new_tokens":60,"num_beams":8,"do_sample":false}`, false)
		},
		"slow": func() int {
			return l.raw("POST /v1/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", "{", 40)
		},
		"half open": func() int { return l.raw("POST /v1/pre", "", 1) },
	}
}

// leave asks for a text and goes away: behind the first event of a stream, or soon.
func (l *load) leave(body string, stream bool) int {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.base+"/v1/generate", strings.NewReader(body))
	if err != nil {
		return -1
	}
	r.Header.Set("Content-Type", jsonKind)
	if !stream {
		time.AfterFunc(20*time.Millisecond, cancel)
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	if stream {
		_, _ = bufio.NewReader(answer.Body).ReadString('\n')
	}
	return answer.StatusCode
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
