package main

import (
	"context"
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

// pullOptions are the flags of `bench models pull`.
type pullOptions struct{ model, revision, format string }

func newModelsPullCmd() *cobra.Command {
	var o pullOptions
	cmd := &cobra.Command{
		Use:   "pull NAME|SUITE",
		Short: "Fetch a model, or all models of a suite, from the Hugging Face hub into the local cache",
		Long: `Fetches a model into the cache that Hugging Face's own client uses, and prints its
directory. NAME is a name on the hub or one that 'bench models list' shows. What is
there already is not fetched again, what was interrupted is taken up. Code and shared
libraries are never fetched. Of a SUITE, by name or as a YAML file, all models that are
not there are fetched, one after the other, and summed up; one that can't be had keeps
none of the others, and the same command goes on with what is missing. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and
HF_HUB_OFFLINE are honoured.`,
		Example: "  bench models pull kykim/bert-kor-base\n  bench models pull bert-kor-base --revision main\n  bench " +
			"models pull lmkor",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.model = a[0]
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	cmd.Flags().StringVar(&o.revision, "revision", "", "a branch, tag or commit `R` (default main)")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// hubName is the name on the hub to fetch, the revision included.
func (o *pullOptions) hubName() (string, error) {
	name := o.model
	if !strings.Contains(name, "/") {
		spec, err := configs.FindModel(name)
		switch {
		case err != nil:
			return "", err
		case spec.Archive != "":
			return "", fmt.Errorf("%s is not on the hub: get it from %s, and name its directory with 'bench models add DIR --name %s'",
				spec.Name, spec.Archive, spec.Name)
		case spec.Hub == "":
			return "", usagef("%s is not on the hub", name)
		}
		name = spec.Hub
	}
	if o.revision != "" {
		name += "@" + o.revision
	}
	return name, nil
}

// run fetches the model, or a suite's, and prints where they are.
func (o *pullOptions) run(ctx context.Context, s streams) error {
	suite, err := o.suiteOf()
	if err != nil {
		return err
	}
	if suite != nil {
		return o.pullSuite(ctx, s, suite)
	}
	name, err := o.hubName()
	if err != nil {
		return err
	}
	bars := newPullProgress(s.err)
	dir, err := (&hf.Puller{Progress: bars.update}).Pull(ctx, name)
	bars.done()
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(struct {
			Name string `json:"name"`
			Dir  string `json:"dir"`
		}{o.model, dir})
	}
	_, err = fmt.Fprintln(s.out, dir)
	return err
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

func (p *pullProgress) update(file string, have, total int64) {
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

func (p *pullProgress) done() {
	if p.container == nil {
		return
	}
	for _, b := range p.bars {
		b.Abort(false)
	}
	p.container.Wait()
}
