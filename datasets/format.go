package datasets

import (
	"path"
	"strings"
)

// Format is how a file lays out its records.
type Format string

// The formats.
const (
	TSV       Format = "tsv"   // columns between tabs, as the official files have them: quotation marks mean nothing
	CSV       Format = "csv"   // columns between commas, with quotation marks, as RFC 4180 has it
	JSONLines Format = "jsonl" // an object a line, its fields as columns
)

// Gzipped is what the name of a compressed file ends in, behind its format's.
const Gzipped = ".gz"

// extensions are the ends of names that mean a format.
var extensions = []struct {
	end    string
	format Format
}{
	{".tsv", TSV}, {".txt", TSV}, {".csv", CSV}, {".jsonl", JSONLines}, {".ndjson", JSONLines}, {".json", JSONLines},
}

// FormatOf returns the format that a file's name means, and whether the file is
// compressed. A name without an extension that is known means TSV.
func FormatOf(name string) (format Format, gzipped bool) {
	name, gzipped = strings.CutSuffix(strings.ToLower(path.Base(name)), Gzipped)
	for _, e := range extensions {
		if strings.HasSuffix(name, e.end) {
			return e.format, gzipped
		}
	}
	return TSV, gzipped
}

// Names returns the names that a file may have in place of an official one: itself
// first, then its stem with the extension of every format, then all of them
// compressed.
func Names(official string) []string {
	stem := strings.TrimSuffix(official, path.Ext(official))
	names := []string{official}
	for _, e := range extensions {
		if name := stem + e.end; name != official {
			names = append(names, name)
		}
	}
	for _, name := range names {
		names = append(names, name+Gzipped)
	}
	return names
}
