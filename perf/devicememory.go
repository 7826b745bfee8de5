package perf

import (
	"slices"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

// DeviceMemory is what a model holds of a device's memory, in bytes.
type DeviceMemory struct {
	Training  vulkan.Footprint // with AdamW, at batches of that size
	Answering vulkan.Footprint // at batches as evaluation has them
}

// Held returns what a model of that architecture, with a head for two classes, would
// hold of a device, at batches of so many texts of so many tokens. It is what the
// backend allocates, taken from its books: a step is recorded, and nothing computed.
func Held(c models.Config, on offered.Info, batch, length int) (m DeviceMemory, err error) {
	defer device.Caught(&err)
	model, err := models.New(c, models.Head{Kind: models.SequenceHead, Labels: 2}, 1)
	if err != nil {
		return m, err
	}
	if most := model.MaxTokens(); most > 0 {
		length = min(length, most)
	}
	o := &same{model: model, n: batch, length: length}
	paper := vulkan.Paper(on)
	model.Place(paper)
	pass := &ops.Pass{Backend: paper}
	pass.Begin(0)
	model.Forward(pass, &(o.Batch(slices.Repeat([]int{0}, answered/max(1, length)), 0).(*sameBatch)).Batch)
	pass.Release()
	m.Answering = paper.Footprint()

	paper = vulkan.Paper(on)
	t, err := trainers.New(o, trainers.Options{BatchSize: batch, Epochs: 1, LearningRate: 1e-5, MaxGradNorm: 1, AdamBeta1: 0.9,
		AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Backend: paper}, nil, nil)
	if err != nil {
		return m, err
	}
	if _, err = t.Measure(1, 1, nil, nil); err != nil { // the second finds the books in order
		return m, err
	}
	m.Training = paper.Footprint()
	return m, nil
}

// answered is how many tokens a batch of answers has at the most.
const answered = 2048

// same is an objective whose examples are alike: texts of one length.
type same struct {
	model     *models.Model
	n, length int
}

func (s *same) Models() []*models.Model { return []*models.Model{s.model} }
func (s *same) Len() int                { return s.n }

func (s *same) Batch(examples []int, _ uint64) trainers.Batch {
	b := &sameBatch{model: s.model}
	ids := make([]int32, s.length)
	for i := range ids {
		ids[i] = int32(s.model.VocabSize()-1) - int32(i%8) // rather no padding
	}
	for range examples {
		b.Append(ids, nil)
	}
	return b
}

type sameBatch struct {
	models.Batch
	model *models.Model
}

func (b *sameBatch) Size() (sequences, tokens int) { return b.Sequences(), b.Tokens() }

func (b *sameBatch) Losses(p *ops.Pass) []ops.Root {
	var logits mat.Tensor = b.model.Forward(p, &b.Batch)
	labels := make([]int32, ops.Of(logits).Rows())
	return []ops.Root{{Loss: ops.CrossEntropy(p, logits, labels), Weight: 1}}
}
