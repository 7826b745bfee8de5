package nearest

import (
	"fmt"
	"testing"
)

func TestName(t *testing.T) {
	have := []string{"batch_size", "learning_rate", "epochs", "max_length", "eval_steps", "save_steps"}
	for _, c := range []struct{ name, want string }{
		{"epoch", "epochs"},
		{"batchsize", "batch_size"},
		{"max_seq_length", "max_length"},
		{"epochs", "epochs"},
		{"batch", "batch_size"},                       // too many edits, but its beginning
		{"per_device_train_batch_size", "batch_size"}, // transformers' name
		{"num_train_epochs", "epochs"},                // another
		{"steps", "eval_steps"},                       // the first of two as near
		{"colour", ""},
		{"x", ""},
		{"", ""},
	} {
		if got := Name(c.name, have); got != c.want {
			t.Errorf("Name(%q) = %q, want %q", c.name, got, c.want)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"nsmc", "nmsc", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}, {"naver_ner", "naver-ner", 1}} {
		if got := Edits(c.a, c.b); got != c.want {
			t.Errorf("Edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func ExampleName() {
	fmt.Println(Name("nmsc", []string{"nsmc", "paws", "korsts"}))
	// Output: nsmc
}
