package line

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// bounds are how far a timestamp may be from its time: one packet ahead, two
// frames behind, and what the network adds.
type bounds struct{ ahead, behind time.Duration }

// laws holds what was sent to the laws of a line; spacing is between own
// packets.
func laws(t *testing.T, out []sent, b bounds, spacing time.Duration) {
	t.Helper()
	if len(out) == 0 {
		return
	}
	used := map[uint16]int{} // the packet that had the number last
	top, lastOwn := 0, -1
	for i, s := range out {
		if s.packet[0]>>6 != 2 || len(s.packet) < headerSize {
			t.Fatalf("packet %d is no RTP: % x", i, s.packet)
		}
		if s.ssrc() != ourSSRC {
			t.Fatalf("packet %d: SSRC %x", i, s.ssrc())
		}
		if before, ok := used[s.sequence()]; ok && i-before < 1<<15 {
			t.Fatalf("packet %d at %v has number %d of packet %d", i, s.at, s.sequence(), before)
		}
		used[s.sequence()] = i
		if s.own {
			if lastOwn >= 0 && s.at-out[lastOwn].at < spacing {
				t.Fatalf("own packets %v apart at %v", s.at-out[lastOwn].at, s.at)
			}
			lastOwn = i
		}
		if i == 0 {
			continue
		}
		was := out[top]
		step := int16(s.sequence() - was.sequence())
		if step <= 0 {
			behind(t, i, s, was)
			continue
		}
		// A step is 1, or what the peer's own numbers do.
		if step != 1 && (s.own || was.own || step != peerStep(was, s)) {
			t.Fatalf("packet %d at %v: number %d after %d", i, s.at, s.sequence(), was.sequence())
		}
		top = i
	}
	times(t, out, b)
}

// behind holds a packet that lies before a later one: only the peer's, and by
// as much as it was behind with the peer.
func behind(t *testing.T, i int, s, top sent) {
	t.Helper()
	if s.own || top.own || int16(s.sequence()-top.sequence()) != peerStep(top, s) {
		t.Fatalf("packet %d at %v: number %d behind %d", i, s.at, s.sequence(), top.sequence())
	}
	if s.kind() != evType && top.kind() != evType && int32(s.ts()-top.ts()) >= 0 {
		t.Fatalf("packet %d at %v: timestamp %d not before %d", i, s.at, s.ts(), top.ts())
	}
}

// peerStep is how far apart two packets were at the peer, 0 if they are of two
// sources.
func peerStep(a, b sent) int16 {
	if !bytes.Equal(a.in[8:12], b.in[8:12]) {
		return 0
	}
	x, y := sent{packet: a.in}, sent{packet: b.in}
	return int16(y.sequence() - x.sequence())
}

// times holds timestamps: they never go back from number to number, no packet
// begins before the one before it has ended, and all are about at their time.
func times(t *testing.T, out []sent, b bounds) {
	t.Helper()
	var top *sent
	base, begin := out[0].ts(), out[0].at
	for i := range out {
		s := &out[i]
		if s.kind() == evType || top != nil && int16(s.sequence()-top.sequence()) < 0 {
			continue
		}
		if top != nil && int32(s.ts()-top.ts()) < int32(len(top.packet)-headerSize) {
			t.Fatalf("packet %d at %v: timestamp %d after %d and %d samples", i, s.at, s.ts(), top.ts(), len(top.packet)-headerSize)
		}
		lead := time.Duration(int32(s.ts()-base))*sample - (s.at - begin)
		if lead > b.ahead || lead < -b.behind {
			t.Fatalf("packet %d at %v: %v from its time", i, s.at, lead)
		}
		top = s
	}
}

// TestRandom: a thousand calls of three to sixty seconds, whose peers change
// state, source, packet time and pace, lose, double and reorder.
func TestRandom(t *testing.T) {
	t.Parallel()
	n := 1000
	if testing.Short() {
		n = 100
	}
	total := 0
	for seed := range n {
		t.Run(strconv.Itoa(seed), func(t *testing.T) { total += randomCall(t, uint64(seed)) })
		if t.Failed() {
			return
		}
	}
	t.Logf("%d packets sent", total)
}

// traffic is what a random call is made of.
type traffic struct {
	*rand.Rand
	rig    *rig
	peer   peer
	now    time.Duration
	jitter time.Duration
	loss   float64
	swap   float64
	twice  float64
	drift  float64 // of the peer's clock
	lost   int     // new packets of speech that were not sent
	fresh  int     // sources
}

func randomCall(t *testing.T, seed uint64) int {
	x := &traffic{Rand: rand.New(rand.NewPCG(seed, 1)), rig: newRig(t, config())}
	x.loss, x.swap, x.twice = x.Float64()*0.1, x.Float64()*0.05, x.Float64()*0.02
	x.drift = 1 + (x.Float64()-0.5)*2e-4
	if seed%3 == 0 {
		x.jitter = 15 * ms
	}
	if seed%4 == 0 {
		x.rig.late = func() time.Duration { return time.Duration(x.Int64N(int64(50 * ms))) }
	}
	x.rig.start(0, Fill)
	x.change()
	end := 3 * time.Second
	if seed%10 == 0 {
		end = 60 * time.Second
	}
	for x.now < end {
		x.segment()
	}
	x.rig.run(x.now)
	laws(t, x.rig.out, bounds{ahead: 60*ms + x.jitter, behind: 40*ms + x.jitter}, 10*ms)
	if x.lost > 0 {
		t.Errorf("%d packets of %d sources lost", x.lost, x.fresh)
	}
	return len(x.rig.out)
}

// change brings a new source.
func (x *traffic) change() {
	sizes := []int{80, 160, 240, 320, 480}
	x.peer = peer{ssrc: x.Uint32(), sequence: uint16(x.Uint32()), ts: x.Uint32(), kind: 8, size: sizes[x.IntN(len(sizes))], fill: byte(x.Uint32())}
	if x.IntN(4) == 0 {
		x.peer.kind = 0
	}
	x.fresh++
}

// segment is a stretch of the call in one state.
func (x *traffic) segment() {
	switch x.IntN(6) {
	case 0:
		x.change()
	case 1:
		x.idle([]Action{Fill, Replace, Mix}[x.IntN(3)])
		return
	case 2:
		x.digit()
		return
	}
	action := []Action{Replace, Mix, Pass}[x.IntN(3)]
	x.rig.set(x.now, action)
	var held []byte
	for range 1 + x.IntN(40) {
		p := x.peer.next()
		switch {
		case x.Float64() < x.loss:
		case held == nil && x.Float64() < x.swap:
			held = p
		default:
			x.give(action, p, true)
			if x.Float64() < x.twice {
				x.give(action, x.again(), false)
			}
			if held != nil {
				x.give(action, held, false)
				held = nil
			}
		}
		x.now += time.Duration(float64(x.peer.size) * float64(sample) * x.drift)
	}
}

// again is the packet that the peer sent last.
func (x *traffic) again() []byte {
	p := x.peer
	p.sequence--
	p.ts -= uint32(p.size)
	return p.next()
}

func (x *traffic) give(a Action, p []byte, fresh bool) {
	at := max(x.now, x.rig.last())
	if x.jitter > 0 {
		at = max(at, x.now+time.Duration(x.Int64N(int64(x.jitter))))
	}
	if !x.rig.packet(at, a, p) && fresh {
		x.lost++
	}
}

// last is when the newest packet was sent.
func (r *rig) last() time.Duration {
	if len(r.out) == 0 {
		return 0
	}
	return r.out[len(r.out)-1].at
}

// idle is a stretch in which nothing or comfort noise comes.
func (x *traffic) idle(a Action) {
	x.rig.set(x.now, a)
	until := x.now + time.Duration(x.IntN(600))*ms
	for x.now < until {
		step := time.Duration(20+x.IntN(180)) * ms
		x.now += step
		x.peer.ts += uint32(step / sample)
		if x.IntN(2) == 0 {
			x.rig.packet(max(x.now, x.rig.last()), a, rtp(noType, x.peer.sequence, x.peer.ts, x.peer.ssrc, 1, 70))
			x.peer.sequence++
		}
	}
}

// digit is a telephone-event of 100 ms: its packets have one timestamp.
func (x *traffic) digit() {
	action := []Action{Fill, Replace, Mix, Pass}[x.IntN(4)]
	x.rig.set(x.now, action)
	begin, first := x.peer.ts, len(x.rig.out)
	for i := range 7 {
		x.give(action, x.peer.event(begin, uint16(min(i+1, 5)*160)), true)
		x.now += 20 * ms
		x.peer.ts += 160
	}
	var ts *uint32
	for _, s := range x.rig.out[first:] {
		if s.kind() != evType {
			continue
		}
		got := s.ts()
		if ts != nil && *ts != got {
			x.rig.t.Fatalf("at %v: an event with the timestamps %d and %d", s.at, *ts, got)
		}
		ts = &got
		if !bytes.Equal(s.packet[headerSize:], s.in[headerSize:]) {
			x.rig.t.Fatalf("at %v: the event is changed", s.at)
		}
	}
}
