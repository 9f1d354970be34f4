package detect

import (
	"math/rand/v2"
	"testing"
	"time"

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
	cfg.HoleTakes, cfg.Forgives = 3, 2
	for _, c := range []struct {
		frames        int
		before, score float32
		tone          int
	}{{0, 8, 8, 8}, {4, 8, 8, 8}, {5, 8, 5, 3}, {6, 8, 2, 2}, {200, 8, 0, 0}, {6, -9, -5, 2}, {20, -9, 0, 0}} {
		var d Detector
		d.Reset(&cfg, Formats{}, 0)
		d.score, d.tone = c.before, 8
		d.hole(c.frames * 160)
		if d.score != c.score || d.tone != c.tone || int(d.ev.Missing) != c.frames*160 {
			t.Errorf("%d frames: score %v, want %v; tone %d, want %d", c.frames, d.score, c.score, d.tone, c.tone)
		}
	}
}

// TestSum holds what one frame does to the sum.
func TestSum(t *testing.T) {
	t.Parallel()
	cfg := Config{
		Bias: 1, Most: 4, Least: 3, Debt: 5, Forgives: 2, WeakTakes: 1.5, SteadyTakes: 1,
		EchoTakes: 2, DoubtTakes: 0.5, UnlikelyAdds: 3,
	}
	for name, c := range map[string]struct {
		before float32
		step   Step
		want   float32
		up     bool
	}{
		"speech":              {1, Step{Speech: 3}, 3, true},
		"no more than Most":   {1, Step{Speech: 30}, 5, true},
		"no speech":           {8, Step{Speech: -1}, 6, false},
		"no less than Least":  {8, Step{Speech: -30}, 5, false},
		"into debt":           {1, Step{Speech: -30}, -2, false},
		"no deeper than Debt": {-4, Step{Speech: -30}, -5, false},
		"speech out of debt":  {-4, Step{Speech: 30}, 0, true},
		"weak":                {4, Step{Speech: 30, Gate: TooWeak}, 2.5, false},
		"weak, not in debt":   {1, Step{Speech: -30, Gate: TooWeak}, 0, false},
		"weak forgives":       {-4, Step{Speech: -30, Gate: TooWeak}, -2, false},
		"steady":              {4, Step{Speech: 30, Steady: true}, 3, false},
		"echo":                {4, Step{Speech: 30, Gate: Echoed}, 2, false},
		"perhaps echo":        {4, Step{Speech: 30, Gate: Doubtful}, 3.5, false},
		"hardly echo":         {4, Step{Speech: 30, Gate: Unlikely}, 7, true},
	} {
		if got, up := cfg.Sum(c.before, &c.step); got != c.want || up != c.up {
			t.Errorf("%s: %v %v, want %v %v", name, got, up, c.want, c.up)
		}
	}
}

// TestEnough: less is enough shortly before the cut.
func TestEnough(t *testing.T) {
	t.Parallel()
	cfg := Config{Decide: 10, DecideLate: 6, LateFrom: 2 * time.Second, LateTo: 3 * time.Second}
	for at, want := range map[time.Duration]float32{0: 10, 2 * time.Second: 10, 2500 * time.Millisecond: 8, 3 * time.Second: 6, time.Hour: 6} {
		if got := cfg.Enough(at); got != want {
			t.Errorf("at %v %v is enough, want %v", at, got, want)
		}
	}
}
