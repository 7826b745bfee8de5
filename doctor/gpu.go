package doctor

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/perf"
)

// gpu is the device that a setting means, or why there is none: auto needs none.
func gpu(setting string) (Finding, *offered.Info) {
	f := Finding{Name: "GPU", Status: OK}
	if setting == devices.CPU {
		f.Found = "the processor computes"
		return f, nil
	}
	name, _, err := devices.Resolve(setting)
	var i offered.Info
	if err == nil && name != devices.CPU {
		i, err = offered.Pick(name)
	} else if err == nil {
		i, err = offered.Pick(devices.Auto)
	}
	if err != nil {
		if setting != devices.Auto {
			f.Status = Fail
		}
		f.Found = err.Error()
		var missing *offered.Missing
		if errors.As(err, &missing) {
			f.Found, f.Advice = missing.Err.Error(), missing.Advice
			if setting == devices.Auto {
				f.Advice = "the processor computes; for a GPU: " + missing.Advice
			}
		}
		return f, nil
	}
	f.Found = fmt.Sprintf("%s:%d, %s, %s, %s", devices.Vulkan, i.Index, i.Name, i.Driver, gigabytes(uint64(i.Memory)))
	if i.Free > 0 {
		f.Found += fmt.Sprintf(", %s free", gigabytes(uint64(i.Free)))
	}
	f.Found += ", computes in " + i.Can()
	f.Advice = "experimental: --set device=" + setting + " computes on it"
	return f, &i
}

// A full batch, as the recipes have it.
const batch, length = 32, 128

// modelOn is whether a model fits into a device's memory; nothing where its config is
// not there.
func modelOn(name string, on *offered.Info) []Finding {
	m, err := checkpoints.Find(name)
	if err != nil || m.Scratch != nil { // one from nothing gets its vocabulary from the data
		return nil
	}
	c, err := hf.ReadConfig(m.Dir)
	if err != nil {
		return nil
	}
	f := Finding{Name: fmt.Sprintf("model %s on %s:%d", name, devices.Vulkan, on.Index), Status: OK}
	held, err := perf.Held(c.Config, *on, batch, length)
	if err != nil {
		f.Status, f.Found = Warn, err.Error()
		return []Finding{f}
	}
	has := cmp.Or(on.Free, on.Memory)
	f.Found = fmt.Sprintf("about %s to train (batch %d, length %d), %s to answer, of %s", gigabytes(uint64(held.Training.All())),
		batch, length, gigabytes(uint64(held.Answering.All())), gigabytes(uint64(has)))
	if held.Training.All() > has {
		f.Status, f.Advice = Warn, "smaller batches (batch_size, with gradient_accumulation_steps in their place), "+
			"shorter texts, or another device"
	}
	return []Finding{f}
}
