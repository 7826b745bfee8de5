package serving

import (
	"context"
	"log/slog"
	"os"
	"time"
)

// rereadEvery is how often files that may be replaced while a server runs are
// looked at.
const rereadEvery = 10 * time.Second

// stamp is when a file was changed and its size: what says that it is to be read again.
type stamp struct {
	changed time.Time
	size    int64
}

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}, err
	}
	return stamp{info.ModTime(), info.Size()}, nil
}

// reread calls refresh every so often until ctx is cancelled. What it read again is
// logged, and its error once for as long as it stays the same.
func reread(ctx context.Context, what string, log *slog.Logger, refresh func() (fresh bool, err error)) {
	told := ""
	for range ticks(ctx, rereadEvery) {
		fresh, err := refresh()
		switch {
		case err == nil:
			told = ""
			if fresh {
				log.Info(what + " read again")
			}
		case err.Error() != told:
			told = err.Error()
			log.Warn(what, "error", told)
		}
	}
}
