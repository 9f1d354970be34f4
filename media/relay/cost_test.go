package relay

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"tregua/media"
	"tregua/media/codec"
)

// hiss is so many packets of a live line, as faint as A-law has it.
func hiss(packets int) []byte {
	r := rand.New(rand.NewPCG(1, 1))
	b := make([]byte, 160*packets)
	for i := range b {
		b[i] = codec.PCMA.Encode(int16(r.IntN(64) - 32))
	}
	return b
}

func TestWatchAllocatesNothing(t *testing.T) {
	s := newStage(t)
	s.mode(media.Cover)
	s.wait(100 * ms)
	line := hiss(50)
	talk := (&voice{kind: 8}).next(line[:160])
	back := (&voice{ssrc: 9, kind: 8}).next(speech(1))
	to := [2]netip.AddrPort{bound(s.a, media.A), bound(s.a, media.B)}
	turn := func(leg media.Leg, packet []byte) {
		s.buf.send(s.fd[leg][0], packet, to[leg])
		s.arrived(s.a.rtp[leg].fd)
		s.w.now = s.now
		s.w.forward(&s.a.rtp[leg])
		for errno := unix.Errno(0); errno == 0; {
			_, _, errno = s.buf.receive(s.fd[leg.Other()][0])
		}
	}
	seq := uint16(0)
	n := testing.AllocsPerRun(300, func() {
		seq++
		binary.BigEndian.PutUint16(talk[2:], seq)
		binary.BigEndian.PutUint32(talk[4:], 160*uint32(seq))
		copy(talk[12:], line[160*(int(seq)%50):])
		turn(media.A, talk)
		turn(media.B, back)
		for range 5 { // ticks, with own packets
			s.now += 20 * ms
			s.w.ticks()
		}
		for range 8 {
			s.buf.receive(s.fd[media.B][0])
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
	if s.a.guard == nil || s.w.totals.own.Load() < 300 || s.w.totals.mixed.Load() < 300 {
		t.Errorf("not watched to the end: %+v", &s.w.totals)
	}
	// A new watch takes the guard of the last.
	if n := testing.AllocsPerRun(100, func() {
		for _, m := range []media.Mode{media.Pass, media.Cover} {
			s.flows[media.A].Mode = m
			s.w.set(s.a, s.flows)
		}
	}); n != 0 {
		t.Errorf("%v allocations a watch", n)
	}
}

// BenchmarkWatch is one packet of leg A through one worker, as BenchmarkPath:
// Pass, Tap and Cover of a line on which nobody ever speaks.
func BenchmarkWatch(b *testing.B) {
	for i, mode := range []media.Mode{media.Pass, media.Tap, media.Cover} {
		b.Run([]string{"pass", "tap", "cover"}[i], func(b *testing.B) {
			s := newStage(b)
			s.mode(mode)
			v := &voice{kind: 8}
			talk, to := hiss(50), bound(s.a, media.A)
			packet, i := v.next(talk[:160]), 0
			b.ReportAllocs()
			for b.Loop() {
				i++
				binary.BigEndian.PutUint16(packet[2:], uint16(i))
				binary.BigEndian.PutUint32(packet[4:], 160*uint32(i))
				copy(packet[12:], talk[160*(i%50):])
				s.now += 20 * ms
				s.w.now = s.now
				s.buf.send(s.fd[media.A][0], packet, to)
				s.w.forward(&s.a.rtp[media.A])
				s.buf.receive(s.fd[media.B][0])
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packets/s")
		})
	}
}
