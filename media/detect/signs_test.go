package detect

import (
	"math/rand/v2"
	"testing"

	"tregua/media/codec"
)

// TestSignsAreKept holds the register against a plain list.
func TestSignsAreKept(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	table := codec.PCMA.Table()
	var s signs
	var want []bool
	var pair, last, n int32
	for range 100 {
		payload := make([]byte, 1+r.IntN(250))
		for i := range payload {
			payload[i] = byte(r.Uint32())
			pair += int32(table[payload[i]])
			if n++; n%2 == 0 {
				want = append(want, pair > last)
				last, pair = pair, 0
			}
		}
		s.push(payload, table)
		for back := range min(len(want), 64*signWords) {
			if got := s.word[back/64]>>(back%64)&1 == 1; got != want[len(want)-1-back] {
				t.Fatalf("after %d signs, %d back: %v", len(want), back, got)
			}
		}
	}
	if s.n != len(want) {
		t.Errorf("%d signs counted, want %d", s.n, len(want))
	}
}

// TestLike: a copy is found at any delay, quieter and turned round or not at
// all; a stranger is not.
func TestLike(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	table := codec.PCMU.Table()
	original, stranger := make([]byte, 6000), make([]byte, 6000)
	for i := range original {
		original[i], stranger[i] = byte(r.Uint32()), byte(r.Uint32())
	}
	for _, c := range []struct {
		name      string
		delay     int // samples
		line      []byte
		low, high float32
	}{
		{"at once", 0, original, 1, 1},
		{"60 ms", 480, original, 1, 1},
		{"160.25 ms", 1282, original, 1, 1},
		{"too late", 4000, original, 0.5, 0.6},
		{"a stranger", 480, stranger, 0.5, 0.6},
	} {
		var e echo
		e.callee.push(original, table)
		e.line.push(c.line[:len(c.line)-c.delay], table)
		e.run = 50
		if got, ok := e.like(); !ok || got < c.low || got > c.high {
			t.Errorf("%s: %v %v, want %v to %v", c.name, got, ok, c.low, c.high)
		}
		e.run = 3
		if _, ok := e.like(); ok {
			t.Errorf("%s: 60 ms are enough", c.name)
		}
	}
}

// TestHoles: a lost packet or two say nothing, a pause speaks against speech.
func TestHoles(t *testing.T) {
	t.Parallel()
	cfg := DefaultConfig()
	for _, c := range []struct {
		frames int
		score  float32
		tone   int
	}{{0, 8, 8}, {4, 8, 8}, {5, 5, 3}, {6, 2, 2}, {200, 0, 0}} {
		var d Detector
		d.Reset(&cfg, Formats{}, 0)
		d.score, d.tone = 8, 8
		d.hole(c.frames * 160)
		if d.score != c.score || d.tone != c.tone || int(d.ev.Missing) != c.frames*160 {
			t.Errorf("%d frames: score %v, want %v; tone %d, want %d", c.frames, d.score, c.score, d.tone, c.tone)
		}
	}
}
