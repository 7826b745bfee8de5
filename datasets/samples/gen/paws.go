package main

import "strconv"

// paws: two sentences of almost the same words. Korean particles carry the
// roles, so another order alone keeps the meaning (1), while two words that
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

// relation is a family of sentences about an ordered pair x, y. Its frames say the
// same of it, most of them in other orders of the same words.
type relation struct {
	frames []string // with the slots x, y, day, o and p
	turned string   // the same from y's side, in other words
	nouns  []string // what x and y are
	o      []string // what o is, with p and q after blanks
}

var (
	pawsNames = []string{"민준", "지수", "현우", "서연", "태호", "유나", "도윤", "하은", "준서", "수아"}
	pawsTowns = []string{"서울", "부산", "대구", "광주", "대전", "강릉", "전주", "춘천"}
	pawsTeams = []string{"1반", "2반", "3반", "4반", "5반", "6반"}
	pawsDays  = []string{"어제", "지난주에", "아침에", "저녁에", "주말에"}
)

// relations are drawn from evenly.
var relations = []relation{
	{
		frames: []string{
			"{day} {x|이} {y}에게 {o|을} {p}.",
			"{day} {y}에게 {x|이} {o|을} {p}.",
			"{x|이} {day} {y}에게 {o|을} {p}.",
			"{x|이} {y}에게 {day} {o|을} {p}.",
			"{y}에게 {day} {x|이} {o|을} {p}.",
		},
		turned: "{day} {y|이} {x}에게서 {o|을} {q}.",
		nouns:  pawsNames,
		o: []string{"편지 보냈다 받았다", "선물 주었다 받았다", "책 빌려주었다 빌렸다",
			"자전거 팔았다 샀다", "수영 가르쳤다 배웠다", "소식 전했다 들었다"},
	},
	{
		frames: []string{
			"{day} {x|이} {y|을} {o}.",
			"{day} {y|을} {x|이} {o}.",
			"{x|이} {day} {y|을} {o}.",
			"{x|이} {y|을} {day} {o}.",
			"{y|을} {day} {x|이} {o}.",
		},
		turned: "{day} {y|을} {p} 사람은 {x|이다}.",
		nouns:  pawsNames,
		o: []string{"도왔다 도운", "칭찬했다 칭찬한", "초대했다 초대한", "기다렸다 기다린",
			"응원했다 응원한", "찾아갔다 찾아간", "불렀다 부른"},
	},
	{
		frames: []string{
			"{day} {x|이} {y}보다 더 {o} {p}.",
			"{day} {y}보다 {x|이} 더 {o} {p}.",
			"{x|이} {day} {y}보다 더 {o} {p}.",
			"{y}보다 {day} {x|이} 더 {o} {p}.",
		},
		turned: "{day} {y|이} {x}보다 더 {q} {p}.",
		nouns:  pawsNames,
		o:      []string{"일찍 왔다 늦게", "빨리 달렸다 천천히", "많이 먹었다 적게", "오래 잤다 짧게"},
	},
	{
		frames: []string{
			"{day} {o|이} {x}에서 {y|으로} {p}.",
			"{o|이} {day} {x}에서 {y|으로} {p}.",
			"{day} {x}에서 {y|으로} {o|이} {p}.",
			"{x}에서 {y|으로} {day} {o|이} {p}.",
		},
		turned: "{day} {x|을} 떠난 {o|이} {y|으로} {p}.",
		nouns:  pawsTowns,
		o: []string{"버스 달렸다", "기차 달렸다", "트럭 출발했다", "선수들 이동했다",
			"관광객들 이동했다"},
	},
	{
		frames: []string{
			"{day} {x|이} {o}에서 {y|을} {p}.",
			"{day} {o}에서 {x|이} {y|을} {p}.",
			"{day} {o}에서 {y|을} {x|이} {p}.",
			"{x|이} {day} {o}에서 {y|을} {p}.",
			"{o}에서 {x|이} {day} {y|을} {p}.",
		},
		turned: "{day} {y|이} {o}에서 {x}에 {q}.",
		nouns:  pawsTeams,
		o:      []string{"축구 이겼다 졌다", "농구 이겼다 졌다", "야구 꺾었다 졌다", "배구 꺾었다 졌다"},
	},
}

// swap draws a pair.
func swap(d *dice, label string) row {
	r := pick(d, relations)
	w := words{"day": pick(d, pawsDays)}
	w["o"], w["p"], w["q"] = three(pick(d, r.o))
	w["x"], w["y"] = two(d, r.nouns)
	f, g := two(d, r.frames)
	if d.chance(10) {
		g = r.turned
		if d.chance(50) {
			f, g = g, f
		}
	}
	first := fill(f, w)
	if label == "0" {
		if d.chance(25) {
			g = f
		}
		w["x"], w["y"] = w["y"], w["x"]
	}
	return row{text: first + "\t" + fill(g, w), label: label}
}
