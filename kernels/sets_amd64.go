//go:build amd64 && !purego

package kernels

import "golang.org/x/sys/cpu"

// available returns the CPU's sets, the best first.
func available() (all []set) {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ && cpu.X86.HasAVX512BW && cpu.X86.HasAVX512VL {
		all = append(all, set{"avx512", tile512, &loops512, fmaLoop{fmaTurns_avx512, 16 * 16 * 2}})
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		all = append(all, set{"avx2", tile2, &loops2, fmaLoop{fmaTurns_avx2, 12 * 8 * 2}})
	}
	return all
}
