package results

import (
	"strconv"

	"github.com/lmkor/bench/metrics"
)

// Printed writes per cent as published tables do, to two decimals.
func Printed(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// MetricTitle is a score's name as tables print it.
func MetricTitle(n metrics.Name) string {
	switch n {
	case metrics.Accuracy:
		return "acc"
	case metrics.MacroF1:
		return "macro F1"
	case metrics.F1:
		return "F1"
	case metrics.F1FullGold:
		return "F1 full gold"
	}
	return string(n)
}
