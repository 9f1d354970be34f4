package detect

import (
	"testing"
	"time"

	"tregua/media"
)

// TestSource: what another source sends is heard from its first packet on,
// whatever its numbers; a packet of the same source that is late is not.
func TestSource(t *testing.T) {
	t.Parallel()
	c := DefaultConfig()
	var d Detector
	d.Reset(&c, Formats{}, 0)
	at := time.Duration(0)
	give := func(ssrc uint32, seq uint16, fill byte) media.State {
		at += 20 * time.Millisecond
		d.Source(ssrc)
		p := make([]byte, 160)
		for i := range p {
			p[i] = fill + byte(i%2)
		}
		return d.PBX(at, 8, seq, uint32(seq)*160, p)
	}
	for seq := range uint16(40) {
		give(1, seq, 0xd4)
	}
	if got := give(1, 20, 0x10); d.Evidence().Late != 1 {
		t.Errorf("a late packet is looked at: %v", got)
	}
	if got := give(2, 0, 0x10); got != media.Quiet || d.Evidence().Late != 1 {
		t.Errorf("the first packet of another source: %v, %d late", got, d.Evidence().Late)
	}
}

// TestStray: one packet that cannot be decoded is no codec, a stream of them is;
// what stands for no audio at all changes nothing.
func TestStray(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		pt    uint8
		size  int
		count int
		state media.State
		deaf  bool
	}{
		"one of a dynamic type":       {96, 30, 1, media.Quiet, false},
		"nine":                        {96, 30, 9, media.Quiet, false},
		"ten":                         {96, 30, 10, media.Quiet, true},
		"G.729":                       {18, 20, 10, media.Quiet, true},
		"keepalives of an empty type": {96, 0, 50, media.None, false},
		"a type that nobody has":      {20, 4, 50, media.None, false},
		"video":                       {34, 400, 50, media.None, false},
		"comfort noise of old":        {19, 1, 50, media.CN, false},
	} {
		c := DefaultConfig()
		var d Detector
		d.Reset(&c, Formats{}, 0)
		got := media.None
		for i := range tt.count {
			got = d.PBX(time.Duration(i)*20*time.Millisecond, tt.pt, uint16(i), uint32(i)*160, make([]byte, tt.size))
		}
		if got != tt.state || d.Deaf() != tt.deaf {
			t.Errorf("%s: %v, deaf %t", name, got, d.Deaf())
		}
	}
}
