package aligned

// ByteRunes gives each byte a visible character, as GPT-2's vocabulary spells
// them: printable ones of Latin-1 stand for themselves, the rest follow U+0100.
var ByteRunes, RuneBytes = byteTables()

func byteTables() (runes [256]rune, bytes map[rune]byte) {
	bytes = make(map[rune]byte, 256)
	next := rune(0x100)
	for b := range 256 {
		r := rune(b)
		if !('!' <= r && r <= '~' || 0xA1 <= r && r <= 0xAC || 0xAE <= r && r <= 0xFF) {
			r = next
			next++
		}
		runes[b], bytes[r] = r, byte(b)
	}
	return runes, bytes
}
