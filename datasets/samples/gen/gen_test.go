package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestCommittedFilesAreGenerated keeps the files beside the generator as the
// generator writes them.
func TestCommittedFilesAreGenerated(t *testing.T) {
	for _, f := range files() {
		b, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(f.path)))
		if err != nil {
			t.Fatal(err)
		}
		if string(b) != f.text {
			t.Errorf("%s differs from what the generator writes: run go generate ./datasets/samples", f.path)
		}
	}
}

func TestJosa(t *testing.T) {
	for _, c := range []struct{ word, particle, want string }{
		{"민준", "은", "민준은"}, {"지수", "은", "지수는"},
		{"책", "이", "책이"}, {"나무", "이", "나무가"},
		{"꽃", "을", "꽃을"}, {"커피", "을", "커피를"},
		{"산", "과", "산과"}, {"바다", "과", "바다와"},
		{"부산", "으로", "부산으로"}, {"제주", "으로", "제주로"}, {"서울", "으로", "서울로"},
		{"교실", "은", "교실은"}, {"아침", "이다", "아침이다"}, {"공부", "이다", "공부다"},
		{"12월", "을", "12월을"}, {"7", "으로", "7로"}, {"3", "으로", "3으로"}, {"2", "이", "2가"},
		{"지수", "에게", "지수에게"}, {"여자", "", "여자"},
	} {
		if got := josa(c.word, c.particle); got != c.want {
			t.Errorf("josa(%q, %q) = %q, want %q", c.word, c.particle, got, c.want)
		}
	}
}

func TestFill(t *testing.T) {
	got := fill("{who|은} {x|으로} 갔다", words{"who": "아이", "x": "교실"})
	if want := "아이는 교실로 갔다"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	for _, bad := range []string{"{who", "{nobody}"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("template %q: want a panic", bad)
				}
			}()
			fill(bad, words{"who": "아이"})
		}()
	}
}

func TestConjugation(t *testing.T) {
	for _, c := range []struct{ form, ending, want string }{
		{"먹다", "았다", "먹었다"}, {"가다", "았다", "갔다"}, {"오다", "았다", "왔다"}, {"하다", "았다", "했다"},
		{"돕다", "았다", "도왔다"}, {"춥다*", "았다", "추웠다"}, {"부르다", "았다", "불렀다"}, {"듣다", "았다", "들었다"},
		{"기다리다", "았다", "기다렸다"}, {"빌려주다", "았다", "빌려줬다"}, {"가르치다", "았다", "가르쳤다"}, {"크다*", "았다", "컸다"},
		{"짓다", "아요", "지어요"}, {"감동적이다*", "아요", "감동적이에요"}, {"감동적이다*", "았다", "감동적이었다"},
		{"먹다", "는다", "먹는다"}, {"달리다", "는다", "달린다"}, {"만들다", "는다", "만든다"}, {"읽다", "고", "읽고"},
		{"어둡다*", "은", "어두운"}, {"무례하다*", "은", "무례한"}, {"시끄럽다*", "네요", "시끄럽네요"}, {"만들다", "네요", "만드네요"},
		{"춥다*", "습니다", "춥습니다"}, {"가다", "습니다", "갑니다"},
		{"새롭다*", "음", "새로움"}, {"귀에 맴돌다", "음", "귀에 맴돎"}, {"감동적이다*", "음", "감동적임"}, {"좋다*", "음", "좋음"},
		{"얄밉다*", "았어요", "얄미웠어요"}, {"흥미롭다*", "았다", "흥미로웠다"}, {"숨 가쁘다*", "아요", "숨 가빠요"}, {"느리다*", "네", "느리네"},
		{"늘어지다", "는다", "늘어진다"}, {"듣다", "은", "들은"}, {"만들다", "기로 했다", "만들기로 했다"}, {"열다", "는다", "연다"},
	} {
		if got := parseVerb(c.form).with(c.ending); got != c.want {
			t.Errorf("%s with %s = %q, want %q", c.form, c.ending, got, c.want)
		}
	}
	for _, c := range []struct{ form, but, modifier, plain string }{
		{"먹다", "먹는데", "먹는", "먹는다"}, {"춥다*", "추운데", "추운", "춥다"}, {"재미있다*", "재미있는데", "재미있는", "재미있다"},
		{"신나다", "신나는데", "신나는", "신난다"}, {"뻔하다*", "뻔한데", "뻔한", "뻔하다"},
	} {
		v := parseVerb(c.form)
		if v.but() != c.but || v.modifier() != c.modifier || v.plain() != c.plain {
			t.Errorf("%s: %s, %s, %s; want %s, %s, %s", c.form, v.but(), v.modifier(), v.plain(), c.but, c.modifier, c.plain)
		}
	}
}

func TestDenial(t *testing.T) {
	v := parseVerb("지루하다*").not()
	if got := v.with("음") + ", " + v.but() + ", " + v.plain() + ", " + v.with("았다"); got != "지루하지 않음, 지루하지 않은데, 지루하지 않다, 지루하지 않았다" {
		t.Error(got)
	}
}

func TestLikeness(t *testing.T) {
	a := stsScene{who: "남자", place: "공원에서", manner: "조용히", deed: "책을 읽다"}
	for _, c := range []struct {
		b    stsScene
		want int // tenths
	}{
		{a, 50},
		{stsScene{"소년", "공원에서", "조용히", "책을 읽다"}, 43},
		{stsScene{"여자", "공원에서", "조용히", "책을 읽다"}, 36},
		{stsScene{"남자", "거리에서", "조용히", "책을 읽다"}, 42},
		{stsScene{"남자", "공원에서", "", "책을 읽다"}, 48},
		{stsScene{"남자", "공원에서", "천천히", "책을 읽다"}, 46},
		{stsScene{"남자", "공원에서", "조용히", "신문을 읽다"}, 38},
		{stsScene{"남자", "공원에서", "조용히", "춤을 추다"}, 26},
		{stsScene{"여자", "거리에서", "천천히", "춤을 추다"}, 0},
	} {
		if got, back := likeness(a, c.b), likeness(c.b, a); got != c.want || back != c.want {
			t.Errorf("%v and %v: %d and %d tenths, want %d", a, c.b, got, back, c.want)
		}
	}
}

// TestHypothesesKeepTheirLabel holds the rows of kornli to what their scenes say.
func TestHypothesesKeepTheirLabel(t *testing.T) {
	d := &dice{state: 1}
	for range 300 {
		for _, label := range []string{"entailment", "neutral", "contradiction"} {
			premise, hypothesis := claimScenes(d, label)
			if got := hypothesis.against(premise); got != label {
				t.Fatalf("%q, %q: %s, want %s", premise.sentence("이"), hypothesis.sentence("은"), got, label)
			}
		}
	}
}

// against judges a hypothesis by its premise: what a premise does not tell
// is neutral, unless something else contradicts.
func (s nliScene) against(premise nliScene) string {
	if s.who != premise.who || (s.deed == premise.deed) == s.denied {
		return "contradiction"
	}
	label := "entailment"
	for i, p := range s.parts {
		switch {
		case p == "" || p == premise.parts[i]:
		case premise.parts[i] == "":
			label = "neutral"
		default:
			return "contradiction"
		}
	}
	return label
}

func TestSwapsTradeParticles(t *testing.T) {
	d := &dice{state: 1}
	bag := func(s string) string {
		f := strings.Fields(strings.TrimSuffix(s, "."))
		slices.Sort(f)
		return strings.Join(f, " ")
	}
	alike := map[string]int{}
	for range 1000 {
		for _, label := range []string{"0", "1"} {
			a, b, _ := strings.Cut(swap(d, label).text, "\t")
			if a == b {
				t.Fatalf("label %s: twice %q", label, a)
			}
			if bag(a) == bag(b) {
				alike[label]++
			}
		}
	}
	if alike["0"] > 0 || alike["1"] < 800 {
		t.Errorf("pairs of the same words by label: %v; want none of 0 and most of 1", alike)
	}
}

func TestNormalise(t *testing.T) {
	if got := normalise("오늘, ABC 봤다!! ㅋㅋ 3번"); got != "오늘abc봤다3번" {
		t.Errorf("%q", got)
	}
}

func TestDrawPanicsWhereTemplatesRunOut(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two different rows of one text: want a panic")
		}
	}()
	draw(&dice{}, 2, even("0"), map[string]bool{}, func(string) row { return row{text: "하나"} })
}
