package datasets

// IsDecomposed reports whether s holds Hangul that is taken apart into the letters
// that are to be joined (Unicode's form NFD), as macOS names files and some of
// its tools write text. It looks like any other Hangul, and to most vocabularies
// it is unknown.
func IsDecomposed(s string) bool {
	for _, r := range s {
		if r >= 0x1100 && (r <= 0x11ff || r >= 0xa960 && r <= 0xa97f || r >= 0xd7b0 && r <= 0xd7ff) {
			return true
		}
	}
	return false
}
