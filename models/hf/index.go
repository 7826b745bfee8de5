package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// shardIndex says which file of a sharded checkpoint holds which tensor.
type shardIndex struct {
	name   string            // of the index itself
	file   map[string]string // by tensor
	shards []string          // sorted
}

// readIndex reads a model.safetensors.index.json or pytorch_model.bin.index.json.
func readIndex(path string) (*shardIndex, error) {
	raw, err := ReadText(path)
	if err != nil {
		return nil, err
	}
	x, err := parseIndex(raw)
	if err != nil {
		return nil, &Error{File: filepath.Base(path), Err: err}
	}
	x.name = filepath.Base(path)
	return x, nil
}

// parseIndex decodes an index. A shard is a file of the same directory:
// an index does not make bench read elsewhere.
func parseIndex(raw []byte) (*shardIndex, error) {
	var in struct {
		WeightMap *object `json:"weight_map"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	if in.WeightMap == nil || len(in.WeightMap.keys) == 0 {
		return nil, errors.New(`no "weight_map"`)
	}
	x := &shardIndex{file: map[string]string{}}
	seen := map[string]bool{}
	for _, name := range in.WeightMap.keys {
		var shard string
		if err := json.Unmarshal(in.WeightMap.values[name], &shard); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if shard == "" || strings.ContainsAny(shard, `/\`) || !filepath.IsLocal(shard) {
			return nil, fmt.Errorf("%s: %q is not a file name", name, shard)
		}
		if ext := filepath.Ext(shard); ext != ".safetensors" && ext != ".bin" {
			return nil, fmt.Errorf("%s: %q is not a file of weights: want .safetensors or .bin", name, shard)
		}
		x.file[name] = shard
		if !seen[shard] {
			seen[shard] = true
			x.shards = append(x.shards, shard)
		}
	}
	slices.Sort(x.shards)
	return x, nil
}

// missing fails if a tensor of the index is in no shard.
func (x *shardIndex) missing(w *Weights) error {
	var lost []string
	for name := range x.file {
		if _, ok := w.tensors[modernName(name)]; !ok {
			lost = append(lost, name)
		}
	}
	if lost == nil {
		return nil
	}
	slices.Sort(lost)
	return fault(x.name, "%d tensors are not in their shards, such as %s", len(lost), lost[0])
}

// object is a JSON object whose keys keep their order and occur once.
type object struct {
	keys   []string
	values map[string]json.RawMessage
}

func (o *object) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("want a JSON object")
	}
	o.keys, o.values = nil, map[string]json.RawMessage{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		key := t.(string)
		if _, twice := o.values[key]; twice {
			return fmt.Errorf("%q occurs twice", key)
		}
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return err
		}
		o.keys, o.values[key] = append(o.keys, key), v
	}
	_, err := d.Token()
	return err
}
