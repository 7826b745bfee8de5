package strictyaml

import (
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// leadingZero is a whole number with a zero before it: YAML 1.1 reads it as an
// octal one, YAML 1.2 and the command line as a decimal one.
var leadingZero = regexp.MustCompile(`^[-+]?0[0-9][0-9_]*$`)

// zeros returns an error for each number with a leading zero that v's type makes a
// number of. Where it makes text of it, it is the text.
func zeros(raw []byte, file string, v any) []error {
	var doc yaml.Node
	if yaml.Load(raw, &doc) != nil || len(doc.Content) == 0 {
		return nil
	}
	var all []error
	walk(doc.Content[0], reflect.TypeOf(v), func(n *yaml.Node) {
		if leadingZero.MatchString(n.Value) {
			all = append(all, At(file, n, "%s: want %s, for a number that begins with 0 may mean an octal one",
				n.Value, withoutZero(n.Value)))
		}
	})
	return all
}

func withoutZero(s string) string {
	sign := strings.TrimRight(s, "0123456789_")
	if s = strings.TrimLeft(s[len(sign):], "0_"); s == "" {
		s = "0"
	}
	return sign + s
}

// walk calls visit with every scalar of n that decodes into a number within t.
func walk(n *yaml.Node, t reflect.Type, visit func(*yaml.Node)) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if t == reflect.TypeFor[yaml.Node]() {
		return
	}
	switch t.Kind() {
	case reflect.Struct:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			if f, ok := fieldNamed(t, n.Content[i].Value); ok {
				walk(n.Content[i+1], f, visit)
			}
		}
	case reflect.Map:
		for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
			walk(n.Content[i+1], t.Elem(), visit)
		}
	case reflect.Slice, reflect.Array:
		for i := 0; n.Kind == yaml.SequenceNode && i < len(n.Content); i++ {
			walk(n.Content[i], t.Elem(), visit)
		}
	case reflect.Interface, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		if n.Kind == yaml.ScalarNode && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0 {
			visit(n)
		}
	}
}

// fieldNamed returns the type of the field with that yaml name.
func fieldNamed(t reflect.Type, name string) (reflect.Type, bool) {
	for i := range t.NumField() {
		if tag, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); tag == name {
			return t.Field(i).Type, true
		}
	}
	return nil, false
}
