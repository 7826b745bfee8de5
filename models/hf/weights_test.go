package hf

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// same reports whether two values are the same bits, or both not a number:
// conversions may change a NaN's payload.
func same(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// values reads a tensor both ways.
func values(t *testing.T, w *Weights, name string) []float32 {
	t.Helper()
	n := 1
	for _, d := range w.Shape(name) {
		n *= d
	}
	x := make([]float32, n)
	if err := w.Read(name, x); err != nil {
		t.Fatal(err)
	}
	if v, ok := w.View(name); ok && !slices.EqualFunc(v, x, same) {
		t.Errorf("%s: the view differs from what Read gives", name)
	}
	return x
}

type wanted struct {
	Tensors map[string]struct {
		DType string `json:"dtype"`
		Shape []int  `json:"shape"`
	} `json:"tensors"`
	Buffers []string `json:"buffers"`
}

func TestWeightsEqualPyTorch(t *testing.T) {
	for _, path := range golden.Dirs(t, "weights/*/want.json") {
		dir := filepath.Dir(path)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			info := golden.JSON[wanted](t, path)
			want := golden.Tensors(t, filepath.Join(dir, "want.safetensors"))
			w, err := OpenWeights(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if !slices.Equal(w.Buffers(), info.Buffers) {
				t.Errorf("buffers %v, want %v", w.Buffers(), info.Buffers)
			}
			names := slices.Sorted(slices.Values(slices.Concat(w.Names(), w.Buffers())))
			if len(names) != len(info.Tensors) {
				t.Errorf("tensors %v, want %d", names, len(info.Tensors))
			}
			for _, name := range names {
				i, ok := info.Tensors[name]
				if !ok {
					t.Errorf("%s: not in the file", name)
					continue
				}
				if dtype, shape := w.Info(name); dtype != i.DType || !slices.Equal(shape, i.Shape) {
					t.Errorf("%s: %s %v, want %s %v", name, dtype, shape, i.DType, i.Shape)
				}
				x, ok := want[name]
				if !ok { // not a float
					continue
				}
				for k, got := range values(t, w, name) {
					if !same(got, x[k]) {
						t.Errorf("%s[%d]: %v, want %v", name, k, got, x[k])
					}
				}
			}
		})
	}
}

func TestViewsAreViews(t *testing.T) {
	w, err := OpenWeights("testdata/weights/bin-views")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for name, want := range map[string]bool{
		"whole": true, "rows": true, "offset": true, "scalar": true, "one_row": true,
		"transposed": false, "columns": false, "half_transposed": false, "empty": false, "nothing": false,
	} {
		if _, ok := w.View(name); ok != want {
			t.Errorf("%s: view %v, want %v", name, ok, want)
		}
	}
}

func TestRefusedPickles(t *testing.T) {
	for file, want := range map[string]string{
		"module.bin":   "global torch.nn.modules.linear.Linear is no part of weights: refused",
		"path.bin":     "global pathlib.PurePosixPath is no part of weights: refused",
		"step.bin":     "step: an integer: want a tensor",
		"list.bin":     "the pickle holds a list: want a dict of tensors",
		"expanded.bin": "shape [1000] repeats a storage of 1 values",
	} {
		t.Run(file, func(t *testing.T) {
			raw, err := os.ReadFile(filepath.Join("testdata/weights/refused", file))
			if err != nil {
				t.Fatal(err)
			}
			_, err = OpenWeights(weightsDir(t, map[string][]byte{"pytorch_model.bin": raw}))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
		})
	}
}

func TestWriterEqualsSafetensors(t *testing.T) {
	dir := "testdata/weights/written"
	w, err := OpenWeights(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var all []Tensor
	for _, name := range w.Names() {
		all = append(all, Tensor{name, w.Shape(name), values(t, w, name)})
	}
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := WriteSafetensors(path, all, nil); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(path)
	want, _ := os.ReadFile(filepath.Join(dir, "model.safetensors"))
	if len(all) != 3 || string(got) != string(want) {
		t.Errorf("%q, want %q", got, want)
	}
	a, err := Fingerprint(dir)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := Fingerprint(filepath.Dir(path)); err != nil || a != b || len(a) != 64 {
		t.Errorf("fingerprints %s and %s, %v", a, b, err)
	}
}

// twins are checkpoints of the same model in two files; half are the bits that
// the second keeps of a value: 24 is all.
var twins = []struct {
	plain, other string
	bits         int
}{
	{"bert-seqcls-2", "bert-seqcls-2-tf", 24},
	{"bert-seqcls-2", "bert-seqcls-2-bin", 24},
	{"bert-seqcls-2", "bert-seqcls-2-bin-legacy", 24},
	{"bert-seqcls-2", "bert-seqcls-2-sharded", 24},
	{"bert-seqcls-2", "bert-seqcls-2-bin-float16", 11},
	{"bert-seqcls-2", "bert-seqcls-2-bfloat16", 8},
	{"bertshared", "bertshared-bin", 24},
}

func TestGivenCheckpoints(t *testing.T) {
	root := os.Getenv("BENCH_GOLDEN")
	if root == "" {
		t.Skip("BENCH_GOLDEN does not name a directory of reference models")
	}
	dirs, err := filepath.Glob(filepath.Join(root, "models", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no models in %s: %v", root, err)
	}
	for _, dir := range dirs {
		w, err := OpenWeights(dir)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		if len(w.Names()) == 0 {
			t.Errorf("%s: no parameters", dir)
		}
		w.Close()
	}
	for _, c := range twins {
		t.Run(c.other, func(t *testing.T) {
			want := golden.Tensors(t, filepath.Join(root, "models", c.plain, "model.safetensors"))
			w, err := OpenWeights(filepath.Join(root, "models", c.other))
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			for name, x := range want {
				got := values(t, w, name)
				if len(got) != len(x) {
					t.Fatalf("%s: %d values, want %d", name, len(got), len(x))
				}
				tol := golden.Tolerance{Abs: 0x1p-25, Rel: math.Ldexp(1, -c.bits)}
				if c.bits == 24 {
					tol = golden.Exact
				}
				golden.Near(t, name, got, x, tol)
			}
		})
	}
}

func TestBadIndex(t *testing.T) {
	shard, err := os.ReadFile("testdata/weights/safetensors-sharded/model-00001-of-00002.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, index, want string }{
		{"not JSON", `x`, "invalid character"},
		{"no map", `{"metadata":{}}`, `no "weight_map"`},
		{"a number for a file", `{"weight_map":{"a":1}}`, "cannot unmarshal number"},
		{"a name twice", `{"weight_map":{"a":"x","a":"y"}}`, `"a" occurs twice`},
		{"another directory", `{"weight_map":{"a":"../x"}}`, `"../x" is not a file name`},
		{"an absolute path", `{"weight_map":{"a":"/etc/passwd"}}`, "is not a file name"},
		{"a parent", `{"weight_map":{"a":".."}}`, "is not a file name"},
		{"no such shard", `{"weight_map":{"a":"x.bin"}}`, "no such file"},
		{"a shared library", `{"weight_map":{"a":"x.so"}}`, `"x.so" is not a file of weights`},
		{"not in the shard", `{"weight_map":{"a":"s.safetensors"}}`, "1 tensors are not in their shards, such as a"},
		{"in another shard", `{"weight_map":{"bert.embeddings.word_embeddings.weight":"t.safetensors","a":"s.safetensors"}}`, "model.safetensors.index.json says that it is in t.safetensors"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := OpenWeights(weightsDir(t, map[string][]byte{"model.safetensors.index.json": []byte(c.index), "s.safetensors": shard}))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
	both := weightsDir(t, map[string][]byte{"model.safetensors.index.json": []byte(`{"weight_map":{"a":"s.safetensors","b":"t.safetensors"}}`), "s.safetensors": shard, "t.safetensors": shard})
	_, err = OpenWeights(both)
	if e := (*Error)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), "a second tensor of this name; the first is in s.safetensors") {
		t.Errorf("two shards with the same tensors: %v", err)
	}
}

// TestQuantizedWeights: the weights of a layer in 8 bits are named, other tensors
// of such types are buffers.
func TestQuantizedWeights(t *testing.T) {
	for _, code := range []string{"F8_E4M3", "F8_E5M2", "I8", "U8"} {
		header := `{"a.bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a.weight":{"dtype":"` + code + `","shape":[4],"data_offsets":[4,8]}}`
		_, err := OpenWeights(weightsDir(t, map[string][]byte{"model.safetensors": safetensorsBytes(header, 8)}))
		if err == nil || !strings.Contains(err.Error(), "model.safetensors: a.weight: ") || !strings.Contains(err.Error(), "of a quantized model") {
			t.Errorf("%s: %v", code, err)
		}
		w, err := OpenWeights(weightsDir(t, map[string][]byte{"model.safetensors": safetensorsBytes(strings.Replace(header, "a.weight", "a.mask", 1), 8)}))
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		w.Close()
	}
}
