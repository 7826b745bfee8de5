package tokenizers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scored is a token of a unigram vocabulary and its log probability.
type scored struct {
	token string
	score float64
}

// parseScored reads [["token", score], …], valid JSON. It is written out by
// hand because such lists are long, and encoding/json takes most of a second for the
// quarter of a million tokens of XLM-R.
func parseScored(b []byte) ([]scored, error) {
	p := scoredParser{rest: b}
	if !p.eat('[') {
		return nil, fmt.Errorf("%.20q: want a list of tokens and scores", p.rest)
	}
	list := make([]scored, 0, bytes.Count(b, []byte("[")))
	for !p.eat(']') {
		if len(list) > 0 && !p.eat(',') {
			return nil, fmt.Errorf("token %d: %.20q: want a comma", len(list), p.rest)
		}
		s, err := p.entry()
		if err != nil {
			return nil, fmt.Errorf("token %d: %w", len(list), err)
		}
		list = append(list, s)
	}
	return list, nil
}

type scoredParser struct{ rest []byte }

// eat skips white space, and c if it comes next.
func (p *scoredParser) eat(c byte) bool {
	p.rest = bytes.TrimLeft(p.rest, " \t\r\n")
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *scoredParser) entry() (s scored, err error) {
	if !p.eat('[') {
		return s, fmt.Errorf("%.20q: want a token and a score", p.rest)
	}
	if !p.eat('"') {
		return s, fmt.Errorf("%.20q: want a string", p.rest)
	}
	end := 0
	for end < len(p.rest) && p.rest[end] != '"' {
		if p.rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(p.rest) {
		return s, fmt.Errorf("a string without its end")
	}
	raw := p.rest[:end]
	p.rest = p.rest[end+1:]
	if s.token = string(raw); bytes.IndexByte(raw, '\\') >= 0 || !utf8.Valid(raw) {
		if err := json.Unmarshal([]byte(`"`+s.token+`"`), &s.token); err != nil {
			return s, err
		}
	}
	if !p.eat(',') {
		return s, fmt.Errorf("%.20q: want a score", p.rest)
	}
	p.eat(0) // white space
	end = 0
	for end < len(p.rest) && strings.IndexByte("+-.eE0123456789", p.rest[end]) >= 0 {
		end++
	}
	if end == 0 {
		return s, fmt.Errorf("%.20q: want a number", p.rest)
	}
	s.score = serdeFloat(string(p.rest[:end]))
	p.rest = p.rest[end:]
	if !p.eat(']') {
		return s, fmt.Errorf("%.20q: want no more than a token and a score", p.rest)
	}
	return s, nil
}

// serdeFloat reads a number of JSON as the tokenizers library's parser does,
// which can be off in the last bit; near ties between paths hang on that bit.
func serdeFloat(s string) float64 {
	digits, negative := strings.CutPrefix(s, "-")
	mantissa, power, _ := strings.Cut(strings.ToLower(digits), "e")
	exponent, _ := strconv.Atoi(power)
	var n uint64
	point, full := false, false
	for _, c := range mantissa {
		switch d := uint64(c - '0'); {
		case c == '.':
			point = true
		case full || n > (math.MaxUint64-d)/10: // further digits are left out
			if full = true; !point {
				exponent++
			}
		default:
			if n = n*10 + d; point {
				exponent--
			}
		}
	}
	f := float64(n)
	for ; exponent < -308 && f != 0; exponent += 308 {
		f /= 1e308
	}
	if exponent >= 0 {
		f *= math.Pow10(exponent)
	} else {
		f /= math.Pow10(-exponent)
	}
	if negative {
		return -f
	}
	return f
}
