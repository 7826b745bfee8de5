package main

// questionPair: questions as people type them in a chat. Two of them are the
// same (0) if both want to know the same of the same thing, else different (1).
var questionPair = set{
	seed:   6,
	header: "question1\tquestion2\tis_duplicate",
	shares: even("0", "1"),
	parts:  []part{{"question-pair/train.tsv", 1600}, {"question-pair/dev.tsv", 120}, {"question-pair/test.tsv", 300}},
	draw:   questions,
	line:   tabbed,
}

var (
	askedThings = []string{"우산", "모자", "시계", "가방", "커피", "케이크", "운동화", "자전거", "이어폰", "꽃다발"}

	// What one may ask of a thing, each in several wordings.
	askedWays = [][]string{
		{"{x} 얼마야?", "{x} 가격 알려줘", "{x|은} 값이 얼마나 해?", "{x} 사려면 얼마 들어?"},
		{"{x} 어디서 팔아?", "{x} 파는 곳 알아?", "{x|은} 어디서 살 수 있어?", "{x} 사려면 어디로 가?"},
		{"{x} 선물로 어때?", "{x} 선물하면 좋아할까?", "{x|을} 선물해도 괜찮을까?"},
		{"{x} 좋아해?", "너도 {x} 좋아하니?", "{x|을} 좋아하는 편이야?"},
		{"{x} 언제 샀어?", "{x} 산 날이 언제야?", "{x|은} 언제 산 거야?"},
	}
)

// questions draws two questions.
func questions(d *dice, label string) row {
	x, y := two(d, askedThings)
	i := d.upTo(len(askedWays))
	j := i
	if label == "0" {
		y = x
	} else if d.chance(50) {
		y = x
		j = (i + 1 + d.upTo(len(askedWays)-1)) % len(askedWays)
	}
	first := fill(pick(d, askedWays[i]), words{"x": x})
	second := first
	for second == first {
		second = fill(pick(d, askedWays[j]), words{"x": y})
	}
	return row{text: chatty(d, first) + "\t" + chatty(d, second), label: label}
}

// chatty adds what comes before a question, or nothing.
func chatty(d *dice, text string) string {
	return pick(d, []string{"", "", "", "혹시 ", "근데 ", "저기 "}) + text
}
