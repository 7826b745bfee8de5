package main

import "strings"

// hateSpeech: comments on shows, singers and fans that do not exist. Rudeness about one
// person or one piece of work is offensive, contempt for all of a group's
// people is hate; praise, news, criticism with manners and a word against
// contempt are neither.
var hateSpeech = set{
	seed:   7,
	header: "comments\tcontain_gender_bias\tbias\thate",
	shares: even("none", "offensive", "hate"),
	parts:  []part{{"hate-speech/train.tsv", 750}, {"hate-speech/dev.tsv", 240}},
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
	inventedShows = []string{"달토끼 극장", "구름 식당", "은행잎 수사대", "고래섬 이야기",
		"도토리 가요제", "주전자 기사단", "종이배 연구소"}
	inventedBands = []string{"솜사탕즈", "하루달밴드", "모래시계단", "라임구름", "물방울소년",
		"초승달코끼리"}

	// roles is who has a part in a show.
	roles = []string{"주인공", "진행자", "감독", "작가", "막내", "악역", "심사위원"}

	// actors is who can be told to act badly.
	actors = []string{"주인공", "막내", "악역", "남주", "여주"}

	// crowds are groups of people, of a show or of a band.
	crowds = []string{"팬들", "응원단", "팬클럽", "팬 카페 회원들", "극성팬들"}

	blames = []string{
		"한심하다*", "뻔뻔하다*", "시끄럽다*", "무례하다*", "유치하다*", "무식하다*",
		"답답하다*", "지저분하다*",
		"비겁하다*", "옹졸하다*", "음흉하다*", "무책임하다*", "괘씸하다*", "야비하다*",
	}
	praises = []string{
		"멋지다*", "친절하다*", "재미있다*", "귀엽다*", "성실하다*", "따뜻하다*", "다정하다*",
		"똑똑하다*",
		"든든하다*", "겸손하다*", "유쾌하다*", "사랑스럽다*", "용감하다*", "점잖다*",
	}
)

var commentTemplates = map[string][]string{
	"none": {
		"{crowd|은} 정말 {praise}", "{crowd|은} 하나같이 {praise}", "{crowd} 덕분에 오늘도 웃는다",
		"{crowd} 소식 기다리고 있어요",
		"{role|은} 볼수록 {praise}", "{actor} 연기 점점 좋아지네요", "{role} 오늘 {praise}",
		"{praising} {role} 응원합니다",
		"{crowd|이} 다 {blaming} 건 아니에요", "{crowd|을} 싸잡아 욕하지 맙시다",
		"{role}보고 {blaming} 사람이라고 하지 마세요",
		"{show} 이번 회는 조금 아쉽네요", "{show} 다음 주에도 꼭 볼게요",
		"{show} 재방송 언제 하나요", "{band} 새 노래 정말 좋네요",
		"{role} 말이 좀 심했지만 이해는 된다", "의견이 다르다고 {crowd|을} 미워하지는 말자",
		"{crowd|이} {blaming} 줄 알았는데 {praise}", "{role|이} {blaming} 줄 알았는데 {praise}",
		"{role} 때문에 {crowd}까지 욕먹는 건 안타깝네요",
		"{crowd|은} 몰라도 {role|은} {praise}", "{role|은} 몰라도 {crowd|은} {praise}",
		"{crowd|이} 다 사라졌으면 좋겠다는 말은 너무해요",
		"{role}보고 집에나 가라니 말이 심하네요", "{crowd}보다 {role|이} 더 {praise}",
	},
	"offensive": {
		"{role} 진짜 {blame}", "{role|은} 볼수록 {blame}", "{role} 오늘 {blame}", "{blaming} {role} 때문에 안 본다",
		"{role} 얼굴만 봐도 짜증 난다", "{role} 입 좀 다물어라", "{role} 머리에 뭐가 들었냐",
		"이딴 걸 {show|이라고} 내보내냐",
		"{show} 만든 사람 양심도 없냐", "{band} 노래가 소음이지 음악이냐",
		"{actor} 연기를 발로 하나", "위에 댓글 쓴 사람 {blame}",
		"여기 댓글 단 {fan} 진짜 {blame}", "{role|은} 그만두고 집에나 가라",
		"{praising} 척하는 {role} 꼴 보기 싫다",
		"댓글 쓴 너 {crowd} 중에서 제일 {blame}",
		"{role|이} {praising} 줄 알았는데 {blame}", "{crowd|은} 괜찮은데 {role|은} {blame}",
		"{crowd} 봐서 참는다 {role} 진짜 {blame}",
		"{role|은} {blame} {crowd|이} 불쌍하다", "{crowd}보다 {role|이} 더 {blame}", "{role} 감싸는 너도 {blame}",
	},
	"hate": {
		"{crowd|은} 하나같이 {blame}", "{crowd|은} 정말 다 {blame}", "{blaming} {crowd|은} 다 사라져라",
		"{crowd|은} 믿으면 안 되는 것들이다",
		"{crowd|과}는 말도 섞지 마라", "{crowd|은} 나라 밖으로 쫓아내야 한다",
		"{fan|이라는} 것들은 원래 {blame}", "{fan} 치고 안 {blaming} 사람 없다",
		"{crowd} 수준이 다 그렇지 {blame}", "{crowd|은} 어디 가나 {blame}",
		"{crowd} 입장 금지시켜라 다 {blame}", "{fan|이면} 무조건 거른다",
		"{crowd|은} 태어날 때부터 {blame}", "{praising} 척해도 {crowd|은} 다 똑같다",
		"{crowd|이} {praising} 줄 알았는데 다 {blame}", "{role|은} 괜찮은데 {crowd|은} 다 {blame}",
		"{role} 봐서 참는다 {crowd|은} 죄다 {blame}",
		"{role|이} 불쌍하다 {crowd|은} 원래 {blame}", "{role|은} 몰라도 {crowd|은} 상종 못 할 것들이다",
	},
}

// comment draws a comment.
func comment(d *dice, label string) row {
	show, band := pick(d, inventedShows), pick(d, inventedBands)
	of := pick(d, []string{show, band})
	template := early(d, commentTemplates[label])
	role := pick(d, roles)
	if d.chance(60) && !strings.Contains(template, "{crowd") && !strings.Contains(template, "{show") {
		role = show + " " + role
	}
	blame, praise := parseVerb(early(d, blames)), parseVerb(early(d, praises))
	end := func(v verb) string {
		return pick(d, []string{v.with("네"), v.plain(), v.with("네요"), v.with("음"), v.with("더라")})
	}
	w := words{
		"show": show, "band": band, "fan": of + " 팬", "crowd": of + " " + pick(d, crowds), "role": role, "actor": pick(d, actors),
		"blame": end(blame), "blaming": blame.modifier(), "praise": end(praise), "praising": praise.modifier(),
	}
	text := fill(template, w)
	if d.chance(30) {
		text = pick(d, []string{"솔직히 ", "역시 ", "아니 ", "근데 ", "와 "}) + text
	}
	tails := []string{"", "", "", "..", "!", " ㅋㅋ", " 진심"}
	if label == "none" {
		tails = []string{"", "", "", "..", "!", " ㅎㅎ", " 진심"}
	}
	return row{text: text + pick(d, tails), label: label}
}
