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
	askedThings = []string{"우산", "모자", "시계", "커피", "케이크", "자전거"}
	askedSides  = []string{"가격", "색깔", "크기", "무게", "이름"}

	// Wordings of a question: what of which thing?
	askedWays = []string{"{x} {of} 알려줘", "{x} {of} 알아?", "{x} {of|이} 궁금해", "{x} {of|이} 어떻게 돼?"}
)

// questions draws two questions.
func questions(d *dice, label string) row {
	x, of := pick(d, askedThings), pick(d, askedSides)
	y, also := x, of
	switch {
	case label == "0":
	case d.chance(50):
		y = other(d, askedThings, x)
	default:
		also = other(d, askedSides, of)
	}
	ask := func(x, of string) string { return chatty(d, fill(pick(d, askedWays), words{"x": x, "of": of})) }
	first, second := ask(x, of), ask(y, also)
	for second == first {
		second = ask(y, also)
	}
	return row{text: first + "\t" + second, label: label}
}

// chatty adds what comes before a question, or nothing.
func chatty(d *dice, text string) string {
	return pick(d, []string{"", "", "", "혹시 ", "근데 ", "저기 "}) + text
}
