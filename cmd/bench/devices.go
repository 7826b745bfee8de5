package main

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/klauspost/cpuid/v2"
	"github.com/spf13/cobra"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/results/tables"
)

// devicesOptions are the flags of `bench devices`.
type devicesOptions struct{ format string }

// computer is a device that trains and scores.
type computer struct {
	Device  string `json:"device"`
	Name    string `json:"name"`
	Kernels string `json:"kernels"`
	Threads int    `json:"threads"`
}

func newDevicesCmd() *cobra.Command {
	var o devicesOptions
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "The devices that can train and score here",
		Long: `Lists the devices that this program can use on this machine. It is the processor
alone: the program has no kernels for graphics processors.`,
		Example: "  bench devices\n  bench devices --format json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(streamsOf(cmd)) },
	}
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *devicesOptions) run(s streams) error {
	all := []computer{{Device: "cpu", Name: strings.TrimSpace(cpuid.CPU.BrandName), Kernels: kernels.Name(),
		Threads: runtime.GOMAXPROCS(0)}}
	if o.format == "json" {
		return s.json(all)
	}
	t := tables.Table{Head: []string{"device", "name", "kernels", "threads"}, Left: 3}
	for _, c := range all {
		t.Rows = append(t.Rows, tables.Row(c.Device, c.Name, c.Kernels, fmt.Sprint(c.Threads)))
	}
	return t.Write(s.out, tables.Terminal, tables.Options{})
}
