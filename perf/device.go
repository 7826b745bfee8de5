package perf

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/ops"
)

// OnDevice is what was found of training steps on a device: what it was given to do,
// which depends on no clock, and what it took.
type OnDevice struct {
	Device  DeviceFacts    `json:"device"`
	Step    DeviceStep     `json:"step"`
	Kernels []DeviceKernel `json:"kernels"` // the longest first, or those that move most where nothing is timed
}

// DeviceFacts are the device, and what it takes for what every step needs.
type DeviceFacts struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Driver  string `json:"driver"`
	API     string `json:"api"`
	Memory  int64  `json:"memory_bytes"`
	Shaders string `json:"shaders"` // SHA-256

	LaunchMicros float64 `json:"launch_us"`          // of one of many small launches that wait for each other
	WaitMicros   float64 `json:"wait_us"`            // of one launch that is submitted and waited for
	UploadGB     float64 `json:"upload_gb"`          // a second, of 32 MiB
	DownloadGB   float64 `json:"download_gb"`        // likewise
	Product      float64 `json:"product_gflops"`     // of a product of 1024 × 1024 × 1024
	HeldMB       float64 `json:"activations_mb"`     // held for activations after the steps
	Timestamps   bool    `json:"timestamps"`         // the kernels' times are the device's own
	Layers       int     `json:"layers"`             // of the model
	BytesRatio   float64 `json:"bytes_of_the_least"` // read and written, of what the operators' operands and results are
}

// DeviceStep is one training step, on average.
type DeviceStep struct {
	Model       string  `json:"model"`
	Sequences   int     `json:"sequences"`
	Tokens      float64 `json:"tokens"`
	MS          float64 `json:"ms"` // median
	Launches    float64 `json:"launches"`
	Moves       float64 `json:"moves"` // copies and fills
	Barriers    float64 `json:"barriers"`
	Submissions float64 `json:"submissions"`
	Read        float64 `json:"read_bytes"`
	Written     float64 `json:"written_bytes"`
	Least       float64 `json:"least_bytes"` // operands and results of all operators and of the update, once each
	Uploaded    float64 `json:"uploaded_bytes"`
	Downloaded  float64 `json:"downloaded_bytes"`
	FLOPs       float64 `json:"flops"`        // of products and attention, as the launches count them
	Needed      float64 `json:"needed_flops"` // as the operators do
}

// DeviceKernel is one kernel's part of a step.
type DeviceKernel struct {
	Name     string  `json:"name"`
	Launches float64 `json:"launches"`
	Read     float64 `json:"read_bytes"`
	Written  float64 `json:"written_bytes"`
	FLOPs    float64 `json:"flops"`
	MS       float64 `json:"ms"` // by the device's clock, each alone; 0 where there is none
}

// MeasureDevice counts and times so many training steps of a subject whose trainer
// computes on the device.
func MeasureDevice(s Subject, on *vulkan.Backend, steps int, progress func(string)) (r *OnDevice, err error) {
	defer device.Caught(&err)
	i := on.Info()
	r = &OnDevice{Device: DeviceFacts{Name: i.Name, Type: i.Kind, Driver: i.Driver, API: i.API, Memory: i.Memory,
		Shaders: vulkan.ShaderHash(), Timestamps: i.Clock, Layers: s.Model.Config.Sizes().Layers}}
	if !on.OnPaper() {
		progress("measuring the device")
		r.Device.costs(on)
	}
	progress("counting training steps")
	trace := &ops.Trace{}
	times, err := s.Trainer.Measure(warmSteps, steps, trace, func() {
		if trace.FLOPs() == 0 {
			on.ResetCounts() // behind the steps that warm up
		}
	})
	if err != nil {
		return nil, err
	}
	counts, n := on.Counts(), float64(steps)
	var ms []float64
	tokens, sequences := 0, 0
	for _, t := range times {
		ms, tokens, sequences = append(ms, t.Elapsed.Seconds()*1e3), tokens+t.Tokens, sequences+t.Sequences
	}
	least := 0.0
	for _, c := range trace.Costs() {
		least += c.Bytes
	}
	r.Step = DeviceStep{Model: s.Name, Sequences: sequences / steps, Tokens: float64(tokens) / n, MS: median(ms),
		Launches: float64(counts.Launches) / n, Moves: float64(counts.Moves) / n, Barriers: float64(counts.Barriers) / n,
		Submissions: float64(counts.Submissions) / n, Read: float64(counts.Read) / n, Written: float64(counts.Written) / n,
		Uploaded: float64(counts.Uploaded) / n, Downloaded: float64(counts.Downloaded) / n, FLOPs: counts.FLOPs / n,
		Least: least / n, Needed: trace.FLOPs() / n}
	if on.OnPaper() { // which takes no time
		r.Step.MS = 0
	}
	held, _ := s.Trainer.Memory()
	r.Device.HeldMB = float64(held) / 1e6
	r.Device.BytesRatio = (r.Step.Read + r.Step.Written) / r.Step.Least
	if i.Clock {
		progress("timing the kernels of a step")
		if counts, err = timed(s, on); err != nil {
			return nil, err
		}
		n = 1
	}
	r.kernels(counts, n)
	return r, nil
}

// timed is one step's counts with the times of its kernels.
func timed(s Subject, on *vulkan.Backend) (vulkan.Counts, error) {
	defer on.Timed(false)
	_, err := s.Trainer.Measure(1, 1, nil, func() {
		on.Timed(true)
		on.ResetCounts()
	})
	on.Read(nil, device.Buffer{})
	return on.Counts(), err
}

func (r *OnDevice) kernels(counts vulkan.Counts, n float64) {
	for name, k := range counts.Kernels {
		r.Kernels = append(r.Kernels, DeviceKernel{Name: name, Launches: float64(k.Launches) / n, Read: float64(k.Read) / n,
			Written: float64(k.Written) / n, FLOPs: k.FLOPs / n, MS: k.Seconds * 1e3 / n})
	}
	slices.SortFunc(r.Kernels, func(a, b DeviceKernel) int {
		return cmp.Or(cmp.Compare(b.MS, a.MS), cmp.Compare(b.Read+b.Written, a.Read+a.Written), cmp.Compare(a.Name, b.Name))
	})
}

// costs times what every step needs: launches, waits, copies, a product.
func (f *DeviceFacts) costs(on *vulkan.Backend) {
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
	host := make([]float32, floats)
	f.UploadGB = 4 * floats / 1e9 / seconds(func() { on.Write(x, host); wait() })
	f.DownloadGB = 4 * floats / 1e9 / seconds(func() { on.Read(host, x) })
	matrix := func(i int) device.Matrix {
		return device.Matrix{Buffer: x.Slice(i*side*side, (i+1)*side*side), LD: side}
	}
	product := &device.Products{List: []device.Product{{M: side, N: side, K: side, A: matrix(0), B: matrix(1), C: matrix(2)}}}
	f.Product = 2 * side * side * side / 1e9 / seconds(func() { on.Run(product); wait() })
}

// Write prints the report as tables.
func (r *OnDevice) Write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	d, s := r.Device, r.Step
	if d.Product == 0 { // nothing was measured of a device
		fmt.Fprintf(w, "counted on paper, computed nowhere; shaders %.12s\n", d.Shaders)
	} else {
		fmt.Fprintf(w, "%s (%s), %s, Vulkan %s, %.1f GB, shaders %.12s\n", d.Name, d.Type, d.Driver, d.API,
			float64(d.Memory)/1e9, d.Shaders)
		fmt.Fprintf(w, "a launch %.1f µs, one waited for %.0f µs; upload %.1f GB/s, download %.1f GB/s; "+
			"a product of 1024³ %.1f GFLOP/s\n",
			d.LaunchMicros, d.WaitMicros, d.UploadGB, d.DownloadGB, d.Product)
	}
	fmt.Fprintln(w, "\nKERNEL\tLAUNCHES\tMB READ\tMB WRITTEN\tGFLOP\tms")
	for _, k := range r.Kernels {
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.2f\t%.3f\t%.2f\n", k.Name, k.Launches, k.Read/1e6, k.Written/1e6, k.FLOPs/1e9, k.MS)
	}
	fmt.Fprintf(w, "\nstep of %s, %d layers: %.0f launches, %.0f moves, %.0f barriers, %.0f submissions\n", s.Model, d.Layers,
		s.Launches, s.Moves, s.Barriers, s.Submissions)
	fmt.Fprintf(w, "bytes: %.1f MB read, %.1f MB written, %.2f of the least; %.3f MB from the host, %.3f MB to it\n", s.Read/1e6,
		s.Written/1e6, d.BytesRatio, s.Uploaded/1e6, s.Downloaded/1e6)
	fmt.Fprintf(w, "arithmetic: %.3f GFLOP launched, %.3f needed\n", s.FLOPs/1e9, s.Needed/1e9)
	fmt.Fprintf(w, "time: %.2f ms for %d sequences of %.0f tokens; %.0f MB held for activations\n", s.MS, s.Sequences,
		s.Tokens, d.HeldMB)
	return w.Flush()
}
