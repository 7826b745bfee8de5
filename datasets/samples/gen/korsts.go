package main

import (
	"fmt"
	"strings"
)

// korsts: two scenes that share some of what is done, by whom and where. The
// score is the sum of what they share: the deed counts most.
var korsts = set{
	seed:   5,
	header: "genre\tfilename\tyear\tid\tscore\tsentence1\tsentence2",
	shares: even("0", "1", "2", "3", "4", "5"),
	parts:  []part{{"korsts/sts-train.tsv", 1440}, {"korsts/sts-dev.tsv", 120}, {"korsts/sts-test.tsv", 300}},
	draw:   scenes,
	line: func(r row, n int) string {
		return fmt.Sprintf("main-captions\tsamples\t2026\t%04d\t%s\t%s", n, r.more[0], r.text)
	},
}

var (
	stsPeople   = []string{"남자", "여자", "소년", "소녀", "노인"}
	stsPlaces   = []string{"공원", "거리", "강가", "마당", "극장"}
	stsOpenings = []string{"지금", "오늘", "다시", "혼자"}

	stsDeeds = []string{"춤을 추다", "노래를 부르다", "책을 읽다", "그림을 그리다", "사진을 찍다"}
)

// scenes draws a pair of the score's whole part. A shared deed is worth 2.5, a
// shared person 1.5 and a shared place 1.
func scenes(d *dice, label string) row {
	var deed, who, place bool
	switch label {
	case "5":
		deed, who, place = true, true, true
	case "4":
		deed, who = true, true
	case "3":
		deed, place = true, true
	case "2":
		deed = d.chance(50)
		who, place = !deed, !deed
	case "1":
		who = d.chance(50)
		place = !who
	}
	a := [3]string{pick(d, stsPeople), pick(d, stsPlaces), pick(d, stsDeeds)}
	b := a
	score := 0.0
	if who {
		score += 1.5
	} else {
		b[0] = other(d, stsPeople, a[0])
	}
	if place {
		score++
	} else {
		b[1] = other(d, stsPlaces, a[1])
	}
	if deed {
		score += 2.5
	} else {
		b[2] = other(d, stsDeeds, a[2])
	}
	first, second := scene(d, a), scene(d, b)
	for second == first {
		second = scene(d, b)
	}
	return row{text: first + "\t" + second, label: label, more: []string{fmt.Sprintf("%.3f", score)}}
}

// scene says who does what where, in one of several manners.
func scene(d *dice, s [3]string) string {
	v := parseVerb(s[2])
	who, where := josa(s[0], "이"), s[1]+"에서"
	ends := []string{v.with("고") + " 있다.", v.with("는다.")}
	parts := []string{who, where, pick(d, ends)}
	if d.chance(40) {
		parts[0], parts[1] = where, who
	}
	if d.chance(50) {
		parts = append([]string{pick(d, stsOpenings)}, parts...)
	}
	return strings.Join(parts, " ")
}
