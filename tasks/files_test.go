package tasks

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lmkor/bench/datasets"
)

func find(t *testing.T, name string) *Task {
	t.Helper()
	task, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// An official file is found under the extension of another format too.
func TestOpenFindsFormats(t *testing.T) {
	nsmc := find(t, "nsmc")
	tsv := &fstest.MapFile{Data: []byte("id\tdocument\tlabel\n1\t좋다\t1\n")}
	csv := &fstest.MapFile{Data: []byte("document,label\n\"좋다, 정말\",1\n")}
	jsonl := &fstest.MapFile{Data: []byte(`{"document": "좋다", "label": 1}`)}
	for _, c := range []struct {
		files  fstest.MapFS
		file   string
		format datasets.Format
		text   string
	}{
		{fstest.MapFS{"nsmc/ratings_test.txt": tsv, "nsmc/ratings_test.csv": csv}, "ratings_test.txt", datasets.TSV, "좋다"},
		{fstest.MapFS{"nsmc/ratings_test.csv": csv, "nsmc/ratings_train.jsonl": jsonl}, "ratings_test.csv", datasets.CSV, "좋다, 정말"},
		{fstest.MapFS{"nsmc/ratings_test.jsonl": jsonl}, "ratings_test.jsonl", datasets.JSONLines, "좋다"},
		{fstest.MapFS{"nsmc/ratings_test.tsv": tsv}, "ratings_test.tsv", datasets.TSV, "좋다"},
	} {
		set, err := nsmc.OpenFS(c.files, Test)
		if err != nil {
			t.Fatal(err)
		}
		if set.File != c.file || set.Format != c.format || set.Examples[0].Text != c.text || set.Examples[0].Label != 1 {
			t.Errorf("%+v, want %s", set, c.file)
		}
	}
	both := fstest.MapFS{"nsmc/ratings_test.csv": csv, "nsmc/ratings_test.jsonl": jsonl}
	if _, err := nsmc.OpenFS(both, Test); err == nil || !strings.Contains(err.Error(), "is not there, but ratings_test.csv and ratings_test.jsonl are: want one of them") {
		t.Errorf("two to choose from: %v", err)
	}
	for _, split := range []string{Train, Dev} {
		if _, err := nsmc.OpenFS(both, split); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want one that it is not there", split, err)
		}
	}
}

func TestTagsOfBothKinds(t *testing.T) {
	text := "철수는 서울 시에 산다\tB-PER B-LOC I-LOC O\n"
	want := "[1 9 10 0]"
	set, err := find(t, "naver-ner").OpenFS(fstest.MapFS{"naver-ner/test.tsv": {Data: []byte(text)}}, Test)
	if err != nil || fmt.Sprint(set.Examples[0].Tags) != want {
		t.Errorf("%+v, %v", set, err)
	}
	own := &Task{Name: "ner", Kind: Tag, Labels: []string{"O", "B-PER", "I-PER"}, Files: files("", "", "test.tsv"), Scored: Test, Metric: "f1"}
	if m := own.check(); m != nil {
		t.Fatal(m)
	}
	set, err = own.OpenFS(fstest.MapFS{"ner/test.tsv": {Data: []byte("철수 영희\tPER-B I-PER\n")}}, Test)
	if err != nil || fmt.Sprint(set.Examples[0].Tags) != "[1 2]" {
		t.Errorf("%+v, %v", set, err)
	}
	if _, err = own.OpenFS(fstest.MapFS{"ner/test.tsv": {Data: []byte("철수\tB-LOC\n")}}, Test); err == nil || !strings.Contains(err.Error(), `tag "B-LOC" of word 1`) {
		t.Errorf("a type that is none of the task's: %v", err)
	}
}

func TestDecomposed(t *testing.T) {
	set, err := find(t, "nsmc").OpenFS(fstest.MapFS{"nsmc/ratings_test.txt": {Data: []byte("id\tdocument\tlabel\n1\t좋다\t1\n2\t\u110c\u1169\u11c2다\t0\n")}}, Test)
	if err != nil || set.Decomposed() != 1 {
		t.Errorf("%+v, %v", set, err)
	}
}

// Errors call a file of the user's own as it was typed.
func TestErrorsNameThePathAsTyped(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("bad.tsv", []byte("document\tlabel\n좋다\tx\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	nsmc := find(t, "nsmc")
	for _, c := range []struct{ file, want string }{
		{"./bad.tsv", `nsmc: ./bad.tsv:2: label "x"`},
		{"../nowhere/a.tsv", "nsmc: ../nowhere/a.tsv: no such file"},
		{".", "nsmc: .: is a directory, want a file"},
	} {
		if _, err := nsmc.OpenFile(c.file, Test); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.file, err, c.want)
		}
	}
	_, err := nsmc.Open("./", Train)
	if want := filepath.Join("nsmc", "ratings_train.txt"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
