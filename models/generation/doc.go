// Package generation puts language model heads to work: it fills masks, and
// continues or summarizes texts greedily, by sampling or by beam search. It
// deals in token ids; texts are the caller's.
package generation
