package main

import "strings"

// kornli: a premise tells who does what, and some of when, where, with whom and in
// which clothes. The hypothesis tells less of the same scene (entailment), one thing
// otherwise (contradiction) or one thing more (neutral). Now and then it denies
// a deed.
var kornli = set{
	seed:   4,
	header: "sentence1\tsentence2\tgold_label",
	shares: even("entailment", "contradiction", "neutral"),
	parts:  []part{{"kornli/multinli.train.ko.tsv", 1500}, {"kornli/xnli.dev.ko.tsv", 120}, {"kornli/xnli.test.ko.tsv", 300}},
	draw:   claim,
	line:   tabbed,
}

// The parts of a scene, in the order they are told.
const (
	nliTime = iota
	nliLook
	nliPlace
	nliWith
	nliParts
)

var (
	nliPeople = []string{"남자", "여자", "아이", "학생"}

	nliValues = [nliParts][]string{
		nliTime:  {"아침에", "저녁에", "한밤중에"},
		nliLook:  {"빨간 모자를 쓴", "파란 모자를 쓴", "하얀 모자를 쓴"},
		nliPlace: {"공원에서", "교실에서", "식당에서", "강가에서"},
		nliWith:  {"친구와", "동생과", "선생님과"},
	}

	// Deeds for every place and company.
	nliDeeds = []string{"빵을 먹다", "사진을 찍다", "노래를 부르다", "책을 읽다",
		"우유를 마시다", "그림을 그리다"}
)

// nliScene is a scene; an empty part is not told.
type nliScene struct {
	who, deed string
	denied    bool // the deed is not done
	parts     [nliParts]string
}

// sentence puts a scene into words, its person followed by a particle.
func (s nliScene) sentence(particle string) string {
	v := parseVerb(s.deed)
	all := []string{s.parts[nliTime], s.parts[nliLook], josa(s.who, particle), s.parts[nliPlace], s.parts[nliWith],
		v.with("고"), "있다."}
	if s.denied {
		all[len(all)-1] = "있지 않다."
	}
	var told []string
	for _, p := range all {
		if p != "" {
			told = append(told, p)
		}
	}
	return strings.Join(told, " ")
}

// claim draws a premise and a hypothesis.
func claim(d *dice, label string) row {
	premise, hypothesis := claimScenes(d, label)
	return row{text: premise.sentence("이") + "\t" + hypothesis.sentence("은"), label: label}
}

// claimScenes draws the scenes of a pair.
func claimScenes(d *dice, label string) (premise, hypothesis nliScene) {
	hypothesis = nliScene{who: pick(d, nliPeople), deed: pick(d, nliDeeds)}
	order := []int{nliTime, nliLook, nliPlace, nliWith}
	shuffle(d, order)
	told := 1 + d.upTo(100)/85 // parts of the hypothesis
	for _, p := range order[:told] {
		hypothesis.parts[p] = pick(d, nliValues[p])
	}
	premise = hypothesis
	denied := d.chance(8)
	switch asked := order[0]; label {
	case "entailment":
		if denied {
			hypothesis.deed, hypothesis.denied = other(d, nliDeeds, premise.deed), true
		}
	case "neutral":
		premise.parts[asked] = ""
	case "contradiction":
		if denied {
			hypothesis.denied = true
			break
		}
		what := d.upTo(100)
		if what < 35 {
			premise.deed = other(d, nliDeeds, premise.deed)
		}
		if what >= 20 {
			premise.parts[asked] = other(d, nliValues[asked], premise.parts[asked])
		}
	}
	more := 1
	if label == "neutral" { // as many parts as the others have
		more = 2
	}
	for _, p := range order[told : told+more] {
		premise.parts[p] = pick(d, nliValues[p])
	}
	return premise, hypothesis
}
