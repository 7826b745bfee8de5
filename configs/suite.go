package configs

import "fmt"

// Suite is a set of trainings: models × tasks × seeds under one recipe.
type Suite struct {
	Name    string              `yaml:"name"`
	Note    string              `yaml:"note"`
	Recipe  string              `yaml:"recipe"`
	Models  []string            `yaml:"models"`
	Tasks   []string            `yaml:"tasks"` // none: all seven
	Seeds   []uint64            `yaml:"seeds"` // none: the recipe's
	DataDir string              `yaml:"data_dir"`
	Set     []string            `yaml:"set"`      // name=value, on top of the recipe
	TaskSet map[string][]string `yaml:"task_set"` // and on top of that, by task
}

// FindSuite returns an embedded suite, or the user's own where name is a YAML
// file.
func FindSuite(name string) (*Suite, error) {
	raw, file, err := read(suiteFolder, "suite", name)
	if err != nil {
		return nil, err
	}
	var s Suite
	if err := load(raw, file, &s); err != nil {
		return nil, err
	}
	for task := range s.TaskSet {
		if _, err := s.RecipeFor(task); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if _, err := s.RecipeFor(""); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return &s, nil
}

// RecipeFor returns the suite's recipe for a task.
func (s *Suite) RecipeFor(task string) (Recipe, error) {
	name := s.Recipe
	if name == "" {
		name = defaultRecipe
	}
	r, err := FindRecipe(name, task)
	if err != nil {
		return Recipe{}, err
	}
	for _, set := range append(append([]string{}, s.Set...), s.TaskSet[task]...) {
		if err := r.Set(set); err != nil {
			return Recipe{}, err
		}
	}
	return r, r.Check()
}

// Published is a table of results that somebody published.
type Published struct {
	Name   string `yaml:"name"`
	Source string `yaml:"source"`
	Note   string `yaml:"note"`
	Rows   []struct {
		Model  string             `yaml:"model"`
		Scores map[string]float64 `yaml:"scores"` // per cent, by task
	} `yaml:"rows"`
}

// FindPublished returns a published table.
func FindPublished(name string) (*Published, error) {
	raw, file, err := read(publishedFolder, "published table", name)
	if err != nil {
		return nil, err
	}
	var p Published
	return &p, load(raw, file, &p)
}

// Suites, Recipes and PublishedTables return the embedded names.
func Suites() []string          { return names(suiteFolder) }
func Recipes() []string         { return names(recipeFolder) }
func PublishedTables() []string { return names(publishedFolder) }
