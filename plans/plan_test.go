package plans

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func three() []Cell {
	return []Cell{
		{Model: "a", Task: "nsmc", Seed: 1, State: ToTrain, Steps: 100, Tokens: 1000, Seconds: 10, MemoryMB: 300, DiskMB: 5, Recipe: []byte(`{"note":"a<b"}`)},
		{Model: "a", Task: "nsmc", Seed: 2, State: Finished, Steps: 100, Tokens: 1000, Recipe: []byte(`{}`)},
		{Model: "b", Task: "nsmc", Seed: 1, State: Missing, Missing: []string{"/models/b"}, Recipe: []byte(`{}`)},
		{Model: "a", Task: "paws", Seed: 1, State: Resumes, Step: 40, Steps: 100, Tokens: 600, Seconds: 6, MemoryMB: 700, DiskMB: 5, Recipe: []byte(`{}`)},
	}
}

func TestPlanIsReadAsItWasWritten(t *testing.T) {
	p, err := New("1.0", "/runs", three())
	if err != nil {
		t.Fatal(err)
	}
	want := Total{Cells: 4, ToDo: 3, Steps: 160, Tokens: 1600, Seconds: 16, MemoryMB: 700, DiskMB: 10, Missing: 1}
	if p.Total != want {
		t.Errorf("total %+v, want %+v", p.Total, want)
	}
	path := filepath.Join(t.TempDir(), "plan.json")
	if err := p.Write(path); err != nil {
		t.Fatal(err)
	}
	got, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.Hash != p.Hash || len(got.Cells) != 4 || got.Cells[3].Cell != 3 || got.Cells[3].Step != 40 {
		t.Errorf("read back as %+v", got)
	}
	if open := got.Open(); len(open) != 2 || open[0] != 0 || open[1] != 3 {
		t.Errorf("cells that can run: %v, want 0 and 3", open)
	}
	again, err := New("1.0", "/runs", three())
	if err != nil || again.Hash != p.Hash {
		t.Errorf("the same cells hash to %s and %s (%v)", p.Hash, again.Hash, err)
	}
}

func TestReadRefuses(t *testing.T) {
	p, err := New("1.0", "/runs", three())
	if err != nil {
		t.Fatal(err)
	}
	text, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, c := range []struct{ name, text, want string }{
		{"a changed step", strings.Replace(string(text), `"steps": 100`, `"steps": 99`, 1), "changed after it was made"},
		{"a changed recipe", strings.Replace(string(text), "a<b", "a<c", 1), "changed after it was made"},
		{"a newer schema", strings.Replace(string(text), `"schema": 1`, `"schema": 2`, 1), "schema 2"},
		{"another file", `{"model": "x"}`, "no plan"},
		{"half a file", string(text[:len(text)/2]), "no plan"},
		{"nothing", "", "no plan"},
	} {
		path := filepath.Join(dir, "plan.json")
		if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
	if _, err := Read(dir); err == nil || !strings.Contains(err.Error(), "want a plan file") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := p.Cell(4); err == nil {
		t.Error("cell 4 of four is no error")
	}
}
