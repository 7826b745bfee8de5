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
func (st *Study) leaveOutLacking(sides []Side, lacks []lack, lang Lang) {
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
					Reason: lang.or(l.err.Error(), "dev로 고른 체크포인트의 예측이 없음: "+l.err.Error())})
			}
		}
	}
}

// predictionsOf returns the files that a side's answers are read from.
func (o Options) predictionsOf(e entrant) (paths []string, err error) {
	if e.side.File != "" {
		return []string{e.side.File}, nil
	}
	for _, r := range e.runs {
		path := r.File(results.PredictionsFile)
		if o.Dev {
			if path, err = r.ChosenPredictions(); err != nil {
				return nil, err
			}
		}
		paths = append(paths, path)
	}
	return paths, nil
}
