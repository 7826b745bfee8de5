package perf

import (
	"cmp"
	"slices"

	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/ops"
)

// DeviceOperator is one operator's part of a step, in one direction.
type DeviceOperator struct {
	Name     string  `json:"name"`
	Backward bool    `json:"backward"`
	Launches float64 `json:"launches"` // copies and fills among them
	Read     float64 `json:"read_bytes"`
	Written  float64 `json:"written_bytes"`
	Least    float64 `json:"least_bytes"` // operands and results, once each
	FLOPs    float64 `json:"flops"`       // as the launches count them
	MS       float64 `json:"ms"`          // by the device's clock, each launch alone; 0 where there is none
	GFLOPS   float64 `json:"gflops"`
	Share    float64 `json:"share"` // of the peak in float32
}

// operator is what a launch is counted under.
type operator struct {
	name     string
	backward bool
}

func (o operator) String() string {
	if o.backward {
		return o.name + ", backward"
	}
	return o.name
}

// noOperator is what is done for none: a batch's ids on their way, losses and fills
// before the first operator.
const noOperator = "between operators"

// operators takes apart what was counted of n steps, by operator; least is what the
// operators of the same steps need.
func (r *OnDevice) operators(counts vulkan.Counts, least []ops.OpCost, n float64) {
	names := map[string]operator{"": {noOperator, false}}
	needs := map[string]float64{}
	for _, c := range least {
		o := operator{c.Name, c.Backward}
		names[o.String()] = o
		needs[o.String()] += c.Bytes / n
	}
	for key, k := range counts.Operators {
		o := names[key]
		d := DeviceOperator{Name: o.name, Backward: o.backward, Launches: float64(k.Launches) / n, Read: float64(k.Read) / n,
			Written: float64(k.Written) / n, Least: needs[key], FLOPs: k.FLOPs / n, MS: k.Seconds * 1e3 / n}
		if d.MS > 0 {
			d.GFLOPS = d.FLOPs / d.MS / 1e6
			d.Share = d.GFLOPS / r.Device.Peak
		}
		r.Operators = append(r.Operators, d)
	}
	slices.SortFunc(r.Operators, func(a, b DeviceOperator) int {
		return cmp.Or(cmp.Compare(b.MS, a.MS), cmp.Compare(b.Read+b.Written, a.Read+a.Written), cmp.Compare(a.Name, b.Name))
	})
}
