package pattern

import "fmt"

// program is a compiled pattern: instructions, of which the first begins. Those of a
// look-around or an atomic group stand apart, each ending with opMatch.
type program struct {
	code  []instruction
	memos int // instructions whose failures are remembered
}

type opcode uint8

const (
	opMatch  opcode = iota
	opSet           // one code point of set, then the next instruction
	opJump          // go to x
	opSplit         // try x, then y; memo tells its failures apart
	opAssert        // if assertion holds, the next instruction
	opLook          // if the program at x matches here, or behind, then y
	opAtomic        // the program at x, once and for all, then y
)

type instruction struct {
	op        opcode
	set       *set
	x, y      int32
	memo      int32
	assertion assertion
	negate    bool
	behind    bool
	least     int32 // of a look-behind's length
	most      int32
}

// mostCode bounds a program, which counted repeats make long.
const mostCode = 20_000

type compiler struct {
	program
	err error
}

func compile(n node) (program, error) {
	var c compiler
	c.node(n)
	c.emit(instruction{op: opMatch})
	return c.program, c.err
}

func (c *compiler) emit(i instruction) int32 {
	if len(c.code) >= mostCode {
		if c.err == nil {
			c.err = fmt.Errorf("too long: its repeats come to more than %d steps", mostCode)
		}
		return 0
	}
	if i.op == opSplit {
		i.memo = int32(c.memos)
		c.memos++
	}
	c.code = append(c.code, i)
	return int32(len(c.code) - 1)
}

func (c *compiler) here() int32 { return int32(len(c.code)) }

// node appends the instructions of n, which end at the next one.
func (c *compiler) node(n node) {
	if c.err != nil {
		return
	}
	switch n := n.(type) {
	case *set:
		c.emit(instruction{op: opSet, set: n})
	case sequence:
		for _, part := range n {
			c.node(part)
		}
	case choice:
		c.choice(n)
	case *repeat:
		c.repeat(n)
	case assertion:
		c.emit(instruction{op: opAssert, assertion: n})
	case *look:
		least, most := lengths(n.node)
		c.apart(instruction{op: opLook, negate: n.negate, behind: n.behind, least: int32(least), most: int32(most)}, n.node)
	case atomic:
		c.apart(instruction{op: opAtomic}, n.node)
	}
}

// apart appends i and, behind it, the program of n, which it skips.
func (c *compiler) apart(i instruction, n node) {
	at := c.emit(i)
	c.code[at].x = c.here()
	c.node(n)
	c.emit(instruction{op: opMatch})
	c.code[at].y = c.here()
}

func (c *compiler) choice(n choice) {
	var ends []int32
	for i, option := range n {
		if i == len(n)-1 {
			c.node(option)
			break
		}
		split := c.emit(instruction{op: opSplit})
		c.code[split].x = c.here()
		c.node(option)
		ends = append(ends, c.emit(instruction{op: opJump}))
		c.code[split].y = c.here()
	}
	for _, end := range ends {
		c.code[end].x = c.here()
	}
}

func (c *compiler) repeat(r *repeat) {
	for range r.least {
		c.node(r.node)
	}
	// tryOnce makes a split between another round and the end, which is yet to be filled in.
	tryOnce := func() int32 {
		split := c.emit(instruction{op: opSplit})
		if r.lazy {
			c.code[split].y = c.here()
		} else {
			c.code[split].x = c.here()
		}
		return split
	}
	leave := func(split int32) {
		if r.lazy {
			c.code[split].x = c.here()
		} else {
			c.code[split].y = c.here()
		}
	}
	if r.most < 0 {
		split := tryOnce()
		c.node(r.node)
		c.emit(instruction{op: opJump, x: split})
		leave(split)
		return
	}
	var splits []int32
	for range r.most - r.least {
		if c.err != nil {
			return
		}
		splits = append(splits, tryOnce())
		c.node(r.node)
	}
	for _, split := range splits {
		leave(split)
	}
}
