package kernels

import (
	"fmt"
	"os"
)

// set is a family of kernels for one kind of CPU.
type set struct {
	name  string
	tile  tile
	loops *loops // nil: the plain ones
	peak  fmaLoop
}

var plain = set{"go", tile{mr: 4, nr: 8, step: 4, group: 4, mostK: 384, run: kern4x8Go}, nil, fmaLoop{fmaTurnsGo, 8 * 2}}

// chosen is the set in use: the best that the CPU has, or the one that
// BENCH_KERNELS names.
var chosen, chooseErr = choose(os.Getenv("BENCH_KERNELS"))

func choose(name string) (set, error) {
	all := append(available(), plain)
	if name == "" {
		return all[0], nil
	}
	for _, s := range all {
		if s.name == name {
			return s, nil
		}
	}
	var have string
	for _, s := range all {
		have += " " + s.name
	}
	return all[0], fmt.Errorf("BENCH_KERNELS=%s: this machine and build have%s", name, have)
}

// Name returns the name of the kernels in use: avx512, avx2, neon or go.
func Name() string { return chosen.name }

// Err returns an error if BENCH_KERNELS asks for kernels that are not there.
func Err() error { return chooseErr }
