package results

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// Warning is a reason to look twice at a result: a value that travels with it,
// to the manifest and from there to every table and page that shows the number.
type Warning struct {
	Code    string `json:"code"`    // stable, in the manner of numbered-labels
	Message string `json:"message"` // one sentence for people
}

// Text is the warning in every language. Manifests hold the English sentence alone;
// one that this program does not know stands in both.
func (w Warning) Text() Text {
	for _, k := range koreanWarnings() {
		if found := k.english.FindStringSubmatch(w.Message); found != nil {
			values := make([]any, len(found)-1)
			for i, v := range found[1:] {
				values[i] = v
				if ko, ok := warningWords[v]; ok {
					values[i] = ko
				}
			}
			return Text{w.Message, fmt.Sprintf(k.korean, values...)}
		}
	}
	return Alike(w.Message)
}

// knownWarning recognises an English sentence, and tells it in Korean.
type knownWarning struct {
	english *regexp.Regexp
	korean  string // with an indexed %[n]s for each value of the English
}

// verbs are what formats of warnings have.
var verbs = regexp.MustCompile(`%(\.\d)?([dsf])`)

// koreanWarnings makes the expressions from the formats that the warnings are
// written with.
var koreanWarnings = sync.OnceValue(func() []knownWarning {
	values := map[string]string{"d": `(-?\d+)`, "f": `(-?[\d.]+|NaN|[+-]Inf)`, "s": `(.*?)`}
	var all []knownWarning
	for _, w := range warnings {
		quoted := regexp.QuoteMeta(strings.ReplaceAll(w[0], "%%", "\x00"))
		quoted = strings.NewReplacer(`%\.1f`, "%f", `%\.3f`, "%f", `%\.0f`, "%f").Replace(quoted)
		quoted = verbs.ReplaceAllStringFunc(quoted, func(v string) string { return values[v[len(v)-1:]] })
		quoted = strings.ReplaceAll(quoted, "\x00", "%")
		all = append(all, knownWarning{regexp.MustCompile(`(?s)^` + quoted + `$`), w[1]})
	}
	return all
})

// warningWords are values of warnings that are words.
var warningWords = map[string]string{
	"undefined, which means on": "정의되지 않음(켜짐과 같음)", "on": "켜짐",
	"in another spelling": "표기가 다르게", "in another order": "순서가 다르게",
}

// warnings are the formats of all warnings, and the same in Korean.
var warnings = [][2]string{
	{"%s: %s: %d of %d examples hold Hangul taken apart into letters (Unicode's NFD, as macOS writes it), " +
		"which most vocabularies do not know: compose it (NFC), as 'uconv -x nfc' does",
		"%[1]s: %[2]s: 예제 %[4]s개 중 %[3]s개에 자모로 분해된 한글(macOS가 쓰는 유니코드 NFD)이 있다. " +
			"대부분의 어휘에 없는 형태이므로 'uconv -x nfc'처럼 완성형(NFC)으로 바꿔야 한다"},
	{"%s: %d of %d texts hold decomposed Hangul (Unicode NFD, as macOS writes it), unknown to the vocabulary: compose it to NFC",
		"%[1]s: 텍스트 %[3]s개 중 %[2]s개에 분해된 한글(macOS가 쓰는 유니코드 NFD)이 있어 어휘에 없다. " +
			"완성형(NFC)으로 바꿔야 한다"},
	{"%.1f %% of the tokens of plain Korean text are unknown to the vocabulary",
		"평범한 한국어 텍스트의 토큰 중 %[1]s %%가 어휘에 없다"},
	{"%s: %.1f %% of the tokens are unknown to the vocabulary", "%[1]s: 토큰 중 %[2]s %%가 어휘에 없다"},
	{"%s: the model finds nothing: every word of all %d sentences is tagged O",
		"%[1]s: 모델이 아무것도 찾지 못했다. 문장 %[2]s개의 모든 단어가 O로 태깅되었다"},
	{"%s: the model answers %.3f to all %d examples", "%[1]s: 모델이 예제 %[3]s개 모두에 같은 답(%[2]s)을 했다"},
	{"%s: the model answers %s to all %d examples", "%[1]s: 모델이 예제 %[3]s개 모두에 같은 답(%[2]s)을 했다"},
	{"taken up at step %d from a training with another eval_steps: %d evaluations before it are not in the log",
		"eval_steps가 다른 학습을 %[1]s 스텝부터 이어받았다. 그 앞의 평가 %[2]s개는 로그에 없다"},
	{"%d of the examples in %s do not train: what is chosen is chosen on them",
		"%[2]s의 예제 중 %[1]s개는 학습에 쓰지 않았다. 고르는 일은 모두 이 예제로 한다"},
	{"id2label names the %d labels %s only: they are taken to be %s, in this order" +
		" (Hugging Face's kor_nli has entailment, neutral, contradiction); --labels %s=…, one for each, says otherwise",
		"id2label의 라벨 %[1]s개가 번호(%[2]s)뿐이어서 %[3]s의 순서라고 보았다(Hugging Face의 kor_nli는 " +
			"entailment, neutral, contradiction 순서다). 다르면 --labels %[4]s=…을 라벨마다 주면 된다"},
	{"id2label names the %d labels %s only: they are taken to be %s, in this order; --labels %s=…, one for each, says otherwise",
		"id2label의 라벨 %[1]s개가 번호(%[2]s)뿐이어서 %[3]s의 순서라고 보았다. 다르면 --labels %[4]s=…을 " +
			"라벨마다 주면 된다"},
	{"id2label names the %d labels %s only: a task takes them in its own order, unless --labels says which is which",
		"id2label의 라벨 %[1]s개가 번호(%[2]s)뿐이다. --labels로 밝히지 않으면 과제의 순서대로 쓴다"},
	{"the head's labels are taken for the task's by their names: %s",
		"헤드의 라벨을 이름으로 과제의 라벨에 맞췄다: %[1]s"},
	{"id2label has the labels of %s %s (%s): they are taken by their names",
		"id2label에 %[1]s의 라벨이 %[2]s 들어 있다(%[3]s). 이름으로 맞춘다"},
	{"at most %d tokens, less than the recipe's %d: rows that are longer need --set max_length=%d",
		"최대 %[1]s 토큰으로 레시피의 %[2]s보다 짧다. 더 긴 행에는 --set max_length=%[3]s가 필요하다"},
	{"pad_token_id is %d in config.json, the tokenizer's padding is %d",
		"config.json의 pad_token_id는 %[1]s인데 토크나이저의 패딩은 %[2]s번이다"},
	{"lower-casing with strip_accents %s: it takes Hangul apart, and most Korean words become [UNK]; set strip_accents to false",
		"소문자화할 때 strip_accents가 %[1]s 상태다. 한글이 자모로 분해되어 대부분의 한국어 단어가 " +
			"[UNK]가 된다. strip_accents를 false로 해야 한다"},
	{"the tokenizer has a vocabulary of %d, the model %d embeddings: rows with a token from number %d on can't be read",
		"토크나이저의 어휘는 %[1]s개인데 모델의 임베딩은 %[2]s개다. %[3]s번 이후의 토큰이 있는 행은 " +
			"읽을 수 없다"},
	{"type_vocab_size %d: Funnel's [CLS] has token type 2", "type_vocab_size가 %[1]s인데 Funnel의 [CLS]는 토큰 종류 " +
		"2를 쓴다"},
	{"type_vocab_size 1: the second text of a pair has token type %d; the model is not told",
		"type_vocab_size가 1이다. 쌍의 둘째 텍스트는 토큰 종류가 %[1]s이지만 모델에 알려지지 않는다"},
	{"type_vocab_size %d: the second text of a pair has token type %d",
		"type_vocab_size가 %[1]s인데 쌍의 둘째 텍스트는 토큰 종류가 %[2]s이다"},
	{"it does not fit on %s: answering takes about %.0f MB there, which has %.0f: want another device",
		"%[1]s에 들어가지 않는다. 답하는 데 약 %[2]s MB가 드는데 %[3]s MB뿐이므로 다른 장치가 필요하다"},
	{"training does not fit on %s: it takes about %.0f MB there, which has %.0f: want smaller batches, with " +
		"gradient_accumulation_steps in their place, or shorter texts",
		"%[1]s에서는 학습이 들어가지 않는다. 약 %[2]s MB가 드는데 %[3]s MB뿐이므로 배치를 줄이고 " +
			"gradient_accumulation_steps를 늘리거나 텍스트를 줄여야 한다"},
}
