package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"

	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// unit draws from [0, 1) by a key of counters.
func unit(counters ...uint64) float64 { return splitmix.Unit(splitmix.Key(1, counters...)) }

// draw is the answers of one run on the task of that number.
type draw struct {
	task  *tasks.Task
	index int
	model int
	seed  uint64
}

// sites of what is drawn.
const (
	siteText uint64 = iota
	siteGold
	siteHard
	siteChance
	siteOther
	siteSeed
)

// words are what drawn texts are made of.
var words = strings.Fields(`영화 정말 재미있는 배우 연기 음악 이야기 조금 아쉬운
	결말 다시 보고 싶은 시간 아까운 감독 장면 웃음
	눈물 좋았다 별로였다 그냥 그래도 많이 너무 처음
	끝까지 친구와 가족 함께
	추천한다 기대 이하 최고의 작품 지루한 화면 아름다운`)

// at names a task in what is drawn.
func (d draw) at() uint64 { return uint64(d.index) }

func (d draw) text(i, which int) []string {
	n := 3 + int(12*unit(d.at(), siteText, uint64(i), uint64(which)))
	out := make([]string, n)
	for k := range out {
		out[k] = words[int(float64(len(words))*unit(d.at(), siteText, uint64(i), uint64(which), uint64(k)+1))]
	}
	return out
}

// right draws whether the run answers part k of example i as gold does: by the
// model's skill, the seed's luck and how hard that part is for all.
func (d draw) right(i, k int) (right bool, sure float64) {
	hard := unit(d.at(), siteHard, uint64(i), uint64(k))
	skill := 1.2 + 0.12*float64(d.model) + 0.1*(unit(d.at(), siteSeed, uint64(d.model), d.seed)-0.5)
	sure = 1 / (1 + math.Exp(-skill*4*(0.9-hard)))
	return unit(d.at(), siteChance, uint64(i), uint64(k), uint64(d.model), d.seed) < sure, sure
}

func (d draw) predictions(n int) []results.Prediction {
	out := make([]results.Prediction, n)
	for i := range out {
		p := results.Prediction{ID: results.IntID(i)}
		switch d.task.Kind {
		case tasks.Tag:
			d.tags(&p, i)
		case tasks.Regress:
			gold := 5 * unit(d.at(), siteGold, uint64(i))
			off := (0.9 - 0.07*float64(d.model)) * 2 * (unit(d.at(), siteChance, uint64(i), uint64(d.model), d.seed) - 0.5)
			p.Gold, p.Pred = results.Number(math.Round(gold*10)/10), results.Number(gold+off)
		default:
			d.label(&p, i)
		}
		if d.task.Kind != tasks.Tag {
			p.Text = strings.Join(d.text(i, 0), " ")
		}
		if len(d.task.Pair) > 0 {
			pair := strings.Join(d.text(i, 1), " ")
			p.TextPair = &pair
		}
		out[i] = p
	}
	return out
}

func (d draw) label(p *results.Prediction, i int) {
	labels := d.task.Labels
	gold := int(float64(len(labels)) * unit(d.at(), siteGold, uint64(i)))
	right, sure := d.right(i, 0)
	sure, pred := max(sure, 1-sure), gold
	if !right {
		pred = (gold + 1 + int(float64(len(labels)-1)*unit(d.at(), siteOther, uint64(i)))) % len(labels)
	}
	p.Gold, p.Pred = results.Label(labels[gold]), results.Label(labels[pred])
	for k := range labels {
		if k == pred {
			p.Probs = append(p.Probs, sure)
		} else {
			p.Probs = append(p.Probs, (1-sure)/float64(len(labels)-1))
		}
	}
}

func (d draw) tags(p *results.Prediction, i int) {
	p.Words = d.text(i, 0)
	gold, pred := make([]string, len(p.Words)), make([]string, len(p.Words))
	for k := range gold {
		gold[k] = "O"
		if unit(d.at(), siteGold, uint64(i), uint64(k)) < 0.2 {
			kind := int(6 * unit(d.at(), siteGold, uint64(i), uint64(k), 1))
			gold[k] = []string{"PER-B", "ORG-B", "LOC-B", "DAT-B", "NUM-B", "EVT-B"}[kind]
		}
		if pred[k] = gold[k]; gold[k] != "O" {
			if right, _ := d.right(i, k); !right {
				pred[k] = "O"
			}
		}
	}
	p.Gold, p.Pred = results.Tags(gold), results.Tags(pred)
}

// answersOf reads predictions as a comparison does.
func answersOf(preds []results.Prediction, labels []string) (*results.Answers, error) {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	for _, p := range preds {
		if err := e.Encode(p); err != nil {
			return nil, err
		}
	}
	return results.Reading{Labels: labels}.Decode(&text, "drawn")
}
