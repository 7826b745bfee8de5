package main

import (
	"slices"
	"strconv"
	"strings"
)

// naverNER: sentences with names, dates and the other types of the task. A tag belongs to
// a word between blanks, its particle included.
var naverNER = set{
	seed:   2,
	shares: []share{{"", 100}},
	parts:  []part{{"naver-ner/train.tsv", 1000}, {"naver-ner/test.tsv", 300}},
	draw:   tagged,
	line:   func(r row, _ int) string { return r.text + "\t" + strings.Join(r.more, " ") },
}

// nerTemplates name the type in each slot; see name for those that are not types.
var nerTemplates = []string{
	"{PER|은} {YEAR} {CITY}에서 태어났다.",
	"{PER|은} {ORG}에서 {SPAN} 동안 일했다.",
	"{ARTIST} {PER|이} {DAT} {AFW|을} 발표했다.",
	"{DAY} {LOC}에서 {EVT|이} 열린다.",
	"{EVT|은} {DAY} {TIM}에 시작한다.",
	"{PER|은} {TIM}에 {CITY|으로} 떠났다.",
	"{ORG|은} {DAT} 직원 {HEADS|을} 새로 뽑았다.",
	"{PER} 교수는 {SCHOOL}에서 {FLD|을} 가르친다.",
	"{FLD|을} 전공한 {PER|은} {JOB|이} 되었다.",
	"{DAT} {ANM} {BEASTS|이} {CITY} 동물원에 왔다.",
	"{CITY}에는 {PLT|이} 많이 자란다.",
	"{PER|은} 나무 아래에서 {PET|을} 보았다.",
	"{FIRM|은} {MAT|을} 쓰는 기술을 개발했다.",
	"연구진은 {MAT|과} {MAT|을} 섞었다.",
	"{PER|은} {FLD} 책을 {BOOKS} 샀다.",
	"학생들은 {FLD} 수업에서 {TRM|을} 배웠다.",
	"{ORG} 식당에서 {FOOD|을} 먹었다.",
	"{PER|은} {TRM|을} 쉽게 설명했다.",
	"{ORG} 직원 {HEADS|이} {EVT}에 참가했다.",
	"{AFW|은} {YEAR} {CITY}에서 처음 소개됐다.",
	"{TIM}에 {PER|과} {PER|이} {LOC}에서 만났다.",
	"{YEAR} {PER|은} {CITY}에 {FIRM|을} 세웠다.",
	"{PER|은} 집에서 {PET|과} 놀았다.",
	"어머니는 {FOOD|을} 무척 좋아하신다.",
	"우리는 {AFW|을} 함께 보았다.",
	"{HEADS|이} {EVT|을} 보러 {LOC|을} 찾았다.",
	"{CITY} 시민 {HEADS} 가운데 {RATE|이} {FOOD|을} 꼽았다.",
	"{FIRM} 매출은 {PAST}보다 {RATE} 늘었다.",
	"{PER|은} {TIM}부터 {ORG} 앞에서 기다렸다.",
	"{CITY|과} {CITY|을} 잇는 철도가 놓인다.",
	"{JOB} {PER|은} {SPAN} 만에 {CITY|으로} 돌아왔다.",
	"{ANY|은} 요즘 사람들이 자주 찾는 검색어다.",
	"{ANY|을} 다룬 방송이 {DAT} 나왔다.",
	"사람들은 {ANY|을} 잘 모른다.",
	"{ANY}에 관한 기사가 {DAT} 신문에 실렸다.",
	"{PER|은} 어릴 때부터 {LIKED|을} 좋아했다.",
	"{ANY|과} {ANY} 가운데 하나를 골라야 한다.",
	"{PER|은} {ANY}에 대해 오래 이야기했다.",
	"{LIFE|은} 이 그림책에 자주 나온다.",
	"{LIFE|을} 오래 관찰한 {PER|을} 만났다.",
	"그림 속에는 {LIFE|과} {LIFE|이} 있다.",
	"요즘 날씨가 갑자기 추워졌다.",
	"그 일은 아무도 기억하지 못했다.",
	"회의가 길어져 모두 지쳤다.",
}

// nerEither gives the types that a slot may be of, one in a sentence.
var nerEither = map[string][]string{
	"ANY":   {"PER", "FLD", "AFW", "ORG", "LOC", "EVT", "ANM", "PLT", "MAT", "TRM"},
	"LIKED": {"FLD", "AFW", "CITY", "ANM", "PLT", "FOOD"},
	"LIFE":  {"ANM", "PLT"},
}

// nerKinds gives the type of slots that are narrower than one.
var nerKinds = map[string]string{
	"YEAR": "DAT", "PAST": "DAT", "DAY": "DAT", "JOB": "CVL", "ARTIST": "CVL", "FOOD": "CVL", "CITY": "LOC", "SCHOOL": "ORG",
	"FIRM": "ORG", "PET": "ANM", "SPAN": "NUM", "HEADS": "NUM", "BEASTS": "NUM", "BOOKS": "NUM", "RATE": "NUM",
}

// tagged draws a sentence of words with a tag each.
func tagged(d *dice, _ string) row {
	var out, tags, used []string
	turn := int(d.next() >> 33) // one for all slots of the sentence
	for _, word := range strings.Fields(pick(d, nerTemplates)) {
		slot, after, found := strings.Cut(strings.TrimPrefix(word, "{"), "}")
		if !found {
			out, tags = append(out, word), append(tags, "O")
			continue
		}
		kind, particle, _ := strings.Cut(slot, "|")
		if types, ok := nerEither[kind]; ok {
			kind = types[turn%len(types)]
		}
		n := name(d, kind)
		for slices.Contains(used, n) {
			n = name(d, kind)
		}
		used = append(used, n)
		if narrower, ok := nerKinds[kind]; ok {
			kind = narrower
		}
		for i, part := range strings.Fields(josa(n, particle) + after) {
			suffix := "-I"
			if i == 0 {
				suffix = "-B"
			}
			out, tags = append(out, part), append(tags, kind+suffix)
		}
	}
	return row{text: strings.Join(out, " "), more: tags}
}

// name draws a name of a kind: a type, or what a template asks for more
// narrowly.
func name(d *dice, kind string) string {
	number := func(low, n int) string { return strconv.Itoa(low + d.upTo(n)) }
	switch kind {
	case "PER":
		return early(d, familyNames) + early(d, givenNames)
	case "YEAR":
		return number(1950, 70) + "년"
	case "DAY": // to come
		if d.chance(60) {
			return number(1, 12) + "월 " + number(1, 28) + "일"
		}
		return pick(d, []string{"내년 봄", "다음 달", "이번 주말", "모레"})
	case "PAST":
		return pick(d, []string{"작년", "재작년", "지난달", "작년 여름"})
	case "DAT": // gone by
		switch d.upTo(4) {
		case 0:
			return number(1990, 35) + "년"
		case 1:
			return number(1990, 35) + "년 " + number(1, 12) + "월"
		case 2:
			return "지난 " + number(1, 28) + "일"
		}
		return pick(d, []string{"올해", "작년", "작년 가을", "지난 주말", "지난달", "어제"})
	case "TIM":
		switch d.upTo(3) {
		case 0:
			return pick(d, []string{"오전", "오후"}) + " " + number(1, 12) + "시"
		case 1:
			return number(1, 12) + "시 " + number(1, 59) + "분"
		}
		return pick(d, []string{"새벽", "아침", "저녁", "한밤중"})
	case "SPAN":
		return number(2, 30) + pick(d, []string{"년", "개월"})
	case "HEADS":
		if d.chance(30) {
			return pick(d, []string{"수십", "백여"}) + " 명"
		}
		return number(2, 98) + "명"
	case "BEASTS":
		return number(2, 60) + "마리"
	case "BOOKS":
		return number(2, 9) + "권"
	case "RATE":
		return number(2, 90) + "%"
	}
	return early(d, names[kind])
}
