package report

import (
	"html/template"
	"strings"

	"github.com/lmkor/bench/results"
)

// korean are the names of facts; fields of recipes keep theirs.
var korean = map[string]string{
	"Model": "모델", "Tokenizer": "토크나이저", "Recipe": "레시피", "Data": "데이터", "Checkpoints": "체크포인트",
	"Training": "학습", "Identity": "식별자", "Program": "프로그램", "name": "이름", "architecture": "구조",
	"parameters": "파라미터 수", "path": "경로", "type": "종류", "vocabulary": "어휘 크기", "lowercase": "소문자화",
	"strip accents": "악센트 제거", "file": "파일", "rows": "행 수", "last": "마지막",
	"chosen on dev": "dev로 고른 것", "best on test (optimistic)": "테스트에서 가장 좋은 것(낙관적)",
	"steps":    "스텝 수",
	"examples": "예제 수", "tokens": "토큰 수", "hash": "해시", "schema": "스키마",
	"commit": "커밋", "kernels": "커널",
	"not set": "지정하지 않음", "yes": "예", "no": "아니요", "all, strict IOB2": "전체(엄격한 IOB2)",
}

// dropped are the reasons why rows are left out, by their names in manifests.
var dropped = map[string]string{
	"empty side": "빈 텍스트", "empty text": "빈 텍스트", "placeholder": "자리 표시 텍스트", "blank line": "빈 줄",
	"held out": "검증용으로 떼어 둠",
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
	if head == "dropped" && colon {
		ko, ok := dropped[rest]
		if !ok {
			ko = rest
		}
		return shown(results.Text{English: results.Plain(name), Korean: "제외한 행: " + results.Plain(ko)})
	}
	ko, ok := korean[head]
	if !ok {
		return escaped(results.Plain(name))
	}
	if colon {
		ko += ": " + rest
	}
	return shown(results.Text{English: results.Plain(name), Korean: results.Plain(ko)})
}
