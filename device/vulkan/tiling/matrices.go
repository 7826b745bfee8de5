package tiling

// Matrices are the cooperative matrices that a product is made of: M×K by K×N each, by
// subgroups of Wave invocations. M and N are 8 or 16, K divides 32.
type Matrices struct{ M, N, K, Wave uint32 }

// OnPaper are the matrices that are counted with where there is no device.
var OnPaper = Matrices{M: 16, N: 16, K: 16, Wave: 32}

// Fit tells whether grids can be made of the matrices.
func (s Matrices) Fit() bool {
	side := func(n uint32) bool { return n == 8 || n == 16 }
	return side(s.M) && side(s.N) && (side(s.K) || s.K == 32) && s.Wave >= 4 && s.Wave <= 64 && s.Wave&(s.Wave-1) == 0
}

// Grid is how shader matrixproduct cuts C among workgroups, and a part of it among their
// subgroups: BM×BN a workgroup, WM×WN a subgroup, BK of K at a time. least is as Tile's.
type Grid struct {
	BM, BN, BK, WM, WN uint32
	Matrices
	least int
}

// Invocations is how many a workgroup has.
func (g Grid) Invocations() uint32 { return g.BM / g.WM * (g.BN / g.WN) * g.Wave }

// Shared is how many bytes a workgroup shares at the most: tiles of both factors in float16,
// their rows padded, and a matrix of each subgroup's, or four numbers of each invocation's.
func (g Grid) Shared() int {
	tile := func(b uint32) int { return 8 * int(max(b*(g.BK/4+2), g.BK*(b/4+2))) }
	staged := int(max(g.BM/g.WM*(g.BN/g.WN)*g.M*g.N/4, g.Invocations()))
	return tile(g.BM) + tile(g.BN) + 16*staged
}

// grids are those that matrices are laid out in, from large to small.
func grids(s Matrices) [3]Grid {
	large := Grid{128, 128, 32, 64, 32, s, 512}
	if s.Wave > 32 { // four subgroups are as many invocations
		large.WN = 64
	}
	return [3]Grid{large, {64, 64, 32, 32, 32, s, 256}, {32, 32, 32, 16, 16, s, 256}}
}

// Spread returns the grid for count products of that shape where workgroups share so many
// bytes, how much of K goes into a part, and how many parts there are. It depends on the shape
// and on what the device is, for the parts decide the order of the sums.
func (s Matrices) Spread(m, n, k, count, shared int) (g Grid, part, parts int) {
	groups := 0
	for i, least := range []int{enough, enough / 4, 0} {
		g = grids(s)[i]
		groups = count * int(Over(m, g.BM)) * int(Over(n, g.BN))
		if groups >= least && g.Shared() <= shared {
			break
		}
	}
	if parts = 1; groups < enough {
		parts = max(1, min((splitInto+groups-1)/groups, k/g.least, mostParts))
	}
	part, parts = Tile{BK: g.BK}.Part(k, parts)
	return g, part, parts
}
