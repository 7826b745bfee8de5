package tokenizers

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// standIn is a C library with the analyser's functions: it sets 는, 를 and 다
// apart, marked, and makes 했 of its parts. It answers as many bytes as it was given and marks.
const standIn = `
#include <string.h>

static int opened;

void MorAn16_open_dbs(void) { opened++; }
void MorAn_close_dbs(void) { opened--; }

static const char *rules[][2] = {
	{"\xeb\x8a\x94", " ~~\xeb\x8a\x94"}, {"\xeb\xa5\xbc", " ~~\xeb\xa5\xbc"}, {"\xeb\x8b\xa4", " ~~\xeb\x8b\xa4"},
	{"\xed\x96\x88", "\xed\x95\x98 ~~\xec\x95\x98"},
};

char *Moran4dnlp(char *in, char *out, int size) {
	char *end = out;
	if (opened != 1 || strcmp(in, "NULL") == 0) return 0;
	for (; *in && end + 16 < out + size; ) {
		int matched = 0;
		for (unsigned i = 0; i < sizeof rules / sizeof *rules; i++) {
			if (strncmp(in, rules[i][0], 3) == 0) {
				end = strcpy(end, rules[i][1]) + strlen(rules[i][1]);
				in += 3;
				matched = 1;
				break;
			}
		}
		if (!matched) *end++ = *in++;
	}
	*end = 0;
	return out;
}
`

// buildStandIn compiles source to a library in dir and returns its path, or skips the test.
func buildStandIn(t *testing.T, dir, source string) string {
	t.Helper()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("the analyser's library is opened on Linux and macOS only")
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler for the stand-in library")
	}
	file := filepath.Join(t.TempDir(), "moran.c")
	if err := os.WriteFile(file, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(dir, moranLibrary)
	if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", library, file).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return library
}

const hanbertVocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n나\n~~는\n밥\n~~를\n하\n##늘\n~~았\n~~다\n漢\n字\n ABC \nabc\n가\n##가\n먹\n##었\n"

func TestHanBERT(t *testing.T) {
	dir, home := writeDir(t, "vocab_54k.txt", hanbertVocab), t.TempDir()
	library := buildStandIn(t, home, standIn)
	tok, err := LoadOptions{Moran: library}.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("가", 200)
	for _, c := range []struct {
		text, want string
	}{
		{"나는 밥를 하늘", "[CLS] 나 ~~는 밥 ~~를 하 ##늘 [SEP]"},
		{"했다", "[CLS] 하 ~~았 ~~다 [SEP]"},
		{"ABC abc Abc", "[CLS] ABC abc [UNK] [SEP]"},
		{"漢字\t나\u200b\u3000는\u0378", "[CLS] 漢 字 나 ~~는 [SEP]"},
		{"나[MASK]밥", "[CLS] 나 [MASK] 밥 [SEP]"},
		{"NULL", "[CLS] [UNK] [SEP]"},
		{"", "[CLS] [SEP]"},
		{long, "[CLS] 가" + strings.Repeat(" ##가", 199) + " [SEP]"},
		{long + "가", "[CLS] [UNK] [SEP]"},
	} {
		enc := tok.Encode(c.text, "", false, Options{})
		if got := strings.Join(enc.Tokens, " "); got != c.want {
			t.Errorf("%q: got %s, want %s", c.text, got, c.want)
		}
	}
	enc := tok.Encode("나는  밥를 먹었다", "", false, Options{})
	if want := [][2]int{{0, 0}, {0, 1}, {1, 2}, {4, 5}, {5, 6}, {7, 8}, {8, 9}, {9, 10}, {0, 0}}; !slices.Equal(enc.Offsets, want) {
		t.Errorf("offsets of %v: got %v, want %v", enc.Tokens, enc.Offsets, want)
	}

	// Text longer than the analyser's buffer goes in parts, cut at blanks.
	words := 60_000
	enc = tok.Encode(strings.Repeat("나는 ", words), "", false, Options{})
	if len(enc.IDs) != 2*words+2 || slices.Contains(enc.IDs, tok.UnkID()) {
		t.Errorf("a long text: %d pieces, want %d without [UNK]", len(enc.IDs), 2*words+2)
	}

	// Several callers take turns at the one library.
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 200 {
				if got := tok.Encode("나는 밥를", "", false, Options{}); len(got.IDs) != 6 {
					t.Errorf("together: got %v", got.Tokens)
				}
			}
		})
	}
	group.Wait()

	// What was run is recorded, and stays where it is.
	b, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	if a := tok.Info().Analyser; a == nil || a.Path != library || a.SHA256 != fmt.Sprintf("%x", sha256.Sum256(b)) {
		t.Errorf("analyser: got %+v", a)
	}
	saved := filepath.Join(t.TempDir(), "saved")
	if err := tok.Save(saved); err != nil {
		t.Fatal(err)
	}
	if exists(filepath.Join(saved, moranLibrary)) {
		t.Error("the library was saved with the model")
	}
	again, err := LoadOptions{Moran: library}.Load(saved)
	if err != nil {
		t.Fatal(err)
	}
	if got := again.Encode("했다", "", false, Options{}).Tokens; len(got) != 5 {
		t.Errorf("saved and loaded: got %v", got)
	}
}

// TestNoCodeFromModelDirectory holds a model's directory to being data: a
// library in it is not loaded, whatever its name.
func TestNoCodeFromModelDirectory(t *testing.T) {
	dir := writeDir(t, "vocab_54k.txt", hanbertVocab)
	marker := filepath.Join(t.TempDir(), "ran")
	buildStandIn(t, dir, fmt.Sprintf(`
#include <stdio.h>
__attribute__((constructor)) static void run(void) { fclose(fopen(%q, "w")); }
void MorAn16_open_dbs(void) {}
char *Moran4dnlp(char *in, char *out, int size) { return in; }
`, marker))
	if _, err := Load(dir); err == nil || !strings.Contains(err.Error(), "it is not loaded from the model's directory") {
		t.Errorf("got %v", err)
	}
	if exists(marker) {
		t.Fatal("the library in the model's directory was run")
	}
	if _, err := (LoadOptions{Moran: filepath.Join(dir, moranLibrary)}).Load(dir); err != nil {
		t.Fatal(err)
	}
	if !exists(marker) {
		t.Error("the library that the caller names was not run: this test shows nothing")
	}
}

func TestHanBERTErrors(t *testing.T) {
	dir, home := writeDir(t, "vocab_54k.txt", hanbertVocab), t.TempDir()
	library := filepath.Join(home, moranLibrary)
	load := func() error {
		_, err := LoadOptions{Moran: library}.Load(dir)
		return err
	}
	_, err := Load(dir)
	if err == nil || !strings.Contains(err.Error(), "/usr/local/moran/libmoran4dnlp.so: not found") ||
		!strings.Contains(err.Error(), "https://github.com/monologg/HanBert-Transformers") {
		t.Errorf("no library: got %v", err)
	}
	if err := load(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: got %v", err)
	}
	if err := os.WriteFile(library, []byte("no library"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := load(); err == nil || !strings.Contains(err.Error(), "a shared library for Linux") {
		t.Errorf("not a library: got %v", err)
	}
	buildStandIn(t, home, "void MorAn16_open_dbs(void) {}\n")
	if err := load(); err == nil || !strings.Contains(err.Error(), "no function Moran4dnlp") {
		t.Errorf("another library: got %v", err)
	}
}
