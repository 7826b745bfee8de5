package kernels

// Epilogue is what happens to each part of a product's C as soon as it is
// finished and while it is still near. Its zero value leaves C as it is. With z
// = C + Bias, row by row, it writes
//
//	Y = Residual + Drop(act(z))
//
// and with Slope leaves act's derivative at z in C, else anything.
type Epilogue struct {
	Bias  []float32 // [N], or nil
	Act   Act
	Slope bool
	// Y is [M, N] with row stride LDY. It may be C, and is if it is nil, but not
	// with Slope.
	Y   []float32
	LDY int
	// Drop's elements count from 0 over [M, N]. Residual is [M, N] with row stride
	// LDR, or nil.
	Drop     Dropper
	Residual []float32
	LDR      int

	watch func(i, rows, j, cols int) // of tests: sees each part as it is finished
}

// idle tells whether there is nothing to do.
func (e *Epilogue) idle() bool {
	return e.Bias == nil && e.Act == Identity && !e.Slope && e.Y == nil && e.Drop.P <= 0 && e.Residual == nil && e.watch == nil
}

// run finishes rows rows of g's C from row i, cols columns from column j.
func (e *Epilogue) run(g *Product, i, rows, j, cols int) {
	if e.idle() {
		return
	}
	if e.watch != nil {
		e.watch(i, rows, j, cols)
	}
	for r := i; r < i+rows; r++ {
		z := g.C[r*g.LDC+j:][:cols]
		y := z
		if e.Y != nil {
			y = e.Y[r*e.LDY+j:][:cols]
		}
		if e.Bias != nil {
			addTo(z, e.Bias[j:j+cols])
		}
		switch {
		case e.Slope:
			activateSlope(e.Act, y, z)
		case e.Act != Identity:
			activate(e.Act, y, z)
		case e.Y != nil:
			copy(y, z)
		}
		if e.Drop.P > 0 {
			e.Drop.Apply(y, y, r*g.N+j)
		}
		if e.Residual != nil {
			addTo(y, e.Residual[r*e.LDR+j:][:cols])
		}
	}
}
