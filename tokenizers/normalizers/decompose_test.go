package normalizers

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/tokenizers/aligned"
)

// TestManyMarks holds the forms of a letter under very many marks to x/text's, in little time.
func TestManyMarks(t *testing.T) {
	marks := strings.Repeat("\u0301\u0323\u0327", 100_000)
	runtime.LockOSThread() // whose time is counted: what else the machine does is not the form's fault
	defer runtime.UnlockOSThread()
	begin := parallel.Computed()
	for _, f := range []norm.Form{norm.NFD, norm.NFC} {
		const few = 9 // x/text joins long runs by a joiner of its own
		got := string(aligned.AppendText(nil, Form{Form: f}.Normalize(aligned.Append(nil, "e"+marks[:few*6], 0))))
		if want := f.String("e" + marks[:few*6]); got != want {
			t.Errorf("form %v: got %+q, want %+q", f, got, want)
		}
		long := Form{Form: f}.Normalize(aligned.Append(nil, "e"+marks, 0))
		for i := 3; i < len(long); i++ {
			if Combining(long[i-1].Rune) > Combining(long[i].Rune) {
				t.Fatalf("form %v: marks out of order at %d", f, i)
			}
		}
	}
	if d := parallel.Computed() - begin; d > 20*time.Second {
		t.Errorf("took %v", d)
	}
}
