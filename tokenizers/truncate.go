package tokenizers

// Ways of cutting a pair that is too long, by the names of recipes.
const (
	// LongestFirst is the way of the Rust library: the longer side gives up
	// pieces; if both are longer than half the room, each gets half, and an
	// odd piece goes to the side that was longer, to the second on a tie.
	LongestFirst = "longest_first"
	// LongestFirstPython is the way of the tokenizers in Python that the
	// classic scripts used: piece by piece from the longer side, on a tie from the second.
	LongestFirstPython = "longest_first_python"
)

// shares returns how many of a and b pieces fit into room.
func shares(a, b, room int, python bool) (int, int) {
	room = max(room, 0)
	if a+b <= room {
		return a, b
	}
	half := room / 2
	switch {
	case min(a, b) <= half && a > b:
		return room - b, b
	case min(a, b) <= half:
		return a, room - a
	case python: // the first side ends up the longer one, if either does
		return room - half, half
	case a > b:
		return room - half, half
	default:
		return half, room - half
	}
}
