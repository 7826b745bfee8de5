package metrics

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
)

// panel is several runs' answers to the same examples. Examples that all runs
// answer alike, as far as a score can see, are one profile: a resampling draws
// how often each profile occurs, and costs as much as there are profiles.
type panel struct {
	score  Name
	runs   []Sample // of the profiles
	counts []int    // examples of each profile, falling
	n      int
	rows   []int32 // the profile of each example; nil where profiles are few
	many   int     // from how many numbers on resampling is not written out
}

// newPanel makes a panel of samples of one kind and length.
func newPanel(runs []Sample, n Name) *panel {
	p := &panel{score: n, n: runs[0].Len(), many: manyValues}
	of := runs[0].profiles(runs, n)
	if of == nil { // every example is its own
		p.runs = runs
		p.counts = make([]int, p.n)
		p.rows = make([]int32, p.n)
		for i := range p.counts {
			p.counts[i], p.rows[i] = 1, int32(i)
		}
		return p
	}
	first, counts := distinct(of)
	p.counts = counts
	for _, r := range runs {
		p.runs = append(p.runs, r.pick(first, n))
	}
	if 6*len(counts) >= p.n { // then drawing examples is less work
		p.rows = make([]int32, p.n)
		at := make(map[string]int32, len(first))
		for k, i := range first {
			at[string(of(int(i)))] = int32(k)
		}
		for i := range p.rows {
			p.rows[i] = at[string(of(i))]
		}
	}
	return p
}

// distinct returns the first row of every profile and how many rows have it, the
// most frequent first; of names row i's profile until it is called again, nil
// behind the last.
func distinct(of func(i int) []byte) (first []int32, counts []int) {
	at := map[string]int{}
	for i := 0; ; i++ {
		key := of(i)
		if key == nil {
			break
		}
		k, ok := at[string(key)]
		if !ok {
			k = len(first)
			at[string(key)] = k
			first, counts = append(first, int32(i)), append(counts, 0)
		}
		counts[k]++
	}
	order := make([]int, len(first))
	for k := range order {
		order[k] = k
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	rows, falling := make([]int32, len(order)), make([]int, len(order))
	for to, from := range order {
		rows[to], falling[to] = first[from], counts[from]
	}
	return rows, falling
}

// profileKeys returns a function for distinct: row i's numbers, run by run.
func profileKeys(runs, rows, width int, number func(run, i int, to []int32)) func(int) []byte {
	numbers, key := make([]int32, width), make([]byte, 4*width*runs)
	return func(i int) []byte {
		if i >= rows {
			return nil
		}
		for r := range runs {
			number(r, i, numbers)
			for k, v := range numbers {
				binary.LittleEndian.PutUint32(key[4*(r*width+k):], uint32(v))
			}
		}
		return key
	}
}

// resample sets w[k] to how often profile k occurs when as many examples are
// drawn with replacement.
func (p *panel) resample(st stream, w []uint32) {
	if p.rows != nil {
		clear(w)
		for i := range p.rows {
			w[p.rows[st.below(uint64(i), len(p.rows))]]++
		}
		return
	}
	d := draws{stream: st}
	left, of := p.n, p.n
	for k, c := range p.counts {
		drawn := left
		if c < of {
			drawn = d.binomial(left, float64(c)/float64(of))
		}
		w[k] = uint32(drawn)
		left, of = left-drawn, of-c
	}
}

// isNormal reports whether replicates are drawn from a normal distribution.
func (p *panel) isNormal() bool {
	_, numbers := p.runs[0].(*Values)
	return numbers && p.n >= p.many
}

// replicates returns every run's score in each of that many resamplings, the
// same examples for all runs; NaN where it is undefined: [run][sample].
func (p *panel) replicates(samples int) [][]float64 {
	if p.isNormal() {
		return p.normal(samples)
	}
	values := make([][]float64, len(p.runs))
	for r := range values {
		values[r] = make([]float64, samples)
	}
	eachSample(samples, func() func(int) {
		w := make([]uint32, len(p.counts))
		scores := make([]func([]uint32) (float64, bool), len(p.runs))
		for r, s := range p.runs {
			scores[r] = s.weighted(p.score)
		}
		return func(i int) {
			p.resample(newStream(seed, i), w)
			for r, f := range scores {
				v, ok := f(w)
				if !ok {
					v = math.NaN()
				}
				values[r][i] = v
			}
		}
	})
	return values
}
