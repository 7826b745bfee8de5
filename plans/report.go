package plans

import (
	"context"
	"errors"
	"fmt"

	"github.com/lmkor/bench/runs"
)

// Row is what a run would do with a cell, and what that costs, as a plan has it.
type Row struct {
	runs.Plan
	Tokens   int64   `json:"tokens"`
	Seconds  float64 `json:"seconds"`
	MemoryMB float64 `json:"memory_mb"`
	// DeviceMB is of the device that computes, which has DeviceHas, where it is not the processor.
	DeviceMB  float64 `json:"device_memory_mb,omitempty"`
	DeviceHas float64 `json:"device_has_mb,omitempty"`
	DiskMB    float64 `json:"disk_mb"`
}

// Report returns what a run would do with each cell, in their order. Its error
// joins all that is missing or wrong, each fault once; the cells without one come
// all the same. note hears what takes a while.
func Report(ctx context.Context, cells []runs.Cell, known *Calibration, note func(string)) ([]Row, Total, error) {
	var rows []Row
	var total Total
	var missing []error
	seen := map[string]bool{}
	err := runs.Forecast(cells, func(i int, p *runs.Plan, o *runs.Opened, faults []error) error {
		for _, f := range faults {
			if !seen[f.Error()] {
				seen[f.Error()] = true
				missing = append(missing, f)
			}
		}
		if len(faults) > 0 {
			return ctx.Err()
		}
		var c Cell
		if err := c.price(ctx, &cells[i], p, o, known, note); err != nil {
			return err
		}
		for _, what := range c.Missing {
			if of := fmt.Sprintf("%s × %s: %s", p.Model, p.Task, what); !seen[of] { // seeds are as large as each other
				seen[of] = true
				missing = append(missing, fmt.Errorf("%s × %s, seed %d: %s", p.Model, p.Task, p.Seed, what))
			}
		}
		if c.State == Missing {
			return ctx.Err()
		}
		total.add(&c)
		rows = append(rows, Row{*p, c.Tokens, c.Seconds, c.MemoryMB, c.DeviceMB, c.DeviceHas, c.DiskMB})
		return ctx.Err()
	})
	return rows, total, errors.Join(append(missing, err)...)
}
