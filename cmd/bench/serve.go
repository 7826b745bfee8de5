package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/serving"
)

// serveOptions are the flags of `bench serve`.
type serveOptions struct {
	models        []string
	addr, token   string
	cert, key     string
	runs, origins []string
	device        string
	quiet, texts  bool
	limits        serving.Limits
}

func newServeCmd() *cobra.Command {
	o := serveOptions{limits: serving.DefaultLimits()}
	cmd := &cobra.Command{
		Use:   "serve --model NAME=DIR…",
		Short: "Answer over HTTP with trained models, and show them on a page",
		Long: `Answers requests with one or more models, each under a name: fine-tuned checkpoints
predict, masked language models fill masks, causal ones continue texts, and
encoder-decoders summarize; all that have vectors embed.

  POST /v1/predict, /v1/fill-mask, /v1/generate, /v1/summarize, /v1/embed   JSON
  POST /bert, /albert, /funnel, /electra, /gpt-3, /summarize                forms: text, samples, length
  GET  /v1/models, /openapi.json, /healthz, /readyz, /metrics, and a page at /

Requests that wait for a model are computed together; no answer depends on which
these are. Texts that are written, continuations and summaries, by beam search or not,
join and leave between two tokens. Several checkpoints of one task, NAME=DIR,DIR, vote
on predictions. When too many wait, the answer is 429. It listens on this machine alone
unless --addr says otherwise. TERM finishes what was taken on. The log has no texts,
unless --log-texts asks for them.

With --device all models lie on that device and compute there by turns. When it fails,
what needs it is answered with 503, and the server ends.`,
		Example: `  bench serve --model reviews=runs/my-bert/nsmc/seed-42/checkpoint
  bench serve --model bert=demo/bert --model gpt=demo/gpt2 --runs runs --addr 127.0.0.1:8080
  curl -F 'text=나는 오늘 [MASK]을 했다' -F samples=3 http://127.0.0.1:8080/bert
  curl --json '{"texts":["재미있는 영화였다"]}' http://127.0.0.1:8080/v1/predict`,
		Args:        args(cobra.NoArgs),
		Annotations: map[string]string{savesOnStop: "true"},
		RunE:        func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&o.models, "model", "m", nil, "a checkpoint under a name, `NAME=DIR`, or under its own; "+
		"several, NAME=DIR,DIR, vote; may be repeated")
	fl.StringVar(&o.addr, "addr", "127.0.0.1:8080", "where to listen")
	fl.StringArrayVar(&o.runs, "runs", nil, "show the leaderboard of the runs in `DIR` on the page; may be repeated")
	fl.StringVar(&o.token, "token-file", "", "requests must bear the token in `FILE`, read again when it changes")
	fl.StringVar(&o.cert, "tls-cert", "", "a certificate's `FILE`, read again when it changes")
	fl.StringVar(&o.key, "tls-key", "", "its key's `FILE`")
	fl.StringArrayVar(&o.origins, "cors-origin", nil, "let pages of this `ORIGIN` ask; may be repeated")
	deviceFlag(cmd, &o.device)
	fl.BoolVar(&o.quiet, "quiet", false, "log faults only")
	fl.BoolVar(&o.texts, "log-texts", false, "log what requests ask, texts and all")
	l := &o.limits
	fl.IntVar(&l.BatchTokens, "batch-tokens", l.BatchTokens, "compute requests together up to `N` tokens")
	fl.DurationVar(&l.Wait, "batch-wait", l.Wait, "how long a request waits for others")
	fl.IntVar(&l.Queue, "queue", l.Queue, "how many requests may wait for a model")
	fl.Int64Var(&l.Body, "max-body", l.Body, "the most bytes of a request")
	fl.DurationVar(&l.Timeout, "timeout", l.Timeout, "the most time for a request")
	fl.DurationVar(&l.Drain, "drain", l.Drain, "how long requests may go on after TERM")
	fl.IntVar(&l.Together, "together", l.Together, "how many texts a model writes at the same time, each beam counted as one")
	return cmd
}

func (o *serveOptions) check() error {
	l := o.limits
	switch {
	case len(o.models) == 0 || slices.ContainsFunc(o.models, func(n string) bool {
		return n == "" ||
			n[0] == '=' || n[len(n)-1] == '='
	}):
		return usagef("--model: want NAME=DIR")
	case o.quiet && o.texts:
		return usagef("--log-texts does not go with --quiet")
	case (o.cert == "") != (o.key == ""):
		return usagef("--tls-cert goes with --tls-key")
	case l.BatchTokens < 1 || l.Queue < 1 || l.Body < 1 || l.Together < 1 || l.Timeout <= 0 || l.Drain < 0 || l.Wait < 0:
		return usagef("--batch-tokens, --queue, --max-body, --together and --timeout: want more than 0")
	}
	return nil
}

func (o *serveOptions) run(ctx context.Context, s streams) error {
	if err := o.check(); err != nil {
		return err
	}
	level := slog.LevelInfo
	if o.quiet {
		level = slog.LevelWarn
	}
	log := slog.New(slog.NewJSONHandler(s.err, &slog.HandlerOptions{Level: level}))
	so := serving.Options{Limits: o.limits, Origins: o.origins, Log: log, Texts: o.texts, Version: thisBuild().Version}
	var err error
	if so.Token, err = serving.Token(ctx, o.token, log); err != nil {
		return err
	}
	if so.Models, err = serving.OpenAll(o.models); err != nil {
		return err
	}
	on, err := onDevice(ctx, s, o.device, 0)
	if err != nil {
		return err
	}
	defer on.Close()
	if on.GPU != nil {
		so.Device = serving.NewDevice(on.Backend)
		so.Device.Computes = on.Computes
	}
	runs.LimitGarbage()
	if len(o.runs) > 0 {
		so.Board = (&servedRuns{roots: o.runs}).board
	}
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	scheme := "http"
	if o.cert != "" {
		config, err := serving.TLS(ctx, o.cert, o.key, log)
		if err != nil {
			return err
		}
		config.NextProtos = []string{"http/1.1"}
		listener, scheme = tls.NewListener(listener, config), "https"
	}
	server, err := serving.New(so)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%s://%s\n", scheme, listener.Addr())
	return server.Run(ctx, listener)
}

// servedRuns makes the leaderboard of folders of runs, again when there are others.
type servedRuns struct {
	roots []string
	made  bool // before, without what takes time
	seen  string
	last  []byte
}

// board makes the leaderboard as JSON: the first at once, so that the server need not wait,
// later ones with ties by the paired test.
func (r *servedRuns) board() ([]byte, error) {
	o, quiet := boardOptions{selection: string(board.Selections[0]), paired: r.made}, streams{err: io.Discard}
	found, err := o.find(quiet, r.roots)
	if err != nil {
		return nil, err
	}
	seen := fmt.Sprint(r.made)
	for _, run := range found {
		seen += "\n" + run.Path + "\t" + run.Manifest.Identity
	}
	if seen == r.seen {
		return r.last, nil
	}
	l, err := o.of(quiet, found)
	if err != nil {
		return nil, err
	}
	raw, err := l.Page()
	if err == nil {
		r.seen, r.last, r.made = seen, raw, true
	}
	return raw, err
}
