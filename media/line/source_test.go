package line

import (
	"fmt"
	"testing"
	"time"

	"tregua/media/codec"
)

// TestStallThenSource: what one source's stall does to the line is not the next
// one's fault. Of the next, which may come a little early, nothing is lost.
func TestStallThenSource(t *testing.T) {
	t.Parallel()
	for _, a := range []Action{Replace, Mix, Pass} {
		for _, stall := range []int{0, 2, 3, 4, 5, 10, 20, 30} {
			for _, early := range []time.Duration{0, 9 * ms, 20 * ms} {
				for _, size := range []int{160, 240, 480} {
					t.Run(fmt.Sprintf("%d/%d/%v/%d", a, stall, early, size), func(t *testing.T) {
						t.Parallel()
						stallThenSource(t, a, stall, early, size)
					})
				}
			}
		}
	}
}

func stallThenSource(t *testing.T, a Action, stall int, early time.Duration, size int) {
	t.Helper()
	step := time.Duration(size) * sample
	r := newRig(t, config())
	r.start(0, Fill)
	p := peer{ssrc: 1, sequence: 65500, kind: 8, size: size, fill: speechB}
	now := 100 * ms
	play := func(p *peer, n int) (lost int) {
		for range n {
			if !r.packet(now, a, p.next()) {
				lost++
			}
			now += step
		}
		return lost
	}
	r.set(now, a)
	play(&p, 5)
	now += time.Duration(stall) * step
	for range stall + 1 {
		r.packet(now, a, p.next())
	}
	now += step
	if lost := play(&p, 10); lost > 0 {
		t.Errorf("%d packets that follow the backlog are lost", lost)
	}
	now -= early
	next := peer{ssrc: 2, sequence: 7, ts: 99, kind: 8, size: size, fill: speechB}
	if lost := play(&next, 50); lost > 0 {
		t.Errorf("%d packets of the next source are lost", lost)
	}
	contiguousTimes(t, r.out)
}

// TestLongCall: after an hour on a clock that is not ours (100 ppm, 360 ms) the
// next source loses nothing, and begins without a pause.
func TestLongCall(t *testing.T) {
	t.Parallel()
	for _, drift := range []float64{0.9999, 1, 1.0001} {
		l := New(config())
		l.Start(0, Pass)
		p := peer{ssrc: 1, sequence: 65500, kind: 8, size: 160, fill: speechB}
		now := time.Duration(0)
		pass := func(p *peer) sent {
			packet := p.next()
			if !l.Packet(now, packet, Pass, nil) {
				t.Fatalf("drift %v: a packet of source %d is lost", drift, p.ssrc)
			}
			return sent{packet: packet}
		}
		var was sent
		for i := range 180000 {
			now = time.Duration(float64(i) * float64(20*ms) * drift)
			was = pass(&p)
		}
		next := peer{ssrc: 2, sequence: 7, ts: 99, kind: 8, size: 160, fill: speechB}
		for i := range 50 {
			now += 20 * ms
			is := pass(&next)
			if is.ts()-was.ts() != 160 || is.sequence() != was.sequence()+1 {
				t.Errorf("drift %v, packet %d: a step of %d, number %d after %d", drift, i, is.ts()-was.ts(), is.sequence(), was.sequence())
			}
			was = is
		}
	}
}

// TestCatchUp: of a mixed line's backlog all that is loud passes; what is faint
// is left out until the line is at its time again.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	for _, stall := range []int{1, 3, 5, 10, 25} {
		for _, every := range []int{1000, 5, 2} { // which of the packets are loud
			t.Run(fmt.Sprintf("%d/%d", stall, every), func(t *testing.T) {
				t.Parallel()
				catchUp(t, stall, every)
			})
		}
	}
}

func catchUp(t *testing.T, stall, every int) {
	t.Helper()
	r := newRig(t, config())
	r.start(0, Mix)
	p := peer{ssrc: 1, sequence: 65500, kind: 8, size: 160}
	now, left := 20*ms, 0
	give := func(n int, apart time.Duration) {
		for i := range n {
			loud := i%every == every-1
			p.fill = codec.PCMA.Encode(-faint)
			if loud {
				p.fill = codec.PCMA.Encode(faint + 10)
			}
			if !r.packet(now, Mix, p.next()) {
				if left++; loud {
					t.Errorf("a loud packet is lost at %v", now)
				}
			}
			now += apart
		}
	}
	give(5, 20*ms)
	now += time.Duration(stall) * 20 * ms
	give(stall+1, 0)
	now += 20 * ms
	give(30, 20*ms)
	if ahead := r.line.end - r.line.at(now); ahead > maxAhead || left > stall {
		t.Errorf("the line stays %d samples ahead; %d packets were left out", ahead, left)
	}
	contiguous(t, r.out)
}

// contiguous wants one number after the other, and no pause that is not marked.
func contiguous(t *testing.T, out []sent) {
	t.Helper()
	for i, s := range out[1:] {
		if was := out[i]; s.sequence() != was.sequence()+1 || s.ts()-was.ts() != 160 && !s.marked() {
			t.Errorf("at %v: number %d after %d, a step of %d", s.at, s.sequence(), was.sequence(), s.ts()-was.ts())
		}
	}
}

// TestCatchUpInPass: what a backlog of speech leaves behind is caught up in the
// first pauses of whoever speaks, and the line is his alone after that.
func TestCatchUpInPass(t *testing.T) {
	t.Parallel()
	for _, stall := range []int{0, 3, 10, 20} {
		r := newRig(t, config())
		r.start(0, Mix)
		p := peer{ssrc: 1, sequence: 65500, kind: 8, size: 160, fill: speechB}
		now, left := 20*ms, 0
		give := func(n int, a Action, apart time.Duration) {
			for range n {
				if !r.packet(now, a, p.next()) {
					left++
				}
				now += apart
			}
		}
		give(5, Mix, 20*ms)
		now += time.Duration(stall) * 20 * ms
		give(stall+1, Mix, 0)
		now += 20 * ms
		give(20, Pass, 20*ms)
		if left > 0 {
			t.Errorf("stall %d: %d packets of speech are left out", stall, left)
		}
		if _, ok := r.line.Offsets(); ok != (stall == 0) {
			t.Errorf("stall %d: offsets hold: %v", stall, ok)
		}
		p.fill = codec.PCMA.Encode(-faint)
		give(30, Pass, 20*ms)
		if ahead := r.line.end - r.line.at(now); ahead > maxAhead || left > stall {
			t.Errorf("stall %d: the line stays %d samples ahead; %d packets were left out", stall, ahead, left)
		}
		if _, ok := r.line.Offsets(); !ok {
			t.Errorf("stall %d: no offsets", stall)
		}
		contiguous(t, r.out)
	}
}

// TestOwesNothing: a line on which nothing was sent is not ahead.
func TestOwesNothing(t *testing.T) {
	t.Parallel()
	l := New(config())
	l.Start(time.Hour, Fill)
	l.Set(Pass)
	if !l.Packet(time.Hour, rtp(8, 1, 0, 1, 160, silenceB), Pass, nil) {
		t.Error("the first packet is left out")
	}
}

// TestBeginsAnew: from a line on which nothing was heard the first word passes,
// wherever its numbers begin under the SSRC of before.
func TestBeginsAnew(t *testing.T) {
	t.Parallel()
	for _, before := range []Action{Fill, Replace} {
		for _, jump := range []uint16{1, 5000, 65536 - 5000, 65536 - 50, 65536 - 1, 0} {
			for _, leap := range []uint32{1e6, 1 << 31} {
				r := newRig(t, config())
				r.start(0, before)
				kind := map[Action]uint8{Fill: noType, Replace: 8}[before]
				p := peer{ssrc: 1, sequence: 65500, kind: kind, size: 160, fill: silenceB}
				now := 20 * ms
				for range 60 {
					r.packet(now, before, p.next())
					now += 20 * ms
				}
				p.kind, p.sequence, p.ts = 8, p.sequence+jump-1, p.ts+leap
				for i := range 60 {
					if !r.packet(now, Mix, p.next()) {
						t.Errorf("from action %d, a step of %d: packet %d is lost", before, int16(jump), i)
					}
					now += 20 * ms
				}
				for i, s := range r.out[1:] {
					if was := r.out[i]; s.sequence() != was.sequence()+1 || int32(s.ts()-was.ts()) < 160 {
						t.Errorf("from action %d, a step of %d: number %d after %d, a step of %d", before, int16(jump), s.sequence(), was.sequence(), s.ts()-was.ts())
					}
				}
			}
		}
	}
}
