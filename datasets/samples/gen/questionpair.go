package main

// questionPair: questions as people type them in a chat. Two of them are the
// same (0) if both want to know the same of the same thing, else different (1).
var questionPair = set{
	seed:   6,
	header: "question1\tquestion2\tis_duplicate",
	shares: even("0", "1"),
	parts:  []part{{"question-pair/train.tsv", 1500}, {"question-pair/dev.tsv", 120}, {"question-pair/test.tsv", 300}},
	draw:   questions,
	line:   tabbed,
}

// topic is a kind of things, and what one may ask of each of them.
type topic struct{ things, sides []string }

var topics = []topic{
	{[]string{"우산", "가방", "의자", "자전거", "노트북"}, []string{"가격", "색깔", "크기", "무게"}},
	{[]string{"도서관", "수영장", "미용실", "우체국", "치과"},
		[]string{"위치", "전화번호", "주차장", "휴무일"}},
	{[]string{"김치찌개", "잡채", "떡볶이", "카레", "만두"},
		[]string{"재료", "칼로리", "맛집", "만드는 법"}},
}

var (
	// Wordings of a question: what of which thing?
	askedWays = []string{
		"{x} {of} 알려줘", "{x} {of} 알아?", "{x} {of|이} 궁금해", "{x} {of} 아는 사람?",
		"{x} {of} 좀 알려줄래?", "{x} {of} 찾는 중이야",
	}

	// What people say in a chat, each in several wordings.
	chats = [][]string{
		{"좋아하는 사람이 생겼어", "마음에 드는 사람이 있어", "자꾸 생각나는 사람이 있어",
			"짝사랑이 시작됐어"},
		{"고백할까 말까?", "고백해도 될까?", "좋아한다고 말해 볼까?", "고백하는 게 나을까?"},
		{"애인이랑 헤어졌어", "결국 우리 끝났어", "오늘 이별했어", "그 사람이랑 끝났어"},
		{"연락이 안 와", "답장이 없어", "메시지에 답이 없네", "왜 연락이 없을까?"},
		{"잠이 안 와", "밤에 잠을 못 자겠어", "새벽까지 뒤척였어", "잠들기가 힘들어"},
		{"배고파", "출출하네", "뭐 좀 먹고 싶다", "배에서 소리가 나"},
		{"심심해", "할 일이 없네", "뭐 재밌는 거 없나?", "지루해 죽겠어"},
		{"시험 망했어", "시험을 너무 못 봤어", "시험 점수가 엉망이야", "시험 결과가 안 좋아"},
	}

	chatOpenings  = []string{"", "", "근데 ", "아 ", "있잖아 "}
	askedOpenings = []string{"", "", "", "혹시 ", "근데 "}
)

// questions draws two questions.
func questions(d *dice, label string) row {
	if d.chance(10) {
		return chat(d, label)
	}
	t := pick(d, topics)
	x, of := pick(d, t.things), pick(d, t.sides)
	y, also := x, of
	switch {
	case label == "0":
	case d.chance(40): // something else altogether
		u := pick(d, topics)
		y, also = other(d, u.things, x), other(d, u.sides, of)
	case d.chance(50):
		y = other(d, t.things, x)
	default:
		also = other(d, t.sides, of)
	}
	ask := func(x, of string) string {
		return pick(d, askedOpenings) + fill(pick(d, askedWays), words{"x": x, "of": of})
	}
	first, second := ask(x, of), ask(y, also)
	for second == first {
		second = ask(y, also)
	}
	return row{text: first + "\t" + second, label: label}
}

// chat draws two wordings, of the same or of different things said.
func chat(d *dice, label string) row {
	i, j := two(d, []int{0, 1, 2, 3, 4, 5, 6, 7})
	if label == "1" {
		return row{text: pick(d, chatOpenings) + pick(d, chats[i]) + "\t" + pick(d, chatOpenings) + pick(d, chats[j]), label: label}
	}
	a, b := two(d, chats[i])
	return row{text: pick(d, chatOpenings) + a + "\t" + pick(d, chatOpenings) + b, label: label}
}
