package main

import (
	"os"
	"path/filepath"
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
