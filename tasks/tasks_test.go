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

func open(t *testing.T, task, split, text string) (*Set, error) {
	t.Helper()
	tk, err := Find(task)
	if err != nil {
		t.Fatal(err)
	}
	name, ok := tk.File(split)
	if !ok {
		t.Fatalf("%s has no %s file", task, split)
	}
	return tk.OpenFS(fstest.MapFS{task + "/" + name: {Data: []byte(text)}}, split)
}

func TestOpen(t *testing.T) {
	for _, c := range []struct{ name, task, split, text, want string }{
		{"nsmc keeps empty texts", "nsmc", Train, "id\tdocument\tlabel\n1\t좋다\t1\n2\t\t0\n", `"좋다" 1 | "" 0`},
		{"paws drops empty sides and placeholders", "paws", Test,
			"id\tsentence1\tsentence2\tlabel\n1\t가\t나\t1\n2\t\t나\t0\n3\tNS\t나\t0\n4\t다\tNS\t1\n5\t라\t마\t0\n", `"가"+"나" 1 | "라"+"마" 0`},
		{"question pair drops empty sides", "question-pair", Dev, "question1\tquestion2\tis_duplicate\n가\t나\t1\n가\t\t1\n\t나\t0\n", `"가"+"나" 1`},
		{"kornli labels in the model's order", "kornli", Test, "sentence1\tsentence2\tgold_label\n가\t나\tneutral\n다\t라\tcontradiction\n", `"가"+"나" 2 | "다"+"라" 0`},
		{"hate speech under KoELECTRA's header", "hate-speech", Dev, "title\tcomment\tbias\thate\n제목\t좋다\tnone\toffensive\n", `"좋다" 1`},
		{"hate speech under the original header", "hate-speech", Dev, "comments\tcontain_gender_bias\tbias\thate\n좋다\tFalse\tnone\thate\n", `"좋다" 2`},
	} {
		t.Run(c.name, func(t *testing.T) {
			set, err := open(t, c.task, c.split, c.text)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, e := range set.Examples {
				if e.ID != i {
					t.Errorf("example %d has id %d", i, e.ID)
				}
				s := fmt.Sprintf("%q", e.Text)
				if e.HasPair {
					s += fmt.Sprintf("+%q", e.Pair)
				}
				got = append(got, fmt.Sprintf("%s %d", s, e.Label))
			}
			if s := strings.Join(got, " | "); s != c.want {
				t.Errorf("%s\nwant %s", s, c.want)
			}
		})
	}
}

func TestDropsAreCounted(t *testing.T) {
	set, err := open(t, "paws", Test, "id\tsentence1\tsentence2\tlabel\n1\t가\t나\t1\n\n2\t\t나\t0\n3\tNS\t나\t0\n4\t다\tNS\t1\n\n")
	if err != nil {
		t.Fatal(err)
	}
	if set.Rows != 5 || set.Dropped[EmptySide] != 1 || set.Dropped[PlaceholderSide] != 2 || set.Dropped[BlankLine] != 1 || len(set.Examples) != 1 {
		t.Errorf("%d rows, dropped %v", set.Rows, set.Dropped)
	}
}

func TestRegressionAndTags(t *testing.T) {
	set, err := open(t, "korsts", Dev, "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2\na\tb\tc\td\t3.800\t가\t나\n")
	if err != nil || set.Examples[0].Score != 3.8 || set.Examples[0].Pair != "나" {
		t.Errorf("%+v, %v", set, err)
	}
	set, err = open(t, "naver-ner", Test, "철수는 서울에 산다\tPER-B LOC-B O\n")
	if err != nil || fmt.Sprint(set.Examples[0].Tags) != "[1 9 0]" {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestErrorsNameThePlace(t *testing.T) {
	for _, c := range []struct{ name, task, split, text, want string }{
		{"label", "nsmc", Train, "id\tdocument\tlabel\n1\t좋다\t1\n2\t나쁘다\tx\n", `nsmc: ratings_train.txt:3: label "x": want one of "0", "1"`},
		{"several", "nsmc", Train, "id\tdocument\tlabel\n1\t좋다\tx\n2\t나쁘다\n3\t그냥\ty\n4\t또\t1\n", `nsmc: ratings_train.txt:2: label "x": want one of "0", "1" (and 2 more bad rows)`},
		{"label in quotation marks", "nsmc", Train, "id\tdocument\tlabel\n1\t좋다\t\"1\"\n", `label "\"1\"": want one of "0", "1"`},
		{"empty label", "kornli", Dev, "sentence1\tsentence2\tgold_label\n가\t나\t\n", `kornli: xnli.dev.ko.tsv:2: 2 columns, want 3 for "gold_label" (1 empty at the line's end)`},
		{"words without tags", "naver-ner", Test, "철수는 갔다\tPER-B\n", `naver-ner: test.tsv:1: 2 words with 1 tags`},
		{"tag", "naver-ner", Test, "철수\tPER-B\n서울\tLOC\n", `naver-ner: test.tsv:2: tag "LOC" of word 1: want one of "O", "PER-B"`},
		{"score", "korsts", Dev, "score\tsentence1\tsentence2\n높음\t가\t나\n", `korsts: sts-dev.tsv:2: score "높음": want a finite number`},
		{"score too large", "korsts", Dev, "score\tsentence1\tsentence2\n1e999\t가\t나\n", `score "1e999": want a finite number`},
		{"score not finite", "korsts", Dev, "score\tsentence1\tsentence2\nNaN\t가\t나\n", `score "NaN": want a finite number`},
		{"score above its range", "korsts", Dev, "score\tsentence1\tsentence2\n5.2\t가\t나\n", `korsts: sts-dev.tsv:2: score "5.2": want a number from 0 to 5`},
		{"score below its range", "korsts", Dev, "score\tsentence1\tsentence2\n-1\t가\t나\n", `score "-1": want a number from 0 to 5`},
		{"all dropped", "paws", Test, "id\tsentence1\tsentence2\tlabel\n1\tNS\tNS\t1\n", "paws: test_2k.tsv: all 1 rows were dropped"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := open(t, c.task, c.split, c.text)
			var e *datasets.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant %q", err, c.want)
			}
		})
	}
	nsmc, _ := Find("nsmc")
	if _, err := nsmc.Open(t.TempDir(), Train); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "ratings_train.txt") {
		t.Errorf("missing file: %v", err)
	}
	if _, err := nsmc.OpenFS(fstest.MapFS{}, Dev); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing split: %v", err)
	}
}

func TestFind(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"nmsc", `no task "nmsc": did you mean "nsmc"?`},
		{"naver_ner", `did you mean "naver-ner"?`},
		{"translation-quality", "want one of nsmc, naver-ner"},
	} {
		if _, err := Find(c.name); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestTableRowsAreComplete(t *testing.T) {
	names := map[string]bool{}
	for _, task := range All {
		if m := task.check(); m != nil || task.Title == "" || names[task.Name] {
			t.Errorf("%s: %+v", task.Name, m)
		}
		names[task.Name] = true
	}
	if len(All) != 7 {
		t.Errorf("%d tasks", len(All))
	}
}

const ownTask = `name: toxicity
kind: classify
labels: [clean, toxic]
columns: {text: comment, label: toxic}
metric: macro_f1
files: {train: train.tsv, test: test.tsv}
`

func TestOwnTask(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "toxicity.yaml")
	for name, text := range map[string]string{path: ownTask, filepath.Join(dir, "mine.tsv"): "toxic\tcomment\ntoxic\t나쁘다\nclean\t좋다\n"} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	task, err := Find(path)
	if err != nil {
		t.Fatal(err)
	}
	if task.Scored != Test || task.Title != "toxicity" || task.IsPair() {
		t.Errorf("%+v", task)
	}
	set, err := task.OpenFile(filepath.Join(dir, "mine.tsv"), Test)
	if err != nil || len(set.Examples) != 2 || set.Examples[0].Label != 1 || set.File != "mine.tsv" {
		t.Errorf("%+v, %v", set, err)
	}
	if _, err := task.OpenFile(filepath.Join(dir, "nowhere.tsv"), Test); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "nowhere.tsv")) {
		t.Errorf("a missing file is %v, want its path", err)
	}
}

func TestOwnTaskErrors(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"kind: classify", "kind: rank", `my.yaml:2:7: kind "rank": want classify, regress or tag`},
		{"kind: classify", "kinds: classify", `my.yaml:2:1: unknown field "kinds": did you mean "kind"?`},
		{"macro_f1", "spearman", `my.yaml:5:9: metric "spearman": want one of accuracy, macro_f1, matthews`},
		{"[clean, toxic]", "[clean]", "my.yaml:3:9: labels: 1, want two or more"},
		{"[clean, toxic]", "[clean, clean]", "is empty or there twice"},
		{"[clean, toxic]", "[clean, ]", "labels: 1, want two or more"},
		{"labels: [clean, toxic]", "labels: 3", `my.yaml:3:9: "3": want a list`},
		{", test: test.tsv", "", "my.yaml:6:8: files: no dev file, which is the one that is scored"},
		{"test: test.tsv", "test: ../test.tsv", `my.yaml:6:33: files.test "../test.tsv": want a file's name`},
		{"text: comment, ", "", "my.yaml:4:10: columns.text: want the name of the column"},
		{"name: toxicity", "name: a/b", "want a word that can name a folder"},
		{"name: toxicity\n", "", `my.yaml:1:1: name "": want a word`},
		{"name: toxicity", "name: toxicity\nscored: train", `my.yaml:2:9: scored "train": want test or dev`},
		{"kind: classify", "kind: regress\nmetric: spearman", `"metric" a second time`},
		{"kind: classify\n", "kind: classify\nkind: classify\n", `my.yaml:3:1: "kind" a second time, after line 2`},
		{"kind: classify\nlabels: [clean, toxic]\ncolumns: {text: comment, label: toxic}\nmetric: macro_f1", "kind: tag\nlabels: [O, PER]", `"PER": want a type with -B or -I behind it, as PER-B, or B- or I- before it`},
		{"kind: classify\nlabels: [clean, toxic]\ncolumns: {text: comment, label: toxic}\nmetric: macro_f1", "kind: tag\nlabels: [PER-B, O]", `"PER-B" first, want O`},
		{"kind: classify\nlabels: [clean, toxic]\ncolumns: {text: comment, label: toxic}\nmetric: macro_f1", "kind: tag\nlabels: [O, PER-B]\ncolumns: {text: a}", `columns: want none`},
		{"kind: classify", "kind: classify\nrange: [0, 1]", "my.yaml:3:8: range: want [low, high] of the scores of kind regress"},
		{"kind: classify", "kind: regress\nrange: [1, 0]", "range: want [low, high]"},
		{"kind: classify", "kind: regress\nrange: [1]", "range: want [low, high]"},
		{"kind: classify", "kind: regress", `metric "macro_f1": want one of spearman, pearson`},
	} {
		_, err := ParseYAML([]byte(strings.Replace(ownTask, c.from, c.to, 1)), "my.yaml")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.to, err, c.want)
		}
	}
}

func FuzzParseYAML(f *testing.F) {
	f.Add([]byte(ownTask))
	f.Add([]byte("kind: tag\nlabels: [O, X-B]\nname: a\nfiles: {dev: d}\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		task, err := ParseYAML(raw, "my.yaml")
		if err == nil && (task.check() != nil || task.Title == "") {
			t.Errorf("%+v", task)
		}
	})
}
