package device

import "github.com/lmkor/bench/kernels"

// Attention is a call: multi-head attention of packed sequences,
//
//	Probs = softmax(Scale·Q·Kᵀ), Y = Drop(Probs)·V
//
// for each sequence and head. Q is [Tq, Width], K and V are [Tk, Width], Y is [Tq,
// Width] without gaps, Heads side by side. Sequence s has the queries [Offsets[s],
// Offsets[s+1]) and the keys [KeyOff[s], KeyOff[s+1]). Causal hides from a query
// the keys behind its own position, the queries being the last of the keys'.
// Probs are [queries, keys] blocks, a sequence's after the other's and within one
// a head's after the other's; dropout counts elements as they lie there. A
// sequence without keys or queries has zeros for a result. For the gradient Probs
// and Y are to be as the call left them; a Keeper says what Probs are to it.
type Attention struct {
	Y, Probs        Buffer
	Q, K, V         Matrix
	Heads, Width    int
	Offsets, KeyOff []int32
	Causal          bool
	Scale           float32
	Drop            kernels.Dropper
	NoGrad          bool // no gradient of it will be asked for

	jobs []headJob // of the CPU, kept for backward
}

// Scores returns the number of scores, and so of Probs.
func (a *Attention) Scores() int { return scores(a.Offsets, a.KeyOff, a.Heads) }

func scores(offsets, keyOff []int32, heads int) (n int) {
	for s := range len(offsets) - 1 {
		n += int(offsets[s+1]-offsets[s]) * int(keyOff[s+1]-keyOff[s])
	}
	return n * heads
}

// AttentionGrad is a call: the gradients of Q, K and V of a call that has run,
// from that of its result.
type AttentionGrad struct {
	Of         *Attention
	DY         Buffer
	DQ, DK, DV Matrix
}

// CachedAttention is a call: causal attention whose earlier keys and values are
// kept. Rows [Offsets[s], Offsets[s+1]) of QKV, [T, 3·Width], have their keys and
// values put behind the Lens[s] that Cache[s], [any, 2·Width], has already, and
// attend to all of these. Lens are counted up by the caller.
type CachedAttention struct {
	Y, QKV       Buffer
	Heads, Width int
	Offsets      []int32
	Scale        float32
	Cache        []Buffer
	Lens         []int32
}
