package official

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/tasks"
)

// Puller fetches official files into a folder of data.
type Puller struct {
	Dir    string // of data: files go to Dir/TASK/
	Mirror string // URL or folder that has TASK/NAME in place of the official places; none: ""

	Client   *http.Client                         // nil: one that follows redirects, but not from https to http
	Stall    time.Duration                        // how long a server may send nothing; 0: 30 s
	Tries    int                                  // in vain, before it is given up; 0: 5
	Pause    time.Duration                        // before the second try, doubled before each other; 0: 1 s
	Progress func(file string, have, total int64) // nil: nobody hears
}

func (p *Puller) stall() time.Duration { return orElse(p.Stall, 30*time.Second) }
func (p *Puller) pause() time.Duration { return orElse(p.Pause, time.Second) }
func (p *Puller) tries() int           { return orElse(p.Tries, 5) }

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

func (p *Puller) client() *http.Client {
	if p.Client != nil {
		return p.Client
	}
	return &http.Client{CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return permanent{errors.New("10 redirects, and no file")}
		}
		if via[0].URL.Scheme == "https" && req.URL.Scheme != "https" {
			return permanent{fmt.Errorf("redirected to %s, which is not encrypted", req.URL)}
		}
		return nil
	}}
}

// Pulled is what became of one file.
type Pulled struct {
	Task   string `json:"task"`
	File   string `json:"file"`
	Status string `json:"status"` // fetched, or there already
	Bytes  int64  `json:"bytes"`
	Rows   int    `json:"rows"`
	Known  int    `json:"rows_known"` // as the data's authors count them; 0: not known
	SHA256 string `json:"sha256"`
	Sum    string `json:"sha256_known"` // as it was published; "": not known
}

// Doubts says in what a file is not as it was published.
func (p *Pulled) Doubts() (all []string) {
	if p.Known > 0 && p.Known != p.Rows {
		all = append(all, fmt.Sprintf("%d rows, its authors count %d", p.Rows, p.Known))
	}
	if p.Sum != "" && p.Sum != p.SHA256 {
		all = append(all, fmt.Sprintf("its SHA-256 is %.12s, and that of the published file %.12s", p.SHA256, p.Sum))
	}
	return all
}

// The states of a file that was pulled.
const (
	Fetched = "fetched"
	There   = "there already"
)

// Pull fetches a task's files. Those that are there and can be read are not
// fetched again.
func (p *Puller) Pull(ctx context.Context, place *Place) ([]Pulled, error) {
	task, err := tasks.Find(place.Task)
	if err != nil {
		return nil, err
	}
	if place.Ask != "" && p.Mirror == "" {
		return nil, fmt.Errorf("%s: %s, and name your copy with --mirror, or put it into the folder of data", place.Task, place.Ask)
	}
	dir := filepath.Join(p.Dir, place.Task)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	unlock, err := lock(dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", place.Task, err)
	}
	defer unlock()
	archive := filepath.Join(dir, "."+path.Base(place.Archive))
	var all []Pulled
	for _, f := range place.Files {
		done, err := p.one(ctx, task, place, f, dir, archive)
		if err != nil {
			return all, fmt.Errorf("%s: %s: %w", place.Task, f.Name, err)
		}
		all = append(all, done)
	}
	if place.Archive != "" {
		discard(archive)
	}
	return all, nil
}

// lock keeps other pulls from the folder, where the file system has locks.
func lock(dir string) (unlock func(), err error) {
	for {
		l := flock.New(filepath.Join(dir, lockName))
		got, err := l.TryLock()
		if err == nil && !got {
			_ = l.Close() // nothing was taken
			return nil, fmt.Errorf("another pull is at work in %s", dir)
		}
		if err == nil && !inPlace(l) {
			_ = l.Close()
			continue
		}
		return func() { // what is left of a lock that is lost stops nobody
			_ = os.Remove(l.Path()) // while it is held, on systems that remove open files
			_ = l.Close()
			if err != nil || runtime.GOOS == "windows" {
				_ = os.Remove(l.Path())
			}
		}, nil
	}
}

// inPlace reports whether a lock's file still has its name: who had the lock before may
// have removed it meanwhile, and then it keeps nobody out.
func inPlace(l *flock.Flock) bool {
	mine, err := l.Stat()
	if err != nil {
		return false
	}
	now, err := os.Stat(l.Path())
	return err == nil && os.SameFile(mine, now)
}

// lockName is the file that a pull locks in a task's folder.
const lockName = ".pull.lock"

// one brings one file to its place.
func (p *Puller) one(ctx context.Context, task *tasks.Task, place *Place, f File, dir, archive string) (Pulled, error) {
	final := filepath.Join(dir, f.Name)
	if set, err := task.OpenFile(final, f.Split); err == nil {
		return pulled(task, f, set, final, There), nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return Pulled{}, fmt.Errorf("is there and can't be read: move it away (%w)", err)
	}
	part := filepath.Join(dir, "."+f.Name+".part")
	if err := p.fetch(ctx, place, f, part, archive); err != nil {
		return Pulled{}, err
	}
	set, err := task.OpenFile(part, f.Split)
	if err != nil {
		discard(part)
		return Pulled{}, fmt.Errorf("what was fetched is no such file, and is removed: %w", err)
	}
	if err := os.Rename(part, final); err != nil {
		return Pulled{}, err
	}
	discard(part)
	if err := atomicfile.SyncDir(dir); err != nil {
		return Pulled{}, err
	}
	return pulled(task, f, set, final, Fetched), nil
}

func pulled(task *tasks.Task, f File, set *tasks.Set, at, status string) Pulled {
	return Pulled{Task: task.Name, File: path.Join(task.Name, f.Name), Status: status, Bytes: size(at),
		Rows: set.Rows, Known: f.Rows, SHA256: set.SHA256, Sum: f.Sum}
}

// fetch brings a file's bytes into part.
func (p *Puller) fetch(ctx context.Context, place *Place, f File, part, archive string) error {
	progress := func(have, total int64) {
		if p.Progress != nil {
			p.Progress(path.Join(place.Task, f.Name), have, total)
		}
	}
	switch m := p.Mirror; {
	case strings.HasPrefix(m, "https://"), strings.HasPrefix(m, "http://"):
		return p.download(ctx, strings.TrimSuffix(m, "/")+"/"+place.Task+"/"+f.Name, part, progress)
	case m != "":
		from, err := os.Open(filepath.Join(m, place.Task, f.Name))
		if err != nil {
			return err
		}
		defer from.Close()
		return atomicfile.Write(part, func(w io.Writer) error { return copyBounded(w, from) })
	case place.Archive == "":
		return p.download(ctx, f.From, part, progress)
	}
	if _, err := os.Stat(archive); err != nil { // the files before have not left it
		if err := p.download(ctx, place.Archive, archive+".part", progress); err != nil {
			return err
		}
		if err := os.Rename(archive+".part", archive); err != nil {
			return err
		}
		discard(archive + ".part")
	}
	if err := extract(archive, f.From, part); err != nil {
		discard(archive)
		return fmt.Errorf("%s: %w", place.Archive, err)
	}
	return nil
}

// extract copies one member of a .tar.gz.
func extract(archive, member, to string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if err == io.EOF {
			return fmt.Errorf("holds no %s", member)
		}
		if err != nil {
			return err
		}
		if path.Clean(h.Name) == member && h.Typeflag == tar.TypeReg {
			return atomicfile.Write(to, func(w io.Writer) error { return copyBounded(w, r) })
		}
	}
}

// copyBounded copies a file, unless it is larger than any of the data.
func copyBounded(w io.Writer, r io.Reader) error {
	n, err := io.Copy(w, io.LimitReader(r, mostBytes+1))
	if err == nil && n > mostBytes {
		err = fmt.Errorf("more than %d bytes", int64(mostBytes))
	}
	return err
}
