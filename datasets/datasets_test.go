package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func file(text string) fstest.MapFS { return fstest.MapFS{"a.tsv": {Data: []byte(text)}} }

func TestReadTSV(t *testing.T) {
	columns := [][]string{{"label"}, {"document", "text"}}
	for _, c := range []struct{ name, text, want string }{
		{"plain", "id\tdocument\tlabel\n1\t좋다\t1\n2\t나쁘다\t0\n", `2:"1" "좋다" 3:"0" "나쁘다"`},
		{"another order and name", "label\ttext\n1\t좋다\n", `2:"1" "좋다"`},
		{"byte order mark and CRLF", "\ufefflabel\tdocument\r\n1\t좋다\r\n", `2:"1" "좋다"`},
		{"no newline at the end", "label\tdocument\n1\t좋다", `2:"1" "좋다"`},
		{"quotation marks stay", "label\tdocument\n1\t\"그는 \"\"정말\"\" 좋다\n", `2:"1" "\"그는 \"\"정말\"\" 좋다"`},
		{"empty side", "id\tdocument\tlabel\n7\t\t1\n", `2:"1" ""`},
		{"stripped at the ends", "label\tdocument\n 1\t 좋다\u3000\n", `2:"1" " 좋다"`},
		{"blank lines", "label\tdocument\n\n1\t좋다\n  \n", `3:"1" "좋다"`},
		{"more columns than the header", "label\tdocument\n1\t좋다\t끝\n", `2:"1" "좋다"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := ReadTSV(file(c.text), "a.tsv", columns...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range table.Rows {
				got = append(got, fmt.Sprintf("%d:%q %q", r.Line, r.Fields[0], r.Fields[1]))
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%s\nwant %s", s, c.want)
			}
			if table.File != "a.tsv" || len(table.SHA256) != 64 {
				t.Errorf("file %q, sum %q", table.File, table.SHA256)
			}
		})
	}
}

func TestReadTSVErrors(t *testing.T) {
	columns := [][]string{{"label"}, {"document"}}
	for _, c := range []struct {
		name string
		fsys fstest.MapFS
		want string
		line int
	}{
		{"short row", file("document\tlabel\n좋다\t1\n나쁘다\n"), `a.tsv:3: 1 columns, want at least 2 for "label"`, 3},
		{"empty last column is stripped away", file("document\tlabel\n좋다\t\n"), "a.tsv:2: 1 columns", 2},
		{"no such column", file("document\tscore\n좋다\t1\n"), `a.tsv:1: no column "label": the header has "document", "score"`, 1},
		{"column twice", file("document\tdocument\tlabel\n"), `a.tsv:1: column "document" twice`, 1},
		{"NUL", file("document\tlabel\n좋\x00다\t1\n"), "a.tsv:2: a NUL byte", 2},
		{"invalid UTF-8", file("document\tlabel\n\xb0\xa1\t1\n"), "a.tsv:2: invalid UTF-8", 2},
		{"empty", file(""), "a.tsv: is empty", 0},
		{"blank", file(" \r\n\n"), "a.tsv: is empty", 0},
		{"no rows", file("document\tlabel\n"), "a.tsv: has a header and no rows", 0},
		{"a directory", fstest.MapFS{"a.tsv/b": {}}, "a.tsv: is a directory, want a file", 0},
		{"missing", fstest.MapFS{}, "a.tsv: file does not exist", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadTSV(c.fsys, "a.tsv", columns...)
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Line != c.line {
				t.Errorf("error %v, want %q at line %d", err, c.want, c.line)
			}
		})
	}
	if _, err := ReadTSV(fstest.MapFS{}, "a.tsv"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file is %v, want fs.ErrNotExist inside", err)
	}
}

func TestReadTagged(t *testing.T) {
	got, err := ReadTagged(file("\ufeff철수는 서울에 산다 .\tPER-B LOC-B O O\r\n\n 비\u00a0온다\tO O\n"), "a.tsv")
	if err != nil {
		t.Fatal(err)
	}
	want := "[{1 [철수는 서울에 산다 .] [PER-B LOC-B O O]} {3 [비 온다] [O O]}]"
	if s := fmt.Sprint(got.Sentences); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
	for _, c := range []struct{ text, want string }{
		{"철수는 산다\tPER-B\n", "a.tsv:1: 2 words with 1 tags"},
		{"철수는\tPER-B\n산다\n", "a.tsv:2: 1 columns, want words, a tab and tags"},
		{"철수는\tPER-B\tO\n", "a.tsv:1: 3 columns"},
		{"", "a.tsv: is empty"},
	} {
		if _, err := ReadTagged(file(c.text), "a.tsv"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.text, err, c.want)
		}
	}
}

func TestReadFromDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/a.tsv", []byte("label\n1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTSV(os.DirFS(dir), "a.tsv", []string{"label"}); err != nil {
		t.Error(err)
	}
}

func FuzzReadTSV(f *testing.F) {
	for _, s := range []string{"label\tdocument\n1\t좋다\n", "\ufefflabel\r\n1\r\n", "label\n\x00", "\tlabel\n\t\t\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		table, err := ReadTSV(fstest.MapFS{"a.tsv": {Data: raw}}, "a.tsv", []string{"label"})
		if err != nil {
			return
		}
		for _, r := range table.Rows {
			if r.Line < 2 || len(r.Fields) != 1 || strings.ContainsAny(r.Fields[0], "\t\n\x00") {
				t.Errorf("row %+v", r)
			}
		}
	})
}

func FuzzReadTagged(f *testing.F) {
	f.Add([]byte("철수는 산다\tPER-B O\n"))
	f.Add([]byte("a\tb\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		tagged, err := ReadTagged(fstest.MapFS{"a.tsv": {Data: raw}}, "a.tsv")
		if err != nil {
			return
		}
		for _, s := range tagged.Sentences {
			if len(s.Words) != len(s.Tags) || s.Line < 1 {
				t.Errorf("sentence %+v", s)
			}
		}
	})
}
