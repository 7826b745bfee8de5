package results

import "fmt"

// Schema is the version of the records that this program writes. Version 1 had
// no identity.
const Schema = 2

// SchemaError is a record of a version that this program can't read.
type SchemaError struct{ Schema int }

func (e *SchemaError) Error() string {
	return fmt.Sprintf("schema %d: this program reads up to %d; a newer bench wrote it", e.Schema, Schema)
}

// migrate brings a manifest of an older version to this one. What a version 1
// does not know stays empty, so that its run is no variant of a newer one.
func (m *Manifest) migrate() error {
	switch {
	case m.Schema > Schema || m.Schema < 0:
		return &SchemaError{m.Schema}
	case m.Schema == Schema:
		return nil
	}
	model := m.Model.SHA256
	if m.Model.Path == "" {
		model = "" // of weights that were drawn: each seed has its own
	}
	id, err := NewIdentity(m.Program.Kernels, model, m.Tokenizer.SHA256, "", m.Data, m.Recipe)
	if err != nil {
		return err
	}
	id.Numerics = 0
	m.Parts, m.Identity = id, id.Hash()
	return nil
}
