package devices

import (
	"errors"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/offered"
)

// What no device here computes in is refused by name, with what to ask for instead; the
// processor is never what float16 means.
func TestPrecisionIsRefusedByName(t *testing.T) {
	for _, name := range []string{"VK_DRIVER_FILES", "VK_ICD_FILENAMES"} {
		t.Setenv(name, "/none.json")
	}
	for _, c := range []struct {
		setting string
		in      device.Precision
		want    string // in the error; empty: none
	}{
		{CPU, device.Float32, ""}, {CPU, device.Bfloat16, ""}, {"", device.Bfloat16, ""}, {Auto, device.Bfloat16, ""},
		{CPU, device.Float16, "float16 on device cpu: float16 is for GPUs with cooperative matrices: want --set precision=float32"},
		{"", device.Float16, "float16 on device cpu"},
		{"vulkan:0", device.Bfloat16, "precision bfloat16 on device vulkan:0: GPUs compute in float32, some in float16: want --set precision=float32"},
		{Vulkan, device.Bfloat16, "precision bfloat16 on device vulkan: "},
		{"vulkan:0", device.Float16, "precision float16 on device vulkan:0: "}, {Auto, device.Float16, "precision float16 on device auto: "},
		{Vulkan, device.Float16, "precision float16 on device vulkan: "},
	} {
		name, _, err := ResolveFor(c.setting, c.in)
		if c.want == "" && (err != nil || name != CPU) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s in %v: %q, %v, want %q", c.setting, c.in, name, err, c.want)
		}
		if c.in == device.Float16 && c.setting != CPU && c.setting != "" {
			var none *offered.Missing
			if !errors.As(err, &none) || !strings.Contains(err.Error(), "/none.json") || !strings.HasSuffix(err.Error(), wantOfCPU) {
				t.Errorf("%s in %v: %v, want what was looked for, and %s", c.setting, c.in, err, wantOfCPU)
			}
		}
		if d, err := OpenFor(t.Context(), c.setting, c.in, 1, t.Output()); (err == nil) != (c.want == "") {
			t.Errorf("%s in %v: opened with %v", c.setting, c.in, err)
		} else if err == nil {
			d.Close()
		}
	}
	d, err := Open(t.Context(), CPU, 1)
	if err != nil {
		t.Fatal(err)
	}
	var refused *PrecisionError
	if err := d.Computes(device.Float16); !errors.As(err, &refused) || d.Computes(device.Bfloat16) != nil || d.Computes(device.Float32) != nil {
		t.Errorf("the processor: %v", err)
	}
}

func TestFirstThatLacksNothing(t *testing.T) {
	all := []offered.Info{{Index: 0, Kind: "CPU", CPU: true}, {Index: 1, Kind: "integrated GPU"}, {Index: 2, Kind: "discrete GPU", Lacks: "all"},
		{Index: 3, Kind: "discrete GPU"}, {Index: 4, Kind: "other"}}
	lacking := func(without ...int) func(offered.Info) string {
		return func(i offered.Info) string {
			for _, n := range without {
				if i.Index == n {
					return "matrices"
				}
			}
			return ""
		}
	}
	for _, c := range []struct {
		processors bool
		without    []int
		want       int // -1: none
		why        string
	}{
		{false, nil, 3, ""}, {false, []int{3}, 1, ""}, {true, []int{1, 3}, 0, ""},
		{false, []int{1, 3}, -1, "vulkan:2: all; vulkan:3: matrices; vulkan:1: matrices"},
	} {
		first, why := offered.First(all, c.processors, lacking(c.without...))
		if (first == nil) != (c.want < 0) || first != nil && first.Index != c.want || c.want < 0 && strings.Join(why, "; ") != c.why {
			t.Errorf("without %v: %+v, %v", c.without, first, why)
		}
	}
}
