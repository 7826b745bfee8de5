package models

import (
	"reflect"
	"slices"
	"testing"
)

// configFields are the names of all fields that a config.json may have.
func configFields() (all []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if name := f.Tag.Get("json"); name != "" && name != "-" {
			all = append(all, name)
		}
	}
	return all
}

// TestArchitecturesNameFields fails when a row names a field that the config
// lacks, and when the config has one that no row reads.
func TestArchitecturesNameFields(t *testing.T) {
	fields, read := configFields(), commonFields
	for _, a := range Architectures() {
		read = slices.Concat(read, a.Reads, a.Dropouts)
		for _, name := range slices.Concat(a.Reads, a.Dropouts) {
			if !slices.Contains(fields, name) {
				t.Errorf("%s reads %s, which the config lacks", a.ModelType, name)
			}
		}
		for _, name := range a.Rename {
			if !slices.Contains(a.Reads, name) {
				t.Errorf("%s renames a field to %s, which it does not read", a.ModelType, name)
			}
		}
	}
	for _, name := range fields {
		if !slices.Contains(read, name) {
			t.Errorf("no architecture reads %s", name)
		}
	}
}

// TestDropoutReachesEveryRate sets one rate for all and finds it in every rate
// that an architecture reads.
func TestDropoutReachesEveryRate(t *testing.T) {
	rate := 0.375
	for _, a := range Architectures() {
		c := a.NewConfig()
		if a.ModelType == "encoder-decoder" {
			part := Config{ModelType: "bert"}
			c.Encoder, c.Decoder = &part, &part
			c = *c.withDropout(&rate).Decoder
		} else {
			c = c.withDropout(&rate)
		}
		if len(c.Rates()) == 0 {
			t.Errorf("%s has no rates", a.ModelType)
		}
		for _, r := range c.Rates() {
			if r.Value != rate {
				t.Errorf("%s: %s is %v", a.ModelType, r.Field, r.Value)
			}
		}
	}
}
