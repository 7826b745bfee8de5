package datasets

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkReadTable(b *testing.B) {
	var text strings.Builder
	text.WriteString("id\tdocument\tlabel\n")
	for i := range 20000 {
		fmt.Fprintf(&text, "%d\t%s\t%d\n", i, strings.Repeat("정말 재미있게 봤어요 ", 1+i%6), i%2)
	}
	fsys := file(text.String())
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		if _, err := ReadTable(Source{FS: fsys, Path: "a.tsv"}, [][]string{{"label"}, {"document"}}, func(Row) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
