package main

import "strings"

// A Hangul syllable is 0xAC00 + (lead*21 + vowel)*28 + tail.
const (
	firstSyllable = 0xAC00
	lastSyllable  = 0xD7A3
)

// Vowels and tails by their place in the syllable block.
const (
	vowelA, vowelAe, vowelYae, vowelEo, vowelE, vowelYeo, vowelO = 0, 1, 3, 4, 5, 6, 8
	vowelWa, vowelWae, vowelOe, vowelU, vowelWo, vowelEu, vowelI = 9, 10, 11, 13, 14, 18, 20

	tailNone, tailN, tailD, tailL, tailM, tailB, tailS, tailSs = 0, 4, 7, 8, 16, 17, 19, 20
)

// Leads by their place in the syllable block.
const leadN, leadL, leadB, leadS, leadIeung, leadH = 2, 5, 7, 9, 11, 18

// split takes a Hangul syllable apart; ok is false for any other character.
func split(r rune) (lead, vowel, tail int, ok bool) {
	if r < firstSyllable || r > lastSyllable {
		return 0, 0, 0, false
	}
	n := int(r - firstSyllable)
	return n / 588, n % 588 / 28, n % 28, true
}

// syllable puts lead, vowel and tail together.
func syllable(lead, vowel, tail int) string {
	return string(rune(firstSyllable + (lead*21+vowel)*28 + tail))
}

// finalSound returns the tail that a word ends with when it is read aloud:
// Hangul as written, digits as Sino-Korean numbers, Latin capitals by their
// names. What it cannot read ends in a vowel.
func finalSound(word string) int {
	word = strings.TrimRight(word, `'"’”)`)
	runes := []rune(word)
	if len(runes) == 0 {
		return tailNone
	}
	last := runes[len(runes)-1]
	if _, _, tail, ok := split(last); ok {
		return tail
	}
	switch last {
	case '1', '7', '8', 'L', 'R', '㎞':
		return tailL
	case '3', '6', '0', 'M', 'N', '%':
		if last == '%' { // 퍼센트
			return tailNone
		}
		return tailM // any tail but ㄹ
	}
	return tailNone
}

// josaPairs lists each particle's form after a consonant and after a vowel,
// by the first of them.
var josaPairs = map[string]string{
	"은": "는", "이": "가", "을": "를", "과": "와", "으로": "로", "이나": "나", "이랑": "랑",
	"이라": "라", "이라고": "라고", "이라는": "라는", "이란": "란", "이며": "며", "이고": "고",
	"이다":  "다",
	"이었다": "였다", "이었고": "였고", "이네요": "네요", "이라도": "라도", "이야": "야",
	"이에요":  "예요",
	"으로부터": "로부터", "으로는": "로는", "이라서": "라서", "이지만": "지만",
	"이라면": "라면", "이면": "면",
}

// josa returns the word followed by a particle, in the form that its final
// sound asks for. The particle is named by its form after a consonant; one
// that has a single form is added as it is.
func josa(word, particle string) string {
	vowelForm, ok := josaPairs[particle]
	if !ok {
		return word + particle
	}
	tail := finalSound(word)
	if tail == tailNone || tail == tailL && strings.HasPrefix(particle, "으로") {
		return word + vowelForm
	}
	return word + particle
}
