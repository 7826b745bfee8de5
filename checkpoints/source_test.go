package checkpoints

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindSaysWhatAPathLacks(t *testing.T) {
	t.Setenv("HF_HOME", t.TempDir())
	t.Setenv("BENCH_CONFIG_DIR", t.TempDir())
	t.Chdir(t.TempDir())
	for _, dir := range []string{"models/my-bert", "runs/a/b/checkpoint"} {
		if err := os.MkdirAll(filepath.FromSlash(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile("models/weights", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, want string
		isPath     bool
	}{
		{"./my-bert", "./my-bert: no such directory", true},
		{"./model", "./model: no such directory: did you mean models?", true},
		{"models/my-brt", "models/my-brt: no such directory: did you mean models/my-bert?", true},
		{"runs/a/b/chekpoint", "runs/a/b/chekpoint: no such directory: did you mean runs/a/b/checkpoint?", true},
		{"a/b/c", "a/b/c: no such directory", true},
		{"/nowhere", "/nowhere: no such directory", true},
		{"models/weights", "models/weights: a file: want a model's directory", true},
		{"kykim/bert", "is not in the local cache", false},
		{"bert-kor-bas", "bert-kor-base", false},
	} {
		_, err := Find(c.name)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
			continue
		}
		var e *PathError
		if errors.As(err, &e) != c.isPath || c.isPath && errors.Is(err, fs.ErrNotExist) == e.IsFile {
			t.Errorf("%s: %T", c.name, err)
		}
	}
	if s, err := Find("models/my-bert"); err != nil || s.Name != "my-bert" {
		t.Errorf("%+v, %v", s, err)
	}
}
