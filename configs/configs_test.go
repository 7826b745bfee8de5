package configs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestEverythingEmbeddedLoads(t *testing.T) {
	if _, err := Models(); err != nil {
		t.Error(err)
	}
	for _, n := range Suites() {
		if _, err := FindSuite(n); err != nil {
			t.Error(err)
		}
	}
	for _, n := range Recipes() {
		r, err := FindRecipe(n, "nsmc")
		if err == nil {
			err = r.Check()
		}
		if err != nil {
			t.Errorf("recipe %s: %v", n, err)
		}
	}
	for _, n := range PublishedTables() {
		if p, err := FindPublished(n); err != nil || len(p.Rows) == 0 {
			t.Errorf("published table %s: %v", n, err)
		}
	}
}

func TestRecipesByTask(t *testing.T) {
	for _, c := range []struct {
		recipe, task  string
		batch, epochs int
		lr            float64
		truncation    string
	}{
		{"default", "nsmc", 32, 3, 3e-5, LongestFirst},
		{"lmkor", "naver-ner", 32, 15, 3e-5, LongestFirstPython},
		{"koelectra", "nsmc", 32, 10, 5e-5, LongestFirstPython},
		{"koelectra", "naver-ner", 32, 20, 5e-5, LongestFirstPython},
		{"koelectra", "paws", 32, 15, 3e-5, LongestFirstPython},
		{"koelectra", "kornli", 64, 15, 5e-5, LongestFirstPython},
	} {
		r, err := FindRecipe(c.recipe, c.task)
		if err != nil {
			t.Fatal(err)
		}
		if r.BatchSize != c.batch || r.Epochs != c.epochs || r.LearningRate != c.lr || r.Truncation != c.truncation || r.AdamBeta2 != 0.999 {
			t.Errorf("%s, %s: %+v", c.recipe, c.task, r)
		}
	}
}

func TestSet(t *testing.T) {
	for _, c := range []struct{ set, want string }{
		{"epochs=5", ""}, {"learning_rate=1e-4", ""}, {"dropout=config", ""}, {"dropout=0.2", ""}, {"shuffle=false", ""}, {"shuffle=True", ""},
		{"padding=max_length", ""}, {"seed=18446744073709551615", ""}, {"threads=2", ""}, {"max_grad_norm=0", ""}, {" epochs = 5 ", ""},
		{"epoch=5", `unknown field "epoch": did you mean "epochs"?`},
		{"learning_rat=1", `did you mean "learning_rate"?`},
		{"per_device_train_batch_size=8", `did you mean "batch_size"?`},
		{"shade_of=1", `unknown field "shade_of": want one of batch_size, learning_rate`},
		{"epochs", `"epochs": want name=value`},
		{"epochs=3.5", `epochs "3.5": want a whole number, 1 or more`},
		{"epochs=", `epochs "": want a whole number`},
		{"epochs=0", "1 or more"},
		{"epochs=99999999999", "1 or more"},
		{"batch_size=-1", "1 or more"},
		{"max_length=3", "4 or more"},
		{"learning_rate=NaN", "a number above 0"},
		{"learning_rate=Inf", "a number above 0"},
		{"learning_rate=0", "a number above 0"},
		{"warmup_ratio=1.5", "0 to 1"},
		{"adam_beta2=1", "below 1"},
		{"adam_epsilon=0", "above 0"},
		{"dropout=1", "below 1"},
		{"dropout=some", "or config"},
		{"shuffle=1", "want true or false"},
		{"precision=float64", "want float32, bfloat16 or float16"},
		{"padding=longest", "want none or max_length"},
		{"truncation=only_first", "want longest_first or longest_first_python"},
		{"seed=-1", "want a whole number, 0 or more"},
		{"threads=5000", "to 4096"},
		{"lr_schedule=cosine", ""},
		{"lr_schedule=step", "linear, cosine, constant or"},
		{"warmup_steps=-1", "0 (by warmup_ratio) or more"},
		{"max_steps=10", ""},
		{"layerwise_lr_decay=0", "above 0"},
		{"layerwise_lr_decay=NaN", "above 0"},
		{"layerwise_lr_decay=0.9", ""},
		{"freeze=embeddings", ""},
		{"freeze=6", ""},
		{"freeze=0", "none, embeddings, or a number of layers"},
		{"freeze=head", "none, embeddings, or a number of layers"},
		{"class_weights=balanced", ""},
		{"class_weights=1,2,0.5", ""},
		{"class_weights=[1, 2]", ""},
		{"class_weights=[1, 2", "a list of numbers"},
		{"class_weights=1", "a list of numbers"},
		{"class_weights=1,-2", "a list of numbers"},
		{"class_weights=0,0", "a list of numbers"},
		{"class_weights=heavy", "none, balanced, or a list"},
		{"label_smoothing=0.1", ""},
		{"label_smoothing=1", "below 1"},
		{"early_stopping_patience=3", ""},
		{"early_stopping_patience=-3", "0 (never) or more"},
		{"keep=both", ""},
		{"holdout=0.1", ""},
		{"holdout=1", "below 1"},
		{"keep=all", "last, best or both"},
	} {
		r := recipeFor(t, "default", "nsmc")
		before := r
		err := r.Set(c.set)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", c.set, err, c.want)
		}
		if err != nil && !reflect.DeepEqual(r, before) {
			t.Errorf("%s: changed the recipe in spite of its error", c.set)
		}
	}
}

func recipeFor(t *testing.T, name, task string) Recipe {
	t.Helper()
	r, err := FindRecipe(name, task)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// write leaves a file of the user's in a folder of its own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryFieldCanBeSet(t *testing.T) {
	r := recipeFor(t, "default", "nsmc")
	for _, f := range fields {
		if err := r.Set(f.name + "=" + text(f.at(&r))); err != nil {
			t.Errorf("the default of %s cannot be set: %v", f.name, err)
		}
	}
	v, in := reflect.TypeFor[Recipe](), FieldNames()
	if v.NumField() != len(in) {
		t.Errorf("%d fields in Recipe, %d can be set", v.NumField(), len(in))
	}
	for i := range v.NumField() {
		if name, _, _ := strings.Cut(v.Field(i).Tag.Get("json"), ","); name != "-" && name != in[i] {
			t.Errorf("field %d is %s in manifests, %s on the command line", i, name, in[i])
		}
	}
}

// text is a field's value as Set takes it.
func text(at any) string {
	if d, ok := at.(*Dropout); ok {
		if d.Rate == nil {
			return dropoutOfConfig
		}
		return fmt.Sprint(*d.Rate)
	}
	switch v := at.(type) {
	case *Freeze, *ClassWeights:
		b, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		return strings.Trim(string(b), `"`)
	}
	return fmt.Sprint(reflect.ValueOf(at).Elem())
}

func TestRecipeMistakesHavePlaces(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"field", "name: x\nrecipe:\n  epochs: 2\n  batchsize: 8\n", `my.yaml:4:3: unknown field "batchsize": did you mean "batch_size"?`},
		{"type", "name: x\nrecipe:\n  epochs: 3.5\n", `my.yaml:3:11: epochs "3.5": want a whole number`},
		{"range", "name: x\nrecipe:\n  epochs: 0\n", `my.yaml:3:11: epochs "0": want a whole number, 1 or more`},
		{"nothing", "name: x\nrecipe:\n  epochs:\n", `my.yaml:3:10: epochs "": want`},
		{"quoted number", "name: x\nrecipe:\n  epochs: \"3\"\n", `my.yaml:3:11: epochs: "3" in quotation marks`},
		{"a list", "name: x\nrecipe:\n  epochs: [3]\n", `my.yaml:3:11: epochs: want a whole number`},
		{"twice", "name: x\nrecipe:\n  epochs: 3\n  epochs: 4\n", `my.yaml:4:3: "epochs" a second time, after line 3`},
		{"another task's field", "name: x\ntasks:\n  paws: {epoch: 2}\n", `my.yaml:3:10: unknown field "epoch": did you mean "epochs"?`},
		{"another task's value", "name: x\ntasks:\n  paws: {epochs: none}\n", `my.yaml:3:18: epochs "none"`},
		{"mistyped task", "name: x\ntasks:\n  nmsc: {epochs: 2}\n", `my.yaml:3:9: unknown task "nmsc": did you mean "nsmc"?`},
		{"top field", "name: x\nrecipes: {}\n", `my.yaml:2:1: unknown field "recipes": did you mean "recipe"?`},
		{"not fields", "name: x\nrecipe: lmkor\n", `my.yaml:2:9: "lmkor": want recipe fields`},
		{"unknown base", "name: x\nbase: koelektra\n", `no recipe "koelektra": did you mean "koelectra"?`},
		{"its own base", "name: x\nbase: BASE\n", "my.yaml:2:7: recipe "},
		{"empty", "", "my.yaml: is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, "my.yaml", "")
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(c.yaml, "BASE", path)), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := FindRecipe(path, "nsmc")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant %q", err, c.want)
			}
		})
	}
}

func TestUserRecipeChangesItsBase(t *testing.T) {
	path := write(t, "my.yaml", `name: mine
base: koelectra
recipe:
  learning_rate: 1e-4
tasks:
  nsmc: &short {epochs: 2, dropout: 0.2}
  nsmc-short: *short
`)
	r := recipeFor(t, path, "nsmc")
	if r.LearningRate != 1e-4 || r.Epochs != 2 || r.Dropout.Rate == nil || *r.Dropout.Rate != 0.2 || r.Truncation != LongestFirstPython {
		t.Errorf("%+v", r)
	}
	if r = recipeFor(t, path, "nsmc-short"); r.Epochs != 2 {
		t.Errorf("%+v", r)
	}
	if r = recipeFor(t, path, "paws"); r.Epochs != 15 || r.Dropout.Rate != nil {
		t.Errorf("%+v", r)
	}
}

func TestUnknownNames(t *testing.T) {
	if _, err := FindModel("bert-kor-bas"); err == nil || !strings.Contains(err.Error(), `no model "bert-kor-bas": did you mean "bert-kor-base"?`) {
		t.Error(err)
	}
	if _, err := FindSuite("lmkr"); err == nil || !strings.Contains(err.Error(), `did you mean "lmkor"?`) {
		t.Error(err)
	}
	if _, err := FindPublished("gluon"); err == nil || !strings.Contains(err.Error(), `want one of lmkor, or a file`) {
		t.Error(err)
	}
	if _, err := FindRecipe("nowhere.yaml", "nsmc"); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "recipe nowhere.yaml: ") {
		t.Error(err)
	}
}

func TestThreadsAreNotInTheManifest(t *testing.T) {
	r, err := FindRecipe("default", "nsmc")
	if err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(r)
	r.Threads = 7
	b, _ := json.Marshal(r)
	if string(a) != string(b) {
		t.Error("threads change the recipe's record, but no result")
	}
	if !strings.Contains(string(a), `"dropout":"config"`) {
		t.Errorf("%s", a)
	}
}

func TestClassWeightsAsAList(t *testing.T) {
	file := write(t, "my.yaml", "name: my\nrecipe:\n  class_weights: [1, 2.5, 0.5]\n  freeze: 2\n")
	r, err := FindRecipe(file, "hate-speech")
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(b), `"class_weights":[1,2.5,0.5]`) || !strings.Contains(string(b), `"freeze":2`) {
		t.Errorf("%s, %v", b, err)
	}
	file = write(t, "my.yaml", "name: my\nrecipe:\n  class_weights: [1, [2]]\n")
	if _, err := FindRecipe(file, "hate-speech"); err == nil || !strings.Contains(err.Error(), "my.yaml:3") {
		t.Errorf("error %v, want one with its line", err)
	}
}
