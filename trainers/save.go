package trainers

import (
	"time"

	"github.com/lmkor/bench/models"
)

// Without save_steps, a state is saved every so often, and only as often as
// saving takes this share of the time.
const (
	SavePause = 2 * time.Minute
	SaveShare = 0.03
	// SaveRate is how many bytes a second the first save is expected to write.
	SaveRate = 200e6
)

// saver knows when a state is due.
type saver struct {
	store Store
	every int           // steps; 0: by the clock
	cost  time.Duration // of the last save, or what the first may take
	last  time.Time     // when it ended
}

// start starts the clock for a training of these parameters.
func (s *saver) start(params []models.Param) {
	const tensors, bytes = 3, 4 // weights and two moments
	s.cost = time.Duration(tensors * bytes * float64(models.Count(params)) / SaveRate * float64(time.Second))
	s.last = time.Now()
}

// afford reports whether a save now keeps to its share of the time.
func (s *saver) afford() bool {
	return time.Since(s.last).Seconds()*SaveShare >= s.cost.Seconds()
}

// dueAfterStep reports whether to save after a step within an epoch.
func (s *saver) dueAfterStep(step int) bool {
	if s.every > 0 {
		return step%s.every == 0
	}
	return time.Since(s.last) >= SavePause && s.afford()
}

// dueAfterEpoch reports whether to save after an epoch.
func (s *saver) dueAfterEpoch() bool { return s.every > 0 || s.afford() }

// save saves and takes the time.
func (s *saver) save(state *State) error {
	start := time.Now()
	err := s.store.Save(state)
	s.last = time.Now()
	s.cost = s.last.Sub(start)
	return err
}
