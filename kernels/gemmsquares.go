package kernels

// prepareSquares makes room for each tile's sum of squares, if they are wanted.
func (g *Product) prepareSquares(t *tile) {
	if g.Squares != nil && g.K > 0 {
		g.squares = borrow(((g.M+t.mr-1)/t.mr)*((g.N+t.nr-1)/t.nr), 0)
	}
}

// addSquares adds them up.
func (g *Product) addSquares() {
	if g.Squares == nil {
		return
	}
	*g.Squares = 0
	if g.K == 0 { // no tile was computed
		for i := range g.M {
			*g.Squares += SumSquares(g.C[i*g.LDC : i*g.LDC+g.N])
		}
		return
	}
	for _, s := range g.squares {
		*g.Squares += float64(s)
	}
	release(g.squares, 0)
}

// square sums up the squares of the tile of rows r, have of them from row i on, panel
// by panel.
func (j *job) square(r, i, have int) {
	t, panels := j.t, (j.N+j.t.nr-1)/j.t.nr
	for p := j.p0; p < j.p1; p++ {
		cols := min(t.nr, j.N-p*t.nr)
		c, s := j.C[i*j.LDC+p*t.nr:], float32(0)
		if cols == t.nr && t.squares != nil {
			t.squares(&c[0], j.LDC, have, &j.edge[0])
			s = joined(j.edge[:t.sums])
		} else {
			for y := range have {
				for _, v := range c[y*j.LDC:][:cols] {
					s += v * v
				}
			}
		}
		j.squares[r*panels+p] = s
	}
}
