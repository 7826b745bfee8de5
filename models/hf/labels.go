package hf

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/models"
)

// decodeLabels reads the labels in order: of id2label, or as many numbered ones
// as num_labels says, or two. A model has as many outputs as id2label has
// entries; one whose id is missing there is numbered.
func (c *Config) decodeLabels() error {
	count := 2
	if err := c.get("num_labels", &count); err != nil {
		return err
	}
	if !c.isSet("id2label") {
		const most = 1 << 20
		if count < 0 || count > most {
			return fmt.Errorf("num_labels: %d: want 0 to %d", count, most)
		}
		c.Labels = numberedLabels(count)
		return nil
	}
	var ids map[string]string
	if err := c.get("id2label", &ids); err != nil {
		return err
	}
	c.Labels = numberedLabels(len(ids))
	seen := map[int]bool{}
	for key, label := range ids {
		id, err := strconv.Atoi(key)
		if err != nil || id < 0 || seen[id] {
			return fmt.Errorf("id2label: %q: want ids from 0 on, each once", key)
		}
		if seen[id] = true; id < len(ids) {
			c.Labels[id] = label
		}
	}
	return nil
}

func numberedLabels(n int) []string {
	labels := make([]string, n)
	for i := range labels {
		labels[i] = fmt.Sprintf("LABEL_%d", i)
	}
	return labels
}

// set replaces a field of the file.
func (c *Config) set(name string, v any) {
	if c.fields.values == nil {
		c.fields.values = map[string]json.RawMessage{}
	}
	if _, ok := c.fields.values[name]; !ok {
		c.fields.keys = append(c.fields.keys, name)
	}
	c.fields.values[name] = compactJSON(v)
}

func (c *Config) unset(name string) {
	delete(c.fields.values, name)
	c.fields.keys = slices.DeleteFunc(c.fields.keys, func(k string) bool { return k == name })
}

// Without returns the values of the file's fields but those of the given names:
// their JSON does not depend on the order in which the file had them.
func (c *Config) Without(names ...string) map[string]any {
	rest := map[string]any{}
	for name, raw := range c.fields.values {
		if slices.Contains(names, name) {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			panic(err) // it was read with the file
		}
		rest[name] = v
	}
	return rest
}

// SetVocabSize changes the number of embeddings.
func (c *Config) SetVocabSize(n int) {
	c.VocabSize = n
	c.set("vocab_size", n)
}

// SetPadTokenID changes which token is padding.
func (c *Config) SetPadTokenID(id int) {
	c.PadTokenID = id
	c.set("pad_token_id", id)
}

// SetTask makes the config that of a model with this head and these labels, by
// which transformers knows which class to load it with. The weights are
// float32 from here on.
func (c *Config) SetTask(head models.Head, labels []string) {
	if a, err := models.ArchitectureOf(c.ModelType); err == nil {
		c.Architectures = []string{a.ClassOf(head.Kind)}
	}
	c.set("architectures", c.Architectures)
	c.set("model_type", c.ModelType)
	c.Labels = slices.Clone(labels)
	c.set("id2label", idLabels(labels))
	ids := map[string]int{}
	for i, l := range labels {
		ids[l] = i
	}
	c.set("label2id", ids)
	c.unset("num_labels")
	c.ProblemType = ""
	c.unset("problem_type")
	if head.Kind == models.SequenceHead {
		c.ProblemType = "single_label_classification"
		if head.Labels == 1 {
			c.ProblemType = "regression"
		}
		c.set("problem_type", c.ProblemType)
	}
	c.DType = "float32"
	c.unset("torch_dtype")
	c.set("dtype", c.DType)
}

// idLabels encodes as an object from ids to labels, in the order of the ids.
type idLabels []string

func (l idLabels) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, label := range l {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `"%d":%s`, i, compactJSON(label))
	}
	return append(b, '}'), nil
}

// MarshalJSON gives the file's fields, changed ones as they are now, sorted by
// name as transformers writes them.
func (c *Config) MarshalJSON() ([]byte, error) {
	keys := slices.Sorted(slices.Values(c.fields.keys))
	b := []byte{'{'}
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, compactJSON(k)...), ':'), c.fields.values[k]...)
	}
	return append(b, '}'), nil
}

// WriteConfig writes dir/config.json.
func WriteConfig(dir string, c *Config) error {
	return atomicfile.Write(filepath.Join(dir, "config.json"), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(c)
	})
}
