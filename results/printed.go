package results

import (
	"strconv"

	"github.com/lmkor/bench/metrics"
)

// Printed writes per cent as published tables do, to two decimals.
func Printed(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// MetricTitle is a score's name as tables print it.
func MetricTitle(n metrics.Name) Text {
	switch n {
	case metrics.Accuracy:
		return Text{"acc", "정확도"}
	case metrics.MacroF1:
		return Text{"macro F1", "매크로 F1"}
	case metrics.Precision:
		return Text{string(n), "정밀도"}
	case metrics.Recall:
		return Text{string(n), "재현율"}
	case metrics.F1:
		return Alike("F1")
	case metrics.F1FullGold:
		return Text{"F1 full gold", "전체 정답 기준 F1"}
	case metrics.Spearman:
		return Text{string(n), "스피어만 상관계수"}
	case metrics.Pearson:
		return Text{string(n), "피어슨 상관계수"}
	case metrics.Matthews:
		return Text{string(n), "매슈스 상관계수"}
	}
	return Alike(string(n))
}
