package datasets

import (
	"strings"
	"testing"
	"testing/fstest"
)

func FuzzReadTSV(f *testing.F) {
	for _, s := range []string{"label\tdocument\n1\t좋다\n", "\ufefflabel\r\n1\r\n", "label\n\x00", "\tlabel\n\t\t\n", "label\r\r1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		last, n := 1, 0
		file, err := ReadTable(Source{FS: fstest.MapFS{"a.tsv": {Data: raw}}, Path: "a.tsv"}, [][]string{{"label"}}, func(r Row) error {
			if r.Line <= last || len(r.Fields) != 1 || strings.ContainsAny(r.Fields[0], "\t\n\r\x00") {
				t.Errorf("row %+v after line %d", r, last)
			}
			last, n = r.Line, n+1
			return nil
		})
		if err == nil && file.Rows != n+file.Blank {
			t.Errorf("%+v with %d rows given", file, n)
		}
	})
}

func FuzzReadTagged(f *testing.F) {
	f.Add([]byte("철수는 산다\tPER-B O\n"))
	f.Add([]byte("a\tb\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		n := 0
		file, err := ReadTagged(Source{FS: fstest.MapFS{"a.tsv": {Data: raw}}, Path: "a.tsv"}, func(s Sentence) error {
			if len(s.Words) != len(s.Tags) || len(s.Words) == 0 || s.Line < 1 {
				t.Errorf("sentence %+v", s)
			}
			n++
			return nil
		})
		if err == nil && file.Rows != n+file.Blank {
			t.Errorf("%+v with %d sentences given", file, n)
		}
	})
}
