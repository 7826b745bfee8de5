package perf

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Write prints the report as tables.
func (r *OnDevice) Write(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	d, s := r.Device, r.Step
	measured := d.Product > 0
	if measured {
		fmt.Fprintf(w, "%s (%s), %s, Vulkan %s, %.1f GB, shaders %.12s\n", d.Name, d.Type, d.Driver, d.API,
			float64(d.Memory)/1e9, d.Shaders)
		fmt.Fprintf(w, "peak %.1f GFLOP/s in float32, a product of 1024³ %.1f (%.0f %%); "+
			"memory %.1f GB/s, upload %.1f, download %.1f; a launch %.1f µs, one waited for %.0f µs\n",
			d.Peak, d.Product, 100*d.Product/d.Peak, d.CopyGB, d.UploadGB, d.DownloadGB, d.LaunchMicros, d.WaitMicros)
		if d.MatrixPeak > 0 {
			fmt.Fprintf(w, "matrices in float16: peak %.1f GFLOP/s, a product of 1024³ %.1f (%.0f %%), %.2f times that in float32\n",
				d.MatrixPeak, d.HalfProduct, 100*d.HalfProduct/d.MatrixPeak, d.HalfProduct/d.Product)
		}
	} else {
		fmt.Fprintf(w, "counted on paper, computed nowhere; shaders %.12s\n", d.Shaders)
	}
	if len(r.Products) > 0 {
		fmt.Fprintln(w, "\nPRODUCT\tM\tK\tN\tIN\tGFLOP/s\tOF PEAK")
		for _, p := range r.Products {
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%s\t%.1f\t%.0f %%\n", p.Form, p.M, p.K, p.N, p.In, p.GFLOPS, 100*p.Share)
		}
	}
	r.writeOperators(w, measured)
	fmt.Fprintln(w, "\nKERNEL\tLAUNCHES\tMB READ\tMB WRITTEN\tGFLOP\tms")
	for _, k := range r.Kernels {
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%.2f\t%.3f\t%.2f\n", k.Name, k.Launches, k.Read/1e6, k.Written/1e6, k.FLOPs/1e9, k.MS)
	}
	fmt.Fprintf(w, "\nstep of %s in %s, %d layers: %.0f launches, %.0f moves, %.0f barriers, %.0f submissions\n", s.Model,
		s.Precision, d.Layers, s.Launches, s.Moves, s.Barriers, s.Submissions)
	fmt.Fprintf(w, "bytes: %.1f MB read, %.1f MB written, %.2f of the least; %.3f MB from the host, %.3f MB to it\n", s.Read/1e6,
		s.Written/1e6, d.BytesRatio, s.Uploaded/1e6, s.Downloaded/1e6)
	fmt.Fprintf(w, "arithmetic: %.3f GFLOP launched, %.3f needed\n", s.FLOPs/1e9, s.Needed/1e9)
	if measured {
		fmt.Fprintf(w, "time: %.2f ms for %d sequences, %.0f tokens, %.1f GFLOP/s (%.0f %% of %speak); "+
			"%.0f MB held for activations\n", s.MS, s.Sequences, s.Tokens, s.Needed/s.MS/1e6, 100*s.Needed/s.MS/1e6/d.Peak,
			d.float32s(), d.HeldMB)
	} else {
		fmt.Fprintf(w, "%d sequences, %.0f tokens; %.0f MB held for activations\n", s.Sequences, s.Tokens, d.HeldMB)
	}
	return w.Flush()
}

// float32s says whose peak it is that a step and its operators are compared with, where there are
// two.
func (d *DeviceFacts) float32s() string {
	if d.MatrixPeak > 0 {
		return "float32's "
	}
	return ""
}

// writeOperators prints the operators, with times where there are some.
func (r *OnDevice) writeOperators(w io.Writer, measured bool) {
	head := "\nOPERATOR\tLAUNCHES\tMB\tOF THE LEAST\tGFLOP"
	if measured {
		head += "\tms\tGFLOP/s\tOF " + strings.ToUpper(r.Device.float32s()) + "PEAK"
	}
	fmt.Fprintln(w, head)
	for _, o := range r.Operators {
		ratio := ""
		if o.Least > 0 {
			ratio = fmt.Sprintf("%.2f", (o.Read+o.Written)/o.Least)
		}
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%s\t%.3f", operator{o.Name, o.Backward}, o.Launches, (o.Read+o.Written)/1e6, ratio,
			o.FLOPs/1e9)
		if measured {
			fmt.Fprintf(w, "\t%.2f\t%.1f\t%.0f %%", o.MS, o.GFLOPS, 100*o.Share)
		}
		fmt.Fprintln(w)
	}
}
