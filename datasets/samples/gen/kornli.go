package main

// kornli: a scene with who, where and in which clothes, some of it left out, and
// a claim about one of these. The claim follows, contradicts the scene, or is
// about what the scene does not tell.
var kornli = set{
	seed:   4,
	header: "sentence1\tsentence2\tgold_label",
	shares: even("entailment", "contradiction", "neutral"),
	parts:  []part{{"kornli/multinli.train.ko.tsv", 1560}, {"kornli/xnli.dev.ko.tsv", 120}, {"kornli/xnli.test.ko.tsv", 300}},
	draw:   claim,
	line:   tabbed,
}

var (
	nliPeople = []string{"남자", "여자", "아이", "학생"}
	nliPlaces = []string{"공원", "교실", "식당", "도서관"}
	nliColors = []string{"빨간", "파란", "하얀", "노란"}
	nliDeeds  = []string{"책을 읽다", "노래를 부르다", "사진을 찍다", "빵을 먹다", "친구를 기다리다"}
)

// claim draws a premise and a hypothesis.
func claim(d *dice, label string) row {
	who := pick(d, nliPeople)
	facets := []struct {
		values  []string
		premise string   // how the premise tells it
		claims  []string // how the hypothesis does
	}{
		{nliPlaces, "{x}에서 ", []string{"{who|은} {x}에서 시간을 보낸다.", "{who|이} {x}에서 무언가를 한다."}},
		{nliColors, "{x} 옷을 입은 ", []string{"{who|은} {x} 옷을 입고 있다.", "{who|이} {x} 옷을 골랐다."}},
	}
	asked := d.upTo(len(facets))
	value := make([]string, len(facets))
	told := make([]string, len(facets))
	for i, f := range facets {
		value[i] = pick(d, f.values)
		if i == asked && label != "neutral" || i != asked && d.chance(50) {
			told[i] = fill(f.premise, words{"x": value[i]})
		}
	}
	f := facets[asked]
	if label == "contradiction" {
		value[asked] = other(d, f.values, value[asked])
	}
	deed := parseVerb(pick(d, nliDeeds))
	premise := told[1] + josa(who, "이") + " " + told[0] + deed.with("는다.")
	hypothesis := fill(pick(d, f.claims), words{"who": who, "x": value[asked]})
	return row{text: premise + "\t" + hypothesis, label: label}
}
