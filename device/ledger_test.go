package device

import (
	"math/rand/v2"
	"testing"
)

// keeper is the memory that a ledger's books are about.
type keeper struct {
	slabs []int
	adds  int
}

func (k *keeper) add(floats int) { k.slabs = append(k.slabs, floats); k.adds++ }
func (k *keeper) drop()          { k.slabs = k.slabs[:0] }

// Blocks never share a float, whatever is lent and taken back, and slabs stay below
// the most that they may have.
func TestLedgerLendsApart(t *testing.T) {
	const largest = 2 * slabFloats
	l, k := Ledger{Largest: largest}, &keeper{}
	rng := rand.New(rand.NewPCG(1, 2))
	var lent []Block
	for range 3000 {
		if len(lent) > 0 && rng.IntN(3) == 0 {
			i := rng.IntN(len(lent))
			l.Put(lent[i])
			lent = append(lent[:i], lent[i+1:]...)
			continue
		}
		if rng.IntN(300) == 0 {
			l.Reset()
			lent = lent[:0]
		}
		b := l.Get(1+rng.IntN(largest/3), k.add, k.drop)
		if b.Off+b.N > k.slabs[b.Slab] || k.slabs[b.Slab] > largest {
			t.Fatalf("%+v in a slab of %d", b, k.slabs[b.Slab])
		}
		for _, o := range lent {
			if o.Slab == b.Slab && o.Off < b.Off+b.N && b.Off < o.Off+o.N {
				t.Fatalf("%+v and %+v share floats", o, b)
			}
		}
		lent = append(lent, b)
	}
}

// After a round in which several slabs were needed the next ones find them joined,
// into as few as may be, and ask for none.
func TestLedgerJoinsOnce(t *testing.T) {
	l, k := Ledger{Largest: 3 * slabFloats}, &keeper{}
	round := func() {
		var lent []Block
		for range 9 {
			lent = append(lent, l.Get(slabFloats*3/4, k.add, k.drop))
		}
		for _, b := range lent {
			l.Put(b)
		}
	}
	round()
	round()
	round()
	adds := k.adds
	for range 5 {
		round()
	}
	if k.adds > adds+3 {
		t.Errorf("%d slabs were asked for in rounds that need no more than the ones before", k.adds-adds)
	}
	for _, n := range k.slabs {
		if n > 3*slabFloats {
			t.Errorf("a slab of %d", n)
		}
	}
}

// Rounds that are longer than those before, by less than a quarter, find room in lazy
// memory, and what was never lent does not count.
func TestLazyLedgerHasToSpare(t *testing.T) {
	l, k := Ledger{Lazy: true}, &keeper{}
	round := func(floats int) {
		var lent []Block
		for range 8 {
			lent = append(lent, l.Get(floats/8, k.add, k.drop))
		}
		for _, b := range lent {
			l.Put(b)
		}
	}
	const first = 16 * slabFloats
	round(first)
	round(first)
	adds := k.adds
	for _, longer := range []int{first / 20, first / 10, first / 5} {
		round(first + longer)
		if k.adds != adds {
			t.Fatalf("%d slabs were asked for by a round that is %d floats longer", k.adds-adds, longer)
		}
		if held, peak := l.Bytes(); held < peak || held > peak+peak/20 {
			t.Errorf("held are %d bytes at a peak of %d", held, peak)
		}
	}
	round(2 * first)
	if k.adds == adds {
		t.Error("no slab was asked for by twice as much")
	}
}
