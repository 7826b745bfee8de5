package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models/hf"
)

func newModelsPullCmd() *cobra.Command {
	var revision, format string
	cmd := &cobra.Command{
		Use:   "pull NAME",
		Short: "Fetch a model from the Hugging Face hub into the local cache",
		Long: `Fetches a model into the cache that Hugging Face's own client uses, and prints its
directory. NAME is a name on the hub or one that 'bench models list' shows. What is
there already is not fetched again, what was interrupted is taken up. HF_HOME,
HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE are honoured.`,
		Example: "  bench models pull kykim/bert-kor-base\n  bench models pull bert-kor-base --revision main",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			name := a[0]
			if !strings.Contains(name, "/") {
				spec, err := configs.FindModel(name)
				if err != nil {
					return err
				}
				if spec.Archive != "" {
					return fmt.Errorf("%s is not on the hub: get it from %s, and name its directory with 'bench models add DIR --name %s'", spec.Name, spec.Archive, spec.Name)
				}
				if spec.Hub == "" {
					return usagef("%s is not on the hub", name)
				}
				name = spec.Hub
			}
			if revision != "" {
				name += "@" + revision
			}
			bars := newPullProgress(cmd.ErrOrStderr())
			dir, err := (&hf.Puller{Progress: bars.tell}).Pull(cmd.Context(), name)
			bars.done()
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(cmd, struct {
					Name string `json:"name"`
					Dir  string `json:"dir"`
				}{a[0], dir})
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), dir)
			return err
		},
	}
	cmd.Flags().StringVar(&revision, "revision", "", "a branch, tag or commit `R` (default main)")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// pullProgress shows a bar a file on a terminal, else a line now and then.
type pullProgress struct {
	w         io.Writer
	mu        sync.Mutex
	container *mpb.Progress
	bars      map[string]*mpb.Bar
	spoken    time.Time
}

func newPullProgress(w io.Writer) *pullProgress {
	p := &pullProgress{w: w, bars: map[string]*mpb.Bar{}, spoken: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.container = mpb.New(mpb.WithOutput(w), mpb.WithWidth(32))
	}
	return p
}

func (p *pullProgress) tell(file string, have, total int64) {
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
		b = p.container.AddBar(max(total, 0), mpb.PrependDecorators(decor.Name(file+" ")), mpb.AppendDecorators(decor.CountersKiloByte("% .1f / % .1f")))
		p.bars[file] = b
	}
	b.SetCurrent(have)
}

func (p *pullProgress) done() {
	if p.container == nil {
		return
	}
	for _, b := range p.bars {
		b.Abort(false)
	}
	p.container.Wait()
}
