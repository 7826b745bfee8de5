package vulkan

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/tiling"
	"github.com/lmkor/bench/internal/callcopy"
	"github.com/lmkor/bench/internal/golden"
)

// harness runs calls on the CPU and on a Vulkan device from the same memory, and
// compares all that they leave: buffers, those that must not have changed among
// them, and what calls leave on the host. The device's buffers lie between guards;
// what calls are lent is full of NaN. Every sequence runs on the device twice, the
// second time with the launches between barriers in reverse order, and the workgroups
// of products, which must give the same bytes.
type harness struct {
	t       *testing.T
	rng     *rand.Rand
	cpu     *device.CPU
	compute func(...device.Call) // in the place of the CPU
	buffers []*pair
	cut     func(m, n, k, count int) (tiling.Tile, int) // see options
}

// pair is a buffer of the CPU's, and what it is on the device.
type pair struct {
	host    []float32
	before  []float32     // as it was before the calls
	device  device.Buffer // without guards
	whole   device.Buffer // with
	ignored bool
}

const guardWords = 32 // floats before and behind a buffer of the harness

// accesses tells whether a validation layer looks at every access: then each buffer is a
// memory of its own, without guards, which would hide its end from the layer.
func accesses() bool { return strings.Contains(os.Getenv("VK_LAYER_ENABLES"), "GPU_ASSISTED") }

// rolled returns SPIR-V whose loops are not to be unrolled. What a layer adds to every
// access is then compiled once for all turns, or drivers on the CPU compile for hours.
func rolled(code []byte) []byte {
	const header, loopMerge, control, unroll, dontUnroll = 5, 246, 3, 1, 2
	code = slices.Clone(code)
	word := func(i int) []byte { return code[4*i : 4*i+4] }
	for i := header; i < len(code)/4; {
		first := binary.LittleEndian.Uint32(word(i))
		if first&0xffff == loopMerge {
			c := binary.LittleEndian.Uint32(word(i + control))
			binary.LittleEndian.PutUint32(word(i+control), c&^unroll|dontUnroll)
		}
		i += int(first >> 16)
	}
	return code
}

// guarded is how many floats are before and behind a buffer of the harness.
func guarded() int {
	if accesses() {
		return 0
	}
	return guardWords
}

// devices are opened once a test binary: forward and reversed. A validated device
// hears every message of the layers.
var devices struct {
	sync.Once
	forward, reversed *Backend
	err               error
	used              bool // by a test
	mu                sync.Mutex
	messages          []string
}

// heard keeps a message of the validation layers.
func heard(message string) {
	devices.mu.Lock()
	defer devices.mu.Unlock()
	devices.messages = append(devices.messages, message)
}

// numbered is the number of the device that BENCH_DEVICE names, 0 without it.
func numbered() int {
	n, _ := strconv.Atoi(strings.TrimPrefix(os.Getenv("BENCH_DEVICE"), "vulkan:"))
	return n
}

// opened returns the two devices. Without Vulkan it skips the test, saying why, or
// fails it where BENCH_VULKAN=require. A driver that runs shaders on the CPU takes
// minutes, and is used only then.
func opened(t testing.TB) (forward, reversed *Backend) {
	t.Helper()
	devices.Do(func() {
		cache, err := os.MkdirTemp("", "pipelines")
		if err != nil {
			devices.err = err
			return
		}
		o := options{poison: true, say: heard, cache: cache}
		if accesses() {
			o.apart, o.code = true, rolled
		}
		forward, reversed := o, o
		forward.piece, reversed.reversed = 5, true
		if devices.forward, devices.err = open(numbered(), forward); devices.err == nil {
			devices.reversed, devices.err = open(numbered(), reversed)
		}
	})
	if devices.err != nil {
		without(t, devices.err)
	}
	if i := devices.forward.info; i.CPU && os.Getenv("BENCH_VULKAN") == "" {
		t.Skipf("NOT RUN, there is no GPU: BENCH_VULKAN=require runs the test on %s, a CPU", i.Name)
	}
	devices.used = true
	t.Cleanup(func() {
		devices.mu.Lock()
		defer devices.mu.Unlock()
		for _, m := range devices.messages {
			t.Errorf("validation: %s", m)
		}
		devices.messages = nil
	})
	return devices.forward, devices.reversed
}

// without ends a test that has no device.
func without(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("BENCH_VULKAN") == "require" {
		t.Fatalf("BENCH_VULKAN=require: %v", err)
	}
	t.Skipf("NOT RUN, there is no Vulkan device: %v", err)
}

func newHarness(t *testing.T) *harness {
	opened(t)
	cpu := new(device.CPU)
	return &harness{t: t, rng: rand.New(rand.NewPCG(1, uint64(len(t.Name())))), cpu: cpu, compute: cpu.Run}
}

// smallest returns the shapes of a test, with -short the first alone: a validation
// layer that looks at every access takes a hundred times as long.
func smallest[S any](shapes []S) []S {
	if testing.Short() {
		return shapes[:1]
	}
	return shapes
}

// fewest is smallest where a layer looks at every access, short or not: what it adds to a
// kernel takes as long to compile for any shape.
func fewest[S any](shapes []S) []S {
	if accesses() {
		return shapes[:1]
	}
	return shapes
}

// random returns a buffer of n numbers between -1 and 1.
func (h *harness) random(n int) device.Buffer {
	x := make([]float32, n)
	for i := range x {
		x[i] = 2*h.rng.Float32() - 1
	}
	return h.of(x)
}

// undefined returns a buffer full of NaN, for results.
func (h *harness) undefined(n int) device.Buffer {
	return h.of(slices.Repeat([]float32{float32(math.NaN())}, n))
}

// of returns a buffer of the given numbers.
func (h *harness) of(x []float32) device.Buffer {
	if len(x) == 0 {
		return device.Buffer{}
	}
	h.buffers = append(h.buffers, &pair{host: x})
	return device.Host(x)
}

// ignore says that a buffer's contents are undefined after the calls.
func (h *harness) ignore(b device.Buffer) device.Buffer {
	h.find(b).ignored = true
	return b
}

func (h *harness) find(b device.Buffer) *pair {
	x := b.Floats()
	for _, p := range h.buffers {
		first, at := uintptr(unsafe.Pointer(&p.host[0])), uintptr(unsafe.Pointer(unsafe.SliceData(x)))
		if at >= first && at < first+uintptr(4*len(p.host)) {
			return p
		}
	}
	panic("a buffer that the harness did not make")
}

// same runs the calls, one after the other, and fails the test where the device's
// results are not near the CPU's.
func (h *harness) same(tol golden.Tolerance, calls ...device.Call) {
	h.t.Helper()
	for _, p := range h.buffers {
		p.before = slices.Clone(p.host)
	}
	forward, reversed := opened(h.t)
	first := h.on(forward, calls)
	second := first
	if !accesses() { // which are the same in any order
		second = h.on(reversed, calls)
	}
	h.compute(calls...)
	for i, p := range h.buffers {
		if p.ignored {
			continue
		}
		name := fmt.Sprintf("buffer %d of %d", i, len(p.host))
		near(h.t, name, first.values[i], p.host, tol)
		if at := differ(first.values[i], second.values[i]); at >= 0 {
			h.t.Errorf("%s: %v at %d, and %v with launches between barriers, and workgroups, in reverse order: a barrier is missing, or a sum has no order",
				name, first.values[i][at], at, second.values[i][at])
		}
	}
	for i, c := range calls {
		h.fields(fmt.Sprintf("call %d, %T", i, c), reflect.ValueOf(first.calls[i]), reflect.ValueOf(c), tol)
	}
}

// result is what calls left on the device.
type result struct {
	values [][]float32
	calls  []device.Call
}

// on runs the calls on a device from the memory before them.
func (h *harness) on(b *Backend, calls []device.Call) (r result) {
	h.t.Helper()
	b.options.cut = h.cut
	defer func() { b.options.cut = nil }()
	guarded := guarded()
	edge := slices.Repeat([]float32{math.Float32frombits(guardWord)}, guarded)
	for _, p := range h.buffers {
		p.whole = b.New(len(p.host) + 2*guarded)
		p.device = p.whole.Slice(guarded, guarded+len(p.host))
		defer b.Free(p.whole)
		b.Write(p.whole, slices.Concat(edge, p.before, edge))
	}
	copies := callcopy.Copier{Buffer: h.moved, Whole: true}
	for _, c := range calls {
		moved := copies.Copy(c)
		r.calls = append(r.calls, moved)
		b.Run(moved)
	}
	for i, p := range h.buffers {
		all := make([]float32, p.whole.Len())
		b.Read(all, p.whole)
		for j, x := range all {
			inside := j >= guarded && j < guarded+len(p.host)
			if !inside && math.Float32bits(x) != guardWord {
				h.t.Errorf("buffer %d of %d: element %d, outside of it, was written: %v", i, len(p.host), j-guarded, x)
				break
			}
		}
		r.values = append(r.values, all[guarded:guarded+len(p.host)])
	}
	if err := b.guardsHold(); err != nil {
		h.t.Error(err)
	}
	b.Reset()
	return r
}

// guardsHold reports whether a launch wrote behind what it was lent.
func (b *Backend) guardsHold() error {
	for _, g := range b.guards {
		x := make([]float32, g.Len())
		b.Read(x, g)
		for _, v := range x {
			if math.Float32bits(v) != guardWord {
				return fmt.Errorf("something wrote behind a lent buffer, at %#x", g.Addr())
			}
		}
	}
	return nil
}

// moved is the device's buffer in the place of a CPU's.
func (h *harness) moved(b device.Buffer) device.Buffer {
	if b.Len() == 0 {
		return device.Buffer{}
	}
	p := h.find(b)
	x := b.Floats()
	from := int(uintptr(unsafe.Pointer(&x[0]))-uintptr(unsafe.Pointer(&p.host[0]))) / 4
	return p.device.Slice(from, from+len(x))
}

// fields compares what calls have beside buffers.
func (h *harness) fields(name string, got, want reflect.Value, tol golden.Tolerance) {
	h.t.Helper()
	if got.Type() == reflect.TypeFor[device.Buffer]() {
		return
	}
	switch got.Kind() {
	case reflect.Pointer:
		if !got.IsNil() {
			h.fields(name, got.Elem(), want.Elem(), tol)
		}
	case reflect.Struct:
		for i := range got.NumField() {
			// The squares that a product leaves for a Squares call behind stay on the device,
			// and so does the clipping's factor, which the CPU puts among its own.
			if f := got.Type().Field(i); f.IsExported() && !slices.Contains([]string{"Squares", "Known", "With"}, f.Name) {
				h.fields(name+"."+f.Name, got.Field(i), want.Field(i), tol)
			}
		}
	case reflect.Slice:
		for i := range got.Len() {
			h.fields(fmt.Sprintf("%s[%d]", name, i), got.Index(i), want.Index(i), tol)
		}
	case reflect.Float32, reflect.Float64:
		near(h.t, name, []float64{got.Float()}, []float64{want.Float()}, tol)
	default:
		if !reflect.DeepEqual(got.Interface(), want.Interface()) {
			h.t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

// near is golden.Near, but a NaN that the CPU left is to be the device's too.
func near[F golden.Float](t *testing.T, name string, got, want []F, tol golden.Tolerance) {
	t.Helper()
	g, w := slices.Clone(got), slices.Clone(want)
	for i := range w {
		if i < len(g) && w[i] != w[i] && g[i] != g[i] {
			g[i], w[i] = 0, 0
		}
	}
	golden.Near(t, name, g, w, tol)
}

// differ returns the first index where the bytes differ, -1 if none.
func differ(a, b []float32) int {
	for i := range a {
		if math.Float32bits(a[i]) != math.Float32bits(b[i]) {
			return i
		}
	}
	return -1
}

// TestMain says aloud which device the tests run on.
func TestMain(m *testing.M) {
	code := m.Run()
	if b := devices.forward; b != nil {
		if devices.used {
			fmt.Fprintf(os.Stderr, "vulkan: tested on %s, %s, %s\n", b.info.Name, strings.TrimSpace(b.info.Driver), b.info.Kind)
		}
		if accesses() { // for scripts/vulkan/accesses.sh
			fmt.Fprintln(os.Stderr, "vulkan: launched", strings.Join(slices.Sorted(maps.Keys(b.counts.Kernels)), " "))
		}
		b.Close()
		devices.reversed.Close()
		for _, m := range devices.messages {
			fmt.Fprintln(os.Stderr, "validation, at the end:", m)
			code = 1
		}
	}
	os.Exit(code)
}
