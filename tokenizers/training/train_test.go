package training

import (
	"bufio"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lmkor/bench/tokenizers"
)

func readLines(t testing.TB, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var lines []string
	for s := bufio.NewScanner(f); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return lines
}

// TestTrainAgainstReference holds the trained vocabulary to the library's. Where pairs
// are equally frequent the two may choose differently, so a few tokens may differ.
func TestTrainAgainstReference(t *testing.T) {
	text := readLines(t, "../testdata/train/text.txt")
	for _, size := range []int{420, 500} {
		tok, err := WordPiece(slices.Values(text), Options{Size: size, Alphabet: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if tok.VocabSize() != size {
			t.Errorf("size %d: got %d tokens", size, tok.VocabSize())
		}
		want := readLines(t, "../testdata/train/vocab-"+strconv.Itoa(size)+".txt")
		shared := 0
		for _, token := range want {
			if _, ok := tok.ID(token); ok {
				shared++
			}
		}
		if shared < size*97/100 {
			t.Errorf("size %d: %d tokens are the reference's, want at least 97 %%", size, shared)
		}
		t.Logf("size %d: %d shared", size, shared)
	}
}

func TestTrainIsDeterministic(t *testing.T) {
	text := readLines(t, "../testdata/train/text.txt")
	opt := Options{Size: 150, Unused: 7}
	first, err := WordPiece(slices.Values(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(text)
	second, err := WordPiece(slices.Values(text), opt)
	if err != nil {
		t.Fatal(err)
	}
	if first.Info().SHA256 != second.Info().SHA256 {
		t.Error("the order of texts changed the vocabulary")
	}
	tokens := first.Tokens()
	if want := []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}; !slices.Equal(tokens[:5], want) {
		t.Errorf("first tokens: got %v, want %v", tokens[:5], want)
	}
	if tokens[143] != "[unused0]" || tokens[149] != "[unused6]" {
		t.Errorf("unused slots: got %v", tokens[140:])
	}
}

func TestTrainSwitches(t *testing.T) {
	one := func(s string) iter.Seq[string] { return slices.Values([]string{s, s, s}) }
	text := "Été 한글 漢字 🎬 ♥ … ㅋㅋ １２"
	for _, c := range []struct {
		name      string
		opt       Options
		has, lack string
	}{
		{"plain", Options{}, "é 한 漢 🎬 ♥ … ㅋ １", "E e É ᄒ"},
		{"cased", Options{Cased: true}, "É ##é 한", "ᄒ"},
		{"stripped", Options{StripAccents: true}, "e ᄒ ##ᅡ", "é 한"},
		{"clean", Options{Clean: true}, "é 한 ♥ … ㅋ", "漢 🎬 １"},
	} {
		c.opt.Size = 60
		tok, err := WordPiece(one(text), c.opt)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for token := range strings.FieldsSeq(c.has) {
			if _, ok := tok.ID(token); !ok {
				t.Errorf("%s: no %q", c.name, token)
			}
		}
		for token := range strings.FieldsSeq(c.lack) {
			if _, ok := tok.ID(token); ok {
				t.Errorf("%s: has %q", c.name, token)
			}
		}
		if got := *tok.Info().StripAccents; got != c.opt.StripAccents || tok.Info().Lowercase == c.opt.Cased {
			t.Errorf("%s: info %+v", c.name, tok.Info())
		}
	}
}

func TestTrainErrors(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opt        Options
		want       string
	}{
		{"no room", "가", Options{Size: 6}, "want at least 7"},
		{"no text", " ", Options{Size: 60}, "no words"},
		{"alphabet", "가나다라마바사아", Options{Size: 12, Alphabet: 8}, "alone need 20"},
	} {
		_, err := WordPiece(slices.Values([]string{c.text}), c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

// TestSave holds a saved tokenizer to the one it was.
func TestSave(t *testing.T) {
	trained, err := WordPiece(slices.Values(readLines(t, "../testdata/train/text.txt")), Options{Size: 300})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if err := trained.Save(dir); err != nil {
		t.Fatal(err)
	}
	loaded, err := tokenizers.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	a, b := trained.Info(), loaded.Info()
	if *a.StripAccents != *b.StripAccents {
		t.Errorf("strip accents: %v and %v", *a.StripAccents, *b.StripAccents)
	}
	a.StripAccents, b.StripAccents = nil, nil
	if a != b {
		t.Errorf("info: got %+v, want %+v", b, a)
	}
	const text = "우리 가족은 2천 원짜리 Pizza를 좋아합니다!"
	got, want := loaded.Encode(text, "", false, tokenizers.Options{}), trained.Encode(text, "", false, tokenizers.Options{})
	if !slices.Equal(got.IDs, want.IDs) || len(want.IDs) < 8 {
		t.Errorf("ids: got %v, want %v", got.IDs, want.IDs)
	}
}

func BenchmarkWordPiece(b *testing.B) {
	text := readLines(b, "../testdata/train/text.txt")
	for b.Loop() {
		if _, err := WordPiece(slices.Values(text), Options{Size: 400}); err != nil {
			b.Fatal(err)
		}
	}
}
