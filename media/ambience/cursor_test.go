package ambience

import (
	"bytes"
	"math"
	"testing"

	"tregua/media/codec"
)

// small is a sound of three lengths of a cursor's read and a bit.
func small() *Sound {
	ring := make([]float64, 3*MaxRead+17)
	r := random(1)
	for i := range ring {
		ring[i] = r.noise()
	}
	return newSound(ring, 0.05)
}

// TestCursor: whatever is read in whatever pieces, it is the ring.
func TestCursor(t *testing.T) {
	t.Parallel()
	s := small()
	r := random(2)
	for _, phase := range []uint32{0, 1, 1 << 31, math.MaxUint32} {
		for _, law := range laws {
			c := s.Cursor(phase)
			at := int(uint64(phase) * uint64(s.Len()) >> 32)
			for range 200 {
				n := r.below(MaxRead + 1)
				for i, b := range c.Next(law, n) {
					if want := s.Encoded(law)[(at+i)%s.Len()]; b != want {
						t.Fatalf("phase %d, sample %d: %x, want %x", phase, at+i, b, want)
					}
				}
				at += n
				n = r.below(MaxRead + 1)
				for i, v := range c.NextLinear(n) {
					if want := s.Linear()[(at+i)%s.Len()]; v != want {
						t.Fatalf("phase %d, sample %d: %d, want %d", phase, at+i, v, want)
					}
				}
				at += n
			}
		}
	}
}

func TestCursorBounds(t *testing.T) {
	t.Parallel()
	s := small()
	c := s.Cursor(math.MaxUint32)
	cases := []struct{ n, want int }{{-1, 0}, {0, 0}, {1, 1}, {MaxRead, MaxRead}, {MaxRead + 1, MaxRead}, {math.MaxInt, MaxRead}}
	for _, k := range cases {
		if got := c.Next(codec.PCMU, k.n); len(got) != k.want || cap(got) != k.want {
			t.Errorf("%d: %d of %d", k.n, len(got), cap(got))
		}
	}
	var none Cursor
	if none.Next(codec.PCMA, 160) != nil || none.NextLinear(160) != nil {
		t.Error("the zero cursor hands something out")
	}
	if (*Cursor)(nil).Next(codec.PCMA, 160) != nil {
		t.Error("no cursor hands something out")
	}
	twin := c
	if !bytes.Equal(c.Next(codec.PCMA, 99), twin.Next(codec.PCMA, 99)) {
		t.Error("a copy is somewhere else")
	}
}

func TestCursorAllocates(t *testing.T) {
	c := small().Cursor(5)
	if n := testing.AllocsPerRun(100, func() {
		c.Next(codec.PCMA, 160)
		c.NextLinear(160)
	}); n != 0 {
		t.Errorf("%g allocations", n)
	}
}

func BenchmarkNext(b *testing.B) {
	c := small().Cursor(5)
	for b.Loop() {
		c.Next(codec.PCMA, 160)
	}
}
