package official

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/tasks"
)

func TestPull(t *testing.T) {
	for _, c := range []struct {
		name     string
		behave   func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool
		err      string // none: it comes whole
		requests string // for the first file; none: not looked at
	}{
		{"a good server", nil, "", "/hate-speech/train.tsv"},
		{"the connection breaks once", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			if n == 1 {
				cut(w, content, 1000)
			}
			return false
		}, "", "/hate-speech/train.tsv, /hate-speech/train.tsv bytes=1000-"},
		{"it breaks, and another version is there", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			if n == 1 {
				w.Header().Set("ETag", `"v0"`)
				cut(w, append([]byte("old"), content...), 1000)
			}
			return false
		}, "", "/hate-speech/train.tsv, /hate-speech/train.tsv bytes=1000-"},
		{"no ranges", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			if n == 1 {
				cut(w, content, 1000)
			}
			w.Write(content)
			return true
		}, "", ""},
		{"it falls silent once", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			if n == 1 {
				w.Header().Set("Content-Length", fmt.Sprint(len(content)))
				w.Write(content[:500])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				return true
			}
			return false
		}, "", "/hate-speech/train.tsv, /hate-speech/train.tsv bytes=500-"},
		{"it is silent for ever", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			<-r.Context().Done()
			return true
		}, "no byte for 1m0s (tried 3 times", ""},
		{"busy once", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			if n == 1 {
				http.Error(w, "busy", http.StatusServiceUnavailable)
				return true
			}
			return false
		}, "", ""},
		{"always busy", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			http.Error(w, "busy", http.StatusTooManyRequests)
			return true
		}, "429 Too Many Requests (tried 3 times; the same command takes it up at byte 0)", ""},
		{"not there", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			http.NotFound(w, r)
			return true
		}, "404 Not Found", "/hate-speech/train.tsv"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			if r.URL.RawQuery == "" {
				http.Redirect(w, r, r.URL.Path+"?there", http.StatusFound)
				return true
			}
			return false
		}, "", ""},
		{"redirects in a circle", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		}, "10 redirects", ""},
		{"a page in its place", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Write([]byte("<html>log in</html>"))
			return true
		}, "a page of HTML, want the file", "/hate-speech/train.tsv"},
		{"a page that says it is text", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			w.Header().Set("Content-Type", "text/plain")
			w.Write([]byte("<html>\n<p>log in</html>"))
			return true
		}, "what was fetched is no such file, and is removed", ""},
		{"another range than asked for", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			if n == 1 {
				cut(w, content, 1000)
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 7-%d/%d", len(content)-1, len(content)))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(content[7:])
			return true
		}, "asked for bytes from 1000 on, got range", ""},
		{"larger than anything", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			w.Header().Set("Content-Length", "99999999999")
			w.Write(content)
			return true
		}, "want at most", ""},
		{"it breaks at every byte", func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
			cut(w, content, 0)
			return true
		}, "(tried 3 times", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer(t)
				s.behave = c.behave
				p := s.puller(t)
				done, err := p.Pull(context.Background(), Find("hate-speech"))
				if c.err != "" {
					if err == nil || !strings.Contains(err.Error(), c.err) || len(done) > 0 {
						t.Errorf("error %v, want %s", err, c.err)
					}
					if _, err := os.Stat(filepath.Join(p.Dir, "hate-speech", "train.tsv")); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("half a file has its name: %v", err)
					}
				} else if err != nil {
					t.Error(err)
				} else {
					whole(t, p.Dir, "hate-speech", "train.tsv", "dev.tsv")
				}
				var first []string
				for _, r := range s.asked() {
					if strings.HasPrefix(r, "/hate-speech/train.tsv") {
						first = append(first, r)
					}
				}
				if got := strings.Join(first, ", "); c.requests != "" && got != c.requests {
					t.Errorf("requests %s, want %s", got, c.requests)
				}
			})
		})
	}
}

// whole fails the test unless the files are the samples', and nothing else is
// there.
func whole(t *testing.T, dir, task string, names ...string) {
	t.Helper()
	for _, name := range names {
		got, err := os.ReadFile(filepath.Join(dir, task, name))
		if err != nil {
			t.Error(err)
		}
		if want, _ := fs.ReadFile(samples.FS(), task+"/"+name); !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, want %d", name, len(got), len(want))
		}
	}
	if left, _ := os.ReadDir(filepath.Join(dir, task)); len(left) != len(names) {
		t.Errorf("%v in the folder, want %v", left, names)
	}
}

func TestPullAgain(t *testing.T) {
	s := newServer(t)
	p := s.puller(t)
	for i, status := range []string{Fetched, There} {
		done, err := p.Pull(context.Background(), Find("hate-speech"))
		if err != nil || len(done) != 2 || done[0].Status != status || len(done[0].SHA256) != 64 || done[0].Rows != 750 || done[0].Known != 7896 {
			t.Errorf("%+v, %v", done, err)
		}
		if asked := s.asked(); len(asked) != 2 {
			t.Errorf("%d requests after %d pulls, want one a file", len(asked), i+1)
		}
	}
}

// What is not as it was published is told; what is known of no file is not.
func TestDoubts(t *testing.T) {
	for _, c := range []struct {
		p    Pulled
		want string
	}{
		{Pulled{Rows: 2, SHA256: "aa"}, ""},
		{Pulled{Rows: 2, Known: 2, SHA256: "aa", Sum: "aa"}, ""},
		{Pulled{Rows: 2, Known: 3, SHA256: "aa"}, "2 rows, its authors count 3"},
		{Pulled{Rows: 2, Known: 2, SHA256: "aa", Sum: "bb"}, "its SHA-256 is aa, and that of the published file bb"},
	} {
		if got := strings.Join(c.p.Doubts(), "; "); got != c.want {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
}

// A pull that is stopped leaves what it has, and the next one goes on there.
func TestPullIsTakenUp(t *testing.T) { synctest.Test(t, pullIsTakenUp) }

func pullIsTakenUp(t *testing.T) {
	s := newServer(t)
	p := s.puller(t)
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stop")
	s.behave = func(w http.ResponseWriter, r *http.Request, content []byte, n int) bool {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content[:1234])
		w.(http.Flusher).Flush()
		synctest.Wait() // until the puller has it
		cancel(stop)
		<-r.Context().Done()
		return true
	}
	if _, err := p.Pull(ctx, Find("hate-speech")); !errors.Is(err, stop) {
		t.Fatalf("error %v", err)
	}
	s.mu.Lock()
	s.behave = nil
	s.mu.Unlock()
	if _, err := p.Pull(context.Background(), Find("hate-speech")); err != nil {
		t.Fatal(err)
	}
	if got := s.asked()[1]; got != "/hate-speech/train.tsv bytes=1234-" {
		t.Errorf("request %s", got)
	}
	whole(t, p.Dir, "hate-speech", "train.tsv", "dev.tsv")
}

func TestPullFromFolder(t *testing.T) {
	mirror := t.TempDir()
	if err := os.CopyFS(mirror, samples.FS()); err != nil {
		t.Fatal(err)
	}
	p := &Puller{Dir: t.TempDir(), Mirror: mirror}
	if _, err := p.Pull(context.Background(), Find("naver-ner")); err != nil { // of one's own copy, it may be
		t.Error(err)
	}
	whole(t, p.Dir, "naver-ner", "train.tsv", "test.tsv")
	p.Mirror = ""
	if _, err := p.Pull(context.Background(), Find("naver-ner")); err == nil || !strings.Contains(err.Error(), "may not be passed on: ask for them at https://") {
		t.Errorf("error %v", err)
	}
}

func TestPullFromArchive(t *testing.T) {
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	w := tar.NewWriter(z)
	for _, name := range []string{"translated_train.tsv", "dev_2k.tsv", "test_2k.tsv"} {
		content, err := fs.ReadFile(samples.FS(), "paws/"+name)
		if err != nil {
			t.Fatal(err)
		}
		w.WriteHeader(&tar.Header{Name: "./x-final/ko/" + name, Size: int64(len(content)), Mode: 0o644})
		w.Write(content)
	}
	w.Close()
	z.Close()
	requests := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		w.Header().Set("ETag", `"a"`)
		if requests == 1 {
			cut(w, archive.Bytes(), archive.Len()/2)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(archive.Bytes()))
	}))
	defer s.Close()
	place := *Find("paws")
	place.Archive = s.URL + "/x-final.tar.gz"
	p := &Puller{Dir: t.TempDir(), Pause: time.Millisecond}
	if _, err := p.Pull(context.Background(), &place); err != nil {
		t.Fatal(err)
	}
	whole(t, p.Dir, "paws", "translated_train.tsv", "dev_2k.tsv", "test_2k.tsv")
	if requests != 2 {
		t.Errorf("%d requests, want the archive once, in two parts", requests)
	}
}

// A connection that was encrypted stays so.
func TestRedirectToUnencrypted(t *testing.T) {
	plain := newServer(t)
	tls := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, plain.URL+r.URL.Path, http.StatusFound)
	}))
	defer tls.Close()
	p := plain.puller(t)
	p.Mirror, p.Client = tls.URL, nil
	p.Client = p.client()
	p.Client.Transport = tls.Client().Transport
	if _, err := p.Pull(context.Background(), Find("hate-speech")); err == nil || !strings.Contains(err.Error(), "which is not encrypted") {
		t.Errorf("error %v", err)
	}
	if asked := plain.asked(); len(asked) > 0 {
		t.Errorf("the other server was asked for %q", asked)
	}
}

// An archive that is none, is broken or lacks a file leaves no file, and is not
// taken for whole by the next pull.
func TestPullFromBadArchive(t *testing.T) {
	var archive bytes.Buffer
	z := gzip.NewWriter(&archive)
	w := tar.NewWriter(z)
	text := bytes.Repeat([]byte("id\tsentence1\tsentence2\tlabel\n"), 1000)
	w.WriteHeader(&tar.Header{Name: "x-final/ko/other.tsv", Size: int64(len(text)), Mode: 0o644})
	w.Write(text)
	w.Close()
	z.Close()
	broken := bytes.Clone(archive.Bytes())
	broken[len(broken)/2] ^= 0xff
	for _, c := range []struct {
		name, err string
		content   []byte
	}{
		{"no archive", "gzip: invalid header", []byte("no archive")},
		{"broken", "x-final.tar.gz: ", broken},
		{"short", "x-final.tar.gz: ", archive.Bytes()[:archive.Len()-20]},
		{"another one", "holds no x-final/ko/translated_train.tsv", archive.Bytes()},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(c.content))
		}))
		place := *Find("paws")
		place.Archive = s.URL + "/x-final.tar.gz"
		p := &Puller{Dir: t.TempDir(), Tries: 1, Pause: time.Millisecond}
		done, err := p.Pull(context.Background(), &place)
		s.Close()
		if err == nil || !strings.Contains(err.Error(), c.err) || len(done) > 0 {
			t.Errorf("%s: %v, want %s", c.name, err, c.err)
		}
		if left, _ := os.ReadDir(filepath.Join(p.Dir, "paws")); len(left) > 0 {
			t.Errorf("%s: left %v", c.name, left)
		}
	}
}

func TestBadFileInPlaceIsNotReplaced(t *testing.T) {
	s := newServer(t)
	p := s.puller(t)
	path := filepath.Join(p.Dir, "hate-speech", "train.tsv")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Pull(context.Background(), Find("hate-speech")); err == nil || !strings.Contains(err.Error(), "is there and can't be read: move it away") {
		t.Errorf("error %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != "mine" {
		t.Errorf("file holds %q", got)
	}
}

// Places name what the tasks read.
func TestPlaces(t *testing.T) {
	if len(Places) != len(tasks.All) {
		t.Errorf("%d places for %d tasks", len(Places), len(tasks.All))
	}
	for i, p := range Places {
		task := tasks.All[i]
		if p.Task != task.Name || p.Home == "" || p.Licence == "" {
			t.Errorf("%+v", p)
		}
		want := fstest.MapFS{}
		for _, f := range append(append([]tasks.File{}, task.Files...), task.Extra...) {
			want[f.Split+"/"+f.Name] = nil
		}
		for _, f := range p.Files {
			if _, ok := want[f.Split+"/"+f.Name]; !ok {
				t.Errorf("%s: %s is no file of the task", p.Task, f.Name)
			}
			delete(want, f.Split+"/"+f.Name)
			if p.Ask == "" && f.From == "" {
				t.Errorf("%s: %s comes from nowhere", p.Task, f.Name)
			}
			if p.Archive == "" && p.Ask == "" && !strings.HasPrefix(f.From, "https://") {
				t.Errorf("%s: %s comes from %s, want an encrypted connection", p.Task, f.Name, f.From)
			}
			if f.Sum != "" && len(f.Sum) != 64 {
				t.Errorf("%s: %s has the SHA-256 %q", p.Task, f.Name, f.Sum)
			}
		}
		if len(want) > 0 {
			t.Errorf("%s: no place for %v", p.Task, want)
		}
	}
}

func TestOnePullAtATime(t *testing.T) {
	s := newServer(t)
	p := s.puller(t)
	dir := filepath.Join(p.Dir, "hate-speech")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	unlock, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Pull(context.Background(), Find("hate-speech")); err == nil || !strings.Contains(err.Error(), "another pull is at work in "+dir) {
		t.Errorf("error %v", err)
	}
	unlock()
	if _, err := p.Pull(context.Background(), Find("hate-speech")); err != nil {
		t.Error(err)
	}
	whole(t, p.Dir, "hate-speech", "train.tsv", "dev.tsv")
}
