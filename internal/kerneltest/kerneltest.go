// Package kerneltest keeps tests from running on other kernels than were asked
// for.
package kerneltest

import (
	"fmt"
	"os"
	"testing"

	"github.com/lmkor/bench/kernels"
)

// Main is the TestMain of a package whose numbers come from the kernels: it fails
// at once where BENCH_KERNELS names a set that the machine or the build lacks,
// for the best set would be tested in its place and look like the other.
func Main(m *testing.M) {
	if err := kernels.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// Asked fails the test if the kernels in use are not those that BENCH_KERNELS
// names now. The go command keeps a package's result under the variables that its
// tests read: what the kernels read before the tests began is none of them.
func Asked(t *testing.T) {
	t.Helper()
	if want := os.Getenv("BENCH_KERNELS"); want != "" && want != kernels.Name() {
		t.Fatalf("BENCH_KERNELS=%s, and the kernels in use are %s", want, kernels.Name())
	}
	t.Logf("kernels: %s", kernels.Name())
}
