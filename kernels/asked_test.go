package kernels_test

import (
	"testing"

	"github.com/lmkor/bench/internal/kerneltest"
)

func TestMain(m *testing.M) { kerneltest.Main(m) }

func TestKernelsAskedFor(t *testing.T) { kerneltest.Asked(t) }
