package serving

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A token's file that changes is read again; one that can't be used leaves the token.
func TestTokenIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	at := time.Now().Add(-time.Hour)
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Minute)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	k := &token{path: path}
	if _, err := k.refresh(); err == nil {
		t.Error("a file that is not there is a token")
	}
	for _, c := range []struct {
		text, want string
		fresh      bool
		fault      string
	}{{"one\n", "one", true, ""}, {"two", "two", true, ""}, {"", "two", false, "want one token"}, {"a b", "two", false, "want one token"},
		{" three \n", "three", true, ""}} {
		write(c.text)
		fresh, err := k.refresh()
		if fresh != c.fresh || *k.current.Load() != c.want || (err != nil) != (c.fault != "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%q: token %q, fresh %t, %v: want %+v", c.text, *k.current.Load(), fresh, err, c)
		}
	}
	if fresh, err := k.refresh(); fresh || err != nil {
		t.Errorf("a file that has not changed: fresh %t, %v", fresh, err)
	}
}
