// Package samples holds a small sample of every task, written for this program
// by a generator, in the official files' names and formats.
package samples

import (
	"embed"
	"io/fs"
)

//go:generate go run ./gen

//go:embed nsmc naver-ner paws kornli korsts question-pair hate-speech
var folders embed.FS

//go:embed text/sentences.txt
var text string

// FS returns the samples, laid out like a data directory: one folder a task.
func FS() fs.FS { return folders }

// Text returns plain Korean text, one sentence a line.
func Text() string { return text }
