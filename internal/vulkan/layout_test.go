package vulkan

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestLayout holds every struct to what a C compiler makes of the header's.
func TestLayout(t *testing.T) {
	if reflect.TypeFor[uintptr]().Size() != 8 {
		t.Skip("Go's layout is C's on 64-bit systems alone, and nothing is called on others")
	}
	want, err := os.ReadFile("testdata/layout.txt")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, s := range structs {
		v := reflect.TypeOf(s)
		name := strings.TrimPrefix(v.Name(), "vk")
		fmt.Fprintf(&got, "%s %d\n", name, v.Size())
		for f := range v.Fields() {
			fmt.Fprintf(&got, "%s.%s %d %d\n", name, f.Name, f.Offset, f.Type.Size())
		}
	}
	g, w := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	if len(g) != len(w) {
		t.Fatalf("%d lines of layout, and C has %d", len(g), len(w))
	}
	for i := range w {
		if g[i] != w[i] {
			t.Errorf("Go has %s, C %s", g[i], w[i])
		}
	}
}

// TestGenerated makes structs and layout again, where the header and a C compiler are.
func TestGenerated(t *testing.T) {
	if _, err := exec.LookPath("cc"); err != nil {
		t.Skipf("NOT RUN: %v", err)
	}
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "./gen", "-into", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	} else if len(out) > 0 {
		t.Skipf("NOT RUN: %s", out)
	}
	for _, name := range []string{"structs_gen.go", "structs_gen_test.go", "testdata/layout.txt"} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s is not what go generate makes", name)
		}
	}
}
