package datasets

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/encoding/korean"
)

// zipped compresses text by gzip.
func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// read reads a table of the columns label and document (or text).
func read(name, content string) (string, *File, error) {
	var got []string
	fsys := fstest.MapFS{name: {Data: []byte(content)}}
	f, err := ReadTable(Source{FS: fsys, Path: name}, [][]string{{"label"}, {"document", "text"}}, func(r Row) error {
		got = append(got, fmt.Sprintf("%d:%q %q", r.Line, r.Fields[0], r.Fields[1]))
		return nil
	})
	return strings.Join(got, " "), f, err
}

func TestFormats(t *testing.T) {
	for _, c := range []struct {
		file, text, want string
		rows, blank      int
	}{
		{"a.csv", "id,document,label\n1,좋다,1\n2,나쁘다,0\n", `2:"1" "좋다" 3:"0" "나쁘다"`, 2, 0},
		{"a.csv", "\ufefflabel,text\r\n1,\"그는, \"\"정말\"\" 좋다\"\r\n", `2:"1" "그는, \"정말\" 좋다"`, 1, 0},
		{"a.csv", "label,text\n1,\"두\n줄\"\n0,싫다\n", `2:"1" "두\n줄" 4:"0" "싫다"`, 2, 0},
		{"a.csv", "label,text\n1,\n\n \n0, 빈칸 \n", `2:"1" "" 5:"0" " 빈칸 "`, 3, 1},
		{"a.CSV", "text,label\n좋다,1", `2:"1" "좋다"`, 1, 0},
		{"a.jsonl", `{"text": "좋다", "label": 1}` + "\n\n" + `{"label": "0", "text": "\"나쁘다\"\t", "more": [1]}` + "\n\n", `1:"1" "좋다" 3:"0" "\"나쁘다\"\t"`, 3, 1},
		{"a.jsonl", `{"document": "", "text": "둘째", "label": true}`, `1:"true" ""`, 1, 0},
		{"a.jsonl", `{"document": "가", "label": 1.50}` + "\r\n", `1:"1.50" "가"`, 1, 0},
		{"a.ndjson", "\ufeff" + `{"text": "좋다", "label": -1}`, `1:"-1" "좋다"`, 1, 0},
		{"a.unknown", "label\ttext\n1\t\"좋다\"\n", `2:"1" "\"좋다\""`, 1, 0},
	} {
		for _, gz := range []bool{false, true} {
			name, text := c.file, c.text
			if gz {
				name, text = name+".gz", zipped(t, text)
			}
			got, f, err := read(name, text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			format, _ := FormatOf(c.file)
			if got != c.want || f.Rows != c.rows || f.Blank != c.blank || f.Format != format || f.Gzip != gz || f.Name != name {
				t.Errorf("%s %q:\n%s of %+v\nwant %s", name, c.text, got, *f, c.want)
			}
		}
	}
}

func TestFormatErrors(t *testing.T) {
	cp949, err := korean.EUCKR.NewEncoder().String("label\ttext\n1\t똠방각하 좋다\n")
	if err != nil {
		t.Fatal(err)
	}
	whole := zipped(t, strings.Repeat("label\ttext\n1\t좋다\n", 3))
	damaged := []byte(whole)
	damaged[len(damaged)-6] ^= 1
	long := strings.Repeat("가", mostLine/3+1)
	for _, c := range []struct{ file, text, want string }{
		{"a.csv", "label,text\n1\n0,좋다\n", "a.csv:2: 1 column, the header has 2"},
		{"a.csv", "label,text\n1,좋다,정말\n", "a.csv:2: 3 columns, the header has 2: is there a comma outside quotation marks?"},
		{"a.csv", "label,text\n1,좋다 \"정말\"\n0,\n2\n", "a.csv:2: a quotation mark within a field"},
		{"a.csv", "label,text\n1,\"좋다\n0,싫다\n", "a.csv:2: a quotation mark that is never closed"},
		{"a.csv", "label,text\n1,\xb0\xa1\n", "a.csv:2: invalid UTF-8, and it looks like CP949"},
		{"a.csv", "label,text\n1,\"가\x00\"\n", "a.csv:2: a NUL byte"},
		{"a.csv", "label,score\n1,2\n", `a.csv:1: no column "document" or "text"`},
		{"a.csv", "label,text\n", "a.csv: has a header and no rows"},
		{"a.csv", "", "a.csv: is empty"},
		{"a.csv", "label,text\n1," + long + "\n", "a.csv:2: longer than 1 MiB"},
		{"a.csv", "label,text\n1,\"" + strings.Repeat("가,나\n", 1<<20), "a.csv:2: a record longer than 1 MiB: is a quotation mark never closed?"},
		{"a.jsonl", "{\"label\": 1}\n", `a.jsonl:1: no field "document" or "text": the object has "label"`},
		{"a.jsonl", "{\"label\": null, \"text\": \"a\"}\n", `a.jsonl:1: field "label" is null: want text or a number`},
		{"a.jsonl", "{\"label\": [1], \"text\": \"a\"}\n", `field "label" is a list`},
		{"a.jsonl", "{\"label\": {}, \"text\": \"a\"}\n", `field "label" is an object`},
		{"a.jsonl", "[{\"label\": 1}]\n", "a.jsonl:1: a list: want an object a line"},
		{"a.jsonl", "null\n", "want an object"},
		{"a.jsonl", "{\n\"label\": 1\n}\n", "a.jsonl:1: an object that does not end on its line"},
		{"a.jsonl", "{label: 1}\n", "a.jsonl:1: no JSON at byte 2"},
		{"a.jsonl", "{\"label\": 1, \"text\": \"\\u0000\"}\n", "a NUL in it"},
		{"a.jsonl", "\n \n", "a.jsonl: is empty"},
		{"a.txt", cp949, "a.txt:2: invalid UTF-8, and it looks like CP949 (EUC-KR): want UTF-8, as 'iconv -f CP949 -t UTF-8' makes it"},
		{"a.txt", "label\ttext\n1\t\xff\n", "a.txt:2: invalid UTF-8"},
		{"a.txt", "\xfe\xff\x00l\x00a", "a.txt: is UTF-16: want UTF-8"},
		{"a.txt", "l\x00a\x00b\x00", "a.txt: is UTF-16: want UTF-8"},
		{"a.txt", "label\ttext\n1\t" + long + "\n0\t좋다\n", "a.txt:2: longer than 1 MiB"},
		{"a.txt", whole, "a.txt: is compressed by gzip: give it a name that ends in .gz"},
		{"a.txt", "PK\x03\x04....", "a.txt: is a zip archive, or a sheet of Excel"},
		{"a.txt.gz", "label\ttext\n", "a.txt.gz: is not compressed by gzip"},
		{"a.txt.gz", "", "a.txt.gz: is empty"},
		{"a.txt.gz", zipped(t, whole), "a.txt.gz: is compressed by gzip"},
		{"a.txt.gz", whole[:len(whole)-9], "the compressed file is cut off"},
		{"a.txt.gz", string(damaged), "the compressed file is damaged"},
	} {
		_, _, err := read(c.file, c.text)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %.40q: error %v\nwant %s", c.file, c.text, err, c.want)
		}
	}
	if _, _, err := read("a.txt", "label\ttext\n1\t\xff\n"); strings.Contains(err.Error(), "CP949") {
		t.Errorf("%v: it is no CP949", err)
	}
}

// Reading goes on after a bad record, in every format.
func TestAllBadRecordsAreNamed(t *testing.T) {
	for file, text := range map[string]string{
		"a.csv":   "label,text\n1\n1,\"a\"b\n1,좋다\n1,2,3\n",
		"a.jsonl": "{}\n{\n{\"label\":1,\"text\":\"좋다\"}\n[]\n",
		"a.tsv":   "label\ttext\n1\n1\n1\t좋다\n\xff\n",
	} {
		got, _, err := read(file, text)
		var faults *Faults
		if !errors.As(err, &faults) || len(faults.Rows) != 3 || !strings.Contains(got, "좋다") {
			t.Errorf("%s: %s, %v", file, got, err)
		}
	}
}

func TestTaggedFormats(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"a.jsonl", `{"words": ["지수는", "갔다"], "tags": ["PER-B", "O"]}` + "\n" + `{"tokens": "비 온다", "ner_tags": "O O"}`, "{1 [지수는 갔다] [PER-B O]}{2 [비 온다] [O O]}"},
		{"a.csv", "words,tags\n지수는 갔다,PER-B O\n", "{2 [지수는 갔다] [PER-B O]}"},
		{"a.tsv.gz", zipped(t, "지수는 갔다\tB-PER O\n"), "{1 [지수는 갔다] [B-PER O]}"},
	} {
		got := ""
		_, err := ReadTagged(Source{FS: fstest.MapFS{c.file: {Data: []byte(c.text)}}, Path: c.file}, func(s Sentence) error {
			got += fmt.Sprint(s)
			return nil
		})
		if err != nil || got != c.want {
			t.Errorf("%s: %s, %v\nwant %s", c.file, got, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{`{"words": ["a"], "tags": [0]}`, `a.jsonl:1: field "tags": want a list of strings, or text`},
		{`{"words": ["a", ""], "tags": ["O", "O"]}`, `string 2 is ""`},
		{`{"words": ["a"], "tags": []}`, "1 words with 0 tags"},
		{`{"words": [], "tags": []}`, "no words"},
		{`{"words": null, "tags": []}`, "want a list of strings"},
		{`{"tags": []}`, `no field "words" or "tokens"`},
	} {
		_, err := ReadTagged(Source{FS: fstest.MapFS{"a.jsonl": {Data: []byte(c.text)}}, Path: "a.jsonl"}, func(Sentence) error { return nil })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %s", c.text, err, c.want)
		}
	}
}

func TestNames(t *testing.T) {
	got := Names("multinli.train.ko.tsv")
	if got[0] != "multinli.train.ko.tsv" || !slices.Contains(got, "multinli.train.ko.jsonl.gz") || !slices.Contains(got, "multinli.train.ko.csv") {
		t.Errorf("%v", got)
	}
	for i, name := range got {
		if slices.Index(got, name) != i {
			t.Errorf("%s twice", name)
		}
	}
}

func TestDevicesAreRefused(t *testing.T) {
	for mode, want := range map[fs.FileMode]string{
		fs.ModeNamedPipe: "is a pipe, want a file", fs.ModeDevice | fs.ModeCharDevice: "is a device, want a file",
		fs.ModeSocket: "is a socket, want a file", fs.ModeIrregular: "is no regular file",
	} {
		_, err := ReadTable(Source{FS: fstest.MapFS{"a": {Mode: mode}}, Path: "a", As: "data/a"}, nil, func(Row) error { return nil })
		if err == nil || !strings.Contains(err.Error(), "data/a: "+want) {
			t.Errorf("%v: error %v, want %s", mode, err, want)
		}
	}
}

// The sum of a compressed file is that of its bytes as they lie there.
func TestSumOfCompressed(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.tsv.gz"), []byte(zipped(t, "label\n1\n")), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := ReadTable(Source{FS: os.DirFS(dir), Path: "a.tsv.gz"}, [][]string{{"label"}}, func(Row) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	// sha256sum of what gzip.NewWriter gives for it
	plain, err := ReadTable(Source{FS: file("label\n1\n"), Path: "a.tsv"}, [][]string{{"label"}}, func(Row) error { return nil })
	if err != nil || f.SHA256 == plain.SHA256 || len(f.SHA256) != 64 {
		t.Errorf("sum %s, of the text %s, %v", f.SHA256, plain.SHA256, err)
	}
}

func TestIsDecomposed(t *testing.T) {
	for s, want := range map[string]bool{"": false, "좋다": false, "ㅋㅋㅋ good": false, "조\u11c2다": true, "\u110c\u1169\u11c2다": true} {
		if IsDecomposed(s) != want {
			t.Errorf("%+q: want %v", s, want)
		}
	}
}

// Of texts without gold empty columns may be at a line's end, words may be a list, and a
// record knows its number though bad ones come before.
func TestTextsWithoutGold(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a.tsv":   {"n\ttext\n1\t가\n2\t\n\n3\n4\t나\n", `0 "가" [] 1 "" [] 3 "나" []`},
		"b.csv":   {"n,text\n1,가\n2\n\n3,\n", `0 "가" [] 2 "" []`},
		"c.jsonl": {"{\"text\":\"가\"}\n\n{}\n{\"text\":[\"나\",\"다 라\"]}\n{\"text\":[\"\"]}\n", `0 "가" [] 2 "" [나 다 라]`},
	} {
		var got []string
		_, err := ReadTable(Source{FS: fstest.MapFS{name: {Data: []byte(c.text)}}, Path: name, Empty: true, Lists: true},
			[][]string{{"text"}}, func(r Row) error {
				got = append(got, fmt.Sprintf("%d %q %v", r.Number, r.Fields[0], r.Words))
				return nil
			})
		var faults *Faults
		if s := strings.Join(got, " "); s != c.want || !errors.As(err, &faults) {
			t.Errorf("%s: %s, %v; want %s and bad rows", name, s, err, c.want)
		}
	}
	for name, text := range map[string]string{"a.tsv": "text\n\n", "b.csv": "text\n", "c.jsonl": "\n"} {
		_, err := ReadTable(Source{FS: fstest.MapFS{name: {Data: []byte(text)}}, Path: name}, [][]string{{"text"}}, func(Row) error { return nil })
		if !errors.Is(err, ErrNoRows) {
			t.Errorf("%s without rows: %v", name, err)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	f.Add("a.csv", "label,text\n1,\"a\nb\"\n")
	f.Add("a.jsonl", "{\"label\":1,\"text\":\"a\"}\n")
	f.Add("a.tsv.gz", zipped(f, "label\ttext\n1\ta\n"))
	f.Fuzz(func(t *testing.T, name, content string) {
		if !fs.ValidPath(name) || name == "." {
			return
		}
		n := 0
		file, err := ReadTable(Source{FS: fstest.MapFS{name: {Data: []byte(content)}}, Path: name}, [][]string{{"label"}, {"text"}}, func(r Row) error {
			if len(r.Fields) != 2 || r.Line < 1 || strings.IndexByte(r.Fields[0]+r.Fields[1], 0) >= 0 {
				t.Errorf("row %+v", r)
			}
			n++
			return nil
		})
		if err == nil && file.Rows != n+file.Blank {
			t.Errorf("%+v with %d rows given", file, n)
		}
	})
}
