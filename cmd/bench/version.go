package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/results"
)

// version is the release that the sources belong to; CHANGELOG.md has its history.
const version = "0.1.0"

// build describes this program in `bench version` and in run manifests.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`   // of a build from a repository, else empty
	Modified bool   `json:"modified"` // the sources differ from the commit's
	Go       string `json:"go"`
	Platform string `json:"platform"`
	Kernels  string `json:"kernels"` // the set that this machine and BENCH_KERNELS choose
}

func thisBuild() build {
	b := build{Version: version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH, Kernels: kernels.Name()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
	}
	return b
}

func (b build) String() string {
	return "bench " + b.text().English
}

// text is the build without the program's name.
func (b build) text() results.Text {
	commit := ""
	if b.Commit != "" {
		commit = " " + b.Commit[:min(len(b.Commit), 12)]
		if b.Modified {
			commit += "+"
		}
	}
	return results.Textf("%s%s %s %s, %s kernels", "%s%s %s %s, %s 커널", b.Version, commit, b.Go, b.Platform, b.Kernels)
}

// versionOptions are the flags of `bench version`.
type versionOptions struct{ format string }

func newVersionCmd() *cobra.Command {
	var o versionOptions
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the program's version",
		Long: "Prints the release, the commit that it was built from (with + where files differed from\nit), Go's " +
			"version, the platform, and the set of kernels that this machine gets.",
		Example: "  bench version\n  bench version --format json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(streamsOf(cmd)) },
	}
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o versionOptions) run(s streams) error {
	if o.format == "json" {
		return s.jsonLine(thisBuild())
	}
	_, err := fmt.Fprintln(s.out, thisBuild())
	return err
}
