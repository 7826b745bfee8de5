package tokenizers

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// source is where a tokenizer's files come from: a directory, one file, or
// memory. It knows what has been read of it.
type source struct {
	dir   string            // "": memory
	names []string          // of the files that are there
	files map[string][]byte // those read, by name
	held  map[string][]byte // those in memory
	moran string            // LoadOptions.Moran
}

// openSource lists the files of dir, which may also be the path of one file.
func openSource(dir string) (*source, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	s := &source{dir: dir, files: make(map[string][]byte)}
	if !info.IsDir() {
		s.dir, s.names = filepath.Dir(dir), []string{filepath.Base(dir)}
		return s, nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		s.names = append(s.names, e.Name())
	}
	return s, nil
}

// memory is a source of the files given by name.
func memory(files map[string][]byte) *source {
	s := &source{held: files, files: make(map[string][]byte)}
	for name := range files {
		s.names = append(s.names, name)
	}
	slices.Sort(s.names)
	return s
}

func (s *source) contains(name string) bool { return slices.Contains(s.names, name) }

func (s *source) path(name string) string { return filepath.Join(s.dir, name) }

// spModels are the names of files that look like SentencePiece models.
func (s *source) spModels() []string {
	var names []string
	for _, name := range s.names {
		if strings.HasSuffix(name, ".model") {
			names = append(names, name)
		}
	}
	return names
}

// read returns a file's content, nil without the file.
func (s *source) read(name string) ([]byte, error) {
	if b, ok := s.files[name]; ok {
		return b, nil
	}
	if !s.contains(name) {
		return nil, nil
	}
	b, err := s.content(name)
	if err != nil {
		return nil, err
	}
	s.files[name] = b
	return b, nil
}

func (s *source) content(name string) ([]byte, error) {
	if s.held != nil {
		return s.held[name], nil
	}
	info, err := os.Stat(s.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist): // a link to nowhere
		return nil, err
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, &Error{File: s.path(name), Msg: "not a regular file"}
	case info.Size() > maxFile:
		return nil, &Error{File: s.path(name), Msg: fmt.Sprintf("%d bytes: want at most %d", info.Size(), maxFile)}
	}
	return os.ReadFile(s.path(name))
}
