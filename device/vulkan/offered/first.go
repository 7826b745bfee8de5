package offered

import (
	"fmt"
	"slices"

	"github.com/lmkor/bench/internal/vulkan"
)

// First returns the first of devices that lacks nothing, discrete GPUs before integrated and
// virtual ones and, where processors may be it, those last. Where there is none it says of each
// what it lacks.
func First(all []Info, processors bool, lacks func(Info) string) (first *Info, why []string) {
	kinds := []string{vulkan.Discrete.String(), vulkan.Integrated.String(), vulkan.Virtual.String()}
	if processors {
		kinds = append(kinds, vulkan.Processor.String())
	}
	order := func(i Info) int { return slices.Index(kinds, i.Kind) }
	all = slices.DeleteFunc(slices.Clone(all), func(i Info) bool { return order(i) < 0 })
	slices.SortStableFunc(all, func(a, b Info) int { return order(a) - order(b) })
	for _, i := range all {
		lack := i.Lacks
		if lack == "" {
			lack = lacks(i)
		}
		if lack == "" {
			return &i, nil
		}
		why = append(why, fmt.Sprintf("vulkan:%d: %s", i.Index, lack))
	}
	return nil, why
}
