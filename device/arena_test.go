package device

import "testing"

func TestArenaMergesWhatComesBack(t *testing.T) {
	var a arena
	for round := range 50 {
		var bufs [][]float32
		for i := range 20 {
			bufs = append(bufs, a.get(1000+17*((round*7+i*3)%40)))
		}
		for i := range bufs { // every third first, so that holes arise
			a.put(bufs[i*3%20])
		}
	}
	if held, peak := a.bytes(); held > 4*slabFloats || peak > held || len(a.slabs) != 1 {
		t.Errorf("holds %d bytes at a peak of %d in %d slabs, want one of %d", held, peak, len(a.slabs), 4*slabFloats)
	}
	if len(a.ledger.free) != 1 {
		t.Errorf("%d free blocks, want them merged into one", len(a.ledger.free))
	}
}

func TestArenaRefusesForeignBuffers(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	new(arena).put(make([]float32, 4))
}
