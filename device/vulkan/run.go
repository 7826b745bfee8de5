package vulkan

import (
	"fmt"

	"github.com/lmkor/bench/device"
)

// Run records the calls' launches, and submits them in pieces.
func (b *Backend) Run(calls ...device.Call) {
	b.enter()
	defer b.leave()
	for _, c := range calls {
		b.run(c)
		if b.queue.ops >= b.piece() {
			b.submit()
		}
	}
}

func (b *Backend) piece() int {
	if b.options.piece > 0 {
		return b.options.piece
	}
	return pieceOps
}

func (b *Backend) run(call device.Call) {
	b.queue.calls++
	b.queue.inCall = true
	defer func() { b.queue.inCall = false }()
	if !b.runMoves(call) && !b.runMath(call) && !b.runAttention(call) {
		panic(fmt.Sprintf("vulkan: no kernel for a %T", call)) // the CPU never steps in unasked
	}
}
