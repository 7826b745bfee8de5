package datasets_test

import (
	"fmt"
	"testing/fstest"

	"github.com/lmkor/bench/datasets"
)

func ExampleReadTable() {
	fsys := fstest.MapFS{"reviews.tsv": {Data: []byte("id\tdocument\tlabel\n1\t또 보고 싶다\t1\n2\t졸렸다\t0\n")}}
	columns := [][]string{{"label"}, {"document", "text"}} // the second may have either name
	file, err := datasets.ReadTable(datasets.Source{FS: fsys, Path: "reviews.tsv"}, columns, func(r datasets.Row) error {
		fmt.Printf("line %d: %s %s\n", r.Line, r.Fields[0], r.Fields[1])
		return nil
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Name, file.Rows)
	// Output:
	// line 2: 1 또 보고 싶다
	// line 3: 0 졸렸다
	// reviews.tsv 2
}

func ExampleReadTagged() {
	fsys := fstest.MapFS{"ner.tsv": {Data: []byte("지수는 부산에 갔다\tPER-B LOC-B O\n")}}
	_, err := datasets.ReadTagged(datasets.Source{FS: fsys, Path: "ner.tsv"}, func(s datasets.Sentence) error {
		fmt.Println(s.Words, s.Tags)
		return nil
	})
	if err != nil {
		fmt.Println(err)
	}
	// Output: [지수는 부산에 갔다] [PER-B LOC-B O]
}

func ExampleError() {
	fsys := fstest.MapFS{"reviews.tsv": {Data: []byte("document\tlabel\n졸렸다\n")}}
	_, err := datasets.ReadTable(datasets.Source{FS: fsys, Path: "reviews.tsv"}, [][]string{{"label"}}, func(datasets.Row) error { return nil })
	fmt.Println(err)
	// Output: reviews.tsv:2: 1 column, want 2 for "label"
}
