package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// place is the memory of the i-th register from a pointer on.
func (w *writer) place(i int, at string) string {
	if i == 0 {
		return "(" + at + ")"
	}
	return fmt.Sprintf("%d(%s)", 4*w.lanes*i, at)
}

// masksOf are the masks of AVX-512 that each of the chains that take turns has.
var masksOf = [][2]string{{"K1", "K3"}, {"K4", "K5"}}

// takeTurns emits what f does for each of so many chains, an instruction of the first,
// then one of the next. Each gives back the registers that it gets; the others get
// others, and other masks.
func (w *writer) takeTurns(ways int, f func(i int)) {
	all, free := w.Buffer, slices.Clone(w.free)
	chains := make([][]string, ways)
	longest := 0
	for i := range chains {
		w.Buffer = new(bytes.Buffer)
		f(i)
		used := strings.NewReplacer(",", " ", "\n", " ").Replace(w.String()) + " "
		w.free = slices.DeleteFunc(w.free, func(r int) bool { return strings.Contains(used, fmt.Sprintf(" %s%d ", w.reg, r)) })
		masks := strings.NewReplacer("K1", masksOf[i][0], "K3", masksOf[i][1])
		chains[i] = strings.SplitAfter(masks.Replace(w.String()), "\n")
		longest = max(longest, len(chains[i]))
	}
	w.Buffer, w.free = all, free
	for k := range longest {
		for _, c := range chains {
			if k < len(c) {
				w.WriteString(c[k])
			}
		}
	}
}
