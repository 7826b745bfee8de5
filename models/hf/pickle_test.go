package hf

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Pickles by hand, so that they can say what torch.save never would.

func pText(s string) string {
	return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s
}

func pInt(n int) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}

func pTuple(ns []int) string {
	s := "("
	for _, n := range ns {
		s += pInt(n)
	}
	return s + "t"
}

// pStorage is a persistent id.
func pStorage(class, key string, count int) string {
	return "(" + pText("storage") + "ctorch\n" + class + "\n" + pText(key) + pText("cpu") + pInt(count) + "tQ"
}

func pTensor(storage string, offset int, shape, stride []int) string {
	return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + pInt(offset) + pTuple(shape) + pTuple(stride) +
		"\x89ccollections\nOrderedDict\n)RtR"
}

// pDict is a whole pickle of a state dict of names and values in turn.
func pDict(items ...string) string {
	s := "\x80\x02}("
	for i, v := range items {
		if i%2 == 0 {
			v = pText(v)
		}
		s += v
	}
	return s + "u."
}

// pVector is a tensor over all of storage 0.
func pVector(count int) string {
	return pTensor(pStorage("FloatStorage", "0", count), 0, []int{count}, []int{1})
}

// entry is a file of an archive.
type entry struct {
	name, data string
	method     uint16
}

func zipped(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.name, Method: e.method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// checkpoint is an archive of a pickle and its storages, by key 0, 1, ….
func checkpoint(t testing.TB, pickle string, storages ...string) []byte {
	all := []entry{{name: "archive/data.pkl", data: pickle}}
	for i, s := range storages {
		all = append(all, entry{name: "archive/data/" + string(rune('0'+i)), data: s})
	}
	return zipped(t, all...)
}

// legacy is a file of the format before zip.
func legacy(pickles ...string) []byte {
	return []byte(string(legacyMagic) + strings.Join(pickles, ""))
}

const (
	pVersion = "\x80\x02M\xe9\x03."
	four     = "\x00\x00\x80?"
)

var (
	pMachine = "\x80\x02}" + pText("little_endian") + "\x88s."
	pKeys    = "\x80\x02]" + pText("0") + "a."
	pOne     = pDict("a", pVector(1))
)

func TestHandmadePicklesRead(t *testing.T) {
	one := string(binary.LittleEndian.AppendUint64(nil, 1))
	part := "(" + pText("storage") + "ctorch\nFloatStorage\n" + pText("0") + pText("cpu") + pInt(3) +
		"(" + pText("view") + pInt(1) + pInt(2) + "ttQ"
	three := string(binary.LittleEndian.AppendUint64(nil, 3))
	for name, file := range map[string][]byte{
		"zip":         checkpoint(t, pOne, four),
		"legacy":      legacy(pVersion, pMachine, pOne, pKeys, one, four),
		"legacy view": legacy(pVersion, pMachine, pDict("a", pTensor(part, 1, []int{1}, []int{1})), pKeys, three, four[:2], four[:2], four[:2], four[:2], four),
	} {
		t.Run(name, func(t *testing.T) {
			w, err := OpenWeights(weightsDir(t, map[string][]byte{"pytorch_model.bin": file}))
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if got := values(t, w, "a"); !slices.Equal(got, []float32{1}) {
				t.Errorf("read %v, want 1", got)
			}
		})
	}
}

func TestBadBin(t *testing.T) {
	good := checkpoint(t, pOne, four)
	swap := func(old, new string) []byte { return bytes.ReplaceAll(good, []byte(old), []byte(new)) }
	one := string(binary.LittleEndian.AppendUint64(nil, 1))
	tensorOf := func(offset int, shape, stride []int) []byte {
		return checkpoint(t, pDict("a", pTensor(pStorage("FloatStorage", "0", 4), offset, shape, stride)), four+four+four+four)
	}
	overlapping := func() []byte {
		b := checkpoint(t, pDict("a", pVector(1), "b", pTensor(pStorage("FloatStorage", "1", 1), 0, []int{1}, []int{1})), four, four)
		// In the central directory the second storage gets the first one's place.
		first := bytes.Index(b, []byte("PK\x01\x02"))
		at := func(name string) int { return first + bytes.Index(b[first:], []byte(name)) - 4 }
		copy(b[at("archive/data/1"):][:4], b[at("archive/data/0"):][:4])
		return b
	}
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"HTML in place of a model", []byte("<html>404</html>"), "neither a zip archive nor an old file"},
		{"a Git LFS pointer", []byte("version https://git-lfs.github.com/spec/v1\n"), "a Git LFS pointer, not the weights"},
		{"cut behind the magic number", []byte("PK\x03\x04"), "not a valid zip file: truncated?"},
		{"truncated", good[:len(good)-30], "not a valid zip file: truncated?"},
		{"deflated storage", zipped(t, entry{"m/data.pkl", pOne, zip.Store}, entry{"m/data/0", four, zip.Deflate}), "data/0 is compressed"},
		{"deflated pickle", zipped(t, entry{"m/data.pkl", pOne, zip.Deflate}, entry{"m/data/0", four, zip.Store}), "data.pkl is compressed"},
		{"no pickle", zipped(t, entry{name: "m/data/0", data: four}), "a zip archive with 0 data.pkl"},
		{"two pickles", zipped(t, entry{name: "m/data.pkl"}, entry{name: "n/data.pkl"}), "a zip archive with 2 data.pkl"},
		{"a file twice", zipped(t, entry{name: "m/data.pkl", data: pOne}, entry{name: "m/data/0", data: four}, entry{name: "m/data/0", data: four}), "data/0 is twice in the archive"},
		{"big-endian", zipped(t, entry{name: "m/data.pkl", data: pOne}, entry{name: "m/byteorder", data: "big"}), `byteorder "big"`},
		{"a storage is missing", checkpoint(t, pOne), "data/0 is not in the archive"},
		{"a storage outside of the file", swap("archive/data/0", "archive/data/1"), "data/0 is not in the archive"},
		{"overlapping storages", overlapping(), "data/0 and data/1 overlap"},
		{"promises 100 GB", checkpoint(t, pDict("a", pVector(25_000_000_000)), four), "data/0: 4 bytes for 25000000000 values of float32"},
		{"promises more than 64 bits", checkpoint(t, pDict("a", pVector(1<<62)), four), "data/0: 4 bytes for 4611686018427387904 values"},
		{"an expanded view", tensorOf(0, []int{1_000_000}, []int{0}), "repeats a storage of 4 values"},
		{"a view beyond the end", tensorOf(1, []int{2, 2}, []int{2, 1}), "from value 1 in a storage of 4"},
		{"an offset beyond the end", tensorOf(5, []int{1}, []int{1}), "from value 5 in a storage of 4"},
		{"a stride beyond the end", tensorOf(0, []int{2}, []int{4}), "in a storage of 4"},
		{"a stride that overflows", tensorOf(0, []int{3, 2}, []int{1 << 62, 1 << 62}), "in a storage of 4 values"},
		{"a shape that overflows", tensorOf(0, []int{1 << 62, 1 << 62}, []int{0, 0}), "larger than any memory"},
		{"a negative size", tensorOf(0, []int{-1}, []int{1}), "without storage, offset, size and stride"},
		{"a negative stride", tensorOf(3, []int{2}, []int{-1}), "without storage, offset, size and stride"},
		{"shape and stride of two lengths", tensorOf(0, []int{2, 2}, []int{1}), "without storage, offset, size and stride"},
		{"many dimensions", tensorOf(0, make([]int, 40), make([]int, 40)), "a tensor of 40 dimensions"},
		{"a name twice", checkpoint(t, pDict("a", pVector(1), "a", pVector(1)), four), `"a" occurs twice`},
		{"a storage of two sizes", checkpoint(t, pDict("a", pVector(1), "b", pVector(2)), four), "storage 0 has 2 values of float32 here, 1 of float32 before"},
		{"os.system", checkpoint(t, "\x80\x02cos\nsystem\n("+pText("true")+"tR."), "global os.system is no part of weights: refused"},
		{"a global from the stack", checkpoint(t, "\x80\x04\x8c\x02os\x8c\x06system\x93."), "global os.system is no part of weights: refused"},
		{"builtins.eval", checkpoint(t, "c__builtin__\neval\n."), "global __builtin__.eval is no part of weights: refused"},
		{"a storage class of another module", checkpoint(t, "cevil\nFloatStorage\n."), "global evil.FloatStorage is no part of weights: refused"},
		{"an old-style instance", checkpoint(t, "(ios\nsystem\n."), "opcode 0x69 is none that weights need"},
		{"a string of 4 GB", checkpoint(t, "X\xff\xff\xff\xff"), "the pickle ends early"},
		{"an integer of 255 bytes", checkpoint(t, "\x8a\xff"), "an integer of 255 bytes"},
		{"no end", checkpoint(t, "\x80\x02}"), "the pickle ends early"},
		{"nothing", checkpoint(t, ""), "the pickle ends early"},
		{"a lone stop", checkpoint(t, "."), "the stack is empty"},
		{"a tuple without mark", checkpoint(t, "t."), "no mark is set"},
		{"a pop through a mark", checkpoint(t, "N(\x85."), "the stack is empty"},
		{"a key without value", checkpoint(t, "}(Nu."), "a key without value"},
		{"a key that is no string", checkpoint(t, "}NNs."), "a key that is None"},
		{"an item of no dict", checkpoint(t, "NNNs."), "SETITEM on None"},
		{"a call of a string", checkpoint(t, pText("f")+")R."), "a call of a string"},
		{"an unknown memo", checkpoint(t, "h\x07."), "nothing is stored as 7"},
		{"a persistent id that is no storage", checkpoint(t, "(Nt Q."), "opcode 0x20"},
		{"a whole model", checkpoint(t, "("+pText("module")+"NNNNtQ."), "a whole pickled model"},
		{"a list that holds itself", checkpoint(t, "]q\x00h\x00a."), "the pickle holds a list"},
		{"legacy: cut in the version", legacy("\x80\x02M"), "pickle 2: byte 3: the pickle ends early"},
		{"legacy: another version", legacy("K\x01.", pMachine, pOne, pKeys), "a protocol version other than 1001"},
		{"legacy: big-endian", legacy(pVersion, "}"+pText("little_endian")+"\x89s.", pOne, pKeys), "not little-endian"},
		{"legacy: no storages", legacy(pVersion, pMachine, pOne, pKeys), "storage 0: the file ends before it"},
		{"legacy: cut storage", legacy(pVersion, pMachine, pOne, pKeys, one, four[:3]), "storage 0: 1 values of float32, 1 expected, 3 bytes left"},
		{"legacy: promises 100 GB", legacy(pVersion, pMachine, pDict("a", pVector(25_000_000_000)), pKeys,
			string(binary.LittleEndian.AppendUint64(nil, 25_000_000_000)), four), "storage 0: 25000000000 values of float32"},
		{"legacy: another count", legacy(pVersion, pMachine, pDict("a", pVector(2)), pKeys, one, four), "1 values of float32, 2 expected"},
		{"legacy: a storage without data", legacy(pVersion, pMachine, pOne, "]."), "storage 0 has no data"},
		{"legacy: a storage listed twice", legacy(pVersion, pMachine, pOne, "]("+pText("0")+pText("0")+"e.", one, four), `storage "0": listed, but not used or listed twice`},
		{"legacy: rest", legacy(pVersion, pMachine, pOne, pKeys, one, four, "x"), "1 bytes behind the last storage"},
		{"legacy: os.system", legacy(pVersion, pMachine, "cos\nsystem\n)R."), "pickle 4: byte 11: global os.system"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := weightsDir(t, map[string][]byte{"pytorch_model.bin": c.file})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			w, err := OpenWeights(dir)
			runtime.ReadMemStats(&after)
			if err == nil {
				w.Close()
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q, want %q", err, c.want)
			}
			if e := (*Error)(nil); !errors.As(err, &e) || e.File != "pytorch_model.bin" {
				t.Errorf("%T does not name the file", err)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
				t.Errorf("%d bytes allocated for a file of %d", got, len(c.file))
			}
		})
	}
}
