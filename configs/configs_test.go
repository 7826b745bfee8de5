package configs

import (
	"encoding/json"
	"os"
	"path/filepath"
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
		{"epochs=5", ""}, {"learning_rate=1e-4", ""}, {"dropout=config", ""}, {"dropout=0.2", ""}, {"shuffle=false", ""},
		{"padding=max_length", ""}, {"seed=18446744073709551615", ""}, {"threads=2", ""}, {"max_grad_norm=0", ""},
		{"epoch=5", `unknown field "epoch": did you mean "epochs"?`},
		{"learning_rat=1", `did you mean "learning_rate"?`},
		{"epochs", "want name=value"},
		{"epochs=3.5", `epochs "3.5": want 1 or more`},
		{"epochs=0", "want 1 or more"},
		{"batch_size=-1", "want 1 or more"},
		{"learning_rate=NaN", "want a positive number"},
		{"learning_rate=Inf", "want a positive number"},
		{"dropout=1", "below 1"},
		{"shuffle=1", "want true or false"},
		{"precision=float16", "want float32 or bfloat16"},
		{"seed=-1", "want a whole number"},
	} {
		r, err := FindRecipe("default", "nsmc")
		if err != nil {
			t.Fatal(err)
		}
		err = r.Set(c.set)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v, want %q", c.set, err, c.want)
		}
	}
}

func TestYAMLErrorsHavePlaces(t *testing.T) {
	for _, c := range []struct{ name, yaml, want string }{
		{"recipe field", "name: x\nrecipe:\n  epochs: 2\n  batchsize: 8\n", `my.yaml: line 4, column 3: unknown field "batchsize": did you mean "batch_size"?`},
		{"recipe type", "name: x\nrecipe:\n  epochs: 3.5\n", `my.yaml: line 3, column 11: epochs: "3.5": want a whole number`},
		{"recipe range", "name: x\nrecipe:\n  epochs: 0\n", `line 3, column 11: epochs "0": want 1 or more`},
		{"quoted number", "name: x\nrecipe:\n  epochs: \"3\"\n", `line 3, column 11`},
		{"another task's field", "name: x\ntasks:\n  paws: {epoch: 2}\n", `line 3, column 10: unknown field "epoch": did you mean "epochs"?`},
		{"top field", "name: x\nrecipes: {}\n", `unknown field "recipes": did you mean "recipe"?`},
		{"its own base", "name: x\nbase: BASE\n", "is its own base"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "my.yaml")
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
	path := filepath.Join(t.TempDir(), "my.yaml")
	text := "name: mine\nbase: koelectra\nrecipe:\n  learning_rate: 1e-4\ntasks:\n  nsmc: {epochs: 2, dropout: 0.2}\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := FindRecipe(path, "nsmc")
	if err != nil {
		t.Fatal(err)
	}
	if r.LearningRate != 1e-4 || r.Epochs != 2 || r.Dropout.Rate == nil || *r.Dropout.Rate != 0.2 || r.Truncation != LongestFirstPython {
		t.Errorf("%+v", r)
	}
	if r, err = FindRecipe(path, "paws"); err != nil || r.Epochs != 15 || r.Dropout.Rate != nil {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestUnknownNames(t *testing.T) {
	if _, err := FindModel("bert-kor-bas"); err == nil || !strings.Contains(err.Error(), `did you mean "bert-kor-base"?`) {
		t.Error(err)
	}
	if _, err := FindSuite("lmkr"); err == nil || !strings.Contains(err.Error(), `did you mean "lmkor"?`) {
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

func FuzzRecipe(f *testing.F) {
	f.Add("name: x\nrecipe:\n  epochs: 2\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		var r RecipeFile
		if load([]byte(text), "f.yaml", &r) == nil {
			var into Recipe
			r.apply(&into, "nsmc", "f.yaml")
		}
		var m ModelSpec
		load([]byte(text), "f.yaml", &m)
		var s Suite
		load([]byte(text), "f.yaml", &s)
	})
}
