package main

import (
	"strconv"
	"strings"
)

// naverNER: sentences of which some words, particles included, name persons,
// places, dates and so on. Where a name has several words, the first begins it and
// the others are inside.
var naverNER = set{
	seed:   2,
	shares: []share{{"", 100}},
	parts:  []part{{"naver-ner/train.tsv", 1200}, {"naver-ner/test.tsv", 300}},
	draw:   tagged,
	line:   func(r row, _ int) string { return r.text + "\t" + strings.Join(r.more, " ") },
}

var (
	familyNames = []string{"김", "이", "박", "최", "정", "강", "조", "윤", "장", "임"}
	givenNames  = []string{"민준", "서연", "지호", "하은", "도윤", "수아", "시우", "지안", "준서", "예린", "건우", "다은", "태오", "나래", "한결"}

	// names lists what each type may be, drawn persons and numbers aside.
	names = map[string][]string{
		"FLD": {"물리학", "경제학", "생물학", "철학", "인류학", "언어학", "현대 무용", "국제 경제학", "해양 생물학"},
		"AFW": {"바람의 노래", "푸른 언덕", "겨울 정원", "하늘다리", "고요한 아침", "작은 등대", "별지도", "나무 위의 집"},
		"ORG": {"한빛전자", "가온은행", "누리 연구소", "새벽신문", "미래 고등학교", "도담출판사", "마루 건설", "가람대학교", "해솔 축구단"},
		"LOC": {"서울", "부산", "제주도", "강릉", "대전", "경주", "전주", "속초", "남산 공원", "한강", "설악산", "동해 바다"},
		"CVL": {"교사", "변호사", "요리사", "기자", "화가", "소설가", "김밥", "비빔밥", "한복", "호박죽"},
		"EVT": {"봄꽃 축제", "한빛 마라톤", "전국 체육대회", "달빛 음악회", "가을 운동회", "바다 영화제", "세계 요리대회"},
		"ANM": {"고양이", "강아지", "호랑이", "두루미", "다람쥐", "거북이", "고래", "부엉이"},
		"PLT": {"소나무", "장미", "해바라기", "은행나무", "진달래", "대나무", "민들레", "튤립"},
		"MAT": {"구리", "철", "산소", "수소", "알루미늄", "소금", "탄소", "은"},
		"TRM": {"방정식", "광합성", "데이터베이스", "알고리즘", "중력", "암호화", "삼투압", "관성"},
	}

	// nerTemplates name the type in each slot.
	nerTemplates = []string{
		"{PER|은} {BORN} {LOC}에서 태어났다 .",
		"{PER|은} {ORG}에서 {NUM} 동안 일했다 .",
		"{CVL} {PER|이} {AFW|을} 발표했다 .",
		"{DAY} {LOC}에서 {EVT|이} 열린다 .",
		"{EVT|은} {DAY} {TIM}에 시작한다 .",
		"{PER|은} {TIM} {LOC|으로} 떠났다 .",
		"{ORG|은} {DAT} {NUM|을} 새로 뽑았다 .",
		"{PER|은} 대학에서 {FLD|을} 가르친다 .",
		"{FLD|을} 전공한 {PER|은} {CVL|이} 되었다 .",
		"{LOC}에서 {ANM} {NUM|이} 발견됐다 .",
		"{LOC}에는 {PLT|이} 많이 자란다 .",
		"{PER|은} {PLT} 아래에서 {ANM|을} 보았다 .",
		"{ORG|은} {MAT|을} 쓰는 기술을 개발했다 .",
		"연구진은 {MAT|과} {MAT|을} 섞었다 .",
		"{FLD} 수업에서 {TRM|을} 배웠다 .",
		"{PER|은} {TRM|을} 쉽게 설명했다 .",
		"{ORG} 직원 {NUM|이} {EVT}에 참가했다 .",
		"{AFW|은} {DAT} {ORG}에서 나왔다 .",
		"{TIM}에 {PER|과} {PER|이} {LOC}에서 만났다 .",
		"{PER|은} {CVL|을} 만드는 {ORG|을} 세웠다 .",
		"오늘 {PER|은} 집에서 {ANM|과} 놀았다 .",
		"어머니는 {CVL|을} 무척 좋아하신다 .",
		"우리는 {AFW|을} 함께 읽었다 .",
		"{NUM|이} {EVT|을} 보러 {LOC|을} 찾았다 .",
	}
)

// name draws a name of a type; BORN and DAY are dates that fit what the template
// tells of them.
func name(d *dice, kind string) string {
	number := func(low, n int) string { return strconv.Itoa(low + d.upTo(n)) }
	switch kind {
	case "PER":
		return pick(d, familyNames) + pick(d, givenNames)
	case "BORN":
		return number(1950, 70) + "년"
	case "DAY": // to come
		if d.chance(60) {
			return number(1, 12) + "월 " + number(1, 28) + "일"
		}
		return pick(d, []string{"내년 봄", "다음 달", "이번 주말", "모레"})
	case "DAT": // gone by
		switch d.upTo(3) {
		case 0:
			return number(1990, 35) + "년"
		case 1:
			return number(1990, 35) + "년 " + number(1, 12) + "월"
		}
		return pick(d, []string{"올해", "작년", "작년 가을", "지난 주말", "지난달"})
	case "TIM":
		switch d.upTo(3) {
		case 0:
			return pick(d, []string{"오전", "오후"}) + " " + number(1, 12) + "시"
		case 1:
			return number(1, 12) + "시 " + number(1, 59) + "분"
		}
		return pick(d, []string{"새벽", "아침", "저녁", "한밤중"})
	}
	return pick(d, names[kind])
}

// amount draws a number with the unit that the template's own words ask for.
func amount(d *dice, template string) string {
	n := strconv.Itoa(2 + d.upTo(98))
	switch {
	case strings.Contains(template, "동안"):
		return strconv.Itoa(2+d.upTo(30)) + pick(d, []string{"년", "개월"})
	case strings.Contains(template, "{ANM} {NUM"):
		return n + "마리"
	case d.chance(30):
		return pick(d, []string{"수십", "백여", "천여"}) + " 명"
	}
	return n + "명"
}

// tagged draws a sentence of words with a tag each.
func tagged(d *dice, _ string) row {
	template := pick(d, nerTemplates)
	var out, tags []string
	used := map[string]bool{}
	for _, word := range strings.Fields(template) {
		slot, after, found := strings.Cut(strings.TrimPrefix(word, "{"), "}")
		if !found {
			out, tags = append(out, word), append(tags, "O")
			continue
		}
		kind, particle, _ := strings.Cut(slot, "|")
		var n string
		for n == "" || used[n] {
			if kind == "NUM" {
				n = amount(d, template)
			} else {
				n = name(d, kind)
			}
		}
		used[n] = true
		if kind == "BORN" || kind == "DAY" {
			kind = "DAT"
		}
		for i, part := range strings.Fields(josa(n, particle) + after) {
			out = append(out, part)
			if i == 0 {
				tags = append(tags, kind+"-B")
			} else {
				tags = append(tags, kind+"-I")
			}
		}
	}
	return row{text: strings.Join(out, " "), more: tags}
}
