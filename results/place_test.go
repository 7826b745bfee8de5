package results

import "testing"

func TestPathWord(t *testing.T) {
	for in, want := range map[string]string{"a/b": "a--b", "..": "_", "": "_", `x:"y"?`: "x__y__", "가 나": "가 나", "../../etc": "--..--etc"} {
		if got := pathWord(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
