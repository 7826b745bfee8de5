package ops

import (
	"reflect"
	"slices"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// remote is a backend whose memory is nowhere near: buffers are addresses, and
// touching one's floats panics. It runs calls on the CPU behind them, late: only
// when values are read or something is written.
type remote struct {
	cpu   *device.CPU
	next  uint64
	at    map[uint64]device.Buffer // what lies where
	begun []device.Call
	calls int
	known map[uintptr]reflect.Value // copies of calls that later ones point to
}

func newRemote() *remote {
	return &remote{cpu: NewCPU(), next: 1 << 20, at: map[uint64]device.Buffer{}, known: map[uintptr]reflect.Value{}}
}

func (r *remote) place(b device.Buffer) device.Buffer {
	addr := r.next
	r.next += uint64(4*b.Len()) + 4096
	r.at[addr] = b
	return device.At(addr, b.Len())
}

// host finds the CPU's memory behind a buffer, which may begin inside one.
func (r *remote) host(b device.Buffer) device.Buffer {
	if b.Addr() == 0 {
		return b
	}
	for addr, h := range r.at {
		if addr <= b.Addr() && b.Addr() < addr+uint64(4*max(1, h.Len())) {
			from := int(b.Addr()-addr) / 4
			return h.Slice(from, from+b.Len())
		}
	}
	panic("a buffer that was never lent")
}

func (r *remote) Get(n int) device.Buffer { return r.place(r.cpu.Get(n)) }
func (r *remote) New(n int) device.Buffer { return r.place(r.cpu.New(n)) }

func (r *remote) Put(b device.Buffer) {
	r.finish() // a device may reuse memory only behind what it has begun
	r.cpu.Put(r.at[b.Addr()])
	delete(r.at, b.Addr())
}

func (r *remote) Reset() {
	r.finish()
	r.cpu.Reset()
	clear(r.at)
}

func (r *remote) Bytes() (held, peak int) { return r.cpu.Bytes() }

func (r *remote) Run(calls ...device.Call) {
	r.begun, r.calls = append(r.begun, calls...), r.calls+len(calls)
}

func (r *remote) Read(dst []float32, src device.Buffer) {
	r.finish()
	r.cpu.Read(dst, r.host(src))
}

func (r *remote) Free(device.Buffer) {}

func (r *remote) Fetch(dst []float32, src device.Buffer) (wait func()) {
	r.Read(dst, src)
	return nil
}

func (r *remote) Write(dst device.Buffer, src []float32) {
	r.finish()
	r.cpu.Write(r.host(dst), src)
}

func (r *remote) finish() {
	for _, c := range r.begun {
		r.cpu.Run(r.translated(reflect.ValueOf(c)).Interface().(device.Call))
	}
	r.begun = nil
}

// translated copies a call with the CPU's buffers in the place of remote ones.
func (r *remote) translated(v reflect.Value) reflect.Value {
	if v.Type() == reflect.TypeFor[device.Buffer]() {
		return reflect.ValueOf(r.host(v.Interface().(device.Buffer)))
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || v.Elem().Kind() != reflect.Struct {
			return v
		}
		if known, ok := r.known[v.Pointer()]; ok && known.Type() == v.Type() && v.Elem().FieldByName("Probs").IsValid() {
			return known
		}
		c := reflect.New(v.Type().Elem())
		r.known[v.Pointer()] = c
		c.Elem().Set(r.translated(v.Elem()))
		return c
	case reflect.Struct:
		c := reflect.New(v.Type()).Elem()
		c.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(r.translated(v.Field(i)))
			}
		}
		return c
	case reflect.Slice:
		if v.IsNil() || v.Type().Elem().Kind() != reflect.Struct {
			return v
		}
		c := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			c.Index(i).Set(r.translated(v.Index(i)))
		}
		return c
	}
	return v
}

// TestOperatorsNeedNoFloats runs a layer, forward and backward, on a backend whose
// memory is out of reach, and holds the gradients to the CPU's.
func TestOperatorsNeedNoFloats(t *testing.T) {
	var want []float32
	for _, backend := range []Backend{NewCPU(), newRemote()} {
		b := newBlock()
		table := randomParam(30, 8, 11)
		params := append(b.params(), table)
		LayOutGradients(params)
		p := &Pass{Backend: backend, Grad: true, Train: true, Seed: 3}
		x := Embedding(p, Lookup{table, every(3, 9), -1})
		x = Add(p, x, b.x, 0.1)
		h := LayerNorm(p, x, b.w, b.b, 1e-12)
		a := SelfAttention(p, Linear(p, h, kernels.Identity, []*nn.Param{b.wqkv}, []*nn.Param{b.bqkv}),
			AttentionSpec{Heads: 2, Offsets: []int32{0, 4, 9}, Dropout: 0.1})
		o := Linear(p, a, kernels.GELU, []*nn.Param{b.wo}, []*nn.Param{b.bo})
		var y mat.Tensor = AddNorm(p, o, Through(p, h), b.w, b.b, 1e-12, 0.1)
		y = GatherAdd(p, Rows(p, y, []int32{0, 4, 2}), []int32{1, 0}, PoolPairs(p, y, []Pair{{0, 1}, {4, 4}}, true),
			[]int32{0, -1})
		first, second := CrossEntropy(p, y, []int32{3, 7}), MSE(p, Dropout(p, y, 0.1), numbers(16, 5))
		value := Of(first).Floats()[0] + Of(second).Floats()[0]
		if err := BackwardFrom(Root{first, 1}, Root{second, 0.5}); err != nil {
			t.Fatal(err)
		}
		if r, ok := backend.(*remote); ok {
			if r.finish(); r.calls < 20 {
				t.Errorf("%d calls", r.calls)
			}
		}
		got := append(gradients(params), value)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Error("a backend whose memory is out of reach gives other gradients")
		}
	}
}
