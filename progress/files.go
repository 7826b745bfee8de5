package progress

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Files shows a bar a file that is fetched.
type Files struct {
	w         io.Writer
	mu        sync.Mutex
	container *mpb.Progress
	bars      map[string]*mpb.Bar
	spoken    time.Time
}

// NewFiles returns what shows files on their way.
func NewFiles(w io.Writer) *Files {
	p := &Files{w: w, bars: map[string]*mpb.Bar{}, spoken: time.Now()}
	if Terminal(w) != nil {
		p.container = mpb.New(mpb.WithOutput(w), mpb.WithWidth(32))
	}
	return p
}

// Update hears how many bytes of a file are there.
func (p *Files) Update(file string, have, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.container == nil {
		if time.Since(p.spoken) >= lineEvery {
			p.spoken = time.Now()
			fmt.Fprintf(p.w, "%s: %.1f of %.1f MB\n", file, float64(have)/1e6, float64(total)/1e6)
		}
		return
	}
	b := p.bars[file]
	if b == nil {
		b = p.container.AddBar(max(total, 0), mpb.PrependDecorators(decor.Name(file+" ")),
			mpb.AppendDecorators(decor.CountersKiloByte("% .1f / % .1f")))
		p.bars[file] = b
	}
	b.SetCurrent(have)
}

// Done leaves the bars as they are.
func (p *Files) Done() {
	if p.container == nil {
		return
	}
	for _, b := range p.bars {
		b.Abort(false)
	}
	p.container.Wait()
}
