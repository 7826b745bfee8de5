package golden

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

var nan, inf = math.NaN(), math.Inf(1)

func TestTolerance(t *testing.T) {
	for _, c := range []struct {
		got, want float64
		tol       Tolerance
		near      bool
	}{
		{1, 1, Exact, true},
		{1, math.Nextafter(1, 2), Exact, false},
		{0, math.Copysign(0, -1), Exact, true},
		{1.5, 1, Within(0.5), true},
		{0.5, 1, Within(0.5), true},
		{1.75, 1, Within(0.5), false},
		{105, 100, Tolerance{Rel: 0.05}, true},
		{106, 100, Tolerance{Rel: 0.05}, false},
		{-106, -100, Tolerance{Abs: 1, Rel: 0.05}, true},
		{100, -100, Tolerance{Abs: 1, Rel: 0.05}, false},
		{nan, 1, Within(1e9), false},
		{1, nan, Within(1e9), false},
		{nan, nan, Within(1e9), false},
		{nan, nan, Within(inf), false},
		{inf, inf, Exact, true},
		{inf, -inf, Within(1e9), false},
		{inf, 1, Tolerance{1, 1}, false},
		{1, inf, Tolerance{1, 1}, false},
		{1, -inf, Tolerance{Rel: 1}, false},
		{1, 2, Within(nan), false},
		{1, 2, Tolerance{Abs: -1}, false},
		{1, 2, Tolerance{Abs: 2, Rel: -1}, false},
	} {
		if got := c.tol.Near(c.got, c.want); got != c.near {
			t.Errorf("%v near %v within %v: %v, want %v", c.got, c.want, c.tol, got, c.near)
		}
		if r := c.tol.Ratio(c.got, c.want); math.IsNaN(r) || r < 0 {
			t.Errorf("ratio of %v and %v within %v is %v", c.got, c.want, c.tol, r)
		}
	}
	if r := Within(0.5).Ratio(2, 1); r != 2 {
		t.Errorf("ratio %v, want 2", r)
	}
}

// recorder stands for a test that Near fails.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}
func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func TestNear(t *testing.T) {
	for _, c := range []struct {
		got, want []float32
		failure   string // none: near
	}{
		{nil, nil, ""},
		{[]float32{1, 2}, []float32{1, 2.25}, ""},
		{[]float32{1, 2, 3}, []float32{1, 2}, "x: 3 numbers, want 2"},
		{nil, []float32{1}, "x: 0 numbers, want 1"},
		{[]float32{1, 3, 9}, []float32{1, 2, 2}, "x: 2 of 3 numbers are not within 0.5; the worst, number 2, is 9, want 2"},
		{[]float32{float32(nan), 3, 9}, []float32{1, 2, 2}, "x: 3 of 3 numbers are not within 0.5; the worst, number 0, is NaN, want 1"},
		{[]float32{9, float32(nan)}, []float32{9, 2}, "x: 1 of 2 numbers are not within 0.5; the worst, number 1, is NaN, want 2"},
		{[]float32{1, 2, 3}, []float32{1, 2, float32(nan)}, "x: 1 of 3 numbers are not within 0.5; the worst, number 2, is 3, want NaN"},
	} {
		r := &recorder{TB: t}
		near := Near(r, "x", c.got, c.want, Within(0.5))
		if near != (c.failure == "") || strings.Join(r.failures, "\n") != c.failure {
			t.Errorf("%v near %v: %v, %q; want %q", c.got, c.want, near, r.failures, c.failure)
		}
	}
}

func TestNearNumber(t *testing.T) {
	r := &recorder{TB: t}
	if !NearNumber(r, "loss", 1.25, 1, Within(0.25)) || NearNumber(r, "loss", nan, 1, Within(0.25)) {
		t.Error("1.25 is near 1 and NaN is not")
	}
	if got := strings.Join(r.failures, "\n"); got != "loss: NaN is not within 0.25 of 1" {
		t.Errorf("failures %q", got)
	}
}
