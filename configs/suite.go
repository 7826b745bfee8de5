package configs

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/internal/strictyaml"
)

// Suite is a set of trainings: models × tasks × seeds under one recipe.
type Suite struct {
	Name    string
	Note    string
	Recipe  string   // a recipe's name; none: the model's, or default
	Models  []string // names, directories or YAML files
	Tasks   []string // names or YAML files; none: all seven
	Seeds   []uint64 // none: the recipe's
	DataDir string
	Set     []string // name=value, on top of all else
	Grid    Grid     // fields to try several values of
	Budget  int      // how many of the grid's points to try; 0: all
	Random  uint64   // the seed that chooses these

	file    string
	changes []yaml.Node            // on top of the recipe
	byTask  map[string][]yaml.Node // and on top of that
}

// suiteFile is a suite as a file has it. recipe is a name or a mapping of recipe
// fields; set a mapping of them, or a list of name=value; task_set has such for
// single tasks; tasks is a list of names, or a mapping from names to what task_set
// would have for them; grid a mapping from recipe fields to lists of values.
type suiteFile struct {
	Name    string               `yaml:"name"`
	Note    string               `yaml:"note"`
	Recipe  yaml.Node            `yaml:"recipe"`
	Models  []string             `yaml:"models"`
	Tasks   yaml.Node            `yaml:"tasks"`
	Seeds   []uint64             `yaml:"seeds"`
	DataDir string               `yaml:"data_dir"`
	Set     yaml.Node            `yaml:"set"`
	TaskSet map[string]yaml.Node `yaml:"task_set"`
	Grid    yaml.Node            `yaml:"grid"`
	Budget  int                  `yaml:"budget"`
	Random  *uint64              `yaml:"random"`
}

// FindSuite returns an embedded suite, or the user's own where name is a YAML
// file.
func FindSuite(name string) (*Suite, error) {
	var f suiteFile
	raw, file, err := suites.load(name, &f)
	if err != nil {
		return nil, err
	}
	return f.suite(raw, file)
}

func (f *suiteFile) suite(raw []byte, file string) (*Suite, error) {
	s := &Suite{Name: f.Name, Note: f.Note, Models: f.Models, Seeds: f.Seeds, DataDir: f.DataDir, file: file,
		byTask: map[string][]yaml.Node{}}
	if n := resolved(&f.Recipe); n.Kind == yaml.ScalarNode && n.ShortTag() == "!!str" {
		s.Recipe = n.Value
		if _, err := FindRecipe(s.Recipe, ""); err != nil {
			return nil, strictyaml.At(file, n, "%v", err)
		}
	} else {
		s.changes = append(s.changes, f.Recipe)
	}
	s.changes = append(s.changes, f.Set)
	if err := s.tasks(&f.Tasks); err != nil {
		return nil, err
	}
	if err := s.grid(f, raw); err != nil {
		return nil, err
	}
	for _, t := range sortedKeys(f.TaskSet) {
		if msg := s.notOfSuite(t); msg != "" {
			return nil, strictyaml.Place(raw, file, msg, "task_set", t)
		}
		s.byTask[t] = append(s.byTask[t], f.TaskSet[t])
	}
	for _, twice := range []struct{ field, name string }{
		{"models", repeated(s.Models)}, {"tasks", repeated(s.Tasks)}, {"seeds", repeated(s.Seeds)},
	} {
		if twice.name != "" {
			return nil, strictyaml.Place(raw, file, fmt.Sprintf("%s: %s twice", twice.field, twice.name), twice.field)
		}
	}
	for _, t := range append(sortedKeys(s.byTask), "") {
		if _, err := s.RecipeFor(t); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// tasks reads the tasks, and what the suite changes for each.
func (s *Suite) tasks(n *yaml.Node) error {
	n = resolved(n)
	switch {
	case n.Kind == 0:
		return nil
	case n.Kind == yaml.SequenceNode:
		if err := n.Decode(&s.Tasks); err != nil {
			return strictyaml.At(s.file, n, "tasks: want a list of names")
		}
	case n.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			s.Tasks = append(s.Tasks, n.Content[i].Value)
			s.byTask[n.Content[i].Value] = []yaml.Node{*n.Content[i+1]}
		}
	default:
		return strictyaml.At(s.file, n, "tasks %q: want a list of names, or a mapping from names to recipe fields", n.Value)
	}
	return nil
}

// notOfSuite says what is wrong with a task's name in task_set, or nothing.
func (s *Suite) notOfSuite(task string) string {
	if len(s.Tasks) > 0 && !slices.Contains(s.Tasks, task) {
		return fmt.Sprintf("task %q is none of the suite's: want one of %s", task, strings.Join(s.Tasks, ", "))
	}
	if meant := mistypedTask(task); meant != "" {
		return fmt.Sprintf("unknown task %q: did you mean %q?", task, meant)
	}
	return ""
}

// repeated returns an element that stands in list twice, or "".
func repeated[E comparable](list []E) string {
	for i, e := range list {
		if slices.Index(list, e) != i {
			return fmt.Sprint(e)
		}
	}
	return ""
}

// RecipeFor returns the recipe for a task: the suite's, changed as the suite
// says for all tasks and for this one, and last by Set. A suite may call a task
// of the user's by its file: aliases are such other names.
func (s *Suite) RecipeFor(task string, aliases ...string) (Recipe, error) {
	name := s.Recipe
	if name == "" {
		name = defaultRecipe
	}
	r, err := FindRecipe(name, task)
	if err != nil {
		return Recipe{}, err
	}
	for i := range s.changes {
		if err := r.merge(&s.changes[i], s.file); err != nil {
			return Recipe{}, err
		}
	}
	for _, t := range append([]string{task}, aliases...) {
		nodes, ok := s.byTask[t]
		for i := range nodes {
			if err := r.merge(&nodes[i], s.file); err != nil {
				return Recipe{}, err
			}
		}
		if ok {
			break
		}
	}
	for _, set := range s.Set {
		if err := r.Set(set); err != nil {
			return Recipe{}, err
		}
	}
	return r, nil
}
