package compare

import "github.com/lmkor/bench/results"

// lack is a side without predictions of the checkpoints that are asked for.
type lack struct {
	side int
	task string
	err  error // says why
}

// leaveOutLacking notes in a side's pairs the tasks on which it could not be compared
// though it has runs.
func (st *Study) leaveOutLacking(sides []Side, lacks []lack, lang results.Lang) {
	k := 0
	for i := range sides {
		for j := i + 1; j < len(sides); j++ {
			p := st.Pairs[k]
			k++
			for _, l := range lacks {
				if len(p.Tasks) == 0 || l.side != i && l.side != j {
					continue
				}
				p.Tasks[0].LeftOut = append(p.Tasks[0].LeftOut, LeftOut{Task: l.task, Side: sides[l.side].Name,
					Reason: unchosen(lang, l.err)})
			}
		}
	}
}

// predictionsOf returns the files that a side's answers are read from. Seeds without
// the checkpoint that is asked for are left out by name; it is an error if none has
// it.
func (e *entrant) predictionsOf(o Options) error {
	if e.side.File != "" {
		e.paths = []string{e.side.File}
		return nil
	}
	var first error
	var runs []results.Run
	for _, r := range e.runs {
		path := r.File(results.PredictionsFile)
		if o.Dev {
			var err error
			if path, err = r.ChosenPredictions(); err != nil {
				if first == nil {
					first = err
				}
				seed := r.Result.Seed
				e.left = append(e.left, LeftOut{Task: r.Result.Task, Seed: &seed, Side: e.side.Name,
					Reason: unchosen(o.Lang, err)})
				continue
			}
		}
		runs, e.paths = append(runs, r), append(e.paths, path)
	}
	if len(runs) == 0 {
		return first
	}
	e.runs = runs
	return nil
}

// unchosen is why a run has no predictions of the checkpoint chosen on dev.
func unchosen(lang results.Lang, err error) Reason {
	return because(lang, "%v", "dev로 고른 체크포인트의 예측이 없음: %v", err)
}
