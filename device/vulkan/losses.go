package vulkan

import (
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels/losses"
)

// softmaxLoss is a cross entropy: the targets of a row are base, if there are any, and
// extra more for its label, 1 without extra; over is what the loss is divided by.
type softmaxLoss struct {
	loss, dx, x device.Buffer
	labels      []int32
	cols        int
	base, extra []float32
	over        float32
}

func (b *Backend) crossEntropy(o *device.CrossEntropy) {
	b.softmaxLoss(&softmaxLoss{loss: o.Loss, dx: o.DX, x: o.X, labels: o.Labels, cols: o.Cols, over: float32(labelled(o.Labels))})
}

func (b *Backend) weightedCrossEntropy(o *device.WeightedCrossEntropy) {
	s := softmaxLoss{loss: o.Loss, dx: o.DX, x: o.X, labels: o.Labels, cols: len(o.Weights)}
	for _, w := range o.Weights {
		s.base = append(s.base, float32(o.Smoothing/float64(s.cols)*w))
		s.extra = append(s.extra, float32((1-o.Smoothing)*w))
	}
	var all float64
	for _, l := range o.Labels {
		if l != losses.Ignore {
			all += o.Weights[l]
		}
	}
	s.over = float32(all)
	b.softmaxLoss(&s)
}

// softmaxLoss launches the rows' terms, and their sum.
func (b *Backend) softmaxLoss(s *softmaxLoss) {
	rows := len(s.labels)
	terms := b.get(max(1, rows))
	defer b.put(terms)
	var baseSum float64
	for _, v := range s.base {
		baseSum += float64(v)
	}
	if rows > 0 {
		b.launch(launch{kernel: "crossentropy", groups: [3]uint32{uint32(min(rows, mostGroups))},
			spec: []uint32{rowWidth(s.cols), flag(s.base != nil), flag(!s.dx.None())},
			push: pack(terms, s.dx, s.x, upload(b, s.base), upload(b, s.extra), b.words(s.labels), rows, s.cols, s.over,
				float32(baseSum)),
			reads: over(s.x), writes: over(terms, s.dx), flops: 20 * float64(rows*s.cols)})
	}
	b.elementLoss(lossTotal, s.loss, device.Buffer{}, terms, device.Buffer{}, rows, s.over)
}

// labelled returns how many of labels are not losses.Ignore.
func labelled(labels []int32) (n int) {
	for _, l := range labels {
		if l != losses.Ignore {
			n++
		}
	}
	return n
}

// What shader loss does.
const (
	lossBinary = iota
	lossSquared
	lossTotal // the sum of x
	lossPairs // the sums of pairs
)

func (b *Backend) binaryCrossEntropy(o *device.BinaryCrossEntropy) {
	b.elementLoss(lossBinary, o.Loss, o.DX, o.X, b.words(o.Labels), len(o.Labels), float32(labelled(o.Labels)))
}

func (b *Backend) mse(o *device.MSE) {
	b.elementLoss(lossSquared, o.Loss, o.DX, o.X, upload(b, o.Gold), len(o.Gold), float32(len(o.Gold)))
}

// elementLoss is one workgroup's work: the sum of n terms over a number, and the
// gradient.
func (b *Backend) elementLoss(what uint32, loss, dx, x, gold device.Buffer, n int, divisor float32) {
	b.launch(launch{kernel: "loss", spec: []uint32{what, flag(!dx.None())}, push: pack(loss, dx, x, gold, n, divisor),
		reads: over(x), writes: over(loss, dx)})
}
