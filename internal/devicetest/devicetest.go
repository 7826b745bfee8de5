// Package devicetest has tests run on the device that was asked for.
package devicetest

import (
	"os"
	"sync"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/kernels/parallel"
)

// opened is the process's one device: pipelines are compiled once.
var opened struct {
	sync.Once
	backend device.Backend
	err     error
}

// Backend returns what BENCH_DEVICE asks for, such as vulkan:0, and a new CPU where
// it is not set. A device that can't be had fails the test.
func Backend(t testing.TB) device.Backend {
	t.Helper()
	if !Asked() {
		return device.NewCPU(parallel.New(0))
	}
	opened.Do(func() {
		var picked offered.Info
		if picked, opened.err = offered.Pick(os.Getenv("BENCH_DEVICE")); opened.err == nil {
			opened.backend, opened.err = vulkan.Open(picked.Index)
		}
	})
	if opened.err != nil {
		t.Fatalf("BENCH_DEVICE: %v", opened.err)
	}
	return opened.backend
}

// Asked tells whether tests run on another device than the CPU.
func Asked() bool { d := os.Getenv("BENCH_DEVICE"); return d != "" && d != "cpu" }
