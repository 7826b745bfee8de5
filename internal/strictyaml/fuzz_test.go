package strictyaml

import (
	"strings"
	"testing"
)

func FuzzLoad(f *testing.F) {
	for _, s := range []string{"name: x\ninner: {epochs: 2}\n", "a: &a [*a]\n", "free: {<<: {a: 1}}\n", "? [x]\n: y\n", "--- |\n x\n...\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var v outer
		err := Load([]byte(text), "my.yaml", &v)
		if err != nil && !strings.HasPrefix(err.Error(), "my.yaml:") {
			t.Errorf("error %v does not name the file", err)
		}
	})
}
