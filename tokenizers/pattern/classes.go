package pattern

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/rangetable"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// classOf returns the class that an escaped letter names, nil if it names none.
func classOf(c rune) func(rune) bool {
	switch c {
	case 's', 'S':
		return aligned.IsSpace
	case 'd', 'D':
		return aligned.IsDecimal
	case 'w', 'W':
		return isWord
	case 'h', 'H':
		return func(r rune) bool {
			return '0' <= r && r <= '9' || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F'
		}
	}
	return nil
}

// isWord is \w in brackets, which lacks ² and the like.
func isWord(r rune) bool { return aligned.IsWordChar(r) && r != 0x200C && r != 0x200D }

// property returns the test for \p{name}: a category of Unicode, a script, or
// one of a few properties. Case, blanks, - and _ in names do not count.
func property(name string) (func(rune) bool, error) {
	key := propertyKey(name)
	if has, ok := namedProperties[key]; ok {
		return has, nil
	}
	if long, ok := longCategories[key]; ok {
		key = long
	}
	t, ok := compared[key]
	if !ok {
		return nil, fmt.Errorf("\\p{%s}: want one of %s", name, strings.Join(propertyNames(), ", "))
	}
	if more := newer[key]; more.added != nil || more.gone != nil {
		return func(r rune) bool {
			return unicode.Is(t, r) && !(r > 0x7F && more.gone != nil && unicode.Is(more.gone, r)) ||
				r > 0x7F && more.added != nil && unicode.Is(more.added, r)
		}, nil
	}
	return func(r rune) bool { return unicode.Is(t, r) }, nil
}

// propertyNames are those that are known, but for long forms.
func propertyNames() []string {
	names := []string{"any", "l", "n", "nd", "space"}
	for name := range compared {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// compared are the properties that tests compare with Oniguruma's.
var compared = map[string]*unicode.RangeTable{
	"alphabetic": rangetable.Merge(unicode.L, unicode.Nl, unicode.Other_Alphabetic),
	"lu":         unicode.Lu, "ll": unicode.Ll, "lt": unicode.Lt, "lm": unicode.Lm, "lo": unicode.Lo,
	"m": unicode.M, "mn": unicode.Mn, "mc": unicode.Mc, "me": unicode.Me, "nl": unicode.Nl, "no": unicode.No,
	"p": unicode.P, "pc": unicode.Pc, "pd": unicode.Pd, "ps": unicode.Ps, "pe": unicode.Pe, "pi": unicode.Pi, "pf": unicode.Pf,
	"po": unicode.Po, "s": unicode.S, "sm": unicode.Sm, "sc": unicode.Sc, "sk": unicode.Sk, "so": unicode.So,
	"z": unicode.Z, "zs": unicode.Zs, "zl": unicode.Zl, "zp": unicode.Zp, "cc": unicode.Cc, "cf": unicode.Cf,
	"han": unicode.Han, "hangul": unicode.Hangul, "hiragana": unicode.Hiragana, "katakana": unicode.Katakana,
	"latin": unicode.Latin, "cyrillic": unicode.Cyrillic, "greek": unicode.Greek, "arabic": unicode.Arabic,
	"hebrew": unicode.Hebrew, "thai": unicode.Thai, "devanagari": unicode.Devanagari, "common": unicode.Common,
}

func propertyKey(name string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "_", "").Replace(name))
}

var namedProperties = map[string]func(rune) bool{
	"l": aligned.IsLetter, "letter": aligned.IsLetter,
	"n": aligned.IsNumber, "number": aligned.IsNumber,
	"nd": aligned.IsDecimal, "decimalnumber": aligned.IsDecimal, "digit": aligned.IsDecimal,
	"space": aligned.IsSpace, "whitespace": aligned.IsSpace,
	"any": func(rune) bool { return true },
}

var longCategories = map[string]string{
	"alpha": "alphabetic", "mark": "m", "punctuation": "p", "symbol": "s", "separator": "z",
	"uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt", "modifierletter": "lm", "otherletter": "lo",
	"nonspacingmark": "mn", "spacingmark": "mc", "enclosingmark": "me", "letternumber": "nl", "othernumber": "no",
	"connectorpunctuation": "pc", "dashpunctuation": "pd", "openpunctuation": "ps", "closepunctuation": "pe",
	"initialpunctuation": "pi", "finalpunctuation": "pf", "otherpunctuation": "po",
	"mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk", "othersymbol": "so",
	"spaceseparator": "zs", "lineseparator": "zl", "paragraphseparator": "zp", "control": "cc", "format": "cf",
}
