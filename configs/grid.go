package configs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/internal/strictyaml"
)

// Grid is the recipe fields that a search tries several values of.
type Grid []Axis

// Axis is a field and its values, spelled as manifests compare them: 3e-05.
type Axis struct {
	Field  string
	Values []string
}

// DefaultRandom is the seed by which a budget chooses points if none is given.
const DefaultRandom = 42

// maxPoints bounds a grid: more is a slip.
const maxPoints = 10000

// fixed are the fields that no grid has, with the reason.
var fixed = map[string]string{
	"seed":          "seeds are repetitions, not settings to choose among",
	"threads":       "no result depends on it",
	"save_steps":    "no result depends on it",
	"keep":          "it changes what is kept, not what is trained",
	"holdout":       "points are compared on the same rows",
	"max_eval_rows": "points are compared on the same rows",
}

// ParseAxis reads a field and its values as the command line has them:
// learning_rate=1e-5,3e-5. A value in brackets keeps its commas.
func ParseAxis(arg string) (Axis, error) {
	name, list, ok := strings.Cut(arg, "=")
	if !ok {
		return Axis{}, fmt.Errorf("%q: want field=value,value", arg)
	}
	return newAxis(strings.TrimSpace(name), commaParts(list))
}

// commaParts cuts a list at the commas that are in no brackets.
func commaParts(list string) []string {
	var parts []string
	depth, start := 0, 0
	for i, c := range list {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		case ',':
			if depth == 0 {
				parts, start = append(parts, list[start:i]), i+1
			}
		}
	}
	return append(parts, list[start:])
}

func newAxis(name string, values []string) (Axis, error) {
	a := Axis{Field: name}
	f := fieldOf(name)
	if f == nil {
		return a, fmt.Errorf("%s", strictyaml.UnknownField(name, FieldNames()))
	}
	if why := fixed[name]; why != "" {
		return a, fmt.Errorf("%s can't be in a grid: %s", name, why)
	}
	r, err := FindRecipe(defaultRecipe, "")
	if err != nil {
		return a, err
	}
	for _, v := range values {
		if err := r.set(name, strings.TrimSpace(v)); err != nil {
			return a, err
		}
		v = spelled(f.at(&r))
		if slices.Contains(a.Values, v) {
			return a, fmt.Errorf("%s: %s twice", name, v)
		}
		a.Values = append(a.Values, v)
	}
	return a, nil
}

// spelled is a field's value as Set takes it, in one spelling whatever the user's.
func spelled(at any) string {
	if v, ok := at.(*float64); ok {
		return strconv.FormatFloat(*v, 'g', -1, 64)
	}
	b, err := json.Marshal(at)
	if err != nil {
		panic("configs: a recipe field: " + err.Error()) // every type of field can be written
	}
	return strings.Trim(string(b), `"`)
}

// With returns the grid with one more axis. A field twice is an error.
func (g Grid) With(a Axis) (Grid, error) {
	if slices.ContainsFunc(g, func(o Axis) bool { return o.Field == a.Field }) {
		return g, fmt.Errorf("%s is in the grid twice", a.Field)
	}
	g = append(slices.Clone(g), a)
	if n := g.size(); n > maxPoints {
		return g, fmt.Errorf("a grid of more than %d points", maxPoints)
	}
	return g, nil
}

// size is the number of points, at most one above maxPoints.
func (g Grid) size() int {
	n := 1
	for _, a := range g {
		n = min(n*len(a.Values), maxPoints+1)
	}
	return n
}

// Points lists the combinations of all values, the first axis changing slowest.
// A point is its settings, field=value, sorted by field. No grid has no points.
func (g Grid) Points() [][]string {
	if len(g) == 0 {
		return nil
	}
	points := [][]string{nil}
	for _, a := range g {
		var longer [][]string
		for _, p := range points {
			for _, v := range a.Values {
				longer = append(longer, append(slices.Clone(p), a.Field+"="+v))
			}
		}
		points = longer
	}
	for _, p := range points {
		slices.Sort(p)
	}
	return points
}

// Sample returns n of the grid's points in its order, all if n is 0 or more than
// there are. They are drawn by the seed; with a larger n come more of them, and
// none goes, so that nothing that was trained is in vain.
func (g Grid) Sample(n int, seed uint64) [][]string {
	points := g.Points()
	if n <= 0 || n >= len(points) {
		return points
	}
	drawn := make([]int, len(points))
	for i := range drawn {
		drawn[i] = i
	}
	key := func(i int) uint64 { return splitmix.Mix(splitmix.Key(seed, uint64(i))) }
	slices.SortFunc(drawn, func(a, b int) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a, b)) })
	drawn = drawn[:n]
	slices.Sort(drawn)
	chosen := make([][]string, n)
	for k, i := range drawn {
		chosen[k] = points[i]
	}
	return chosen
}

// grid reads the suite's grid, and how many of its points to try.
func (s *Suite) grid(f *suiteFile, raw []byte) error {
	s.Budget, s.Random = f.Budget, DefaultRandom
	if f.Random != nil {
		s.Random = *f.Random
	}
	n := resolved(&f.Grid)
	if n.Kind == 0 || n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		if f.Budget != 0 {
			return strictyaml.Place(raw, s.file, "budget: there is no grid to choose from", "budget")
		}
		return nil
	}
	if f.Budget < 0 {
		return strictyaml.Place(raw, s.file, fmt.Sprintf("budget %d: want a number of points, 1 or more", f.Budget), "budget")
	}
	if n.Kind != yaml.MappingNode {
		return strictyaml.At(s.file, n, "grid: want recipe fields, each with a list of values")
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, list := n.Content[i], resolved(n.Content[i+1])
		if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
			return strictyaml.At(s.file, list, "%s: want a list of values", key.Value)
		}
		var values []string
		for _, item := range list.Content {
			if item = resolved(item); item.Kind == yaml.SequenceNode {
				item = joined(item)
			}
			if item.Kind != yaml.ScalarNode {
				return strictyaml.At(s.file, item, "%s: want a list of values", key.Value)
			}
			values = append(values, item.Value)
		}
		a, err := newAxis(key.Value, values)
		if err == nil {
			s.Grid, err = s.Grid.With(a)
		}
		if err != nil {
			return strictyaml.At(s.file, key, "%v", err)
		}
	}
	return nil
}
