package metrics

import "math"

// McNemar is McNemar's test of two models on the same examples.
type McNemar struct {
	OnlyARight int      `json:"only_a_right"`
	OnlyBRight int      `json:"only_b_right"`
	Exact      float64  `json:"p_exact"` // two-sided binomial; 1 without discordant pairs
	Chi2       *float64 `json:"p_chi2"`  // with continuity correction; nil where both counts are equal, for conventions differ
}

// NewMcNemar tests whether two models are right equally often. It panics if the
// lengths differ.
func NewMcNemar(a, b []bool) McNemar {
	if len(a) != len(b) {
		panic("metrics: McNemar of different numbers of examples")
	}
	var m McNemar
	for i := range a {
		switch {
		case a[i] && !b[i]:
			m.OnlyARight++
		case b[i] && !a[i]:
			m.OnlyBRight++
		}
	}
	m.Exact = exactBinomial(min(m.OnlyARight, m.OnlyBRight), m.OnlyARight+m.OnlyBRight)
	if m.OnlyARight != m.OnlyBRight {
		_, p := m.corrected()
		m.Chi2 = &p
	}
	return m
}

// corrected returns (|b-c|-1)²/(b+c) and its probability under chi-squared with
// one degree of freedom.
func (m McNemar) corrected() (statistic, p float64) {
	b, c := float64(m.OnlyARight), float64(m.OnlyBRight)
	d := math.Abs(b-c) - 1
	statistic = d * d / (b + c)
	return statistic, math.Erfc(math.Sqrt(statistic / 2))
}

// exactBinomial returns the two-sided probability of k or fewer, or n-k or more,
// heads of n fair coins, where 2k <= n; at most 1.
func exactBinomial(k, n int) float64 {
	if 2*k >= n {
		return 1
	}
	// The largest term by logarithms, the rest down to nothing by ratios.
	term := math.Exp(logChoose(n, k) - float64(n)*math.Ln2)
	sum := 0.0
	for i := k; i >= 0 && term > 0; i-- {
		sum += term
		term *= float64(i) / float64(n-i+1)
		if term < sum*1e-18 {
			break
		}
	}
	return min(1, 2*sum)
}

func logChoose(n, k int) float64 {
	lg := func(x int) float64 {
		v, _ := math.Lgamma(float64(x) + 1)
		return v
	}
	return lg(n) - lg(k) - lg(n-k)
}
