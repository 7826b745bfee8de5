package datasets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

func file(text string) fstest.MapFS { return fstest.MapFS{"a.tsv": {Data: []byte(text)}} }

// rows reads a table and writes its rows as `line:"field" "field"`.
func rows(fsys fs.FS, columns ...[]string) (string, *File, error) {
	var got []string
	f, err := ReadTable(Source{FS: fsys, Path: "a.tsv"}, columns, func(r Row) error {
		s := fmt.Sprintf("%d:", r.Line)
		for _, field := range r.Fields {
			s += fmt.Sprintf("%q ", field)
		}
		got = append(got, strings.TrimSuffix(s, " "))
		return nil
	})
	return strings.Join(got, " "), f, err
}

func TestReadTSV(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"plain", "id\tdocument\tlabel\n1\t좋다\t1\n2\t나쁘다\t0\n", `2:"1" "좋다" 3:"0" "나쁘다"`},
		{"another order and name", "label\ttext\n1\t좋다\n", `2:"1" "좋다"`},
		{"the first name counts", "text\tlabel\tdocument\n가\t1\t나\n", `2:"1" "나"`},
		{"byte order mark and CRLF", "\ufefflabel\tdocument\r\n1\t좋다\r\n", `2:"1" "좋다"`},
		{"CR alone ends a line too", "label\tdocument\r1\t좋다\r0\t싫다", `2:"1" "좋다" 3:"0" "싫다"`},
		{"other line separators do not", "label\tdocument\n1\t좋\u2028다\u0085요\n", `2:"1" "좋\u2028다\u0085요"`},
		{"no newline at the end", "label\tdocument\n1\t좋다", `2:"1" "좋다"`},
		{"quotation marks stay", "label\tdocument\n1\t\"그는 \"\"정말\"\" 좋다\n", `2:"1" "\"그는 \"\"정말\"\" 좋다"`},
		{"empty side", "id\tdocument\tlabel\n7\t\t1\n", `2:"1" ""`},
		{"empty side at the beginning", "document\tlabel\n\t1\n좋다\t0\n", `2:"1" "" 3:"0" "좋다"`},
		{"header without a name for the first column", "\tdocument\tlabel\n0\t좋다\t1\n", `2:"1" "좋다"`},
		{"stripped at the ends, not between", "label\tdocument\n \u00a01\t 좋다\u3000\x1f\n", `2:"1" " 좋다"`},
		{"blank lines", "label\tdocument\n\n1\t좋다\n \t \n0\t싫다\n\n\n", `3:"1" "좋다" 5:"0" "싫다"`},
		{"empty columns at the line's end are stripped", "label\tdocument\n1\t좋다\t\t\n", `2:"1" "좋다"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, f, err := rows(file(c.text), []string{"label"}, []string{"document", "text"})
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			if f.Name != "a.tsv" || len(f.SHA256) != 64 {
				t.Errorf("file %+v", f)
			}
		})
	}
}

func TestRowsAreCounted(t *testing.T) {
	_, f, err := rows(file("label\tdocument\n\n1\t좋다\n \t \n0\t싫다\n\n\n"), []string{"label"})
	if err != nil || f.Rows != 4 || f.Blank != 2 {
		t.Errorf("%+v, %v; want 4 rows, 2 of them blank", f, err)
	}
}

func TestReadTSVErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		fsys fstest.MapFS
		want string
		line int
	}{
		{"short row", file("document\tlabel\n좋다\t1\n나쁘다\n"), `a.tsv:3: 1 column, want 2 for "label"`, 3},
		{"empty last column is stripped away", file("document\tlabel\n좋다\t\n"), `a.tsv:2: 1 column, want 2 for "label" (1 empty at the line's end)`, 2},
		{"a tab inside a text", file("document\tlabel\n좋\t다\t1\n"), "a.tsv:2: 3 columns, the header has 2: is there a tab inside a text?", 2},
		{"no such column", file("document\tscore\n좋다\t1\n"), `a.tsv:1: no column "label": the first line, which is the header, has "document", "score"`, 1},
		{"no header", file("1\t좋다\t1\n2\t싫다\t0\n"), `a.tsv:1: column "1" twice in the header`, 1},
		{"column twice", file("document\tdocument\tlabel\n"), `a.tsv:1: column "document" twice`, 1},
		{"NUL", file("document\tlabel\n좋\x00다\t1\n"), "a.tsv:2: a NUL byte", 2},
		{"NUL in the header", file("document\x00\tlabel\n좋다\t1\n"), "a.tsv:1: a NUL byte", 1},
		{"invalid UTF-8", file("document\tlabel\n\xb0\xa1\t1\n"), "a.tsv:2: invalid UTF-8", 2},
		{"UTF-16", file("\xff\xfed\x00o\x00"), "a.tsv: is UTF-16: want UTF-8", 0},
		{"empty", file(""), "a.tsv: is empty", 0},
		{"blank", file("\ufeff \r\n\n"), "a.tsv: is empty", 0},
		{"no rows", file("document\tlabel\n\n"), "a.tsv: has a header and no rows", 0},
		{"a directory", fstest.MapFS{"a.tsv/b": {}}, "a.tsv: is a directory, want a file", 0},
		{"missing", fstest.MapFS{}, "a.tsv: file does not exist", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := rows(c.fsys, []string{"label"}, []string{"document"})
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Line != c.line {
				t.Errorf("error %v, want %q at line %d", err, c.want, c.line)
			}
		})
	}
	if _, _, err := rows(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file is %v, want fs.ErrNotExist inside", err)
	}
}

func TestReadingGoesOnAfterABadRow(t *testing.T) {
	text := "document\tlabel\n좋다\n싫다\t1\n\xff\t1\n그냥\t7\n"
	cause := errors.New("seven")
	_, err := ReadTable(Source{FS: file(text), Path: "a.tsv"}, [][]string{{"label"}}, func(r Row) error {
		if r.Fields[0] == "7" {
			return cause
		}
		return nil
	})
	var faults *Faults
	if !errors.As(err, &faults) || len(faults.Rows) != 3 || !errors.Is(err, cause) {
		t.Fatalf("error %v, want three bad rows", err)
	}
	if got, want := fmt.Sprint(faults.Rows[0].Line, faults.Rows[1].Line, faults.Rows[2].Line), "2 4 5"; got != want {
		t.Errorf("bad lines %s, want %s", got, want)
	}
	if want := `a.tsv:2: 1 column, want 2 for "label" (and 2 more bad rows)`; err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	_, _, err = rows(file("document\tlabel\n"+strings.Repeat("좋다\n", 100)), []string{"label"})
	if !errors.As(err, &faults) || len(faults.Rows) != mostFaults || faults.More != 100-mostFaults || !strings.Contains(err.Error(), "and 99 more") {
		t.Errorf("error %v, want 100 bad rows of which %d are told", err, mostFaults)
	}
}

func TestReadTagged(t *testing.T) {
	var got []string
	f, err := ReadTagged(Source{FS: file("\ufeff철수는 서울에 산다 .\tPER-B LOC-B O O\r\n\n 비\u00a0온다\tO O\n"), Path: "a.tsv"}, func(s Sentence) error {
		got = append(got, fmt.Sprint(s))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "{1 [철수는 서울에 산다 .] [PER-B LOC-B O O]} {3 [비 온다] [O O]}"
	if s := strings.Join(got, " "); s != want || f.Rows != 3 || f.Blank != 1 {
		t.Errorf("%s of %+v\nwant %s", s, f, want)
	}
	for _, c := range []struct{ text, want string }{
		{"철수는 산다\tPER-B\n", "a.tsv:1: 2 words with 1 tags: want one each"},
		{"철수는\tPER-B\n산다\n", "a.tsv:2: 1 column, want 2: words, a tab, tags"},
		{"\tO\n", "a.tsv:1: 1 column"},
		{"철수는\tPER-B\tO\n", "a.tsv:1: 3 columns"},
		{"철수는\tPER-B\n영\x00희\tO\n", "a.tsv:2: a NUL byte"},
		{"철수는 산다\tPER-B\n영희\n", "a.tsv:1: 2 words with 1 tags: want one each (and 1 more bad row)"},
		{"철수는\tX\n", "a.tsv:1: no X here"},
		{"", "a.tsv: is empty"},
	} {
		_, err := ReadTagged(Source{FS: file(c.text), Path: "a.tsv"}, func(s Sentence) error {
			if s.Tags[0] == "X" {
				return errors.New("no X here")
			}
			return nil
		})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want %q", c.text, err, c.want)
		}
	}
}

func TestReadFromDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.tsv"), []byte("label\n1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, f, err := rows(os.DirFS(dir), []string{"label"})
	if err != nil || got != `2:"1"` {
		t.Errorf("%s, %v", got, err)
	}
	// printf 'label\n1\n' | sha256sum
	if want := "eba41668a024637819967d76cc48db88c26ee339e61748302c4afa00b44f881b"; f.SHA256 != want {
		t.Errorf("sum %s, want %s", f.SHA256, want)
	}
}
