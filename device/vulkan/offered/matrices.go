package offered

import (
	"fmt"
	"strings"

	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/internal/vulkan"
)

// intel is a vendor's number: of its devices matrices want the least subgroups there are.
const intel = 0x8086

// matricesOf chooses, of the cooperative matrices that a device lists, those that products are
// made of: the largest, of two alike the wider. Its subgroups are of 32 where there is a choice,
// but for Intel's. Where there are none it says why.
func matricesOf(p *vulkan.Physical) (best tiling.Matrices, why string) {
	wave := p.Subgroup
	switch {
	case p.Vendor == intel:
		wave = p.Subgroups[0]
	case p.Subgroups[0] <= 32 && p.Subgroups[1] >= 32:
		wave = 32
	}
	size := func(s tiling.Matrices) uint32 { return s.M*s.N*s.K*64 + s.N }
	for _, m := range p.Matrices {
		if s := (tiling.Matrices{M: m.M, N: m.N, K: m.K, Wave: wave}); s.Fit() && size(s) > size(best) {
			best = s
		}
	}
	switch {
	case p.MatricesLack != "":
		return best, "it lacks " + p.MatricesLack
	case best.Wave == 0:
		return best, fmt.Sprintf("bench has no kernel for those it has: %s, in subgroups of %d", Shapes(p.Matrices), wave)
	}
	return best, ""
}

// Shapes lists shapes of matrices in words.
func Shapes(all []vulkan.Matrices) string {
	var words []string
	for _, m := range all {
		words = append(words, fmt.Sprintf("%d×%d×%d", m.M, m.N, m.K))
	}
	return strings.Join(words, ", ")
}

// LowerPrecision says why the device does not compute in float16; nothing where it does.
func (i Info) LowerPrecision() string {
	if i.NoMatrices == "" {
		return ""
	}
	return i.Name + " has no cooperative matrices of float16 that bench can use (" + i.NoMatrices +
		"), without which lower precision is no faster"
}

// Can says in which precisions the device computes.
func (i Info) Can() string {
	if i.NoMatrices != "" {
		return "float32; it has no cooperative matrices of float16"
	}
	return fmt.Sprintf("float32, float16 where its matrices of %d×%d×%d are faster", i.Matrices.M, i.Matrices.N, i.Matrices.K)
}
