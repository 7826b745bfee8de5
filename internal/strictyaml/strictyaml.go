// Package strictyaml decodes the user's YAML files and refuses what they can't
// have meant: unknown fields, values of another type, keys that stand twice.
package strictyaml

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/internal/nearest"
)

// Error is a mistake at its place: "my.yaml:3:11: message".
type Error struct {
	File         string
	Line, Column int // from 1; 0: the file as a whole
	Msg          string
}

func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Msg)
	case e.Column == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// At returns an Error at the place of a node.
func At(file string, n *yaml.Node, format string, args ...any) *Error {
	return &Error{File: file, Line: n.Line, Column: n.Column, Msg: fmt.Sprintf(format, args...)}
}

// Load decodes raw into v, a pointer to a struct with yaml tags. It reports every
// mistake, each as an *Error that calls the file by the given name; an unknown
// field comes with the nearest known name.
func Load(raw []byte, file string, v any) error {
	err := yaml.Load(raw, v, yaml.WithKnownFields())
	var several *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case err == nil:
		return errors.Join(zeros(raw, file, v)...)
	case errors.As(err, &several):
		fields := map[string][]string{}
		collect(reflect.TypeOf(v), fields)
		var all []error
		for _, e := range several.Errors {
			msg := explain(e.Message, fields)
			if short := shortened.FindString(msg); short != "" { // the decoder shows seven characters
				msg = strings.Replace(msg, short, fmt.Sprintf("%q", scalarAt(raw, e.Mark)), 1)
			}
			all = append(all, &Error{file, e.Mark.Line, e.Mark.Column, msg})
		}
		return errors.Join(all...)
	case errors.As(err, &one):
		return &Error{file, one.Mark.Line, one.Mark.Column, explain(one.Message, nil)}
	}
	return &Error{File: file, Msg: err.Error()}
}

var (
	unknownField = regexp.MustCompile(`^field (.+) not found in type (.+)$`)
	repeatedKey  = regexp.MustCompile(`^mapping key (".*") already defined at line (\d+)$`)
	shortened    = regexp.MustCompile(`^"[^"]*\.\.\."`)
	wrongType    = regexp.MustCompile("(?s)^cannot construct !!(\\w+)(?: `(.*)`)? into (.+)$")
)

// explain says the decoder's message in the words of the user's file.
func explain(msg string, fields map[string][]string) string {
	msg = strings.TrimPrefix(msg, "yaml: ")
	if m := unknownField.FindStringSubmatch(msg); m != nil {
		return UnknownField(m[1], fields[m[2]])
	}
	if m := repeatedKey.FindStringSubmatch(msg); m != nil {
		return fmt.Sprintf("%s a second time, after line %s", m[1], m[2])
	}
	if m := wrongType.FindStringSubmatch(msg); m != nil {
		found := map[string]string{"seq": "a list", "map": "a mapping"}[m[1]]
		if found == "" {
			found = fmt.Sprintf("%q", m[2])
		}
		return fmt.Sprintf("%s: want %s", found, wanted(m[3]))
	}
	if msg == "no documents in stream" {
		return "is empty"
	}
	return msg
}

// UnknownField is the message for a field that is none of have.
func UnknownField(name string, have []string) string {
	if near := nearest.Name(name, have); near != "" {
		return fmt.Sprintf("unknown field %q: did you mean %q?", name, near)
	}
	return fmt.Sprintf("unknown field %q: want one of %s", name, strings.Join(have, ", "))
}

// wanted names a Go type as a user would.
func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "map["):
		return "a mapping"
	case strings.HasPrefix(goType, "int"):
		return "a whole number"
	case strings.HasPrefix(goType, "uint"):
		return "a whole number, 0 or more"
	case strings.HasPrefix(goType, "float"):
		return "a number"
	case goType == "bool":
		return "true or false"
	case goType == "string":
		return "a word"
	}
	return "a mapping of fields"
}

// collect gathers the yaml names of every struct below a type, by the name that
// the decoder gives the type.
func collect(t reflect.Type, fields map[string][]string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[yaml.Node]() || fields[t.String()] != nil {
		return
	}
	names := []string{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	fields[t.String()] = names
	for i := range t.NumField() {
		collect(t.Field(i).Type, fields)
	}
}

// scalarAt returns the value that stands at a place.
func scalarAt(raw []byte, at yaml.Mark) string {
	var doc yaml.Node
	if yaml.Load(raw, &doc) != nil {
		return ""
	}
	var find func(n *yaml.Node) string
	find = func(n *yaml.Node) string {
		if n.Kind == yaml.ScalarNode && n.Line == at.Line && n.Column == at.Column {
			return n.Value
		}
		for _, c := range n.Content {
			if v := find(c); v != "" {
				return v
			}
		}
		return ""
	}
	return find(&doc)
}

// Place returns an Error at the value that keys (of mappings) and indices (of
// lists) lead to in a file that Load accepts, or at the deepest value on the way.
func Place(raw []byte, file, msg string, keys ...string) *Error {
	e := &Error{File: file, Msg: msg}
	var doc yaml.Node
	if yaml.Load(raw, &doc) != nil || len(doc.Content) == 0 {
		return e
	}
	n := doc.Content[0]
	for {
		e.Line, e.Column = n.Line, n.Column
		if len(keys) == 0 {
			return e
		}
		at := value(n, keys[0])
		if at == nil {
			return e
		}
		n, keys = at, keys[1:]
	}
}

// value returns what a mapping has under a key or a list at an index, or nil.
func value(n *yaml.Node, key string) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind == yaml.SequenceNode {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(n.Content) {
			return n.Content[i]
		}
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
