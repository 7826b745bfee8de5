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
	familyNames = []string{"김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신"}
	givenNames  = []string{"민준", "서연", "지호", "하은", "도윤", "수아", "시우", "지안", "준서", "예린", "건우", "다은", "태오", "나래", "한결", "소율", "은찬", "보람", "채원", "이안"}

	// names lists what each type may be, drawn persons and numbers aside.
	names = map[string][]string{
		"FLD":  {"물리학", "경제학", "생물학", "철학", "인류학", "언어학", "현대 무용", "국제 경제학", "해양 생물학", "사회학", "천문학", "응용 수학", "지질학", "미술사"},
		"AFW":  {"바람의 노래", "푸른 언덕", "겨울 정원", "하늘다리", "고요한 아침", "작은 등대", "별지도", "나무 위의 집", "밤의 정거장", "숨은 별", "첫눈 오는 마을", "돌아온 편지", "낮은 목소리", "모래시계"},
		"ORG":  {"한빛전자", "가온은행", "누리 연구소", "새벽신문", "미래 고등학교", "도담출판사", "마루 건설", "가람대학교", "해솔 축구단", "다온항공", "이든 식품", "늘봄병원", "가온 농구단", "라온호텔", "서해 연구원", "참빛 초등학교"},
		"LOC":  {"서울", "부산", "제주도", "강릉", "대전", "경주", "전주", "속초", "남산 공원", "한강", "설악산", "동해 바다", "춘천", "여수", "지리산", "광화문 광장", "수원", "안동", "낙동강", "울릉도"},
		"JOB":  {"교사", "변호사", "요리사", "기자", "화가", "소설가", "간호사", "수의사", "사진가", "목수", "건축가"},
		"FOOD": {"김밥", "비빔밥", "호박죽", "떡볶이", "만둣국", "잡채", "수제비", "팥빙수"},
		"EVT":  {"봄꽃 축제", "한빛 마라톤", "전국 체육대회", "달빛 음악회", "가을 운동회", "바다 영화제", "세계 요리대회", "눈꽃 축제", "시민 걷기대회", "한여름 연극제", "국제 도서전", "단풍 축제"},
		"ANM":  {"고양이", "강아지", "호랑이", "두루미", "다람쥐", "거북이", "고래", "부엉이", "두더지", "고라니", "펭귄", "수달", "너구리", "청개구리"},
		"PLT":  {"소나무", "장미", "해바라기", "은행나무", "진달래", "대나무", "민들레", "튤립", "벚나무", "라벤더", "국화", "단풍나무", "코스모스", "수선화"},
		"MAT":  {"구리", "철", "산소", "수소", "알루미늄", "소금", "탄소", "은", "질소", "나트륨", "헬륨", "유리", "납", "칼슘"},
		"TRM":  {"방정식", "광합성", "데이터베이스", "알고리즘", "중력", "암호화", "삼투압", "관성", "삼각함수", "운영 체제", "상대성 이론", "미분", "관세", "유전자"},
	}

	// nerTemplates name the type in each slot.
	nerTemplates = []string{
		"{PER|은} {BORN} {LOC}에서 태어났다 .",
		"{PER|은} {ORG}에서 {NUM} 동안 일했다 .",
		"{JOB} {PER|이} {AFW|을} 발표했다 .",
		"{DAY} {LOC}에서 {EVT|이} 열린다 .",
		"{EVT|은} {DAY} {TIM}에 시작한다 .",
		"{PER|은} {TIM}에 {LOC|으로} 떠났다 .",
		"{ORG|은} {DAT} {NUM|을} 새로 뽑았다 .",
		"{PER|은} 대학에서 {FLD|을} 가르친다 .",
		"{FLD|을} 전공한 {PER|은} {JOB|이} 되었다 .",
		"{LOC}에서 {ANM} {NUM|이} 발견됐다 .",
		"{LOC}에는 {PLT|이} 많이 자란다 .",
		"{PER|은} {PLT} 아래에서 {ANM|을} 보았다 .",
		"{ORG|은} {MAT|을} 쓰는 기술을 개발했다 .",
		"연구진은 {MAT|과} {MAT|을} 섞었다 .",
		"{PER|은} {FLD} 책을 {NUM} 샀다 .",
		"아이들은 오늘 {TRM|을} 배웠다 .",
		"{ORG} 식당에서 {FOOD|을} 먹었다 .",
		"{PER|은} {TRM|을} 쉽게 설명했다 .",
		"{ORG} 직원 {NUM|이} {EVT}에 참가했다 .",
		"{AFW|은} {DAT} {ORG}에서 나왔다 .",
		"{TIM}에 {PER|과} {PER|이} {LOC}에서 만났다 .",
		"{DAT} {PER|은} {ORG|을} 세웠다 .",
		"오늘 {PER|은} 집에서 {ANM|과} 놀았다 .",
		"어머니는 {FOOD|을} 무척 좋아하신다 .",
		"우리는 {AFW|을} 함께 읽었다 .",
		"{NUM|이} {EVT|을} 보러 {LOC|을} 찾았다 .",
	}
)

// name draws a name of a type; BORN and DAY are
// dates, JOB and FOOD things of civilization, that fit what the template tells.
func name(d *dice, kind string) string {
	number := func(low, n int) string { return strconv.Itoa(low + d.upTo(n)) }
	switch kind {
	case "PER":
		return early(d, familyNames) + early(d, givenNames)
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
	return early(d, names[kind])
}

// amount draws a number with the unit that the template's own words ask for.
func amount(d *dice, template string) string {
	n := strconv.Itoa(2 + d.upTo(98))
	switch {
	case strings.Contains(template, "동안"):
		return strconv.Itoa(2+d.upTo(30)) + pick(d, []string{"년", "개월"})
	case strings.Contains(template, "책을 {NUM"):
		return strconv.Itoa(2+d.upTo(9)) + "권"
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
		switch kind {
		case "BORN", "DAY":
			kind = "DAT"
		case "JOB", "FOOD":
			kind = "CVL"
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
