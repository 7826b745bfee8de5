package configs

import (
	"os"
	"path/filepath"
	"testing"
)

// fuzz gives finds the text as a file of the user's.
func fuzz(f *testing.F, folder string, find func(t *testing.T, path string) error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		raw, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	path := filepath.Join(f.TempDir(), "my.yaml")
	f.Fuzz(func(t *testing.T, raw []byte) {
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := find(t, path); err != nil && err.Error() == "" {
			t.Error("an error without a word")
		}
	})
}

func FuzzRecipe(f *testing.F) {
	fuzz(f, "recipes", func(t *testing.T, path string) error {
		r, err := FindRecipe(path, "nsmc")
		if err == nil {
			if bad := r.Check(); bad != nil {
				t.Errorf("loaded, though %v", bad)
			}
		}
		return err
	})
}

func FuzzSuite(f *testing.F) {
	fuzz(f, "suites", func(t *testing.T, path string) error {
		s, err := FindSuite(path)
		if err == nil {
			r, bad := s.RecipeFor("nsmc")
			if bad == nil {
				bad = r.Check()
			}
			if bad != nil {
				t.Errorf("loaded, though %v", bad)
			}
		}
		return err
	})
}

func FuzzModel(f *testing.F) {
	fuzz(f, "models", func(t *testing.T, path string) error {
		m, err := FindModel(path)
		if err == nil && m.Scratch != nil {
			_, err = m.Scratch.ConfigJSON()
		}
		return err
	})
}

func FuzzPublished(f *testing.F) {
	fuzz(f, "published", func(t *testing.T, path string) error {
		_, err := FindPublished(path)
		return err
	})
}
