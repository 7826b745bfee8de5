package device

import "github.com/lmkor/bench/kernels"

// Products is a call: matrix products of which none needs another's result, in
// float32 or with both operands rounded to less. See kernels.Gemms and
// kernels.GemmsBF16.
type Products struct {
	Precision Precision
	List      []Product
}

// Product is C = op(A)·op(B), or C += op(A)·op(B) with Acc, where op(A) is [M, K]
// and op(B) is [K, N]; A is stored as [K, M] with TA, B as [N, K] with TB.
type Product struct {
	TA, TB  bool
	M, N, K int
	A, B    Matrix
	Acc     bool
	C       Matrix
	Then    Epilogue
	// Squares, if it is not nil, is left the sum of the squares of C, unless the
	// backend has no use for it in Part.Known. It is taken in float32 alone.
	Squares *float64
	// More are factors whose products are added to C, one after the other: then
	// there is nothing in Then, and no Squares.
	More []Factors
	// Sums, [M], if there is one, becomes the sums of the rows of op(A), or with
	// AccSums has them added: a bias's gradient, where A is that of the output. It is
	// for products with TA. With SumsOfB they are those of op(B)'s columns, [N], where B
	// is the output's: for products without TB.
	Sums    Buffer
	AccSums bool
	SumsOfB bool
}

// Factors are those of a product beside the first ones: shapes but for K and how they
// lie are the product's.
type Factors struct {
	K    int
	A, B Matrix
}

// Epilogue finishes a product, z = C + Bias: Y = Residual + Drop(act(z)), and
// with Slope act's derivative at z remains in C. Without Y, C is it. See
// kernels.Epilogue.
type Epilogue struct {
	Bias     Buffer
	Act      kernels.Act
	Slope    bool
	Y        Matrix
	Drop     kernels.Dropper
	Residual Matrix
	// Times, if there is one, is what every element of C is multiplied by, where it lies
	// as C does. Then there is nothing else here.
	Times Matrix
}

// SlopeBiasGrad is a call: DY, [Rows, Cols], is multiplied by Slope, laid out
// alike, if there is one; DB, [Cols], becomes the sum of its rows, or with Acc
// has it added, if there is one.
type SlopeBiasGrad struct {
	DB         Buffer
	Acc        bool
	DY, Slope  Matrix
	Rows, Cols int
}

// Norm is a call: S = Residual + Drop(X), or X itself without a residual, and Y =
// (S - mean)·rstd·W + B, row by row. Mean and RStd, [Rows], are kept for backward,
// and S where there is a residual.
type Norm struct {
	Y, S, Mean, RStd, X, Residual, W, B Buffer
	Rows, Cols                          int
	Eps                                 float32
	Drop                                kernels.Dropper
}

// NormGrad is a call: the gradients of Norm's X, residual, weight and bias. S is
// what was normalised. The last two are added to with AccW and AccB, else written. With
// AccResidual DResidual holds what S has of a gradient from elsewhere: it is added to, and
// X's gradient is of the sum.
type NormGrad struct {
	DX, DResidual, DW, DB, DY, S, Mean, RStd, W Buffer
	AccW, AccB, AccResidual                     bool
	Rows, Cols                                  int
	Drop                                        kernels.Dropper
}

// Drop is a call: Y = Residual + Drop(X), without a residual Drop(X).
type Drop struct {
	Y, X, Residual Buffer
	Drop           kernels.Dropper
}

// Add is a call: Y += X.
type Add struct{ Y, X Buffer }

// Copy is a call: Y = X.
type Copy struct{ Y, X Buffer }

// Clear is a call: X = 0.
type Clear struct{ X Buffer }

// ClearRows is a call: rows Rows of X, ascending and Cols wide each, become 0.
type ClearRows struct {
	X    Buffer
	Rows []int32
	Cols int
}

// ScaleBy is a call: X is multiplied by the one number in S.
type ScaleBy struct{ X, S Buffer }

// Lookup names a row of a table for each row of a Gather; below 0: none.
type Lookup struct {
	Table Buffer
	IDs   []int32
}

// Gather is a call: row t of Y is the sum of the lookups' rows. The first has no
// id below 0.
type Gather struct {
	Y       Buffer
	Lookups []Lookup
	Cols    int
}

// Scatter is a call: Dst is zero but for rows IDs[t], no two of them alike, which
// become row t of Src.
type Scatter struct {
	Dst, Src Buffer
	IDs      []int32
	Cols     int
}

// ScatterAdd is a call: row t of Src is added to row IDs[t] of Dst, in order of t,
// but for ids below 0 and Skip.
type ScatterAdd struct {
	Dst, Src Buffer
	IDs      []int32
	Skip     int32
	Cols     int
}

// PoolPairs is a call: see kernels.PoolPairs.
type PoolPairs struct {
	Y, X    Buffer
	Pairs   []kernels.Pair
	Cols    int
	Largest bool
}

// PoolPairsGrad is a call: see kernels.PoolPairsGrad.
type PoolPairsGrad struct {
	DX, DY, X Buffer
	Pairs     []kernels.Pair
	Cols      int
	Largest   bool
}

// CrossEntropy is a call: Loss, one number, and the gradient DX of X, if it is
// wanted. See losses.CrossEntropy.
type CrossEntropy struct {
	Loss, DX, X Buffer
	Labels      []int32
	Cols        int
}

// WeightedCrossEntropy is a call: see losses.WeightedCrossEntropy.
type WeightedCrossEntropy struct {
	Loss, DX, X Buffer
	Labels      []int32
	Weights     []float64 // of the classes
	Smoothing   float64
}

// BinaryCrossEntropy is a call: see losses.BinaryCrossEntropy.
type BinaryCrossEntropy struct {
	Loss, DX, X Buffer
	Labels      []int32
}

// MSE is a call: see losses.MSE.
type MSE struct {
	Loss, DX, X Buffer
	Gold        []float32
}

func (*Products) call()             {}
func (*SlopeBiasGrad) call()        {}
func (*Norm) call()                 {}
func (*NormGrad) call()             {}
func (*Drop) call()                 {}
func (*Add) call()                  {}
func (*Copy) call()                 {}
func (*Clear) call()                {}
func (*ClearRows) call()            {}
func (*ScaleBy) call()              {}
func (*Gather) call()               {}
func (*Scatter) call()              {}
func (*ScatterAdd) call()           {}
func (*PoolPairs) call()            {}
func (*PoolPairsGrad) call()        {}
func (*CrossEntropy) call()         {}
func (*BinaryCrossEntropy) call()   {}
func (*WeightedCrossEntropy) call() {}
func (*MSE) call()                  {}
func (*Attention) call()            {}
func (*AttentionGrad) call()        {}
func (*CachedAttention) call()      {}
func (*RelativeAttention) call()    {}
func (*RelativeGrad) call()         {}
func (*AdamW) call()                {}
func (*Squares) call()              {}
func (*Finite) call()               {}
