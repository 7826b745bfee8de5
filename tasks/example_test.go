package tasks_test

import (
	"fmt"
	"testing/fstest"

	"github.com/lmkor/bench/tasks"
)

func ExampleTask_OpenFS() {
	fsys := fstest.MapFS{"paws/dev_2k.tsv": {Data: []byte("id\tsentence1\tsentence2\tlabel\n" +
		"1\t민수가 지영을 도왔다.\t지영을 도운 사람은 민수다.\t1\n" +
		"2\tNS\t지영이 민수를 도왔다.\t0\n")}}
	task, err := tasks.Find("paws")
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := task.OpenFS(fsys, tasks.Dev)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range set.Examples {
		fmt.Printf("%d, line %d: %s | %s → %s\n", e.ID, e.Line, e.Text, e.Pair, task.Labels[e.Label])
	}
	fmt.Println(set.Rows, "rows, dropped", set.Dropped)
	// Output:
	// 0, line 2: 민수가 지영을 도왔다. | 지영을 도운 사람은 민수다. → 1
	// 2 rows, dropped map[placeholder:1]
}

func ExampleFind() {
	_, err := tasks.Find("nmsc")
	fmt.Println(err)
	// Output: no task "nmsc": did you mean "nsmc"?
}

func ExampleParseYAML() {
	task, err := tasks.ParseYAML([]byte(`name: toxicity
kind: classify
labels: [clean, toxic]
columns: {text: comment, label: toxic}
metric: macro_f1
files: {train: train.tsv, test: test.tsv}
`), "toxicity.yaml")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(task.Name, task.Kind, task.Labels, task.Metric, task.Scored)
	// Output: toxicity classify [clean toxic] macro_f1 test
}
