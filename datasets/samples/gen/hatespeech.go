package main

// hateSpeech: comments on shows and teams that do not exist. Blaming what
// somebody in a show does is offensive, blaming all of a group's people is
// hate; praise and plain news are neither, whoever they are about.
var hateSpeech = set{
	seed:   7,
	header: "comments\tcontain_gender_bias\tbias\thate",
	shares: even("none", "offensive", "hate"),
	parts:  []part{{"hate-speech/train.tsv", 1000}, {"hate-speech/dev.tsv", 240}},
	draw:   comment,
	line: func(r row, _ int) string {
		bias := "none"
		if r.label == "hate" {
			bias = "others"
		}
		return r.text + "\tFalse\t" + bias + "\t" + r.label
	},
}

var (
	hateShows   = []string{"달토끼 극장", "구름 식당", "은하 수사대", "고래섬 이야기", "별밤 가요제", "무지개 기사단"}
	hateCrowds  = []string{"팬들", "시청자들", "응원단", "출연자들"}
	hateRoles   = []string{"주인공", "진행자", "감독", "막내 요리사", "대장"}
	hateDoings  = []string{"변명", "농담", "거짓말", "잔소리", "자랑"}
	hateTails   = []string{"", "", "", " 진짜로", " ㅋㅋ", " 에휴"}
	praiseTails = []string{"", "", "", " 진짜로", " ㅎㅎ", " 최고"}
)

var (
	crowdBlame = []string{
		"한심하다*", "무식하다*", "뻔뻔하다*", "시끄럽다*", "무례하다*", "답답하다*", "유치하다*", "게으르다*",
		"비겁하다*", "음흉하다*", "지저분하다*", "옹졸하다*", "야비하다*", "무책임하다*",
	}
	crowdPraise = []string{
		"친절하다*", "성실하다*", "따뜻하다*", "재미있다*", "멋지다*", "귀엽다*", "다정하다*", "똑똑하다*",
		"든든하다*", "겸손하다*", "용감하다*", "점잖다*", "사랑스럽다*", "유쾌하다*",
	}
)

// comment draws a comment.
func comment(d *dice, label string) row {
	w := words{
		"show": pick(d, hateShows), "crowd": pick(d, hateCrowds), "role": pick(d, hateRoles), "doing": pick(d, hateDoings),
	}
	blame := parseVerb(early(d, crowdBlame))
	praise := parseVerb(early(d, crowdPraise))
	if d.chance(15) { // praise that denies a fault, and blame that denies a virtue
		blame, praise = praise.not(), blame.not()
	}
	end := func(v verb) string { return pick(d, []string{v.with("네"), v.plain(), v.with("네요")}) }
	w["blames"], w["blaming"], w["praises"], w["praising"] = end(blame), blame.modifier(), end(praise), praise.modifier()
	templates, tails := commentTemplates[label], hateTails
	if label == "none" {
		tails = praiseTails
	}
	return row{text: fill(pick(d, templates), w) + pick(d, tails), label: label}
}

var commentTemplates = map[string][]string{
	"none": {
		"{show} {crowd|은} 하나같이 {praises}",
		"{show} {role|은} 정말 {praises}",
		"{show} {role} {doing}도 {praises}",
		"오늘 {show|을} 봤는데 {role|이} {praises}",
		"역시 {show} {crowd|은} 다 {praises}",
		"{praising} {role} 덕분에 {show} 본다",
		"{show} {crowd} 소식 언제 나오나요",
	},
	"offensive": {
		"{show} {role|은} 정말 {blames}",
		"{show} {role} {doing} 듣자니 {blames}",
		"오늘 {show|을} 봤는데 {role|이} {blames}",
		"{blaming} {role} 때문에 {show} 안 본다",
		"{show} {role|은} {doing}만 하고 {blames}",
		"{role} {doing}에 질렸다 {show} 끄자",
	},
	"hate": {
		"{show} {crowd|은} 하나같이 {blames}",
		"역시 {show} {crowd|은} 다 {blames}",
		"{blaming} {show} {crowd|은} 다 사라져라",
		"{show} {crowd|은} 믿으면 안 된다 다 {blames}",
		"{show} {crowd|과}는 말도 섞지 마라",
		"{show} 보는 사람은 전부 {blames}",
	},
}
