package metrics

import (
	"math"
	"testing"
)

func TestCalibration(t *testing.T) {
	bins, ece, ok := Calibration([]float32{0.95, 0.85, 0.85, 0.55, float32(math.NaN()), 1}, []bool{true, true, false, false, true, true}, 10)
	if !ok || len(bins) != 3 || bins[0].N != 1 || bins[2].N != 2 || bins[1].Accuracy != 0.5 {
		t.Fatalf("%+v %v", bins, ok)
	}
	near(t, "expected calibration error", math.Round(ece*1e6)/1e6, (0.55*1+0.35*2+0.025*2)/5)
	if _, _, ok := Calibration([]float32{float32(math.NaN())}, []bool{true}, 10); ok {
		t.Error("calibration of no probability")
	}
}
