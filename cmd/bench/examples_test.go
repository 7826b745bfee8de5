package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/tasks"
)

// notRun are the printed commands that the test below does not run, by their
// beginning, and why.
var notRun = []struct{ begin, why string }{
	{"bench quickstart", "TestQuickstartBeatsBaselines trains the same"},
	{"bench models pull", "it fetches from the hub; models/hf tests that against one of its own"},
	{"bench data pull", "it fetches from the official places; its own tests have a server"},
	{"bench perf", "it measures for a minute; the script perf.txtar does so for a moment"},
	{"bench submit", "it hands jobs to a cluster"},
	{"bench models make demo", "it trains for up to an hour; its own test does so for a moment"},
	{"bench serve", "it runs until it is stopped"},
	{"curl ", "it asks a server that runs"},
}

// TestPrintedCommands runs every command that a help text or a README prints, in
// a folder where what they name is there: sample data, small models, runs.
func TestPrintedCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("runs some eighty commands")
	}
	if runtime.GOOS == "windows" {
		t.Skip("the commands are those of a Unix shell")
	}
	printed := printedCommands(t)
	world := newWorld(t)
	scripts := t.TempDir()
	for name, commands := range printed {
		var script strings.Builder
		switch { // these make runs of the same names, or want one of another
		case name == "bench-predict":
			script.WriteString("exec cp -r runs/bert-tiny-scratch runs/my-bert\n")
		case name == "bench-run":
			script.WriteString("rm runs\n")
		case strings.HasPrefix(name, "README"):
			script.WriteString("rm runs/bert-tiny-scratch\n")
		}
		for _, c := range commands {
			if why := reasonNotToRun(c); why != "" {
				t.Logf("%s: %s", c, why)
				continue
			}
			fmt.Fprintf(&script, "exec sh -e -c '%s'\n", strings.ReplaceAll(c, "'", "''"))
		}
		if err := os.WriteFile(filepath.Join(scripts, name+".txtar"), []byte(script.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{Dir: scripts, Setup: world.enter})
}

func reasonNotToRun(command string) string {
	for _, n := range notRun {
		if strings.HasPrefix(command, n.begin) {
			return n.why
		}
	}
	return ""
}

// printedCommands returns the commands of every help text and README, by where
// they stand.
func printedCommands(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			if line = strings.TrimSpace(line); line != "" {
				name := strings.ReplaceAll(cmd.CommandPath(), " ", "-")
				all[name] = append(all[name], line)
			}
		}
		for _, c := range cmd.Commands() {
			visit(c)
		}
	}
	visit(newRoot(&profile{}))
	seen := map[string]bool{} // what a translation repeats runs once
	for _, readme := range []string{"README.md", "README.ko.md"} {
		there := 0
		for _, line := range shellLines(t, filepath.Join("..", "..", readme)) {
			line, _, _ = strings.Cut(line, " #")
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "bench ") && !strings.Contains(line, "| bench ") {
				continue
			}
			if there++; !seen[line] {
				all[readme] = append(all[readme], line)
			}
			seen[line] = true
		}
		if there == 0 {
			t.Errorf("no command in %s", readme)
		}
	}
	return all
}

// shellLines returns the lines of a Markdown file's blocks of shell commands.
func shellLines(t *testing.T, path string) (lines []string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	within := false
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			within = line == "```sh"
			continue
		}
		if within && line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// world is what the printed commands find around them.
type world struct {
	dir    string            // copied into the folder of each script
	models map[string]string // links to small models, by the names that commands use
}

// smallModels are the directories in models/testdata that stand for those that the
// commands name.
var smallModels = map[string]string{
	"my-bert": "bert-mlm", "my-model": "bert-mlm", "path/to/model": "bert-mlm", "path/to/bert": "bert-mlm", "a/checkpoint-500": "bert-mlm",
	"b/checkpoint-500": "bert-mlm", "my-gpt2": "gpt2-lm", "path/to/gpt2": "gpt2-lm",
	"cache/models--kykim--gpt3-kor-small_based_on_gpt2/snapshots/0": "gpt2-lm",
	"cache/models--kykim--bert-kor-base/snapshots/0":                "bert-mlm", "cache/models--kykim--albert-kor-base/snapshots/0": "bert-mlm",
	"cache/models--kykim--electra-kor-base/snapshots/0": "bert-mlm", "cache/models--kykim--funnel-kor-base/snapshots/0": "bert-mlm",
	"cache/models--monologg--kobert/snapshots/0": "bert-mlm", "cache/models--skt--kobert-base-v1/snapshots/0": "bert-mlm",
	"cache/models--beomi--kcbert-base/snapshots/0": "bert-mlm", "cache/models--monologg--koelectra-base-v3-discriminator/snapshots/0": "bert-mlm",
}

// rowsOfWorld is how many rows of each sample file the commands train on.
const rowsOfWorld = 24

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{dir: t.TempDir(), models: map[string]string{}}
	for name, small := range smallModels {
		target, err := filepath.Abs(filepath.Join("..", "..", "models", "testdata", "models", small))
		if err != nil {
			t.Fatal(err)
		}
		w.models[name] = target
		if repo, ok := strings.CutSuffix(name, "/snapshots/0"); ok {
			w.write(t, repo+"/refs/main", "0")
		}
	}
	w.writeData(t)
	w.train(t)
	w.writeSummarizer(t)
	w.plan(t)
	return w
}

// write writes a file of the world.
func (w *world) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// read reads a file of the world.
func (w *world) read(t *testing.T, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(w.dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// writeData writes the first rows of every sample file, where the commands name
// them, and texts of other kinds.
func (w *world) writeData(t *testing.T) {
	t.Helper()
	err := fs.WalkDir(samples.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(samples.FS(), name)
		lines := strings.SplitAfterN(string(raw), "\n", rowsOfWorld+1)
		w.write(t, "DATA/"+name, strings.Join(lines[:len(lines)-1], ""))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "comments.csv", "id,comment\n1,\"좋다, 정말\"\n2,별로다\n")
	w.write(t, "pairs.tsv", "sentence1\tsentence2\n비가 온다.\t비가 내린다.\n")
	text := "지난 주말 부산에서 열린 영화제에 많은 관객이 찾아왔다.\n"
	for name, from := range map[string]string{"my_reviews.txt": "nsmc/ratings_test.txt", "dev_2k.tsv": "paws/dev_2k.tsv", "test_2k.tsv": "paws/test_2k.tsv"} {
		w.write(t, name, w.read(t, "DATA/"+from))
	}
	for _, name := range []string{"article.txt", "articles.txt", "reviews.txt", "sentences.txt"} {
		w.write(t, name, text)
	}
}

// train makes the runs that the commands name, and checkpoints and predictions of
// them.
func (w *world) train(t *testing.T) {
	t.Helper()
	scratch, err := os.ReadFile(filepath.Join("..", "..", "configs", "models", "bert-tiny-scratch.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"run", "--data-dir", filepath.Join(w.dir, "DATA"), "--runs", filepath.Join(w.dir, "runs")}
	for _, name := range []string{"bert-tiny", "bert-mini", "bert-small", "a", "b"} {
		w.write(t, "config/models/"+name+".yaml", strings.ReplaceAll(string(scratch), "bert-tiny-scratch", name))
		args = append(args, "--model", name)
	}
	t.Setenv("BENCH_CONFIG_DIR", filepath.Join(w.dir, "config"))
	w.bench(t, append(args, "--model", "bert-tiny-scratch", "--task", "nsmc")...)
	w.bench(t, append(args[:len(args):len(args)], "--task", "kornli")...)
	w.bench(t, append(args[:len(args):len(args)], "--task", "korsts")...)

	for name, run := range map[string]string{"my-bert-nsmc": "bert-tiny-scratch/nsmc", "their-nli": "a/kornli", "my-bert-sts": "a/korsts",
		"a/checkpoint": "a/nsmc", "b/checkpoint": "b/nsmc"} {
		w.copy(t, "runs/"+run+"/seed-42/checkpoint", name)
	}
	if err := os.Remove(filepath.Join(w.dir, "their-nli", "bench.json")); err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal([]byte(w.read(t, "their-nli/config.json")), &config); err != nil {
		t.Fatal(err)
	}
	config["id2label"] = map[string]string{"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
	config["label2id"] = map[string]int{"LABEL_0": 0, "LABEL_1": 1, "LABEL_2": 2}
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	w.write(t, "their-nli/config.json", string(raw))
	w.copy(t, "their-nli", "path/to/nli")
	for name, run := range map[string]string{"predictions.jsonl": "a/nsmc", "a.jsonl": "a/kornli", "b.jsonl": "b/kornli"} {
		lines := w.read(t, "runs/"+run+"/seed-42/predictions.jsonl")
		w.write(t, name, strings.ReplaceAll(lines, `{"id":`, `{"genre":"news","id":`))
	}
	w.write(t, "mytask.yaml", "name: mytask\nkind: classify\nlabels: ['0', '1']\ncolumns: {text: document, label: label}\nfiles: {train: a.tsv, test: b.tsv}\n")
	w.write(t, "my-suite.yaml", "models: [bert-tiny-scratch]\ntasks: [nsmc]\nset: {epochs: 1}\ndata_dir: DATA\n")
	w.write(t, "before.json", w.bench(t, "perf", "--model", "bert-tiny-scratch", "--steps", "1", "--format", "json"))
	w.write(t, "reference.jsonl", string(mustRead(t, filepath.Join(w.models["my-bert"], "reference.jsonl"))))
	w.write(t, "FILE.jsonl", w.read(t, "reference.jsonl"))
}

// plan makes a plan, whose paths are those below the world.
func (w *world) plan(t *testing.T) {
	t.Helper()
	t.Chdir(w.dir)
	for _, cache := range []string{"XDG_CACHE_HOME", "HOME"} { // what is measured here stays here
		t.Setenv(cache, t.TempDir())
	}
	w.bench(t, "plan", "--model", "bert-tiny-scratch", "--task", "nsmc", "--data-dir", "DATA", "--runs", "runs", "-o", "plan.json")
}

// writeSummarizer makes a small encoder-decoder with room for an article.
func (w *world) writeSummarizer(t *testing.T) {
	t.Helper()
	side := func() smallmodel.Fields {
		side := smallmodel.BERT()
		side["max_position_embeddings"] = 512
		return side
	}
	decoder := side()
	decoder["is_decoder"], decoder["add_cross_attention"] = true, true
	tok := smallmodel.Vocabulary(t)
	dir := smallmodel.New(t, smallmodel.Fields{"model_type": "encoder-decoder", "architectures": []string{"EncoderDecoderModel"}, "encoder": side(), "decoder": decoder,
		"decoder_start_token_id": 2, "eos_token_id": 3, "pad_token_id": 0}, tok).Write(t, tok)
	for _, name := range []string{"my-bertshared", "path/to/bertshared", "cache/models--kykim--bertshared-kor-base/snapshots/0"} {
		w.models[name] = dir
	}
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// bench runs the program, which must not fail, and returns what it prints.
func (w *world) bench(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(args, strings.NewReader(""), &out, &errs); status != statusDone {
		t.Fatalf("bench %v: status %d: %s", args, status, errs.String())
	}
	return out.String()
}

// copy copies a folder of the world.
func (w *world) copy(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(w.dir, to), os.DirFS(filepath.Join(w.dir, filepath.FromSlash(from)))); err != nil {
		t.Fatal(err)
	}
}

// enter makes a script's folder a copy of the world.
func (w *world) enter(env *testscript.Env) error {
	if err := os.CopyFS(env.WorkDir, os.DirFS(w.dir)); err != nil {
		return err
	}
	for name, target := range w.models {
		link := filepath.Join(env.WorkDir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
			return err
		}
		if err := os.Symlink(target, link); err != nil {
			return err
		}
	}
	env.Setenv("HF_HUB_CACHE", filepath.Join(env.WorkDir, "cache"))
	env.Setenv("BENCH_CONFIG_DIR", filepath.Join(env.WorkDir, "config"))
	return oneThread(env)
}

// TestPrintedYAML reads every example of YAML in the documents, whose first line
// says what it is: "# FILE: a suite".
func TestPrintedYAML(t *testing.T) {
	dir := t.TempDir()
	read := map[string]func(path string) error{
		"a suite":  func(path string) error { _, err := configs.FindSuite(path); return err },
		"a recipe": func(path string) error { _, err := configs.FindRecipe(path, "nsmc"); return err },
		"a model":  func(path string) error { _, err := configs.FindModel(path); return err },
		"a task":   func(path string) error { _, err := tasks.Find(path); return err },
	}
	for _, document := range []string{"README.md", "README.ko.md", "CONTRIBUTING.md"} {
		raw := string(mustRead(t, filepath.Join("..", "..", document)))
		seen := map[string]string{} // by file: what it is
		for _, block := range strings.Split(raw, "```yaml\n")[1:] {
			text, _, _ := strings.Cut(block, "```")
			first, _, _ := strings.Cut(text, "\n")
			file, kind, ok := strings.Cut(strings.TrimPrefix(first, "# "), ": ")
			if !ok || read[kind] == nil {
				t.Errorf("%s: an example begins with %q: want '# FILE: a suite', a recipe, a model or a task", document, first)
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
			seen[file] = kind
		}
		t.Run(document, func(t *testing.T) {
			t.Chdir(dir)
			kinds := map[string]bool{}
			for file, kind := range seen {
				kinds[kind] = true
				if err := read[kind](file); err != nil {
					t.Errorf("%s: %v", document, err)
				}
			}
			if document != "CONTRIBUTING.md" && len(kinds) != len(read) {
				t.Errorf("%s has examples of %v: want one of each kind", document, seen)
			}
		})
	}
}
