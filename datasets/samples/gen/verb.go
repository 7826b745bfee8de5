package main

import (
	"fmt"
	"strings"
)

// class says how a stem changes before endings.
type class int

const (
	regular class = iota
	dropD         // ㄷ: 듣다, 들어
	dropB         // ㅂ: 춥다, 추워
	dropS         // ㅅ: 짓다, 지어
	doubleL       // 르: 부르다, 불러
)

// irregulars lists the stems, by their last syllables, whose class does not show in their
// spelling.
var irregulars = map[string]class{
	"듣": dropD, "걷": dropD, "싣": dropD, "깨닫": dropD,
	"돕": dropB, "굽": dropB, "줍": dropB, "눕": dropB, "춥": dropB, "덥": dropB, "쉽": dropB, "어렵": dropB,
	"가깝": dropB, "무겁": dropB, "가볍": dropB, "뜨겁": dropB, "차갑": dropB, "즐겁": dropB, "고맙": dropB,
	"아름답": dropB, "아깝": dropB, "귀엽": dropB, "무섭": dropB, "시끄럽": dropB, "역겹": dropB,
	"흥미롭": dropB, "감미롭": dropB, "단조롭": dropB, "매끄럽": dropB, "얄밉": dropB, "스럽": dropB,
	"어둡": dropB,
	"아쉽": dropB, "지겹": dropB, "맵": dropB, "새롭": dropB, "해롭": dropB, "두껍": dropB, "어지럽": dropB,
	"부드럽": dropB, "더럽": dropB, "반갑": dropB, "놀랍": dropB, "괴롭": dropB, "싱겁": dropB,
	"우습": dropB, "답": dropB,
	"짓": dropS, "낫": dropS, "붓": dropS, "젓": dropS,
	"부르": doubleL, "고르": doubleL, "기르": doubleL, "자르": doubleL, "빠르": doubleL, "다르": doubleL,
	"흐르": doubleL, "모르": doubleL, "오르": doubleL, "바르": doubleL, "서두르": doubleL, "찌르": doubleL,
	"지르": doubleL,
}

// verb is a verb or an adjective, which Korean conjugates alike but for the
// present.
type verb struct {
	stem      string
	class     class
	adjective bool
	denied    bool
}

// parseVerb reads a dictionary form, like 먹다 or 춥다; an adjective is marked by a star
// after it: 춥다*.
func parseVerb(form string) verb {
	plain, adjective := strings.CutSuffix(form, "*")
	stem, ok := strings.CutSuffix(plain, "다")
	if !ok || stem == "" {
		panic(fmt.Sprintf("%q is no dictionary form", form))
	}
	v := verb{stem: stem, adjective: adjective}
	word := stem[strings.LastIndexByte(stem, ' ')+1:]
	for from := range word { // the longest ending that is listed
		if c, ok := irregulars[word[from:]]; ok {
			v.class = c
			break
		}
	}
	return v
}

// last splits the stem before its last syllable.
func (v verb) last() (head string, lead, vowel, tail int) {
	runes := []rune(v.stem)
	n := len(runes) - 1
	lead, vowel, tail, ok := split(runes[n])
	if !ok {
		panic(fmt.Sprintf("stem %q does not end in Hangul", v.stem))
	}
	return string(runes[:n]), lead, vowel, tail
}

// isExistence reports whether the stem ends in 있 or 없, adjectives that take
// a verb's 는.
func (v verb) isExistence() bool {
	return strings.HasSuffix(v.stem, "있") || strings.HasSuffix(v.stem, "없")
}

// isCopula reports whether the stem is a noun in 적 and the 이 of 이다.
func (v verb) isCopula() bool { return strings.HasSuffix(v.stem, "적이") }

// with adds an ending, named by its form after a consonant stem with a dark
// vowel left out: 아서, 았다 (for 아서 and 어서, 았다 and 었다), 으면, 은, 을, 음,
// 습니다, 는다, and those that never change, like 고, 지만, 네요, 는.
func (v verb) with(ending string) string {
	switch {
	case v.isCopula() && ending == "아요":
		return v.stem + "에요"
	case strings.HasPrefix(ending, "았"):
		return addTail(v.infinitive(), tailSs) + strings.TrimPrefix(ending, "았")
	case strings.HasPrefix(ending, "아"):
		return v.infinitive() + strings.TrimPrefix(ending, "아")
	case strings.HasPrefix(ending, "으"):
		return v.euphonic("으", tailNone, ending[1*len("으"):])
	case strings.HasPrefix(ending, "은"):
		return v.euphonic("은", tailN, ending[len("은"):])
	case strings.HasPrefix(ending, "을"):
		return v.euphonic("을", tailL, ending[len("을"):])
	case strings.HasPrefix(ending, "음"):
		return v.euphonic("음", tailM, ending[len("음"):])
	case strings.HasPrefix(ending, "습니"):
		return v.present(ending, tailB, strings.TrimPrefix(ending, "습"))
	case strings.HasPrefix(ending, "는다"):
		return v.present(ending, tailN, strings.TrimPrefix(ending, "는"))
	}
	head, lead, vowel, tail := v.last()
	if first, _, _, ok := split([]rune(ending)[0]); ok && tail == tailL && (first == leadN || first == leadS || first == leadB) {
		tail = tailNone // 살 + 네: 사네
	}
	return head + syllable(lead, vowel, tail) + ending
}

// present adds an ending that leans on an open syllable: 갑니다, 간다.
func (v verb) present(whole string, tail int, rest string) string {
	head, lead, vowel, own := v.last()
	if own != tailNone && own != tailL {
		return v.stem + whole
	}
	return head + syllable(lead, vowel, tail) + rest
}

// euphonic adds an ending whose 으 goes after a vowel or ㄹ.
func (v verb) euphonic(whole string, tail int, rest string) string {
	head, lead, vowel, own := v.last()
	switch {
	case v.class == dropB: // 춥 + 은: 추운
		return head + syllable(lead, vowel, tailNone) + syllable(leadIeung, vowelU, tail) + rest
	case v.class == dropD: // 듣 + 은: 들은
		return head + syllable(lead, vowel, tailL) + whole + rest
	case v.class == dropS: // 짓 + 은: 지은
		return head + syllable(lead, vowel, tailNone) + whole + rest
	case own == tailNone:
		return head + syllable(lead, vowel, tail) + rest
	case own == tailL && tail == tailM: // 살 + 음: 삶
		return head + syllable(lead, vowel, 10) + rest
	case own == tailL && tail == tailNone: // 살 + 으면: 살면, 살 + 으니: 사니
		if first, _, _, ok := split([]rune(rest)[0]); ok && (first == leadN || first == leadS || first == leadB) {
			return head + syllable(lead, vowel, tailNone) + rest
		}
		return v.stem + rest
	case own == tailL:
		return head + syllable(lead, vowel, tail) + rest
	}
	return v.stem + whole + rest
}

// infinitive returns the form before 서, 요 and the past: 먹어, 가, 해, 도와.
func (v verb) infinitive() string {
	head, lead, vowel, tail := v.last()
	bright := vowel == vowelA || vowel == vowelO
	a, aSyllable := vowelEo, "어"
	if bright {
		a, aSyllable = vowelA, "아"
	}
	switch {
	case v.class == dropB:
		if v.stem == "돕" || v.stem == "곱" {
			return head + syllable(lead, vowel, tailNone) + "와"
		}
		return head + syllable(lead, vowel, tailNone) + "워"
	case v.class == dropD:
		return head + syllable(lead, vowel, tailL) + aSyllable
	case v.class == dropS:
		return head + syllable(lead, vowel, tailNone) + aSyllable
	case v.class == doubleL: // 부르: 불러
		runes := []rune(head)
		l, vo, _, _ := split(runes[len(runes)-1])
		return string(runes[:len(runes)-1]) + syllable(l, vo, tailL) + syllable(leadL, harmony(vo), tailNone)
	case tail != tailNone || v.isCopula(): // 먹어, 감동적이어
		return v.stem + aSyllable
	case lead == leadH && vowel == vowelA: // 하: 해
		return head + "해"
	}
	switch vowel {
	case vowelA, vowelEo, vowelAe, vowelE, vowelYeo:
		return v.stem
	case vowelO:
		return head + syllable(lead, vowelWa, tailNone)
	case vowelU:
		return head + syllable(lead, vowelWo, tailNone)
	case vowelOe:
		return head + syllable(lead, vowelWae, tailNone)
	case vowelI:
		return head + syllable(lead, vowelYeo, tailNone)
	case vowelEu: // 쓰: 써, 모으: 모아
		if runes := []rune(head); len(runes) > 0 {
			if _, before, _, ok := split(runes[len(runes)-1]); ok {
				a = harmony(before)
			}
		}
		return head + syllable(lead, a, tailNone)
	}
	return v.stem + aSyllable
}

// harmony returns the vowel of 아 or 어 that goes with a stem's vowel.
func harmony(vowel int) int {
	if vowel == vowelA || vowel == vowelO {
		return vowelA
	}
	return vowelEo
}

// addTail closes the word's last, open syllable.
func addTail(word string, tail int) string {
	runes := []rune(word)
	lead, vowel, _, _ := split(runes[len(runes)-1])
	return string(runes[:len(runes)-1]) + syllable(lead, vowel, tail)
}

// plain is the written present: 먹는다, 춥다.
func (v verb) plain() string {
	if v.adjective {
		return v.stem + "다"
	}
	return v.with("는다")
}

// but is the form before a contrast: 먹는데, 추운데, 있는데.
func (v verb) but() string {
	if v.adjective && !v.isExistence() {
		return v.with("은데")
	}
	return v.with("는데")
}

// modifier is the form before a noun, in the present: 먹는, 추운, 있는.
func (v verb) modifier() string {
	if v.adjective && !v.isExistence() {
		return v.with("은")
	}
	return v.with("는")
}

// not is the verb denied: 먹지 않다, 춥지 않다.
func (v verb) not() verb {
	return verb{stem: v.with("지") + " 않", adjective: v.adjective, denied: true}
}
