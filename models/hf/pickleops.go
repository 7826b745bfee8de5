package hf

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// integer reads the argument of BININT1, BININT2, BININT or LONG1.
func (u *unpickler) integer(op byte) error {
	n := 1
	switch op {
	case 'M':
		n = 2
	case 'J':
		n = 4
	case 0x8a:
		size, err := u.bytes(1)
		if err != nil {
			return err
		}
		if n = int(size[0]); n > 8 {
			return fmt.Errorf("an integer of %d bytes", n)
		}
	}
	b, err := u.bytes(n)
	if err != nil {
		return err
	}
	var wide [8]byte
	copy(wide[:], b)
	if n > 0 && (op == 'J' || op == 0x8a) && b[n-1]&0x80 != 0 { // two's complement; the short ones have no sign
		for i := n; i < 8; i++ {
			wide[i] = 0xff
		}
	}
	return u.push(int64(binary.LittleEndian.Uint64(wide[:])))
}

// text reads a counted string.
func (u *unpickler) text(op byte) error {
	width := 4
	if op == 'U' || op == 0x8c {
		width = 1
	}
	b, err := u.bytes(width)
	if err != nil {
		return err
	}
	n := int(b[0])
	if width == 4 {
		n = int(binary.LittleEndian.Uint32(b))
	}
	s, err := u.bytes(n)
	if err != nil {
		return err
	}
	return u.push(string(s))
}

func (u *unpickler) tuple(op byte) error {
	if op == 't' {
		items, err := u.popMark()
		if err != nil {
			return err
		}
		return u.push(pyTuple(items))
	}
	items := make(pyTuple, op-0x85+1)
	for i := len(items) - 1; i >= 0; i-- {
		v, err := u.pop()
		if err != nil {
			return err
		}
		items[i] = v
	}
	return u.push(items)
}

// operands are the arguments of APPEND(S) and SETITEM(S): those since the
// mark, or the last n.
func (u *unpickler) operands(marked bool, n int) ([]any, error) {
	if marked {
		return u.popMark()
	}
	items := make([]any, n)
	for i := n - 1; i >= 0; i-- {
		v, err := u.pop()
		if err != nil {
			return nil, err
		}
		items[i] = v
	}
	return items, nil
}

func (u *unpickler) appends(marked bool) error {
	items, err := u.operands(marked, 1)
	if err != nil {
		return err
	}
	l, err := top[*pyList](u, "APPEND")
	if err != nil {
		return err
	}
	l.items = append(l.items, items...)
	return nil
}

// setItems refuses a key that is there already: Python would keep the last
// value and say nothing.
func (u *unpickler) setItems(marked bool) error {
	items, err := u.operands(marked, 2)
	if err != nil {
		return err
	}
	d, err := top[*pyDict](u, "SETITEM")
	if err != nil {
		return err
	}
	if len(items)%2 != 0 {
		return errors.New("a key without value")
	}
	if d.values == nil {
		d.values = map[string]any{}
	}
	for i := 0; i < len(items); i += 2 {
		key, ok := items[i].(string)
		if !ok {
			return fmt.Errorf("a key that is %s: want a string", kind(items[i]))
		}
		if _, twice := d.values[key]; twice {
			return fmt.Errorf("%q occurs twice", key)
		}
		d.keys, d.values[key] = append(d.keys, key), items[i+1]
	}
	return nil
}

// remember stores the top of the stack in the memo, or pushes what is there.
func (u *unpickler) remember(op byte) error {
	key := len(u.memo)
	if op != 0x94 {
		width := 1
		if op == 'r' || op == 'j' {
			width = 4
		}
		b, err := u.bytes(width)
		if err != nil {
			return err
		}
		key = int(b[0])
		if width == 4 {
			key = int(binary.LittleEndian.Uint32(b))
		}
	}
	if op == 'h' || op == 'j' {
		v, ok := u.memo[key]
		if !ok {
			return fmt.Errorf("nothing is stored as %d", key)
		}
		return u.push(v)
	}
	if len(u.stack) == 0 {
		return errors.New("the stack is empty")
	}
	u.memo[key] = u.stack[len(u.stack)-1]
	return nil
}

// global pushes what the reader has for a class or function of that name.
func (u *unpickler) global(onStack bool) error {
	var module, name string
	var err error
	if onStack {
		items, err := u.operands(false, 2)
		if err != nil {
			return err
		}
		var ok1, ok2 bool
		module, ok1 = items[0].(string)
		name, ok2 = items[1].(string)
		if !ok1 || !ok2 {
			return errors.New("a global whose name is no string")
		}
	} else {
		if module, err = u.line(); err != nil {
			return err
		}
		if name, err = u.line(); err != nil {
			return err
		}
	}
	c, err := u.class(module, name)
	if err != nil {
		return err
	}
	return u.push(c)
}

func (u *unpickler) reduce() error {
	items, err := u.operands(false, 2)
	if err != nil {
		return err
	}
	call, ok := items[0].(callable)
	if !ok {
		return fmt.Errorf("a call of %s", kind(items[0]))
	}
	args, ok := items[1].(pyTuple)
	if !ok {
		return fmt.Errorf("a call with %s", kind(items[1]))
	}
	v, err := call(args)
	if err != nil {
		return err
	}
	return u.push(v)
}
