package hf

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// storage is the memory that tensors of a pytorch_model.bin are views of.
type storage struct {
	dtype dtype
	count int    // values
	data  []byte // set when its place in the file is known
}

// span is a storage as a pickle hands it to a tensor: all of it, or in old
// files a part.
type span struct {
	of            *storage
	offset, count int // values
}

// torchTensor is a strided view of a storage.
type torchTensor struct {
	of            *storage
	offset        int // values from the storage's start
	shape, stride []int
}

// torchPickle collects the storages that a pickle of tensors refers to.
type torchPickle struct {
	storages map[string]*storage // by key
}

// storageClass is what a pickle's torch.FloatStorage stands for.
type storageClass dtype

// class knows the few classes and functions that a state dict is made of.
func (p *torchPickle) class(module, name string) (any, error) {
	switch module + "." + name {
	case "collections.OrderedDict":
		return callable(newDict), nil
	case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
		return callable(rebuildTensor), nil
	case "torch._utils._rebuild_parameter":
		return callable(rebuildParameter), nil
	}
	if t, ok := dtypeOf(func(t dtype) bool { return t.storage == name }); ok && module == "torch" {
		return storageClass(t), nil
	}
	return nil, fmt.Errorf("global %s.%s is no part of weights: refused", module, name)
}

func newDict(args pyTuple) (any, error) {
	if len(args) != 0 {
		return nil, errors.New("an OrderedDict with arguments")
	}
	return &pyDict{}, nil
}

// load finds the storage of a persistent id:
// ("storage", class, key, location, count[, view]).
func (p *torchPickle) load(id pyTuple) (any, error) {
	if len(id) > 0 && id[0] == "module" {
		return nil, errors.New("a whole pickled model: want a state dict, as model.state_dict() gives")
	}
	if (len(id) != 5 && len(id) != 6) || id[0] != "storage" {
		return nil, errors.New("a persistent id that is no storage")
	}
	class, ok := id[1].(storageClass)
	if !ok {
		return nil, fmt.Errorf("a storage class that is %s", kind(id[1]))
	}
	key, ok := id[2].(string)
	count, ok2 := whole(id[4])
	if !ok || !ok2 {
		return nil, errors.New("a storage without key or size")
	}
	s := p.storages[key]
	if s == nil {
		s = &storage{dtype: dtype(class), count: count}
		p.storages[key] = s
	}
	if s.dtype.Name != class.Name || s.count != count {
		return nil, fmt.Errorf("storage %s has %d values of %s here, %d of %s before", key, count, class.Name, s.count, s.dtype.Name)
	}
	sp := span{s, 0, count}
	if len(id) == 6 && id[5] != nil {
		view, ok := id[5].(pyTuple)
		if !ok || len(view) != 3 {
			return nil, fmt.Errorf("storage %s: a view that is %s", key, kind(id[5]))
		}
		offset, ok := whole(view[1])
		size, ok2 := whole(view[2])
		if !ok || !ok2 || offset > count || size > count-offset {
			return nil, fmt.Errorf("storage %s: a view beyond its %d values", key, count)
		}
		sp.offset, sp.count = offset, size
	}
	return sp, nil
}

// whole returns a value that is a natural number.
func whole(v any) (int, bool) {
	n, ok := v.(int64)
	if !ok || n < 0 || int64(int(n)) != n {
		return 0, false
	}
	return int(n), true
}

// wholes returns a tuple of natural numbers.
func wholes(v any) ([]int, bool) {
	t, ok := v.(pyTuple)
	if !ok {
		return nil, false
	}
	out := make([]int, len(t))
	for i, x := range t {
		if out[i], ok = whole(x); !ok {
			return nil, false
		}
	}
	return out, true
}

// rebuildTensor is torch._utils._rebuild_tensor_v2(storage, offset, size,
// stride, …): a view that lies within its storage and is no larger than it.
func rebuildTensor(args pyTuple) (any, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("a tensor of %d arguments", len(args))
	}
	sp, ok0 := args[0].(span)
	offset, ok1 := whole(args[1])
	shape, ok2 := wholes(args[2])
	stride, ok3 := wholes(args[3])
	if !ok0 || !ok1 || !ok2 || !ok3 || len(shape) != len(stride) {
		return nil, errors.New("a tensor without storage, offset, size and stride")
	}
	if len(shape) > maxDims {
		return nil, fmt.Errorf("a tensor of %d dimensions", len(shape))
	}
	if slices.Contains(shape, 0) {
		return torchTensor{sp.of, 0, shape, nil}, nil
	}
	count, last := uint64(1), uint64(0)
	for i, n := range shape {
		hi, lo := bits.Mul64(count, uint64(n))
		if hi != 0 {
			return nil, fmt.Errorf("shape %v is larger than any memory", shape)
		}
		count = lo
		hi, lo = bits.Mul64(uint64(n-1), uint64(stride[i]))
		if last += min(lo, math.MaxInt64+1); hi != 0 || last > uint64(sp.count) {
			return nil, fmt.Errorf("shape %v, stride %v in a storage of %d values", shape, stride, sp.count)
		}
	}
	switch {
	case offset > sp.count || last >= uint64(sp.count-offset):
		return nil, fmt.Errorf("shape %v, stride %v from value %d in a storage of %d", shape, stride, offset, sp.count)
	case count > uint64(sp.count):
		return nil, fmt.Errorf("shape %v repeats a storage of %d values", shape, sp.count)
	}
	return torchTensor{sp.of, sp.offset + offset, shape, stride}, nil
}

// rebuildParameter is torch._utils._rebuild_parameter(data, requires_grad, hooks).
func rebuildParameter(args pyTuple) (any, error) {
	if len(args) == 0 {
		return nil, errors.New("a parameter without data")
	}
	t, ok := args[0].(torchTensor)
	if !ok {
		return nil, fmt.Errorf("a parameter of %s", kind(args[0]))
	}
	return t, nil
}

// tensors returns the tensors of a state dict whose storages have their data.
func (p *torchPickle) tensors(file string, v any) ([]*tensor, error) {
	d, ok := v.(*pyDict)
	if !ok {
		return nil, fault(file, "the pickle holds %s: want a dict of tensors", kind(v))
	}
	var all []*tensor
	for _, name := range d.keys {
		x, ok := d.values[name].(torchTensor)
		if !ok {
			return nil, tensorFault(file, name, "%s: want a tensor", kind(d.values[name]))
		}
		t := &tensor{name: name, file: file, dtype: x.of.dtype, shape: x.shape, data: x.of.data[x.offset*x.of.dtype.size:]}
		if !rowMajor(x.shape, x.stride) {
			t.stride = x.stride
		} else {
			n := t.count() * t.dtype.size
			t.data = t.data[:n:n]
		}
		all = append(all, t)
	}
	return all, nil
}

// rowMajor reports whether a view lies as a tensor of its own would.
func rowMajor(shape, stride []int) bool {
	next := 1
	for i := len(stride) - 1; i >= 0; i-- { // no strides: no values
		if shape[i] != 1 && stride[i] != next {
			return false
		}
		next *= shape[i]
	}
	return true
}
