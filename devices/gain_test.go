package devices

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/device/vulkan/tiling"
)

// Who is not faster by a tenth is refused, with both rates in digits that tell them apart; a
// rate that is NaN is no faster.
func TestFloat16HasToBeFaster(t *testing.T) {
	i := offered.Info{Index: 2, Name: "Card"}
	nan := math.NaN()
	for _, c := range []struct {
		half, full float64
		want       string // of the error; empty: none
	}{
		{200, 100, ""}, {110.1, 100, ""}, {3e5, 2e5, ""},
		{109.9, 100, "109.9 GFLOP/s in float16 and at 100 in float32"},
		{109, 100, "109 GFLOP/s in float16 and at 100 in float32"},
		{100, 100, "100 GFLOP/s in float16 and at 100 in float32"},
		{1.04, 1, "1.04 GFLOP/s in float16 and at 1 in float32"},
		{0.25, 1300, "0.25 GFLOP/s in float16 and at 1300 in float32"},
		{8.123459, 8.123451, "8.12346 GFLOP/s in float16 and at 8.12345 in float32"},
		{0, 0, ""}, {nan, 100, "NaN GFLOP/s in float16 and at 100 in float32"}, {100, nan, "100 GFLOP/s in float16 and at NaN in float32"},
	} {
		err := faster(i, c.half, c.full)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), "Card makes products at "+c.want)) {
			t.Errorf("%v and %v: %v, want %s", c.half, c.full, err, c.want)
		}
		refused := &PrecisionError{}
		if err != nil && (!errors.As(err, &refused) || refused.Device != "vulkan:2" || refused.Precision != device.Float16 ||
			!strings.HasSuffix(err.Error(), "1.1 times as fast: want --set precision=float32")) {
			t.Errorf("%v", err)
		}
	}
}

// A device is measured once for all that ask, whatever another measurement would say; what lacks
// matrices, and a driver on the processor, is not measured.
func TestDevicesAreMeasuredOnce(t *testing.T) {
	has := offered.Info{Float16: true, Matrix: true, Matrices: tiling.OnPaper}
	of := func(index int, change func(i *offered.Info)) offered.Info {
		i := has
		i.Index = index
		if change != nil {
			change(&i)
		}
		return i
	}
	var s decisions
	asked := 0
	ask := func(i offered.Info, half, full float64, failed error) error {
		return s.gain(i, func() (float64, float64, error) {
			asked++
			return half, full, failed
		})
	}
	lost := errors.New("lost")
	for _, c := range []struct {
		name       string
		i          offered.Info
		half, full float64
		failed     error
		want       string
		asked      int
	}{
		{"fast", of(0, nil), 2, 1, nil, "", 1},
		{"fast, and then slow", of(0, nil), 1, 2, nil, "", 1},
		{"another, slow", of(1, nil), 1, 2, nil, "device vulkan:1", 2},
		{"slow, and then fast", of(1, nil), 2, 1, nil, "device vulkan:1", 2},
		{"failed", of(2, nil), 2, 1, lost, "lost", 3},
		{"failed, and then fast", of(2, nil), 2, 1, nil, "", 4},
		{"on the processor", of(3, func(i *offered.Info) { i.CPU = true }), 1, 2, nil, "", 4},
		{"without matrices", of(4, func(i *offered.Info) { i.Matrices, i.NoMatrices = tiling.Matrices{}, "none" }), 2, 1, nil, "none", 4},
		{"another driver", of(0, func(i *offered.Info) { i.Driver = "new" }), 1, 2, nil, "device vulkan:0", 5},
	} {
		err := ask(c.i, c.half, c.full, c.failed)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) || asked != c.asked {
			t.Errorf("%s: %v after %d measurements, want %q after %d", c.name, err, asked, c.want, c.asked)
		}
	}
}

// Precisions that no measurement decides are not looked for.
func TestOnlyFloat16Gains(t *testing.T) {
	for _, in := range []device.Precision{device.Float32, device.Bfloat16} {
		if err := Gains(t.Context(), "vulkan:999", in); err != nil {
			t.Errorf("%v: %v", in, err)
		}
	}
	refused := &PrecisionError{}
	if err := Gains(t.Context(), CPU, device.Float16); !errors.As(err, &refused) {
		t.Errorf("float16 on the processor: %v", err)
	}
}
