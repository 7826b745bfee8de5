package perf

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Disturbed is what else the machine did while it was measured.
type Disturbed struct {
	Waited     float64 `json:"waited"`      // share of the threads' time in which other programs had their cores; Linux only
	Stolen     float64 `json:"stolen"`      // share of the processors' time that the host gave to other machines; Linux only
	LowestPeak float64 `json:"lowest_peak"` // of all threads, by the highest: each step and each product has one before it
}

// watch sees what disturbs a measurement.
type watch struct {
	started        time.Time
	waited, stolen time.Duration
	peaks          []float64 // of all threads
}

func newWatch() *watch { return &watch{started: time.Now(), waited: waited(), stolen: stolen()} }

// disturbed returns what was seen, by threads on so many cores.
func (w *watch) disturbed(cores int) Disturbed {
	took := time.Since(w.started).Seconds()
	d := Disturbed{
		Waited: (waited() - w.waited).Seconds() / (took * float64(cores)),
		Stolen: (stolen() - w.stolen).Seconds() / took,
	}
	if len(w.peaks) > 0 {
		d.LowestPeak = slices.Min(w.peaks) / slices.Max(w.peaks)
	}
	return d
}

// stolen returns how long a processor stood still, on average over the machine's, for
// their host ran something else on them: as Linux is told by it, elsewhere 0.
func stolen() time.Duration {
	b, _ := os.ReadFile("/proc/stat")
	return stolenOf(string(b))
}

// stolenOf reads /proc/stat: the eighth number of its first line, in hundredths of a
// second, of all the processors that have a line of their own. A program may be allowed
// fewer of them.
func stolenOf(stat string) time.Duration {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0
	}
	n, err := strconv.ParseInt(fields[8], 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return time.Duration(n) * 10 * time.Millisecond / time.Duration(max(1, strings.Count(stat, "\ncpu")))
}

// busy is from which share of the time on, waited or stolen, figures are not to be
// believed, and lowered the same of the lowest peak: cores whose clock falls as they
// grow warm keep more, two threads on one core half.
const (
	busy    = 0.05
	lowered = 0.8
)

// tell writes a line for each reason not to believe the figures.
func (d *Disturbed) tell(w io.Writer) {
	if d.Waited > busy {
		fmt.Fprintf(w, "busy: threads waited for a core %.0f %% of the time, for other programs run on this machine: "+
			"don't believe these figures\n", 100*d.Waited)
	}
	if d.Stolen > busy {
		fmt.Fprintf(w, "busy: the host gave %.0f %% of the processors' time to other machines: don't believe these figures\n",
			100*d.Stolen)
	}
	if d.LowestPeak > 0 && d.LowestPeak < lowered {
		fmt.Fprintf(w, "busy: the peak of all threads fell to %.0f %% of its best in between, as where others have the cores or "+
			"two threads are on one: don't believe these figures\n", 100*d.LowestPeak)
	}
}
