package perf

import (
	"cmp"
	"slices"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

// OnDevice is what was found of training steps on a device: what it was given to do,
// which depends on no clock, and what it took.
type OnDevice struct {
	Device  DeviceFacts    `json:"device"`
	Step    DeviceStep     `json:"step"`
	Kernels []DeviceKernel `json:"kernels"` // the longest first, or those that move most where nothing is timed

	Operators []DeviceOperator `json:"operators"` // likewise
	Products  []DeviceProduct  `json:"products"`  // none where nothing is timed
}

// DeviceFacts are the device, and what it takes for what every step needs.
type DeviceFacts struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Driver  string `json:"driver"`
	API     string `json:"api"`
	Memory  int64  `json:"memory_bytes"`
	Shaders string `json:"shaders"` // SHA-256

	LaunchMicros float64 `json:"launch_us"`      // of one of many small launches that wait for each other
	WaitMicros   float64 `json:"wait_us"`        // of one launch that is submitted and waited for
	UploadGB     float64 `json:"upload_gb"`      // a second, of 32 MiB
	DownloadGB   float64 `json:"download_gb"`    // likewise
	CopyGB       float64 `json:"memory_gb"`      // read and written by a kernel that copies 256 MiB, or what has room
	Peak         float64 `json:"peak_gflops"`    // of nothing but multiply-adds in float32
	Product      float64 `json:"product_gflops"` // of a product of 1024 × 1024 × 1024

	MatrixPeak  float64 `json:"matrix_peak_gflops,omitempty"`     // of matrices in float16, where that is what steps are in
	HalfProduct float64 `json:"product_float16_gflops,omitempty"` // of a product of 1024 × 1024 × 1024 in float16

	HeldMB     float64 `json:"activations_mb"`     // held for activations after the steps
	Timestamps bool    `json:"timestamps"`         // the kernels' times are the device's own
	Layers     int     `json:"layers"`             // of the model
	BytesRatio float64 `json:"bytes_of_the_least"` // read and written, of what the operators' operands and results are
}

// DeviceStep is one training step, on average.
type DeviceStep struct {
	Model       string  `json:"model"`
	Precision   string  `json:"precision"`
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
		r.Device.costs(on, s.in())
	}
	progress("counting training steps")
	trace := tracing(on)
	times, err := s.Trainer.Measure(warmSteps, steps, trace, func() {
		on.Attribute("")
		if trace.FLOPs() == 0 {
			on.ResetCounts() // behind the steps that warm up
		}
	})
	if err != nil {
		return nil, err
	}
	counts, costs, n := on.Counts(), trace.Costs(), float64(steps)
	r.step(s.Name, counts, times, trace)
	r.Step.Precision = s.in().String()
	if on.OnPaper() { // which takes no time
		r.Step.MS = 0
	}
	held, _ := s.Trainer.Memory()
	r.Device.HeldMB = float64(held) / 1e6
	r.Device.BytesRatio = (r.Step.Read + r.Step.Written) / r.Step.Least
	if i.Clock {
		progress("timing the kernels of a step")
		if counts, costs, err = timed(s, on); err != nil {
			return nil, err
		}
		n = 1
	}
	r.kernels(counts, n)
	r.operators(counts, costs, n)
	if on.OnPaper() {
		return r, nil
	}
	progress("measuring matrix products")
	r.Products = deviceProducts(s, on, int(r.Step.Tokens), &r.Device)
	return r, nil
}

// in is the precision that the subject's products by weights are in.
func (s *Subject) in() device.Precision { return device.PrecisionOf(s.Precision) }

// step sums up the steps that were counted.
func (r *OnDevice) step(model string, counts vulkan.Counts, times []trainers.StepTime, trace *ops.Trace) {
	n := float64(len(times))
	var ms []float64
	tokens, sequences := 0, 0
	for _, t := range times {
		ms, tokens, sequences = append(ms, t.Elapsed.Seconds()*1e3), tokens+t.Tokens, sequences+t.Sequences
	}
	least := 0.0
	for _, c := range trace.Costs() {
		least += c.Bytes
	}
	r.Step = DeviceStep{Model: model, Sequences: sequences / len(times), Tokens: float64(tokens) / n, MS: median(ms),
		Launches: float64(counts.Launches) / n, Moves: float64(counts.Moves) / n, Barriers: float64(counts.Barriers) / n,
		Submissions: float64(counts.Submissions) / n, Read: float64(counts.Read) / n, Written: float64(counts.Written) / n,
		Uploaded: float64(counts.Uploaded) / n, Downloaded: float64(counts.Downloaded) / n, FLOPs: counts.FLOPs / n,
		Least: least / n, Needed: trace.FLOPs() / n}
}

// tracing is a trace that tells the device whose its launches are.
func tracing(on *vulkan.Backend) *ops.Trace {
	return &ops.Trace{Begins: func(name string, backward bool) { on.Attribute(operator{name, backward}.String()) }}
}

// timed is one step's counts with the times of its kernels, and what its operators need.
func timed(s Subject, on *vulkan.Backend) (vulkan.Counts, []ops.OpCost, error) {
	defer on.Timed(false)
	trace := tracing(on)
	_, err := s.Trainer.Measure(1, 1, trace, func() {
		on.Attribute("")
		on.Timed(true)
		on.ResetCounts()
	})
	on.Read(nil, device.Buffer{})
	return on.Counts(), trace.Costs(), err
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
