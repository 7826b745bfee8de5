package results

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
)

// Numerics is the version of the numbers that this program computes. It is
// raised whenever the same model, data, recipe and seed give other bytes than
// before on one set of kernels; a test in package runs remembers them.
const Numerics = 2

// Identity is all that a result is a function of. It holds no paths, no times,
// no number of threads and no build: these change no byte.
type Identity struct {
	Numerics  int                        `json:"numerics"`  // 0 where the run does not know it
	Kernels   string                     `json:"kernels"`   // sets of kernels round differently
	Model     string                     `json:"model"`     // SHA-256 of weights and config, or of what draws it from nothing
	Tokenizer string                     `json:"tokenizer"` // SHA-256 of its files; of one to be trained, of its options
	Task      string                     `json:"task"`      // SHA-256 of its definition
	Data      map[string]string          `json:"data"`      // SHA-256 of each split's file
	Recipe    map[string]json.RawMessage `json:"recipe"`    // every field that can change a byte, but the seed
	Seed      uint64                     `json:"seed"`
}

// Identify gives the manifest its identity, from its kernels, data and recipe,
// and the fingerprints of what the model, the tokenizer and the task are.
func (m *Manifest) Identify(model, tokenizer, task string) (err error) {
	m.Parts, err = NewIdentity(m.Program.Kernels, model, tokenizer, task, m.Data, m.Recipe)
	m.Identity = m.Parts.Hash()
	return err
}

// changesNothing are the recipe fields that leave every byte of a run as it is.
var changesNothing = []string{"save_steps", "threads"}

// neutral are recipe fields that came after this identity's first version, and
// the JSON value at which a training is as it was without them. There they are
// left out, so that a program with a new field knows what an older one finished.
var neutral = map[string]string{
	"holdout": "0",
	"device":  `"cpu"`,
}

var deviceNumber = regexp.MustCompile(`^"vulkan:[0-9]+"$`)

// logOnly are the recipe fields that add lines to the log, and change no weight
// unless the recipe chooses among evaluations.
var logOnly = []string{"eval_steps"}

// NewIdentity returns the identity of a run of this program. recipe is the JSON
// object of a recipe, its seed included.
func NewIdentity(kernels, model, tokenizer, task string, data []Data, recipe json.RawMessage) (Identity, error) {
	id := Identity{Numerics: Numerics, Kernels: kernels, Model: model, Tokenizer: tokenizer, Task: task, Data: map[string]string{}}
	for _, d := range data {
		id.Data[d.Split] = d.SHA256
	}
	var fields map[string]json.RawMessage
	if len(recipe) == 0 {
		recipe = json.RawMessage("{}")
	}
	if err := json.Unmarshal(recipe, &fields); err != nil {
		return Identity{}, fmt.Errorf("recipe: %w", err)
	}
	if raw, ok := fields["seed"]; ok {
		if err := json.Unmarshal(raw, &id.Seed); err != nil {
			return Identity{}, fmt.Errorf("recipe: seed: %w", err)
		}
	}
	delete(fields, "seed")
	for _, name := range changesNothing {
		delete(fields, name)
	}
	id.Recipe = make(map[string]json.RawMessage, len(fields))
	for name, v := range fields {
		var b bytes.Buffer
		if err := json.Compact(&b, v); err != nil {
			return Identity{}, fmt.Errorf("recipe: %s: %w", name, err)
		}
		if v, ok := neutral[name]; ok && v == b.String() {
			continue
		}
		if name == "device" { // which of several it was is no matter: the kernels name it
			b = *bytes.NewBufferString(deviceNumber.ReplaceAllString(b.String(), `"vulkan"`))
		}
		id.Recipe[name] = b.Bytes()
	}
	return id, nil
}

// Hash returns the name of the run: two runs of one hash have the same bytes in
// every file but timing.jsonl. It is 64 hexadecimal digits.
func (id Identity) Hash() string { return hashOf(id) }

// Variant returns the hash with the seed left out: what runs share that may be
// averaged over their seeds, whatever checkpoints they kept beside the last.
func (id Identity) Variant() string {
	id = id.lastKept()
	id.Seed = 0
	return hashOf(struct {
		Variant Identity `json:"variant"`
	}{id})
}

// Portable returns the hash with the set of kernels left out: what is planned on
// one machine and run on others, which may round differently. What is kept beside
// the last checkpoint is no part of it.
func (id Identity) Portable() string {
	return id.lastKept().portable()
}

func (id Identity) portable() string {
	id.Kernels = ""
	return hashOf(struct {
		Portable Identity `json:"portable"`
	}{id})
}

// SameRun reports whether two identities are of one run, as far as its training,
// answers and scores go: they are equal, but that one may have kept the best
// checkpoint beside the last and the other not.
func SameRun(a, b Identity) bool {
	return hashOf(a.lastKept()) == hashOf(b.lastKept())
}

// SameButKernels reports whether two identities are of one run but for what computed
// it: the version of the program's numbers, and the set of kernels.
func SameButKernels(a, b Identity) bool {
	a.Numerics, b.Numerics = 0, 0
	return a.Portable() == b.Portable()
}

// PlannedAs reports whether a plan calls the identity so: by its Portable hash, or,
// as plans did at first, by one that knew what is kept beside the last checkpoint.
func (id Identity) PlannedAs(portable string) bool {
	if id.Portable() == portable || id.portable() == portable {
		return true
	}
	if string(id.Recipe["keep"]) != `"last"` {
		return false
	}
	id.Recipe = maps.Clone(id.Recipe)
	id.Recipe["keep"] = json.RawMessage(`"both"`)
	return id.portable() == portable
}

// lastKept is the identity as if the last checkpoint alone were kept, where it is
// the one that was scored.
func (id Identity) lastKept() Identity {
	if string(id.Recipe["keep"]) == `"both"` {
		id.Recipe = maps.Clone(id.Recipe)
		id.Recipe["keep"] = json.RawMessage(`"last"`)
	}
	return id
}

// Training returns the hash of what the weights are a function of: fields that
// only add to the log are left out. A saved state goes with it.
func (id Identity) Training() string {
	id.Recipe = maps.Clone(id.Recipe)
	for _, name := range logOnly {
		if !id.chooses() {
			delete(id.Recipe, name)
		}
	}
	return hashOf(struct {
		Training Identity `json:"training"`
	}{id})
}

// chooses reports whether the recipe chooses among evaluations: then how many
// there are matters.
func (id Identity) chooses() bool {
	patience, keep := string(id.Recipe["early_stopping_patience"]), string(id.Recipe["keep"])
	return patience != "" && patience != "0" || keep != "" && keep != `"last"`
}

// HashJSON returns the SHA-256 of v as JSON, in hexadecimal digits: of a task's
// definition, of the sizes of a model from nothing. It panics on a value that
// JSON can't hold.
func HashJSON(v any) string { return hashOf(v) }

// hashOf returns the SHA-256 of v's JSON, whose maps are sorted by key.
func hashOf(v any) string {
	b, err := Encode(v, "")
	if err != nil {
		panic("results: identity: " + err.Error()) // its fields are JSON by construction
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Difference is a part in which two identities differ, as people read it:
// fingerprints shortened, empty where a side lacks it.
type Difference struct {
	Name   string `json:"name"`
	Mine   string `json:"mine"`
	Theirs string `json:"theirs"`
}

// Differences lists the parts in which id differs from other, in the order of
// the fields, recipe fields and splits by name; none where the hashes are equal.
func (id Identity) Differences(other Identity) []Difference {
	var all []Difference
	add := func(name, mine, theirs string) {
		if mine == theirs {
			return
		}
		all = append(all, Difference{name, Brief(mine), Brief(theirs)})
	}
	add("numerics", version(id.Numerics), version(other.Numerics))
	add("kernels", id.Kernels, other.Kernels)
	add("model", id.Model, other.Model)
	add("tokenizer", id.Tokenizer, other.Tokenizer)
	add("task", id.Task, other.Task)
	for _, split := range keysOf(id.Data, other.Data) {
		add(split+" data", id.Data[split], other.Data[split])
	}
	for _, name := range keysOf(id.Recipe, other.Recipe) {
		add(name, string(id.Recipe[name]), string(other.Recipe[name]))
	}
	add("seed", strconv.FormatUint(id.Seed, 10), strconv.FormatUint(other.Seed, 10))
	return all
}

func version(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func keysOf[V any](a, b map[string]V) []string {
	keys := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}
