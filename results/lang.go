package results

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
)

// Lang is a language of what readers see.
type Lang string

// The languages.
const (
	English Lang = "en"
	Korean  Lang = "ko"
)

// LocaleLang returns the language that the environment asks for, by the order of
// setlocale: Korean, or else English.
func LocaleLang(getenv func(string) string) Lang {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"))
	if strings.HasPrefix(strings.ToLower(locale), "ko") {
		return Korean
	}
	return English
}

// Or returns ko in Korean, else en.
func (l Lang) Or(en, ko string) string {
	if l == Korean {
		return ko
	}
	return en
}

// Text is what is said in every language. Its JSON is the English text.
type Text struct{ English, Korean string }

// Textf formats both texts, whose verbs may be in another order, from the same
// values; of those that are texts each language gets its own.
func Textf(en, ko string, args ...any) Text {
	in := func(l Lang) []any {
		out := make([]any, len(args))
		for i, a := range args {
			if t, ok := a.(Text); ok {
				a = t.In(l)
			}
			out[i] = a
		}
		return out
	}
	return Text{fmt.Sprintf(en, in(English)...), fmt.Sprintf(ko, in(Korean)...)}
}

// Named is a code with what it means, in the languages that have a word for it.
func Named(code string, name Text) Text {
	t := Alike(code)
	if name.English != "" {
		t.English += " = " + name.English
	}
	if name.Korean != "" {
		t.Korean += " = " + name.Korean
	}
	return t
}

// Alike is a text that is the same in every language: a name.
func Alike(s string) Text { return Text{s, s} }

// In returns the text of a language.
func (t Text) In(l Lang) string { return l.Or(t.English, t.Korean) }

// String is the English text.
func (t Text) String() string { return t.English }

// MarshalJSON writes the English text.
func (t Text) MarshalJSON() ([]byte, error) { return json.Marshal(t.English) }
