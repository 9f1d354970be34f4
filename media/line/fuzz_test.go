package line

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"tregua/media/ambience"
)

// FuzzLine: whatever comes, in whatever state and at whatever time, what goes
// out is RTP of the line or nothing, own packets follow what went before, new
// ones do not go back in time, and the line is never silenced for good.
func FuzzLine(f *testing.F) {
	p := peer{ssrc: 1, sequence: 65535, ts: 5, kind: 8, size: 20}
	var seed []byte
	for i, in := range [][]byte{p.next(), p.event(9, 80), p.next(), rtp(noType, 3, 9, 1, 1, 1), rtp(0, 9, 1e9, 4, 9, 1), sr(1)} {
		seed = append(append(seed, byte(i), byte(20*i), byte(len(in))), in...)
	}
	f.Add(seed)
	f.Add([]byte{5, 200, 0, 4, 100, 13, 0x80, 8, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1, 7, 3, 20, 13, 0x80, 8, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1, 7})
	f.Fuzz(func(t *testing.T, story []byte) {
		x := fuzzed{t: t, line: New(config()), amb: sound.Cursor(0)}
		for len(story) >= 3 {
			op, wait, size := story[0], story[1], min(int(story[2]), len(story)-3)
			x.now += time.Duration(wait) * ms
			x.do(op, story[3:3+size])
			story = story[3+size:]
		}
		x.alive()
	})
}

type fuzzed struct {
	t    *testing.T
	line Line
	amb  ambience.Cursor
	now  time.Duration
	top  []byte // the newest packet, not of an event
	last uint16 // number of the newest packet
	any  bool
}

func (x *fuzzed) do(op byte, data []byte) {
	in := bytes.Clone(data)
	switch op % 8 {
	case 0, 1, 2, 3, 4:
		if x.line.Packet(x.now, in, Action(op%8), &x.amb) {
			x.see(in, data)
		}
	case 5:
		out := make([]byte, PacketSize)
		if n, next := x.line.Tick(x.now, &x.amb, out); next <= x.now {
			x.t.Fatalf("next tick at %v, now %v", next, x.now)
		} else if n > 0 {
			x.see(out[:n], nil)
		}
	case 6:
		if n := x.line.Report(x.now, in); n > 0 && !compound(in[:n]) {
			x.t.Fatalf("% x is no RTCP", in[:n])
		}
	case 7:
		if n := x.line.Feedback(in); n > 0 && !compound(in[:n]) {
			x.t.Fatalf("% x is no RTCP", in[:n])
		}
	}
}

// see looks at a packet that is sent; in is nil for an own one.
func (x *fuzzed) see(p, in []byte) {
	s := sent{packet: p}
	if _, ok := x.line.read(p); !ok || s.ssrc() != ourSSRC {
		x.t.Fatalf("sent % x", p)
	}
	if in != nil && (p[0] != in[0] || p[1]&0x7f != in[1]&0x7f) {
		x.t.Fatalf("% x made % x", in, p)
	}
	step := int16(s.sequence() - x.last)
	if in == nil && x.any && step != 1 {
		x.t.Fatalf("own packet %d after %d", s.sequence(), x.last)
	}
	if x.any && step == 0 {
		x.t.Fatalf("number %d twice", x.last)
	}
	if x.any && step < 0 {
		return
	}
	x.last, x.any = s.sequence(), true
	if s.kind() == evType {
		return
	}
	if x.top != nil && int32(s.ts()-binary.BigEndian.Uint32(x.top[4:])) < 0 {
		x.t.Fatalf("timestamp %d after %d", s.ts(), binary.BigEndian.Uint32(x.top[4:]))
	}
	x.top = bytes.Clone(p)
}

// alive: a second of a new source later, all of it passes; and own packets
// come when it ends.
func (x *fuzzed) alive() {
	p := peer{ssrc: 0xfeed, sequence: 500, kind: 8, size: 160}
	for x.line.source.ssrc == p.ssrc || x.line.source.left == p.ssrc {
		p.ssrc++
	}
	for i := range 100 {
		x.now += 20 * ms
		in := p.next()
		ok := x.line.Packet(x.now, bytes.Clone(in), Mix, &x.amb)
		if !ok && i > 51 {
			x.t.Fatalf("packet %d of a new source is dropped", i)
		}
	}
	out := make([]byte, PacketSize)
	for range 20 {
		x.now += 20 * ms
		if n, _ := x.line.Tick(x.now, &x.amb, out); n > 0 {
			return
		}
	}
	x.t.Fatal("no own packet within 0.4 s")
}
