package main

import "strconv"

// nsmc: short film reviews, as they are typed. Many praise one side of a film and blame
// another: what comes last decides.
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

// review draws a review, 1 for praise and 0 for blame.
func review(d *dice, label string) row {
	good := label == "1"
	var text string
	switch n := d.upTo(100); {
	case n < 25: // the film as a whole
		whole := wholeBad
		if good {
			whole = wholeGood
		}
		text = fill(pick(d, whole), words{"film": pick(d, films), "who": pick(d, company)})
	case n < 45: // one side of it
		text = opening(d) + one(d, good)
	case n < 60: // two sides alike
		a, b := two(d, aspects)
		text = opening(d) + josa(a.noun, "도") + " " + said(d, a, good).with("고") + " " + josa(b.noun, "도") + " " +
			closed(d, said(d, b, good))
	case n < 85: // one side against the other
		a, b := two(d, aspects)
		first := said(d, a, !good)
		link := pick(d, []string{first.with("지만"), first.but()})
		text = opening(d) + josa(a.noun, "은") + " " + link + " " + josa(b.noun, "이") + " " + closed(d, said(d, b, good))
	default: // a verdict against what came before
		turn := turnBad
		if good {
			turn = turnGood
		}
		text = one(d, !good) + pick(d, []string{". ", ".. "}) + pick(d, turn)
	}
	return row{text: text + mood(d, good), label: label}
}

// opening is what leads to the first side, or nothing.
func opening(d *dice) string {
	if d.chance(60) {
		return ""
	}
	return pick(d, reviewOpenings)
}

// one is a sentence about one side.
func one(d *dice, good bool) string {
	a := pick(d, aspects)
	v := said(d, a, good)
	adverb := pick(d, []string{"", "정말 ", "너무 ", "진짜 ", "참 "})
	if v.denied {
		adverb = pick(d, []string{"", "전혀 ", "별로 "})
	}
	return pick(d, []string{josa(a.noun, "이"), a.noun}) + " " + adverb + closed(d, v)
}

// said draws what is said of a side, now and then its opposite denied.
func said(d *dice, a aspect, good bool) verb {
	own, opposite := a.bad, a.good
	if good {
		own, opposite = a.good, a.bad
	}
	if d.chance(15) {
		return parseVerb(early(d, opposite)).not()
	}
	return parseVerb(early(d, own))
}

// closed closes a sentence in one of the manners of reviews.
func closed(d *dice, v verb) string {
	switch d.upTo(7) {
	case 0:
		return v.with("네요")
	case 1:
		return v.with("았다")
	case 2:
		return v.with("아요")
	case 3:
		return v.with("음")
	case 4:
		return v.with("았어요")
	case 5:
		return v.with("네")
	}
	return v.plain()
}

// mood is what follows the last word.
func mood(d *dice, good bool) string {
	if d.chance(55) {
		return ""
	}
	if good {
		return pick(d, []string{"!", "!!", "~", " ㅎㅎ", " ㅋㅋ", " ^^", "."})
	}
	return pick(d, []string{"..", "...", " ㅠㅠ", " ㅡㅡ", " ㅋㅋ", "."})
}

// aspect is a side of a film with what is said for it and against it, the
// commonest first.
type aspect struct {
	noun      string
	good, bad []string // adjectives and verbs
}

// sides makes an aspect of lists with commas.
func sides(noun, good, bad string) aspect {
	return aspect{noun, list(good), list(bad)}
}

var aspects = []aspect{
	sides("연기", "좋다*, 훌륭하다*, 자연스럽다*, 뛰어나다*, 인상적이다*, 빛나다, "+
		"완벽하다*, 섬세하다*, 압도적이다*",
		"어색하다*, 아쉽다*, 형편없다*, 부족하다*, 답답하다*, 딱딱하다*, 실망스럽다*, "+
			"과장스럽다*, 밋밋하다*"),
	sides("이야기", "재미있다*, 탄탄하다*, 새롭다*, 흥미롭다*, 감동적이다*, 매력적이다*, "+
		"알차다*, 따뜻하다*, 짜임새 있다*",
		"지루하다*, 뻔하다*, 허술하다*, 엉성하다*, 억지스럽다*, 산만하다*, 시시하다*, "+
			"진부하다*, 따분하다*"),
	sides("음악", "좋다*, 아름답다*, 훌륭하다*, 신나다, 감미롭다*, 인상적이다*, "+
		"잘 어울리다, 마음에 들다, 귀에 맴돌다",
		"시끄럽다*, 어색하다*, 지루하다*, 거슬리다, 촌스럽다*, 단조롭다*, 뜬금없다*, "+
			"겉돌다, 요란하다*"),
	sides("영상", "아름답다*, 화려하다*, 예쁘다*, 뛰어나다*, 선명하다*, 인상적이다*, "+
		"눈부시다*, 황홀하다*, 세련되다*",
		"어둡다*, 어지럽다*, 조잡하다*, 허술하다*, 촌스럽다*, 답답하다*, 밋밋하다*, "+
			"흐릿하다*, 산만하다*"),
	sides("결말", "감동적이다*, 완벽하다*, 마음에 들다, 새롭다*, 통쾌하다*, 깔끔하다*, "+
		"따뜻하다*, 놀랍다*, 만족스럽다*",
		"허무하다*, 뻔하다*, 답답하다*, 황당하다*, 아쉽다*, 억지스럽다*, 찝찝하다*, 싱겁다*, "+
			"실망스럽다*"),
	sides("대사", "재치 있다*, 자연스럽다*, 감동적이다*, 마음에 들다, 인상적이다*, "+
		"유쾌하다*, 따뜻하다*, 맛깔스럽다*, 시적이다*",
		"유치하다*, 어색하다*, 뻔하다*, 거슬리다, 촌스럽다*, 오글거리다, 장황하다*, "+
			"딱딱하다*, 지루하다*"),
	sides("연출", "뛰어나다*, 새롭다*, 완벽하다*, 세련되다*, 섬세하다*, 돋보이다, "+
		"훌륭하다*, 매끄럽다*, 감각적이다*",
		"허술하다*, 부족하다*, 유치하다*, 산만하다*, 촌스럽다*, 엉성하다*, 과하다*, "+
			"답답하다*, 어설프다*"),
	sides("액션", "화려하다*, 신나다, 재미있다*, 시원하다*, 짜릿하다*, 훌륭하다*, "+
		"통쾌하다*, 박력 있다*, 끝내주다",
		"지루하다*, 유치하다*, 부족하다*, 밋밋하다*, 어설프다*, 느리다*, 억지스럽다*, "+
			"시시하다*, 조잡하다*"),
	sides("주인공", "매력적이다*, 사랑스럽다*, 멋지다*, 귀엽다*, 돋보이다, 당차다*, "+
		"인상적이다*, 마음에 들다, 듬직하다*",
		"답답하다*, 밋밋하다*, 어색하다*, 거슬리다, 뻔하다*, 얄밉다*, 평면적이다*, "+
			"실망스럽다*, 한심하다*"),
	sides("전개", "빠르다*, 시원하다*, 깔끔하다*, 흥미진진하다*, 매끄럽다*, 자연스럽다*, "+
		"새롭다*, 탄탄하다*, 숨 가쁘다*",
		"느리다*, 지루하다*, 답답하다*, 뻔하다*, 산만하다*, 억지스럽다*, 엉성하다*, "+
			"뜬금없다*, 늘어지다"),
}

var (
	reviewOpenings = []string{"솔직히 ", "역시 ", "생각보다 ", "전체적으로 ", "개인적으로 ",
		"다른 건 몰라도 ", "기대했던 것보다 "}

	films   = []string{"영화", "드라마", "작품", "코미디", "스릴러", "공포 영화", "가족 영화", "만화 영화"}
	company = []string{"친구", "동생", "엄마", "아빠", "남편", "아내", "가족", "언니", "형"}

	wholeGood = []string{
		"{who|이랑} 같이 봤는데 둘 다 울었어요", "{who|이랑} 봤는데 또 보재요",
		"{who|이} 추천해서 봤는데 보길 잘했다",
		"시간 가는 줄 모르고 본 {film}", "두 번 봐도 재미있는 {film}", "오랜만에 제대로 된 {film|을} 봤다",
		"보는 내내 웃었어요", "보는 내내 가슴이 뛰었다", "마지막 장면에서 눈물이 났어요",
		"이런 {film|을} 기다렸다",
		"기대 없이 봤는데 재미있네요", "평점이 왜 이렇게 낮은지 모르겠네요",
		"꼭 극장에서 봐야 할 {film}",
		"이 {film} 모르는 사람 없게 해 주세요", "올해 본 {film} 중 최고", "또 보고 싶은 {film}",
		"지루할 틈이 없었다",
		"{who|에게도} 보여 주고 싶은 {film}", "돈이 아깝지 않은 {film}", "끝나고도 자리에서 못 일어났다",
	}
	wholeBad = []string{
		"{who|이랑} 같이 봤는데 둘 다 졸았어요", "{who|이랑} 봤는데 미안했어요",
		"{who|이} 추천해서 봤는데 속았다",
		"시간이 아까운 {film}", "두 번은 못 볼 {film}", "오랜만에 제대로 망한 {film|을} 봤다",
		"보는 내내 시계만 봤어요", "보는 내내 하품이 났다",
		"마지막 장면에서 헛웃음이 났어요", "이런 {film|을} 왜 만들었을까",
		"기대하고 봤는데 지루하네요", "평점이 왜 이렇게 높은지 모르겠네요",
		"굳이 극장에서 볼 필요 없는 {film}",
		"이 {film} 보는 사람 없게 해 주세요", "올해 본 {film} 중 최악", "보다가 꺼 버린 {film}",
		"재미도 감동도 없었다",
		"{who|에게는} 말리고 싶은 {film}", "돈이 아까운 {film}", "끝나기도 전에 자리에서 일어났다",
	}

	turnGood = []string{"그래도 재미있게 봤어요", "그래도 추천합니다", "그래도 볼만하다",
		"그래도 또 볼 거예요", "그래도 만족"}
	turnBad = []string{"그래도 추천은 못 하겠다", "그래도 두 번은 못 본다",
		"그래도 돈이 아까움", "그래도 실망이다", "그래도 별로였어요"}
)
