package serving_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// What is odd but legal is answered, and what is not is refused in words that name the
// field and say what is wanted.
func TestOddRequests(t *testing.T) {
	dirs := directories(t)
	s := server(t, dirs, nil)
	const form, multipart, jsonKind = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"
	part := func(head, value string) string {
		return "--x\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + value + "\r\n--x--\r\n"
	}
	sevens := `{"texts":[` + strings.Repeat("7,", 3000) + `7]}`
	for _, c := range []struct {
		path, kind, body string
		status           int
		want             string
	}{
		{"/v1/fill-mask", jsonKind, `{"text":"[MASK]","top":3.0}`, 200, `"masks"`},
		{"/v1/fill-mask", jsonKind, `{"text":"[MASK]","top":1e1}`, 200, `"masks"`},
		{"/v1/fill-mask", jsonKind, `{"text":"[MASK]","top":3.5}`, 400, "expected integer"},
		{"/v1/generate", jsonKind, `{"text":"가","max_new_tokens":5.0,"seed":3e0,"do_sample":true}`, 200, `"tokens"`},
		{"/v1/generate", jsonKind, `{"text":"가","num_beams":2,"do_sample":true}`, 400, "num_beams: 2: want 1, or do_sample false"},
		{"/v1/generate", jsonKind, `{"text":"가","max_new_tokens":1000}`, 400, "max_new_tokens: 1001 tokens in all: the model has room for 64"},
		{"/v1/generate", jsonKind, `{"text":"가","max_length":1000}`, 400, "max_length: 1000 tokens in all"},
		{"/v1/generate", jsonKind, `{"text":"` + strings.Repeat("영화 ", 100) + `"}`, 400, `"text: `},
		{"/v1/fill-mask", jsonKind, `{"text":"` + strings.Repeat("[MASK] ", 200) + `"}`, 400, `"text: 202 tokens`},
		{"/v1/predict", jsonKind, "\ufeff" + `{"text":"가"}`, 200, `"text":"가"`},
		{"/v1/predict", jsonKind, `{"text":"\ud83d가\udc00"}`, 200, "\"text\":\"\ufffd가\ufffd\""},
		{"/v1/predict", jsonKind, `{"text":7}`, 400, `"want a text, or an object of text and text_pair, or of words","location":"body.text","value":7`},
		{"/v1/predict", jsonKind, `{"text":{"text_pair":"가"}}`, 400, "text 1: an object without text or words"},
		{"/v1/predict", jsonKind, `{"text":{}}`, 400, "text 1: an object without text or words"},
		{"/v1/predict", jsonKind, sevens, 400, `{"message":"and 2991 more"}]`},
		{"/v1/predict", form, `{"text":"가"}`, 400, "Content-Type application/x-www-form-urlencoded: want application/json"},
		{"/bert", form, "text=[MASK]&sample=3", 400, `field \"sample\": want text, samples or length`},
		{"/bert", form, "text=[MASK]&samples=3&samples=4", 400, "samples: 2 times: want it once"},
		{"/v1/fill-mask", jsonKind, `{"text":"[MASK]","top":1e400}`, 400, `"top: 1e400: want a number below 1e308","location":"body"}`},
		{"/bert", form, "text=[MASK]&samples=3.0", 400, `samples \"3.0\": want a whole number, 1 to 100`},
		{"/bert?samples=3", form, "text=[MASK]", 400, `\"samples\" in the address: want it in the form`},
		{"/bert", form, "text=[MASK]&length=30", 200, `"bert"`},
		{"/bert", multipart, part(`name="text"; filename="a.txt"`, "[MASK]"), 400, "text is a file"},
		{"/bert", multipart, "", 400, "the form: it ends too early"},
		{"/gpt-3", form, "text=가&length=500", 400, "length: 501 tokens in all"},
	} {
		status, body, _ := post(t, s, c.path, c.kind, c.body)
		if status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s %.80s: status %d, want %d with %s: %.400s", c.path, c.body, status, c.status, c.want, body)
		}
		if status != http.StatusOK && len(body) > 2000 {
			t.Errorf("%s %.80s: an error of %d bytes", c.path, c.body, len(body))
		}
	}
	for _, number := range []string{"9007199254740993.0", "1e300", "18446744073709551616"} { // no float64 says which is meant
		status, body := postJSON(t, s, "/v1/generate", object{"text": "가", "seed": raw(number)})
		if status != http.StatusBadRequest {
			t.Errorf("seed %s: status %d: %s", number, status, body)
		}
	}
}

// raw is a number as it stands in JSON.
type raw string

func (r raw) MarshalJSON() ([]byte, error) { return fmt.Append(nil, string(r)), nil }
