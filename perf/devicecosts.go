package perf

import (
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan"
)

// costs times what every step needs: launches, waits, copies, a product, in float32 and in the
// steps' precision.
func (f *DeviceFacts) costs(on *vulkan.Backend, in device.Precision) {
	const launches, waits, side, floats = 300, 20, 1024, 8 << 20
	x := on.New(floats)
	defer on.Free(x)
	small := x.Slice(0, 64)
	wait := func() { on.Read(nil, device.Buffer{}) }
	seconds := func(f func()) float64 { // the better of two: the first compiles
		best := 0.0
		for i := range 2 {
			start := time.Now()
			f()
			if took := time.Since(start).Seconds(); i == 0 || took < best {
				best = took
			}
		}
		return best
	}
	add := &device.Add{Y: small, X: x.Slice(64, 128)}
	f.LaunchMicros = 1e6 / launches * seconds(func() {
		for range launches {
			on.Run(add)
		}
		wait()
	})
	f.WaitMicros = 1e6 / waits * seconds(func() {
		for range waits {
			on.Run(add)
			wait()
		}
	})
	host := drawn(floats, 1)
	f.UploadGB = 4 * floats / 1e9 / seconds(func() { on.Write(x, host); wait() })
	f.DownloadGB = 4 * floats / 1e9 / seconds(func() { on.Read(host, x) })
	f.CopyGB = f.copies(on, host)
	f.Peak = on.Peak() / 1e9
	matrix := func(i int) device.Matrix {
		return device.Matrix{Buffer: x.Slice(i*side*side, (i+1)*side*side), LD: side}
	}
	product := &device.Products{List: []device.Product{{M: side, N: side, K: side, A: matrix(0), B: matrix(1), C: matrix(2)}}}
	f.Product = 2 * side * side * side / 1e9 / alone(on, product)
	if in == device.Float16 {
		product.Precision = in
		f.MatrixPeak, f.HalfProduct = on.MatrixPeak()/1e9, 2*side*side*side/1e9/alone(on, product)
	}
}

// copies returns the rate of a kernel that copies 256 MiB, which no cache holds, or of less where
// two such buffers were more than an eighth of the device's memory.
func (f *DeviceFacts) copies(on *vulkan.Backend, numbers []float32) float64 {
	n := 64 << 20
	for n > len(numbers) && 8*8*int64(n) > f.Memory {
		n /= 2
	}
	x, y := on.New(n), on.New(n)
	defer on.Free(x)
	defer on.Free(y)
	on.Write(x.Slice(0, len(numbers)), numbers)
	for at := len(numbers); at < n; at *= 2 {
		on.Run(&device.Copy{Y: x.Slice(at, 2*at), X: x.Slice(0, at)})
	}
	return on.Streamed(y, x) / 1e9
}

// alone returns how many seconds a call takes that nothing runs beside, the best of
// several: by the device's clock or, where it has none, of as many calls before one wait
// as take 20 ms.
func alone(on *vulkan.Backend, call device.Call) float64 {
	defer on.Timed(false)
	clock := on.Timed(true)
	each := func(calls int) float64 {
		on.ResetCounts()
		start := time.Now()
		for range calls {
			on.Run(call)
		}
		on.Read(nil, device.Buffer{})
		took := time.Since(start).Seconds()
		if clock {
			took = 0
			for _, k := range on.Counts().Kernels {
				took += k.Seconds
			}
		}
		return took / float64(calls)
	}
	each(1) // compiles
	calls := 1
	best := each(calls)
	for !clock && calls < 1024 && best*float64(calls) < 0.02 {
		calls *= 2
		best = each(calls)
	}
	for range 3 {
		best = min(best, each(calls))
	}
	return best
}

// DeviceProduct is a matrix product at one of the model's own shapes.
type DeviceProduct struct {
	Form   string  `json:"form"` // nt: forward, nn: input gradient, tn: weight gradient
	In     string  `json:"precision"`
	M      int     `json:"m"`
	K      int     `json:"k"`
	N      int     `json:"n"`
	GFLOPS float64 `json:"gflops"`
	Share  float64 `json:"share"` // of the precision's peak
}

// deviceProducts measures the forms of the product at the model's own widths over so many
// tokens, as Report.products does the processor's, in float32 and in the subject's precision.
func deviceProducts(s Subject, on *vulkan.Backend, tokens int, of *DeviceFacts) []DeviceProduct {
	var all []DeviceProduct
	peaks := map[device.Precision]float64{device.Float32: of.Peak}
	if s.in() == device.Float16 {
		peaks[device.Float16] = of.MatrixPeak
	}
	for _, w := range widthsOf(s.Model) {
		for _, form := range []string{"nt", "nn", "tn"} {
			p := DeviceProduct{Form: form, M: tokens, K: w.in, N: w.out}
			switch form {
			case "nn":
				p.K, p.N = w.out, w.in
			case "tn":
				p.M, p.K, p.N = w.out, tokens, w.in
			}
			for _, in := range []device.Precision{device.Float32, device.Float16} {
				if peak := peaks[in]; peak > 0 {
					p.In, p.GFLOPS = in.String(), p.rate(on, in)
					p.Share = p.GFLOPS / peak
					all = append(all, p)
				}
			}
		}
	}
	return all
}

// rate returns the product's rate, of drawn numbers.
func (p *DeviceProduct) rate(on *vulkan.Backend, in device.Precision) float64 {
	a, b, c := on.New(p.M*p.K), on.New(p.K*p.N), on.New(p.M*p.N)
	defer on.Free(a)
	defer on.Free(b)
	defer on.Free(c)
	on.Write(a, drawn(p.M*p.K, 1))
	on.Write(b, drawn(p.K*p.N, 2))
	ta, tb := p.Form[0] == 't', p.Form[1] == 't'
	lda, ldb := p.K, p.N
	if ta {
		lda = p.M
	}
	if tb {
		ldb = p.K
	}
	took := alone(on, &device.Products{Precision: in, List: []device.Product{{TA: ta, TB: tb, M: p.M, N: p.N, K: p.K,
		A: device.Matrix{Buffer: a, LD: lda}, B: device.Matrix{Buffer: b, LD: ldb}, C: device.Matrix{Buffer: c, LD: p.N}}}})
	return 2 * float64(p.M) * float64(p.K) * float64(p.N) / took / 1e9
}
