package progress

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// Terminal returns the terminal that w is, nil if it is none.
func Terminal(w io.Writer) *os.File {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return f
	}
	return nil
}

// Texts shows on a terminal how many texts were answered, and how fast.
type Texts struct {
	N int // that were counted

	w           io.Writer
	start, last time.Time
}

// NewTexts returns what counts texts. Where their answers go to a terminal as well, it
// shows nothing: they are how far it is, and would stand on the same line. answers is that
// terminal, nil where there is none.
func NewTexts(w io.Writer, answers *os.File) *Texts {
	r := &Texts{start: time.Now()}
	if Terminal(w) != nil && answers == nil {
		r.w = w
	}
	return r
}

// Count hears of one more.
func (r *Texts) Count() {
	r.N++
	if r.w != nil && time.Since(r.last) > time.Second/4 {
		r.last = time.Now()
		fmt.Fprintf(r.w, "\r%d texts, %.0f a second ", r.N, float64(r.N)/time.Since(r.start).Seconds())
	}
}

// Done leaves the number of all.
func (r *Texts) Done() {
	if r.w != nil {
		fmt.Fprintf(r.w, "\r%d texts, %.0f a second \n", r.N, float64(r.N)/time.Since(r.start).Seconds())
	}
}
