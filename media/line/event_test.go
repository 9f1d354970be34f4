package line

import (
	"bytes"
	"testing"
	"time"
)

// TestEvent: all packets of a digit have one timestamp, also when own packets
// come between them.
func TestEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Fill)
	p := peer{ssrc: 1, sequence: 65534, ts: 5000}
	for _, at := range []int{30, 80, 130, 400, 401, 402} {
		packet := p.event(5000, uint16(at*8))
		if at == 30 {
			mark(packet)
		}
		r.packet(time.Duration(at)*ms, Fill, packet)
	}
	var begin uint32
	events, own := 0, 0
	for i, s := range r.out {
		if s.sequence() != r.out[0].sequence()+uint16(i) {
			t.Errorf("packet %d has number %d", i, s.sequence())
		}
		if s.own {
			own++
			if s.at > 20*ms && s.at < 250*ms {
				t.Errorf("an own packet at %v, within the digit", s.at)
			}
			continue
		}
		if begin == 0 {
			begin = s.ts()
		}
		if s.ts() != begin || s.marked() != (events == 0) || !bytes.Equal(s.packet[headerSize:], s.in[headerSize:]) {
			t.Errorf("event at %v: % x", s.at, s.packet)
		}
		events++
	}
	if events != 6 || own != 2+7 {
		t.Errorf("%d events, %d own", events, own)
	}
}

// TestEventStrays: a digit that comes with a time of its own begins now; a long
// one keeps its beginning; after the watch it is the peer's affair.
func TestEventStrays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action Action
		begin  uint32
		want   uint32
	}{{Mix, 1e9, 320}, {Mix, 480, 480}, {Pass, 1e9, 1e9}} {
		r := newRig(t, config())
		r.start(0, Fill)
		p := peer{ssrc: 1, ts: 160, kind: 8, size: 160, fill: speechB}
		r.packet(20*ms, c.action, p.next())
		for at := 40; at <= 840; at += 100 {
			r.packet(time.Duration(at)*ms, c.action, p.event(c.begin, uint16(at*8)))
		}
		p.ts = 160 + 840*8
		r.packet(860*ms, c.action, p.next())
		for _, s := range r.out[2 : len(r.out)-1] {
			if got := s.ts() - r.out[0].ts(); got != c.want || s.own {
				t.Errorf("%v: %d at %v, want %d", c, got, s.at, c.want)
			}
		}
		if got := tell(r.out[0], r.out[len(r.out)-1]); got.ts != 860*8 || got.sequence != 11 {
			t.Errorf("%v: speech after it at %+v", c, got)
		}
	}
}

// TestEventAmongSources: a digit takes no time of the line; it passes when
// speech would be too much.
func TestEventAmongSources(t *testing.T) {
	t.Parallel()
	l := New(config())
	for ssrc := range uint32(6) {
		want := ssrc < 4
		if got := l.Packet(0, rtp(8, 1, 0, ssrc, 160, speechB), Mix, nil); got != want {
			t.Errorf("source %d: %v", ssrc, got)
		}
	}
	p := peer{ssrc: 9}
	if !l.Packet(0, p.event(0, 160), Mix, nil) {
		t.Error("the digit is lost")
	}
}
