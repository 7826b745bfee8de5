package main

import (
	"fmt"
	"strings"
)

// korsts: two sentences of who does what, where and how or when. The score is what they
// share: a deed counts most, then who does it, where and how; a deed of the same
// verb counts half, and so does a person who differs in age alone.
var korsts = set{
	seed:   5,
	header: "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2",
	shares: even("0", "1", "2", "3", "4", "5"),
	parts:  []part{{"korsts/sts-train.tsv", 1500}, {"korsts/sts-dev.tsv", 120}, {"korsts/sts-test.tsv", 300}},
	draw:   scenes,
	line: func(r row, n int) string {
		return fmt.Sprintf("%s\tsamples\t2026\t%04d\t%s\t%s", r.more[0], n, r.more[1], r.text)
	},
}

// stsGenre is what sentences of a genre are made of.
type stsGenre struct {
	name    string
	who     []string
	place   []string
	manner  []string // empty: not told
	deeds   []string
	endings []string // of the verb
}

var stsGenres = []stsGenre{
	{
		name:   "main-captions",
		who:    []string{"남자", "여자", "소년", "소녀", "노인"},
		place:  []string{"공원에서", "거리에서", "강가에서", "마당에서", "교실에서"},
		manner: []string{"", "", "조용히", "즐겁게", "천천히"},
		deeds: []string{"책을 읽다", "신문을 읽다", "노래를 부르다", "춤을 추다", "빵을 먹다",
			"사과를 먹다", "그림을 그리다", "사진을 찍다"},
		endings: []string{"고 있다", "는다"},
	},
	{
		name:   "main-news",
		who:    []string{"시청", "대학교", "구청", "회사", "재단"},
		place:  []string{"역 앞에", "강가에", "시장 옆에", "언덕 위에"},
		manner: []string{"", "", "올해", "내년에", "다음 달에"},
		deeds: []string{"도서관을 짓다", "병원을 짓다", "공원을 만들다", "놀이터를 만들다",
			"나무를 심다", "식당을 열다"},
		endings: []string{"는다", "기로 했다"},
	},
}

// stsNear are persons who differ in age alone.
var stsNear = map[string]string{"남자": "소년", "소년": "남자", "여자": "소녀", "소녀": "여자"}

// stsScene is what a sentence tells.
type stsScene struct{ who, place, manner, deed string }

// likeness is the score of two scenes, in tenths.
func likeness(a, b stsScene) int {
	score := 0
	verbOf := func(deed string) string { return deed[strings.LastIndexByte(deed, ' ')+1:] }
	switch {
	case a.deed == b.deed:
		score += 24
	case verbOf(a.deed) == verbOf(b.deed):
		score += 12
	}
	switch {
	case a.who == b.who:
		score += 14
	case stsNear[a.who] == b.who:
		score += 7
	}
	if a.place == b.place {
		score += 8
	}
	switch {
	case a.manner == b.manner:
		score += 4
	case a.manner == "" || b.manner == "":
		score += 2
	}
	return score
}

// scenes draws a pair of a score from label up to the next whole number.
func scenes(d *dice, label string) row {
	g := stsGenres[0]
	if d.chance(30) {
		g = stsGenres[1]
	}
	draw := func() stsScene {
		return stsScene{pick(d, g.who), pick(d, g.place), pick(d, g.manner), pick(d, g.deeds)}
	}
	for {
		a, b := draw(), draw()
		for _, part := range [][2]*string{{&a.who, &b.who}, {&a.place, &b.place}, {&a.manner, &b.manner}, {&a.deed, &b.deed}} {
			if d.chance(60) {
				*part[1] = *part[0]
			}
		}
		score := likeness(a, b)
		if fmt.Sprint(score/10) != label {
			continue
		}
		first, second := a.sentence(d, g.endings), b.sentence(d, g.endings)
		for second == first {
			second = b.sentence(d, g.endings)
		}
		return row{text: first + "\t" + second, label: label, more: []string{g.name, fmt.Sprintf("%d.%d00", score/10, score%10)}}
	}
}

// sentence puts a scene into words, in one of several orders.
func (s stsScene) sentence(d *dice, endings []string) string {
	parts := []string{josa(s.who, "이"), s.place}
	if d.chance(40) {
		parts[0], parts[1] = parts[1], parts[0]
	}
	if s.manner != "" {
		parts = append(parts, s.manner)
	}
	return strings.Join(append(parts, parseVerb(s.deed).with(pick(d, endings))), " ") + "."
}
