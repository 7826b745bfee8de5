// Package tokenizers turns text into the ids that a pretrained model reads, as
// the model's own Hugging Face directory prescribes.
//
// Results are those of the reference libraries (Hugging Face's tokenizers, and
// SentencePiece where a directory holds a .model file), piece by piece and
// offset by offset; the golden files in testdata are made with them.
package tokenizers
