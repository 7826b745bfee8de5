package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"
	"github.com/spf13/cobra"

	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/results/tables"
)

// devicesOptions are the flags of `bench devices`.
type devicesOptions struct{ format string }

// computer is a device that trains and scores.
type computer struct {
	Device  string `json:"device"` // what --set device= takes
	Name    string `json:"name"`
	Type    string `json:"type"`
	Kernels string `json:"kernels,omitempty"` // of the processor
	Threads int    `json:"threads,omitempty"`
	Driver  string `json:"driver,omitempty"` // of a device of Vulkan
	API     string `json:"api,omitempty"`
	Memory  int64  `json:"memory,omitempty"` // bytes on the device
	Free    int64  `json:"free,omitempty"`   // of them, that the program may still have, where the driver says
	Shared  int    `json:"shared_bytes,omitempty"`
	Wave    int    `json:"subgroup,omitempty"`
	Float16 bool   `json:"float16"`
	Matrix  bool   `json:"cooperative_matrix"`
	Clock   bool   `json:"timestamps"`
	Shapes  string `json:"matrices,omitempty"` // of float16, M×N×K
	Can     string `json:"can,omitempty"`
	Lacks   string `json:"lacks,omitempty"` // why it can't compute
}

func newDevicesCmd() *cobra.Command {
	var o devicesOptions
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "The devices that can train and score here",
		Long: `Lists the devices that 'run', 'eval' and 'perf' take with --set device= or --device: the
processor, and every device that Vulkan offers. auto takes a GPU, never a device that
is a processor itself, such as Mesa's llvmpipe; vulkan:N takes what it names. Where no
Vulkan is found it says what was looked for.

Computing on a GPU is experimental. It is in float32, and in float16 where that is faster.`,
		Example: "  bench devices\n  bench devices --format json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(streamsOf(cmd)) },
	}
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *devicesOptions) run(s streams) error {
	all := []computer{{Device: devices.CPU, Name: strings.TrimSpace(cpuid.CPU.BrandName), Type: "processor",
		Kernels: kernels.Name(), Threads: runtime.GOMAXPROCS(0)}}
	found, err := offered.Devices()
	if err != nil {
		fmt.Fprintf(s.err, "%v\n", err) // the processor is there all the same
	}
	for _, i := range found {
		all = append(all, computer{Device: fmt.Sprintf("%s:%d", devices.Vulkan, i.Index), Name: i.Name, Type: i.Kind,
			Driver: i.Driver, API: i.API, Memory: i.Memory, Free: i.Free, Shared: i.Shared, Wave: i.Wave, Float16: i.Float16,
			Matrix: i.Matrix, Clock: i.Clock, Lacks: i.Lacks, Shapes: offered.Shapes(i.Shapes), Can: i.Can()})
	}
	if o.format == "json" {
		return s.json(all)
	}
	t := tables.Table{Head: []string{"device", "name", "type", "driver or kernels", "Vulkan", "memory", "can"}, Left: 7}
	for _, c := range all {
		t.Rows = append(t.Rows, tables.Row(c.Device, c.Name, c.Type, c.Driver+c.Kernels, c.API, c.memory(), c.can()))
	}
	return t.Write(s.out, tables.Terminal, tableOptions(s.out))
}

func (c computer) memory() string {
	if c.Memory == 0 {
		return ""
	}
	if c.Free == 0 {
		return fmt.Sprintf("%.1f GB", float64(c.Memory)/1e9)
	}
	return fmt.Sprintf("%.1f GB, %.1f free", float64(c.Memory)/1e9, float64(c.Free)/1e9)
}

// can is what the device can do, in words.
func (c computer) can() string {
	switch {
	case c.Lacks != "":
		return "nothing here: " + c.Lacks
	case c.Device == devices.CPU:
		return fmt.Sprintf("float32 and bfloat16, %d threads", c.Threads)
	}
	return c.Can
}
