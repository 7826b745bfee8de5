package results

import (
	"bytes"
	"slices"
	"strconv"
)

// idList is the ids of a file's examples, in order. While they count from 0, as
// bench writes them, it is their number alone; else their bytes, one behind the
// other, without the weight of a string each.
type idList struct {
	counted int
	text    []byte
	ends    []int // nil while counted
}

func (l *idList) add(id ID) {
	if l.ends == nil {
		if n, err := strconv.Atoi(string(id)); err == nil && n == l.counted && strconv.Itoa(n) == string(id) {
			l.counted++
			return
		}
		l.ends = make([]int, 0, l.counted+1)
		for i := range l.counted {
			l.push(strconv.Itoa(i))
		}
	}
	l.push(string(id))
}

func (l *idList) push(id string) {
	l.text = append(l.text, id...)
	l.ends = append(l.ends, len(l.text))
}

func (l *idList) len() int {
	if l.ends == nil {
		return l.counted
	}
	return len(l.ends)
}

func (l *idList) at(i int) ID {
	if l.ends == nil {
		return IntID(i)
	}
	return ID(l.bytes(i))
}

func (l *idList) bytes(i int) []byte {
	from := 0
	if i > 0 {
		from = l.ends[i-1]
	}
	return l.text[from:l.ends[i]]
}

// sorted returns the rows in the order of their ids, of equals the first first.
// It asks for ids that are not counted.
func (l *idList) sorted() []int32 {
	rows := make([]int32, len(l.ends))
	for i := range rows {
		rows[i] = int32(i)
	}
	slices.SortStableFunc(rows, func(i, j int32) int { return bytes.Compare(l.bytes(int(i)), l.bytes(int(j))) })
	return rows
}

// twice returns the first row whose id stands at an earlier row too, and that.
func (l *idList) twice() (first, second int, twice bool) {
	if l.ends == nil {
		return 0, 0, false
	}
	rows := l.sorted()
	for k := 1; k < len(rows); k++ {
		i, j := int(rows[k-1]), int(rows[k])
		if bytes.Equal(l.bytes(i), l.bytes(j)) && (!twice || j < second) {
			first, second, twice = i, j, true
		}
	}
	if twice { // of three, the first of all
		for first > 0 {
			i := slices.IndexFunc(rows, func(r int32) bool { return bytes.Equal(l.bytes(int(r)), l.bytes(second)) })
			return int(rows[i]), second, true
		}
	}
	return first, second, twice
}

// order returns where each of l's rows stands in other, nil where that is its
// own place; false if they do not hold the same ids.
func (l *idList) order(other *idList) ([]int32, bool) {
	if l.len() != other.len() {
		return nil, false
	}
	if l.ends == nil && other.ends == nil {
		return nil, true
	}
	same := true
	for i := 0; i < l.len() && same; i++ {
		same = l.at(i) == other.at(i)
	}
	if same {
		return nil, true
	}
	l.spell()
	other.spell()
	mine, theirs := l.sorted(), other.sorted()
	to := make([]int32, len(mine))
	for k, i := range mine {
		if !bytes.Equal(l.bytes(int(i)), other.bytes(int(theirs[k]))) {
			return nil, false
		}
		to[i] = theirs[k]
	}
	return to, true
}

// spell writes counted ids out.
func (l *idList) spell() {
	if l.ends != nil {
		return
	}
	l.ends = []int{}
	for i := range l.counted {
		l.push(strconv.Itoa(i))
	}
}
