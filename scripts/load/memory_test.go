package main

import (
	"math"
	"strings"
	"testing"
	"time"
)

// What is said of an hour's memory, looked at every five seconds.
func TestGrowth(t *testing.T) {
	for _, c := range []struct {
		name string
		at   func(share float64) float64 // MB, when that share of the time has passed
		want string
	}{
		{"flat", func(float64) float64 { return 300 }, ""},
		{"up and down", func(s float64) float64 { return 300 + 20*math.Sin(90*s) }, ""},
		{"the first requests fill it", func(s float64) float64 { return 300 - 200*math.Exp(-20*s) }, ""},
		{"a level reached in the middle of the last half", func(s float64) float64 { return 300 + 24*math.Round(s-0.2) }, ""},
		{"half a megabyte a minute", func(s float64) float64 { return 300 + 30*s }, "all the last half"},
		{"a leak", func(s float64) float64 { return 300 + 300*s }, "third quarter"},
		{"no word of it", func(float64) float64 { return 0 }, ""},
	} {
		l := load{length: time.Hour}
		for i := range 720 {
			l.resident = append(l.resident, c.at(float64(i)/720))
		}
		if got := l.growth(); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if every, all := l.levels(); len(all) != 60 || every != time.Minute {
			t.Errorf("%s: %d levels, each of %v", c.name, len(all), every)
		}
	}
}
