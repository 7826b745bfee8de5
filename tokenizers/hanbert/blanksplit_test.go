package hanbert

import (
	"slices"
	"testing"

	"github.com/lmkor/bench/tokenizers/aligned"
)

func TestBlankSplit(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  []string
	}{
		{"", 4, nil},
		{"ab cd", 5, []string{"ab cd"}},
		{"ab cd", 4, []string{"ab ", "cd"}},
		{"가나 다", 6, []string{"가나", " 다"}},
		{"가나다", 7, []string{"가나", "다"}},
	} {
		var got []string
		for _, part := range blankSplit(aligned.Append(nil, c.text, 0), c.limit) {
			got = append(got, string(aligned.AppendText(nil, part)))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %d: got %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}
