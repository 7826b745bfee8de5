package hf

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	st "github.com/nlpodyssey/safetensors"
)

// safetensorsBytes is a file of a header and so many bytes of data.
func safetensorsBytes(header string, data int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	return append(b, make([]byte, data)...)
}

// weightsDir is a directory of the given files.
func weightsDir(t testing.TB, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBadSafetensors(t *testing.T) {
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"empty", nil, "the file is empty"},
		{"seven bytes", []byte("1234567"), "7 bytes: want at least the 8"},
		{"header beyond the file", binary.LittleEndian.AppendUint64(nil, 1<<40), "a header of 1099511627776 bytes in a file of 8"},
		{"not JSON", safetensorsBytes("PK\x03\x04", 0), "want a JSON object"},
		{"cut JSON", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, 4), "header: unexpected EOF"},
		{"a list", safetensorsBytes(`[]`, 0), "want a JSON object"},
		{"promises 100 GB", safetensorsBytes(`{"a":{"dtype":"F32","shape":[25000000000],"data_offsets":[0,100000000000]}}`, 4),
			"model.safetensors: a: bytes 0 to 100000000000: the file has 4"},
		{"shape promises more than its bytes", safetensorsBytes(`{"a":{"dtype":"F32","shape":[25000000000],"data_offsets":[0,4]}}`, 4),
			"a: float32 [25000000000] in 4 bytes"},
		{"shape overflows", safetensorsBytes(`{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}`, 0),
			"larger than any memory"},
		{"size overflows", safetensorsBytes(`{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}`, 0),
			"in 0 bytes"},
		{"negative dimension", safetensorsBytes(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, 4), "cannot unmarshal"},
		{"fractional dimension", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, 4), "cannot unmarshal"},
		{"offsets the wrong way", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, 4), "bytes 4 to 0"},
		{"one offset", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4]}}`, 4), "want two numbers"},
		{"overlap", safetensorsBytes(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`, 12),
			"b: begins at byte 4, inside a, which ends at 8"},
		{"gap", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, 12),
			"b: begins at byte 8, but the tensors before it end at 4"},
		{"rest", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 6), "2 bytes belong to no tensor"},
		{"truncated", safetensorsBytes(`{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`, 7), "bytes 0 to 8: the file has 7"},
		{"a name twice", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
			`"a" occurs twice`},
		{"old and new name", safetensorsBytes(`{"LayerNorm.gamma":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"LayerNorm.weight":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, 8),
			"LayerNorm.weight: a second tensor of this name"},
		{"unknown type", safetensorsBytes(`{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}`, 4), `type "F31" is not known`},
		{"unknown field", safetensorsBytes(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"code":"x"}}`, 4), "unknown field"},
		{"metadata of numbers", safetensorsBytes(`{"__metadata__":{"x":1}}`, 0), "__metadata__"},
		{"bytes behind the header", safetensorsBytes(`{}{}`, 0), "2 bytes behind the JSON object"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := weightsDir(t, map[string][]byte{"model.safetensors": c.file})
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
			if e := (*Error)(nil); !errors.As(err, &e) || e.File != "model.safetensors" {
				t.Errorf("%T does not name the file", err)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
				t.Errorf("%d bytes allocated for a file of %d", got, len(c.file))
			}
		})
	}
}

func TestOddButGoodSafetensors(t *testing.T) {
	file := safetensorsBytes(`{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},`+
		`"none":{"dtype":"F16","shape":[3,0],"data_offsets":[4,4]},"ids":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}}   `, 12)
	w, err := OpenWeights(weightsDir(t, map[string][]byte{"model.safetensors": file}))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if got := strings.Join(w.Names(), " "); got != "b none" {
		t.Errorf("parameters %q", got)
	}
	if got := strings.Join(w.Buffers(), " "); got != "ids" {
		t.Errorf("buffers %q", got)
	}
	if err := w.Read("b", make([]float32, 1)); err != nil {
		t.Error(err)
	}
	if err := w.Read("none", nil); err != nil {
		t.Error(err)
	}
	if err := w.Read("ids", make([]float32, 1)); err == nil || !strings.Contains(err.Error(), "ids: int64 values") {
		t.Errorf("reading integers: %v", err)
	}
	if err := w.Read("c", nil); err == nil {
		t.Error("reading what is not there: no error")
	}
	w.Close()
	if err := w.Read("b", make([]float32, 1)); !errors.Is(err, errClosed) {
		t.Errorf("reading after Close: %v", err)
	}
}

func TestNoWeights(t *testing.T) {
	_, err := OpenWeights(weightsDir(t, map[string][]byte{"tf_model.h5": {1}}))
	if !errors.Is(err, ErrNoWeights) || !strings.Contains(err.Error(), "tf_model.h5") {
		t.Errorf("error %v", err)
	}
	if _, err := OpenWeights(filepath.Join(t.TempDir(), "gone")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "model.safetensors"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenWeights(dir); err == nil || !strings.Contains(err.Error(), "a directory: want a regular file") {
		t.Errorf("error %v", err)
	}
}

// odd are values that a conversion gets wrong if it can.
var odd = []float32{0, float32(math.Copysign(0, -1)), 1, -1.5, float32(math.Inf(1)), float32(math.Inf(-1)),
	math.SmallestNonzeroFloat32, math.MaxFloat32, float32(math.NaN()), 6.1e-5, 5.9604645e-8}

func TestWriteSafetensorsReadsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.safetensors")
	tensors := []Tensor{
		{"z.weight", []int{2, 2}, []float32{1, 2, 3, 4}},
		{"a<b>", []int{}, []float32{7}},
		{"odd", []int{len(odd)}, odd},
		{"none", []int{0, 4}, nil},
	}
	if err := WriteSafetensors(path, tensors, map[string]string{"task": "nsmc"}); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := st.Deserialize(raw) // another reader of the format
	if err != nil {
		t.Fatal(err)
	}
	w, err := OpenWeights(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, want := range tensors {
		view, ok := theirs.Tensor(want.Name)
		if !ok || len(view.Data()) != 4*len(want.Data) || len(view.Shape()) != len(want.Shape) {
			t.Fatalf("%s: the other reader gives %v, %v", want.Name, view.Shape(), ok)
		}
		got := make([]float32, len(want.Data))
		if err := w.Read(want.Name, got); err != nil {
			t.Fatal(err)
		}
		mapped, ok := w.View(want.Name)
		if !ok && len(want.Data) > 0 {
			t.Errorf("%s: no view", want.Name)
		}
		for i, v := range want.Data {
			if b := math.Float32bits(v); b != math.Float32bits(got[i]) || b != math.Float32bits(mapped[i]) ||
				b != binary.LittleEndian.Uint32(view.Data()[4*i:]) {
				t.Errorf("%s[%d]: read %v, want %v", want.Name, i, got[i], v)
			}
		}
	}
	first := raw
	tensors[0], tensors[2] = tensors[2], tensors[0]
	if err := WriteSafetensors(path, tensors, map[string]string{"task": "nsmc"}); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(path); string(again) != string(first) {
		t.Error("another order of the tensors gives other bytes")
	}
}

func TestWriteSafetensorsPanics(t *testing.T) {
	for name, tensors := range map[string][]Tensor{
		"shape": {{"a", []int{2}, []float32{1}}},
		"twice": {{"a", []int{1}, []float32{1}}, {"a", []int{1}, []float32{1}}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "model.safetensors")
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
				if _, err := os.Stat(path); err == nil {
					t.Error("a file is there")
				}
			}()
			WriteSafetensors(path, tensors, nil)
		})
	}
}

func TestFloat16WidensEveryValue(t *testing.T) {
	for h := range 1 << 16 {
		sign, exp, frac := float64(1-2*(h>>15)), h>>10&31, h&1023
		var want float64
		switch {
		case exp == 31 && frac != 0:
			want = math.NaN()
		case exp == 31:
			want = math.Inf(int(sign))
		case exp == 0:
			want = math.Copysign(float64(frac)*0x1p-24, sign)
		default:
			want = sign * math.Ldexp(1+float64(frac)/1024, exp-15)
		}
		got := fromFloat16(uint16(h))
		if math.IsNaN(want) != math.IsNaN(float64(got)) || !math.IsNaN(want) && math.Float32bits(float32(want)) != math.Float32bits(got) {
			t.Fatalf("%#04x: %v, want %v", h, got, want)
		}
	}
}
