package report

import (
	"html/template"
	"strings"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// markKorean is what a mark means, in Korean.
func markKorean(m board.Mark) string {
	return map[board.Mark]string{
		board.SampleData:  "프로그램에 든 표본 데이터로 얻은 점수로, 실제 데이터보다 쉽다",
		board.RowLimit:    "일부 행만 썼다",
		board.OtherSplit:  "과제에 정해진 것과 다른 분할로 채점했다",
		board.OtherRecipe: "같은 열의 모델 대부분과 다른 레시피로 학습했다",
	}[m] + ": 열의 최고 점수를 가릴 때 넣지 않는다"
}

// basisKorean is what a tie's basis means, in Korean.
func basisKorean(b board.Basis) string {
	return map[board.Basis]string{
		board.ByPairs: "열의 최고 점수와 구별되지 않는다(같은 예제에 대한 " +
			"bench compare의 대응 검정, 열 안에서 Holm 보정)",
		board.ByIntervals: "신뢰구간만으로는 열의 최고 점수와 구별되지 않는다. " +
			"짝지을 예측이 없거나(발표된 점수) 너무 많은 경우이며, " +
			"bench compare는 더 가려낼 수 있다",
	}[b]
}

// korean are the names of facts; fields of recipes keep theirs.
var korean = map[string]string{
	"Model": "모델", "Tokenizer": "토크나이저", "Recipe": "레시피", "Data": "데이터", "Checkpoints": "체크포인트",
	"Training": "학습", "Identity": "식별자", "Program": "프로그램", "name": "이름", "architecture": "구조",
	"parameters": "파라미터 수", "path": "경로", "type": "종류", "vocabulary": "어휘 크기", "lowercase": "소문자화",
	"strip accents": "악센트 제거", "file": "파일", "rows": "행 수", "dropped": "제외한 행", "last": "마지막",
	"chosen on dev": "dev로 고른 것", "best on test (optimistic)": "테스트에서 가장 좋은 것(낙관적)",
	"steps":    "스텝 수",
	"examples": "예제 수", "tokens": "토큰 수", "hash": "해시", "schema": "스키마",
	"commit": "커밋", "kernels": "커널",
	"not set": "지정하지 않음", "yes": "예", "no": "아니요", "all, strict IOB2": "전체(엄격한 IOB2)",
}

// valued is a fact's value: the words for truth values in both languages.
func valued(v string) template.HTML {
	switch v {
	case "yes", "no", "not set":
		return named(v)
	}
	return escaped(results.Plain(v))
}

// named is a fact's name in both languages, as far as there are two; what stands
// behind a colon is kept.
func named(name string) template.HTML {
	head, rest, colon := strings.Cut(name, ": ")
	ko, ok := korean[head]
	if !ok {
		return escaped(results.Plain(name))
	}
	if colon {
		ko += ": " + rest
	}
	return both(results.Plain(name), results.Plain(ko))
}
