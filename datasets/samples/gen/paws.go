package main

import (
	"strconv"
	"strings"
)

// paws: two sentences of almost the same words. Korean particles carry the
// roles, so a change of order alone keeps the meaning (1), while two words that
// trade their particles change it (0).
var paws = set{
	seed:   3,
	header: "id\tsentence1\tsentence2\tlabel",
	shares: even("0", "1"),
	parts:  []part{{"paws/translated_train.tsv", 1500}, {"paws/dev_2k.tsv", 120}, {"paws/test_2k.tsv", 300}},
	draw:   swap,
	line: func(r row, n int) string {
		return strconv.Itoa(n+1) + "\t" + r.text + "\t" + r.label
	},
}

var (
	pawsNames = []string{"민준", "지수", "현우", "서연", "태호", "유나", "도윤", "하은"}
	pawsTowns = []string{"서울", "부산", "대구", "광주", "제주", "인천"}
	pawsYears = []string{"봄", "여름", "가을", "겨울"}

	// acts take a person as object, gifts one as receiver and traits compare two.
	pawsActs   = []string{"돕다", "칭찬하다", "초대하다", "기다리다", "가르치다", "응원하다", "찾아가다", "부르다"}
	pawsGifts  = []string{"편지를 보내다", "책을 빌려주다", "꽃을 선물하다", "사진을 보여주다", "소식을 전하다"}
	pawsTraits = []string{"키가 크다*", "걸음이 빠르다*", "힘이 세다*", "노래를 잘하다"}
	pawsMoves  = []string{"이사하다", "떠나다", "돌아가다"}
)

// swap draws a pair: the parts of a sentence, and the same parts in another
// order or with two of them in each other's role.
func swap(d *dice, label string) row {
	a, b := two(d, pawsNames)
	free := []string{pick(d, pawsYears) + "에"}
	var slots [2]string // particles of a and b
	var end string
	switch d.upTo(6) {
	case 0, 1:
		slots, end = [2]string{"이", "을"}, parseVerb(pick(d, pawsActs)).with("았다")
		free = append(free, pick(d, pawsTowns)+"에서")
	case 2, 3:
		slots, end = [2]string{"이", "에게"}, parseVerb(pick(d, pawsGifts)).with("았다")
	case 4:
		slots, end = [2]string{"이", "보다"}, parseVerb(pick(d, pawsTraits)).with("았다")
		free = []string{pick(d, []string{"그때", "예전에", "어릴 때"})}
	default:
		free = append(free, josa(a, "이"))
		a, b = two(d, pawsTowns)
		slots, end = [2]string{"에서", "으로"}, parseVerb(pick(d, pawsMoves)).with("았다")
	}
	say := func(a, b string) string {
		parts := append([]string{josa(a, slots[0]), josa(b, slots[1])}, free...)
		shuffle(d, parts)
		return strings.Join(parts, " ") + " " + end + "."
	}
	first := say(a, b)
	if label == "0" {
		a, b = b, a
	}
	second := say(a, b)
	for second == first {
		second = say(a, b)
	}
	return row{text: first + "\t" + second, label: label}
}
