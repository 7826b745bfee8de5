// Package lines tokenizes lines of text to lines of JSON.
package lines

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers"
)

// maxLine bounds a line of text in bytes.
const maxLine = 1 << 26

// readLine reads a line of at most maxLine bytes, its end included.
func readLine(in *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return "", fmt.Errorf("a line of more than %d bytes", maxLine)
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), err
		}
	}
}

// Lines say what a line is: a text, or a text and its pair with a tab between, or
// words.
type Lines struct {
	Pairs, Words bool
	tokenizers.Options
}

// Tokenize reads lines from r and writes one JSON object for each to w, until ctx
// is done.
func (o Lines) Tokenize(ctx context.Context, r io.Reader, w io.Writer, t *tokenizers.Tokenizer) error {
	in, out := bufio.NewReaderSize(r, 1<<16), bufio.NewWriterSize(w, 1<<16)
	var buf []byte
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line, err := readLine(in)
		if err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(fmt.Errorf("stdin:%d: %w", n, err), out.Flush())
		}
		if line == "" && err != nil {
			return out.Flush()
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if !utf8.ValidString(line) {
			return errors.Join(fmt.Errorf("stdin:%d: invalid UTF-8: want UTF-8 text", n), out.Flush())
		}
		var enc tokenizers.Encoding
		switch {
		case o.Words:
			enc = t.EncodeWords(strings.Fields(line), o.Options)
		case o.Pairs:
			text, pair, found := strings.Cut(line, "\t")
			if !found {
				return errors.Join(fmt.Errorf("stdin:%d: no tab: want text and pair split by a tab", n), out.Flush())
			}
			enc = t.Encode(text, pair, true, o.Options)
		default:
			enc = t.Encode(line, "", false, o.Options)
		}
		if enc.Err != nil {
			return errors.Join(fmt.Errorf("stdin:%d: %w", n, enc.Err), out.Flush())
		}
		buf = appendEncoding(buf[:0], enc, o.Words)
		if _, err := out.Write(buf); err != nil {
			return err
		}
		if in.Buffered() == 0 { // answer a person, or a program that waits
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// appendEncoding appends enc as a line of JSON. It is written out by hand
// because reflection would cost ten times what tokenizing does.
func appendEncoding(b []byte, enc tokenizers.Encoding, words bool) []byte {
	b = append(b, `{"tokens":[`...)
	for i, s := range enc.Tokens {
		b = appendJSONString(comma(b, i), s)
	}
	b = append(b, `],"input_ids":[`...)
	for i, id := range enc.IDs {
		b = strconv.AppendInt(comma(b, i), int64(id), 10)
	}
	b = append(b, `],"token_type_ids":[`...)
	for i, id := range enc.TypeIDs {
		b = strconv.AppendInt(comma(b, i), int64(id), 10)
	}
	b = append(b, `],"offsets":[`...)
	for i, o := range enc.Offsets {
		b = strconv.AppendInt(append(comma(b, i), '['), int64(o[0]), 10)
		b = append(strconv.AppendInt(append(b, ','), int64(o[1]), 10), ']')
	}
	if words {
		b = append(b, `],"word_ids":[`...)
		for i, id := range enc.WordIDs {
			if b = comma(b, i); id < 0 {
				b = append(b, "null"...)
			} else {
				b = strconv.AppendInt(b, int64(id), 10)
			}
		}
	}
	return append(b, "]}\n"...)
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// appendJSONString appends s, valid UTF-8, as a JSON string.
func appendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
