package datasets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// readJSONLines reads an object a line, whose fields are the columns. Text is
// taken as it is; numbers and booleans as they are written.
func readJSONLines(src Source, columns [][]string, row func(Row) error) (*File, error) {
	fields := make([]string, len(columns))
	return readObjects(src, func(line, number int, object map[string]json.RawMessage) error {
		var words []string
		for k, names := range columns {
			raw, name := fieldOf(object, names)
			if raw == nil {
				return fmt.Errorf("no field %s: the object has %s", strings.Join(quote(names), " or "), fieldNames(object))
			}
			if src.Lists && k == 0 && kindOf(raw) == "a list" {
				var err error
				if words, err = stringsOf(object, names); err != nil {
					return err
				}
				fields[k] = ""
				continue
			}
			text, ok := scalar(raw)
			if !ok {
				return fmt.Errorf("field %q is %s: want text or a number", name, kindOf(raw))
			}
			fields[k] = text
		}
		return row(Row{Line: line, Number: number, Fields: fields, Words: words})
	})
}

// readObjects calls record with the object of every line.
func readObjects(src Source, record func(line, number int, object map[string]json.RawMessage) error) (*File, error) {
	t, err := openText(src)
	if err != nil {
		return nil, err
	}
	for {
		line, ok := t.row()
		if !ok {
			break
		}
		var object map[string]json.RawMessage
		err := json.Unmarshal([]byte(line), &object)
		if err == nil && object == nil {
			err = errors.New("null: want an object")
		}
		if err == nil {
			err = record(t.line, t.number(), object)
		} else {
			err = jsonError(line, err)
		}
		if err != nil {
			t.faults.add(&Error{File: t.as, Line: t.line, Err: err})
		}
	}
	f, err := t.finish()
	if err == nil && f.Rows == 0 {
		return nil, t.without("is empty")
	}
	return f, err
}

// jsonError says what is wrong with a line that is no object.
func jsonError(line string, err error) error {
	var syntax *json.SyntaxError
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong):
		return fmt.Errorf("%s: want an object a line", kindOf([]byte(strings.TrimFunc(line, isSpace))))
	case errors.As(err, &syntax) && syntax.Offset >= int64(len(line)):
		return errors.New("an object that does not end on its line: want one a line")
	case errors.As(err, &syntax):
		return fmt.Errorf("no JSON at byte %d: %v", syntax.Offset, err)
	}
	return err
}

// fieldOf returns the first field that is there, and its name.
func fieldOf(object map[string]json.RawMessage, names []string) (json.RawMessage, string) {
	for _, n := range names {
		if raw, ok := object[n]; ok {
			return raw, n
		}
	}
	return nil, ""
}

func fieldNames(object map[string]json.RawMessage) string {
	if len(object) == 0 {
		return "none"
	}
	return strings.Join(quote(slices.Sorted(maps.Keys(object))), ", ")
}

// scalar returns a string's text, or a number or a boolean as it is written.
func scalar(raw json.RawMessage) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	tok, err := d.Token()
	if err != nil && err != io.EOF {
		return "", false
	}
	switch v := tok.(type) {
	case string:
		return v, strings.IndexByte(v, 0) < 0
	case json.Number:
		return v.String(), true
	case bool:
		return fmt.Sprint(v), true
	}
	return "", false
}

// kindOf names what a JSON value is.
func kindOf(raw []byte) string {
	if len(raw) == 0 {
		return "nothing"
	}
	switch raw[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case 'n':
		return "null"
	case '"':
		return "text with a NUL in it"
	}
	return "no text"
}
