package vulkan

import (
	"slices"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/kernels"
)

// The flags of shaders product and productsum: see epilogue.glsl.
const (
	flagBias = 1 << iota
	flagSlope
	flagApart
	flagDrop
	flagResidual
	flagAcc
	flagSquares
	flagVecA
	flagVecB
	flagVecC
	flagSplit
	flagTransA
	flagTransB
	flagMany
	flagSums
	flagAccSums
	flagTimes
	flagSumsB
	flagParts
)

// productKind is what products have in common that one launch computes.
type productKind struct {
	m, n, k, lda, ldb, ldc, ldy, ldr int
	drop                             kernels.Dropper
	act                              kernels.Act
	flags                            uint32
	factors                          int
	half                             bool // factors are rounded to float16
}

func kindOf(p *device.Product) productKind {
	e := &p.Then
	k := productKind{m: p.M, n: p.N, k: p.K, lda: p.A.LD, ldb: p.B.LD, ldc: p.C.LD, ldy: e.Y.LD,
		ldr: max(e.Residual.LD, e.Times.LD), act: e.Act, factors: 1 + len(p.More)}
	if e.Drop.P > 0 {
		k.drop = e.Drop
	}
	for _, f := range []struct {
		flag uint32
		on   bool
	}{
		{flagBias, !e.Bias.None()}, {flagSlope, e.Slope}, {flagApart, !e.Y.None()}, {flagDrop, e.Drop.P > 0},
		{flagResidual, !e.Residual.None()}, {flagTimes, !e.Times.None()},
		{flagAcc, p.Acc}, {flagSquares, p.Squares != nil},
		{flagSums, !p.Sums.None()}, {flagAccSums, p.AccSums}, {flagSumsB, p.SumsOfB && !p.Sums.None()},
		{flagVecA, inVectors(p.A)}, {flagVecB, inVectors(p.B)}, {flagTransA, p.TA}, {flagTransB, p.TB},
		{flagVecC, inVectors(p.C) && (e.Y.None() || inVectors(e.Y))},
	} {
		if f.on {
			k.flags |= f.flag
		}
	}
	return k
}

// inVectors tells whether four neighbours may be read at once, from a column that is a
// multiple of four on.
func inVectors(m device.Matrix) bool { return m.LD%4 == 0 && m.Addr()%16 == 0 }

// products computes the products of a call, those that are alike in one launch. The
// launches need nothing of each other, so no barrier is between them. It panics with an
// *UnsupportedError of products in lower precision.
func (b *Backend) products(o *device.Products) {
	if why := b.refuses(o.Precision); why != "" {
		panic(&UnsupportedError{What: "products in " + o.Precision.String() + ": " + why})
	}
	var kinds []productKind
	var behind []device.Product // of factors that can't be in the launch of the first ones
	alike := map[productKind][]*device.Product{}
	for i := range o.List {
		p := &o.List[i]
		if p.M == 0 || p.N == 0 {
			continue
		}
		if !factorsAlike(p) {
			p, behind = apart(p, behind)
		}
		k := kindOf(p)
		k.half = o.Precision == device.Float16
		if alike[k] == nil {
			kinds = append(kinds, k)
		}
		alike[k] = append(alike[k], p)
	}
	var ends []func()
	for _, k := range kinds {
		if end := b.launchProducts(k, alike[k]); end != nil {
			ends = append(ends, end)
		}
	}
	for _, end := range ends {
		end()
	}
	for _, p := range behind {
		b.products(&device.Products{Precision: o.Precision, List: []device.Product{p}})
	}
}

// factorsAlike tells whether a product's further factors lie as the first ones do.
func factorsAlike(p *device.Product) bool {
	for _, f := range p.More {
		if f.K != p.K || f.A.LD != p.A.LD || f.B.LD != p.B.LD || inVectors(f.A) != inVectors(p.A) || inVectors(f.B) != inVectors(p.B) {
			return false
		}
	}
	return true
}

// apart returns the product without its further factors, and appends products that add
// these.
func apart(p *device.Product, behind []device.Product) (*device.Product, []device.Product) {
	first := *p
	first.More = nil
	for _, f := range p.More {
		behind = append(behind, device.Product{TA: p.TA, TB: p.TB, M: p.M, N: p.N, K: f.K, A: f.A, B: f.B, Acc: true, C: p.C})
	}
	return &first, behind
}

// mostRowsAtOnce is how many rows shader rowproduct has.
const mostRowsAtOnce = 4

// few tells whether shader rowproduct computes a product.
func (k *productKind) few() bool {
	return k.m <= mostRowsAtOnce && k.factors == 1 && k.flags&(flagTransA|flagSquares|flagSums) == 0
}

// launchRows launches products of a few rows. How many invocations share a column, or
// four, depends on the shape alone, for it decides the order of the sums.
func (b *Backend) launchRows(k productKind, list []*device.Product) {
	lanes, columns := 32, 8
	if k.flags&flagTransB == 0 {
		if lanes = 64; k.n >= 4096 {
			lanes = 16
		}
		columns = 4 * groupSize / lanes
	}
	l := launch{kernel: "rowproduct", groups: [3]uint32{tiling.Over(k.n, uint32(columns)), 1, uint32(len(list))},
		flops: 2 * float64(len(list)) * float64(k.m) * float64(k.n) * float64(k.k)}
	all := make([]operands, len(list))
	for i, p := range list {
		all[i].a, all[i].b = p.A.Addr(), p.B.Addr()
		l.reads = slices.Concat(l.reads, block(p.A, p.M, p.K), stored(p.B, p.K, p.N, p.TB))
	}
	b.finishes(&l, list, all, 0)
	flags := k.flags
	if k.half {
		flags |= flagHalves
	}
	b.launchOperands(&l, k, flags, all, splitting{parts: 1}, uint32(k.m), uint32(lanes))
}

// launchProducts launches products of one kind. Where K is split it returns what is left to do
// when all kinds are launched: to add up the parts by another launch, or to give back their
// scratch, which a kind behind would have to wait for.
func (b *Backend) launchProducts(k productKind, list []*device.Product) (end func()) {
	if k.few() {
		b.launchRows(k, list)
		return nil
	}
	c := b.cutOf(k, len(list))
	x, y := tiling.Over(k.n, c.bn), tiling.Over(k.m, c.bm)
	l := launch{kernel: c.kernel, subgroup: c.subgroup, groups: [3]uint32{x, y, uint32(c.parts * len(list))},
		flops: 2 * float64(len(list)*k.factors) * float64(k.m) * float64(k.n) * float64(k.k)}
	all := make([]operands, len(list)*k.factors)
	for i, p := range list {
		for j, f := range append([]device.Factors{{A: p.A, B: p.B}}, p.More...) {
			all[i*k.factors+j].a, all[i*k.factors+j].b = f.A.Addr(), f.B.Addr()
			l.reads = append(append(l.reads, stored(f.A, p.M, p.K, p.TA)...), stored(f.B, p.K, p.N, p.TB)...)
		}
	}
	of := splitting{part: c.part, parts: c.parts}
	if c.parts > 1 && c.stages == 2 {
		s := b.firstStage(&l, k, list, all, c.parts)
		k.act = kernels.Identity
		b.launchOperands(&l, k, k.flags&ofFirstStage|flagSplit, all, of, c.spec...)
		return func() { b.addParts(s) }
	}
	flags := k.flags
	b.finishes(&l, list, all, int(x*y))
	if c.parts > 1 {
		flags |= flagParts
		b.split(&of, &l, k, c, len(list))
		end = func() { b.put(of.scratch) }
	}
	b.launchOperands(&l, k, flags, all, of, c.spec...)
	return end
}

// operands are the addresses of one product.
type operands struct{ a, b, c, bias, y, residual, squares, sums uint64 }

// launchOperands launches l with its products' operands, several of them, or of their
// factors, in a table, as those of products whose K is split.
// What of the tile the shader has to know comes behind act and flags.
func (b *Backend) launchOperands(l *launch, k productKind, flags uint32, all []operands, s splitting, tile ...uint32) {
	o := all[0]
	if len(all) > 1 || !s.scratch.None() {
		o = operands{a: upload(b, wordsOf(all)).Addr(), b: s.scratch.Addr(), c: s.counters.Addr()}
		flags |= flagMany
	}
	l.spec = append([]uint32{uint32(k.act), flags}, tile...)
	at := func(addr uint64) device.Buffer { return device.At(addr, 0) }
	l.push = pack(append(append([]any{at(o.a), at(o.b), at(o.c), at(o.bias), at(o.y), at(o.residual), at(o.squares), at(o.sums),
		k.m, k.n, k.k,
		k.lda, k.ldb, k.ldc, k.ldy, k.ldr}, dropping(k.drop)...), s.part, s.parts, b.options.reversed)...)
	b.launch(*l)
}

// finishes gives the products their epilogues' operands, and notes what these read and
// write; sums is how many sums of squares each leaves.
func (b *Backend) finishes(l *launch, list []*device.Product, all []operands, sums int) {
	for i, p := range list {
		o, e, c := &all[i*len(all)/len(list)], &p.Then, block(p.C, p.M, p.N)
		o.c, o.bias, o.y, o.residual = p.C.Addr(), e.Bias.Addr(), e.Y.Addr(), e.Residual.Addr()
		if !e.Times.None() {
			o.residual = e.Times.Addr()
		}
		l.writes = append(append(l.writes, c...), block(e.Y, p.M, p.N)...)
		l.reads = slices.Concat(l.reads, over(e.Bias), block(e.Residual, p.M, p.N), block(e.Times, p.M, p.N))
		if p.Acc {
			l.reads = append(l.reads, c...)
		}
		if !p.Sums.None() {
			o.sums = p.Sums.Addr()
			l.writes = append(l.writes, over(p.Sums)...)
			if p.AccSums {
				l.reads = append(l.reads, over(p.Sums)...)
			}
		}
		if p.Squares != nil {
			to := b.squaresFor(p.Squares, sums)
			o.squares = to.Addr()
			l.writes = append(l.writes, over(to)...)
		}
	}
}

// stored is the region of a matrix that may lie transposed.
func stored(m device.Matrix, rows, cols int, transposed bool) []region {
	if transposed {
		rows, cols = cols, rows
	}
	return block(m, rows, cols)
}
