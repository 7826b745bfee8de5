package main

import "strconv"

// nsmc: short film reviews. Half of them praise one side of a film and blame
// another, and it is the end of the sentence that decides.
var nsmc = set{
	seed:   1,
	header: "id\tdocument\tlabel",
	shares: even("0", "1"),
	parts:  []part{{"nsmc/ratings_train.txt", 1200}, {"nsmc/ratings_test.txt", 300}},
	draw:   review,
	line: func(r row, n int) string {
		return strconv.Itoa(1000001+7*n+len(r.text)%7) + "\t" + r.text + "\t" + r.label
	},
}

// aspect is a side of a film with what is said for it and against it.
type aspect struct {
	noun      string
	good, bad []string // adjectives and verbs
}

var aspects = []aspect{
	{"연기", []string{"훌륭하다*", "자연스럽다*", "뛰어나다*"}, []string{"어색하다*", "부족하다*", "답답하다*"}},
	{"이야기", []string{"탄탄하다*", "재미있다*", "새롭다*"}, []string{"지루하다*", "뻔하다*", "허술하다*"}},
	{"음악", []string{"아름답다*", "훌륭하다*", "신나다"}, []string{"시끄럽다*", "어색하다*", "지루하다*"}},
	{"영상", []string{"아름답다*", "화려하다*", "뛰어나다*"}, []string{"어둡다*", "어지럽다*", "허술하다*"}},
	{"결말", []string{"감동적이다*", "완벽하다*", "새롭다*"}, []string{"허무하다*", "뻔하다*", "답답하다*"}},
	{"대사", []string{"재치 있다*", "자연스럽다*", "감동적이다*"}, []string{"유치하다*", "어색하다*", "뻔하다*"}},
	{"연출", []string{"뛰어나다*", "새롭다*", "완벽하다*"}, []string{"허술하다*", "부족하다*", "유치하다*"}},
	{"액션", []string{"화려하다*", "신나다", "재미있다*"}, []string{"지루하다*", "유치하다*", "부족하다*"}},
}

var (
	reviewOpenings = []string{"", "", "", "솔직히 ", "역시 ", "생각보다 ", "보고 나니 "}
	reviewAdverbs  = []string{"", "정말 ", "너무 ", "진짜 ", "참 "}
	goodClosings   = []string{"", "", "강력 추천!", "또 보고 싶다", "시간 가는 줄 몰랐다", "오래 기억에 남는다", "ㅎㅎ"}
	badClosings    = []string{"", "", "시간이 아깝다", "보다가 졸았다", "돈이 아깝다", "다시는 안 본다", "ㅠㅠ"}
)

// What can be said of every side of a film.
var (
	anyGood = []string{
		"좋다*", "괜찮다*", "마음에 들다", "인상적이다*", "매력적이다*", "돋보이다", "빛나다", "놀랍다*",
		"만족스럽다*", "흠잡을 데 없다*", "사랑스럽다*", "기가 막히다", "눈부시다*", "끝내주다",
	}
	anyBad = []string{
		"아쉽다*", "실망스럽다*", "엉성하다*", "밋밋하다*", "산만하다*", "거슬리다", "형편없다*", "시시하다*",
		"억지스럽다*", "허무하다*", "촌스럽다*", "따분하다*", "얄팍하다*", "조잡하다*",
	}
)

// said draws what is said of a side of a film. Every fifth time it is the
// opposite denied.
func said(d *dice, x aspect, good bool) verb {
	if d.chance(20) {
		own := x.bad
		if !good {
			own = x.good
		}
		return parseVerb(pick(d, own)).not()
	}
	own, general := x.bad, anyBad
	if good {
		own, general = x.good, anyGood
	}
	if d.chance(50) {
		return parseVerb(pick(d, own))
	}
	return parseVerb(early(d, general))
}

// review draws a review, 1 for praise and 0 for blame.
func review(d *dice, label string) row {
	good := label == "1"
	a, b := two(d, aspects)
	text := pick(d, reviewOpenings)
	switch d.upTo(4) {
	case 0: // one side alone
		text += josa(a.noun, "이") + " " + stressed(d, said(d, a, good))
	case 1: // both alike
		text += josa(a.noun, "도") + " " + said(d, a, good).with("고") + " " + josa(b.noun, "도") + " " + reviewEnd(d, said(d, b, good))
	default: // one against the other
		first := said(d, a, !good)
		link := pick(d, []string{first.with("지만"), first.but()})
		text += josa(a.noun, "은") + " " + link + " " + josa(b.noun, "이") + " " + stressed(d, said(d, b, good))
	}
	closing := pick(d, badClosings)
	if good {
		closing = pick(d, goodClosings)
	}
	if closing != "" && d.chance(50) {
		text += pick(d, []string{". ", " ", ".. "}) + closing
	}
	return row{text: text, label: label}
}

// stressed closes a sentence, often with an adverb before.
func stressed(d *dice, v verb) string {
	if v.denied {
		return pick(d, []string{"", "전혀 ", "그렇게 "}) + reviewEnd(d, v)
	}
	return pick(d, reviewAdverbs) + reviewEnd(d, v)
}

// reviewEnd closes a sentence in one of the manners of reviews.
func reviewEnd(d *dice, v verb) string {
	switch d.upTo(4) {
	case 0:
		return v.with("네요")
	case 1:
		return v.with("았다")
	case 2:
		return v.with("아요")
	}
	return v.plain()
}
