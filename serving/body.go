package serving

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
)

// unmarshal reads JSON that is UTF-8; a byte order mark before it is none of it.
func unmarshal(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errors.New("invalid UTF-8: want UTF-8 text")
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	err := json.Unmarshal(data, v)
	var of *json.UnmarshalTypeError
	if errors.As(err, &of) && strings.HasPrefix(of.Value, "number ") { // 5.0, which JSON Schema calls an integer
		if data, err = wholeNumbers(data); err == nil {
			err = json.Unmarshal(data, v)
		}
	}
	if errors.As(err, &of) {
		return mistyped(of)
	}
	return err
}

// mistyped says of a value what its field wants, in words of JSON.
func mistyped(of *json.UnmarshalTypeError) error {
	want := map[reflect.Kind]string{reflect.String: "a text", reflect.Bool: "true or false", reflect.Slice: "an array",
		reflect.Struct: "an object", reflect.Map: "an object"}[of.Type.Kind()]
	switch kind := of.Type.Kind(); {
	case kind >= reflect.Int && kind <= reflect.Uintptr:
		want = "a whole number"
		if kind >= reflect.Uint {
			want = "a whole number, 0 or more"
		}
		if strings.HasPrefix(of.Value, "number ") {
			want += fmt.Sprintf(", of at most %d bits", of.Type.Bits())
		}
	case kind == reflect.Float32 || kind == reflect.Float64:
		want = "a number"
		if strings.HasPrefix(of.Value, "number ") { // it is one
			want = "a number below 1e308"
		}
	case want == "":
		want = "another value"
	}
	if of.Field == "" {
		return fmt.Errorf("%.100s: want %s", of.Value, want)
	}
	return fmt.Errorf("%s: %.100s: want %s", of.Field, of.Value, want)
}

// wholeNumbers writes numbers such as 5.0 and 1e3 as integers.
func wholeNumbers(data []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if err := inRange(v, ""); err != nil {
		return nil, err
	}
	return json.Marshal(whole(v))
}

// inRange names the first number that no float64 is near, by its field: what JSON decodes
// without a type says nothing of fields.
func inRange(v any, field string) error {
	switch v := v.(type) {
	case json.Number:
		if _, err := v.Float64(); err != nil {
			return fmt.Errorf("%s%.100s: want a number below 1e308", field, v)
		}
	case []any:
		for _, x := range v {
			if err := inRange(x, field); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if err := inRange(v[k], fmt.Sprintf("%.100s: ", k)); err != nil {
				return err
			}
		}
	}
	return nil
}

func whole(v any) any {
	switch v := v.(type) {
	case json.Number:
		const exact = 1 << 53 // beyond it a float64 is none of the integers that may be meant
		if f, err := v.Float64(); err == nil && f == math.Trunc(f) && math.Abs(f) <= exact {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	}
	return v
}

// statusContext makes 400 of the status that huma has for requests that are not as
// their schema says, so that every bad request has one status.
type statusContext struct{ exchange }

type exchange = huma.Context

func (c statusContext) Unwrap() huma.Context { return c.exchange }

func (c statusContext) SetStatus(status int) { c.exchange.SetStatus(requestStatus(status)) }

func requestStatus(status int) int {
	switch status {
	case http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType:
		return http.StatusBadRequest
	}
	return status
}

// badRequest is statusContext in the body of the problem, which is short however long the
// request was.
func badRequest(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p.Status = requestStatus(p.Status)
	p.Title = titleOf(p.Status)
	for _, e := range p.Errors {
		e.Message, e.Value = plain(e.Message), brief(e.Value)
		if e.Location == "body" { // the value is the whole request, which its sender knows
			e.Value = nil
		}
	}
	if n := len(p.Errors) - mostErrors; n > 0 {
		p.Errors = append(p.Errors[:mostErrors], &huma.ErrorDetail{Message: fmt.Sprintf("and %d more", n)})
	}
	return p, nil
}

// mostErrors is how many faults of a request are told.
const mostErrors = 10

// plain says in words of the API what huma says in those of schemas.
func plain(message string) string {
	if message == validation.MsgExpectedMatchExactlyOneSchema { // of input alone
		return "want a text, or an object of text and text_pair, or of words"
	}
	if kind, ok := strings.CutPrefix(message, "unknown content type: "); ok {
		return "Content-Type " + kind + ": want application/json"
	}
	return message
}

// brief is a value that an error shows: what its place doesn't say better.
func brief(v any) any {
	const most = 100
	switch v := v.(type) {
	case bool, float64:
		return v
	case string:
		if len(v) <= most {
			return v
		}
	}
	return nil
}
