package hf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// maxPickle is the longest pickle that is read: a base model's takes 40 kB,
// and a hostile one can make bench hold some 100 bytes for each of its own.
const maxPickle = 8 << 20

// Values of a pickle beside nil, bool, int64, float64 and string.
type (
	pyTuple []any
	pyList  struct{ items []any }
	pyDict  struct {
		keys   []string
		values map[string]any
	}
)

// unpickler runs the opcodes that torch.save writes, as PyTorch's own
// weights-only reader does. No opcode makes anything but the values above and
// what the two callbacks return.
type unpickler struct {
	in    []byte
	at    int
	stack []any
	marks []int // stack heights
	memo  map[int]any

	class      func(module, name string) (any, error)
	persistent func(id pyTuple) (any, error)
}

// callable is a class or function that a pickle may call.
type callable func(args pyTuple) (any, error)

var errShortPickle = errors.New("the pickle ends early")

// unpickle reads one pickle at the start of in and returns its value and length.
func unpickle(in []byte, class func(module, name string) (any, error), persistent func(pyTuple) (any, error)) (any, int, error) {
	u := &unpickler{in: in[:min(len(in), maxPickle)], memo: map[int]any{}, class: class, persistent: persistent}
	for {
		op, err := u.bytes(1)
		if err != nil {
			return nil, 0, err
		}
		if op[0] == '.' {
			v, err := u.pop()
			return v, u.at, err
		}
		if err := u.run(op[0]); err != nil {
			return nil, 0, fmt.Errorf("byte %d: %w", u.at, err)
		}
	}
}

// run executes one opcode.
func (u *unpickler) run(op byte) error {
	switch op {
	case 0x80: // PROTO
		_, err := u.bytes(1)
		return err
	case 0x95: // FRAME: its length is of no use here
		_, err := u.bytes(8)
		return err
	case 'N':
		return u.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		return u.push(op == 0x88)
	case 'K', 'M', 'J', 0x8a: // BININT1, BININT2, BININT, LONG1
		return u.integer(op)
	case 'G': // BINFLOAT
		b, err := u.bytes(8)
		if err != nil {
			return err
		}
		return u.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	case 'X', 'T', 'U', 0x8c: // BINUNICODE, BINSTRING, SHORT_BINSTRING, SHORT_BINUNICODE
		return u.text(op)
	case '(':
		u.marks = append(u.marks, len(u.stack))
		return nil
	case ')':
		return u.push(pyTuple(nil))
	case 't', 0x85, 0x86, 0x87: // TUPLE, TUPLE1 to TUPLE3
		return u.tuple(op)
	case ']':
		return u.push(&pyList{})
	case '}':
		return u.push(&pyDict{})
	case 'a', 'e': // APPEND, APPENDS
		return u.appends(op == 'e')
	case 's', 'u': // SETITEM, SETITEMS
		return u.setItems(op == 'u')
	case 'q', 'r', 'h', 'j', 0x94: // BINPUT, LONG_BINPUT, BINGET, LONG_BINGET, MEMOIZE
		return u.remember(op)
	case 'c', 0x93: // GLOBAL, STACK_GLOBAL
		return u.global(op == 0x93)
	case 'R':
		return u.reduce()
	case 'b': // BUILD: the state of a dict is its modules' version numbers
		if _, err := u.pop(); err != nil {
			return err
		}
		_, err := top[*pyDict](u, "BUILD")
		return err
	case 'Q': // BINPERSID
		id, err := u.pop()
		if err != nil {
			return err
		}
		t, ok := id.(pyTuple)
		if !ok {
			return fmt.Errorf("a persistent id that is %s", kind(id))
		}
		v, err := u.persistent(t)
		if err != nil {
			return err
		}
		return u.push(v)
	}
	return fmt.Errorf("opcode 0x%02x is none that weights need", op)
}

// bytes returns the next n bytes of the pickle.
func (u *unpickler) bytes(n int) ([]byte, error) {
	if n > len(u.in)-u.at {
		if len(u.in) == maxPickle {
			return nil, fmt.Errorf("the pickle is longer than %d bytes", maxPickle)
		}
		return nil, errShortPickle
	}
	u.at += n
	return u.in[u.at-n : u.at], nil
}

// line returns the next line without its end.
func (u *unpickler) line() (string, error) {
	n := bytes.IndexByte(u.in[u.at:], '\n')
	if n < 0 {
		return "", errShortPickle
	}
	b, err := u.bytes(n + 1)
	return string(b[:n]), err
}

func (u *unpickler) push(v any) error {
	u.stack = append(u.stack, v)
	return nil
}

// pop takes the top of the stack, but nothing from below the last mark.
func (u *unpickler) pop() (any, error) {
	floor := 0
	if len(u.marks) > 0 {
		floor = u.marks[len(u.marks)-1]
	}
	if len(u.stack) <= floor {
		return nil, errors.New("the stack is empty")
	}
	v := u.stack[len(u.stack)-1]
	u.stack = u.stack[:len(u.stack)-1]
	return v, nil
}

// popMark takes what was pushed since the last mark.
func (u *unpickler) popMark() ([]any, error) {
	if len(u.marks) == 0 {
		return nil, errors.New("no mark is set")
	}
	m := u.marks[len(u.marks)-1]
	u.marks = u.marks[:len(u.marks)-1]
	items := append([]any(nil), u.stack[m:]...)
	u.stack = u.stack[:m]
	return items, nil
}

// top returns the top of the stack without taking it.
func top[T any](u *unpickler, op string) (T, error) {
	var none T
	if len(u.stack) == 0 {
		return none, errors.New("the stack is empty")
	}
	v, ok := u.stack[len(u.stack)-1].(T)
	if !ok {
		return none, fmt.Errorf("%s on %s", op, kind(u.stack[len(u.stack)-1]))
	}
	return v, nil
}

// kind names a value's type for error messages.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "None"
	case bool:
		return "a truth value"
	case int64:
		return "an integer"
	case float64:
		return "a number"
	case string:
		return "a string"
	case pyTuple:
		return "a tuple"
	case *pyList:
		return "a list"
	case *pyDict:
		return "a dict"
	case callable:
		return "a function"
	case storageClass:
		return "a storage class"
	case span:
		return "a storage"
	case torchTensor:
		return "a tensor"
	}
	return fmt.Sprintf("a %T", v)
}
