package offered

import (
	"strings"
	"testing"

	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/internal/vulkan"
)

// What makers' devices list, and what is chosen of it: the largest that there is a kernel for,
// in subgroups of 32 where there is a choice, but of Intel's in the least.
func TestMatricesOf(t *testing.T) {
	ampere := []vulkan.Matrices{{M: 16, N: 16, K: 16}, {M: 16, N: 8, K: 16}, {M: 16, N: 8, K: 8}}
	for _, c := range []struct {
		name string
		p    vulkan.Physical
		want tiling.Matrices
		why  string
	}{
		{"NVIDIA", vulkan.Physical{Vendor: 0x10de, Subgroup: 32, Subgroups: [2]uint32{32, 32}, Matrices: ampere},
			tiling.Matrices{M: 16, N: 16, K: 16, Wave: 32}, ""},
		{"of two alike the wider", vulkan.Physical{Subgroup: 32, Subgroups: [2]uint32{32, 32},
			Matrices: []vulkan.Matrices{{M: 16, N: 8, K: 16}, {M: 8, N: 16, K: 16}, {M: 16, N: 8, K: 8}}},
			tiling.Matrices{M: 8, N: 16, K: 16, Wave: 32}, ""},
		{"AMD, with a choice", vulkan.Physical{Vendor: 0x1002, Subgroup: 64, Subgroups: [2]uint32{32, 64}, Matrices: ampere[:1]},
			tiling.Matrices{M: 16, N: 16, K: 16, Wave: 32}, ""},
		{"AMD, without", vulkan.Physical{Vendor: 0x1002, Subgroup: 64, Subgroups: [2]uint32{64, 64}, Matrices: ampere[:1]},
			tiling.Matrices{M: 16, N: 16, K: 16, Wave: 64}, ""},
		{"Intel, of 8", vulkan.Physical{Vendor: intel, Subgroup: 32, Subgroups: [2]uint32{8, 32},
			Matrices: []vulkan.Matrices{{M: 8, N: 8, K: 16}}},
			tiling.Matrices{M: 8, N: 8, K: 16, Wave: 8}, ""},
		{"Intel, of 16", vulkan.Physical{Vendor: intel, Subgroup: 32, Subgroups: [2]uint32{16, 32},
			Matrices: []vulkan.Matrices{{M: 8, N: 16, K: 16}}},
			tiling.Matrices{M: 8, N: 16, K: 16, Wave: 16}, ""},
		{"the largest has no kernel", vulkan.Physical{Subgroup: 32, Subgroups: [2]uint32{32, 32},
			Matrices: []vulkan.Matrices{{M: 32, N: 32, K: 16}, {M: 16, N: 8, K: 8}}}, tiling.Matrices{M: 16, N: 8, K: 8, Wave: 32}, ""},
		{"none has a kernel", vulkan.Physical{Subgroup: 32, Subgroups: [2]uint32{32, 32},
			Matrices: []vulkan.Matrices{{M: 32, N: 32, K: 16}}},
			tiling.Matrices{}, "no kernel for those it has: 32×32×16, in subgroups of 32"},
		{"subgroups are too large", vulkan.Physical{Subgroup: 128, Subgroups: [2]uint32{128, 128}, Matrices: ampere[:1]},
			tiling.Matrices{}, "in subgroups of 128"},
		{"something is missing", vulkan.Physical{Subgroup: 32, MatricesLack: "computeFullSubgroups"},
			tiling.Matrices{}, "it lacks computeFullSubgroups"},
	} {
		got, why := matricesOf(&c.p)
		if got != c.want || (why == "") != (c.why == "") || !strings.Contains(why, c.why) {
			t.Errorf("%s: %v, %q, want %v, %q", c.name, got, why, c.want, c.why)
		}
	}
}
