package relay

import (
	"bytes"
	"encoding/binary"
	"math"
	"net/netip"
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
)

// Ambience needs nothing of leg A, not even an address.
func TestAmbienceBegins(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.flows[media.A] = media.Flow{Mode: media.Cover}
	s.set()
	if len(s.got[media.B]) != 1 {
		t.Fatalf("%d packets at once", len(s.got[media.B]))
	}
	s.wait(980 * ms)
	if n := len(s.got[media.B]); n != 50 {
		t.Errorf("%d packets in a second", n)
	}
	s.whole()
	first := s.got[media.B][0]
	if len(first.data) != 172 || first.data[1] != 0x88 || bytes.Count(first.data[12:], []byte{first.data[12]}) == 160 {
		t.Errorf("the first packet is % x", first.data)
	}
	if got, want := s.a.word.read(), (media.Heard{Ambience: time.Hour}); got != want {
		t.Errorf("heard %+v, want %+v", got, want)
	}
	s.send(media.A, (&voice{kind: 8}).next(speech(1)))
	if got := s.w.totals.strange.Load(); got != 1 {
		t.Error("a packet of a leg without an address is let in")
	}
}

// From nothing over a dead line to speech, which passes with its first packet,
// and a pause: the stream stays one.
func TestFirstPacketPasses(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*stage, *voice){
		"none": func(s *stage, _ *voice) { s.wait(300 * ms) },
		"dead": func(s *stage, v *voice) { s.play(v, silence(20)) },
		"comfort noise": func(s *stage, v *voice) {
			for range 5 {
				v.kind = 13
				s.send(media.A, v.next([]byte{60}))
				s.wait(100 * ms)
			}
			v.kind = 8
		},
		"all": func(s *stage, v *voice) { s.wait(210 * ms); s.play(v, silence(20)); s.wait(90 * ms) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			v := &voice{ssrc: 77, seq: 65530, ts: 1<<32 - 900, kind: 8}
			s.mode(media.Cover)
			before(s, v)
			if len(s.got[media.B]) < 15 {
				t.Fatalf("%d packets of ambience", len(s.got[media.B]))
			}
			talk := speech(10)
			was := len(s.got[media.B])
			s.send(media.A, v.next(talk[:160]))
			if len(s.got[media.B]) != was+1 {
				t.Fatal("the first packet with sound is kept back")
			}
			if loud(s.last(media.B).data[12:]) < loud(talk[:160])/2 {
				t.Error("it is not heard")
			}
			s.wait(20 * ms)
			if got := s.play(v, talk[160:]); got != 9 {
				t.Errorf("%d of 9 packets", got)
			}
			s.whole()
			if got := s.last(media.B).ssrc(); got == 77 || got != s.got[media.B][0].ssrc() {
				t.Errorf("SSRC %x", got)
			}
		})
	}
}

func loud(sound []byte) (sum int) {
	for _, b := range sound {
		v := int(codec.PCMA.Table()[b])
		sum += v * v
	}
	return sum
}

// An operator is told of once; after the fade his packets are as he sent them.
func TestOperator(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := &voice{ssrc: 77, seq: 9, ts: 8000, kind: 8}
	s.mode(media.Cover)
	s.wait(400 * ms)
	begun := s.now
	talk := speech(100)
	if got := s.play(v, talk); got != 100 {
		t.Errorf("%d of 100 packets", got)
	}
	s.whole()
	if len(s.told) != 1 || s.told[0] != owner {
		t.Errorf("told %v", s.told)
	}
	got := s.a.word.read()
	if got.State != media.Operator || got.Onset < begun || got.Onset > got.Decided || got.Decided > s.now || got.Ambience != time.Hour {
		t.Errorf("heard %+v", got)
	}
	if s.a.guard != nil || len(s.w.spare) != 1 || len(s.w.agenda) != 0 {
		t.Error("the detector is not given back")
	}
	last := s.last(media.B)
	if !bytes.Equal(last.data[12:], talk[len(talk)-160:]) {
		t.Error("his packets are not left alone")
	}
	// The mode may stay: the word does too. Then somebody else speaks.
	s.set()
	s.mode(media.Pass)
	if s.a.word.read() != got {
		t.Errorf("heard %+v", s.a.word.read())
	}
	s.play(&voice{ssrc: 78, kind: 8}, speech(10))
	s.whole()
	if c := &s.w.totals; c.watched.Load() != 1 || c.covered.Load() != 1 || c.operators.Load() != 1 || c.watching.Load() != 0 || c.own.Load() == 0 || c.mixed.Load() == 0 {
		t.Errorf("totals %+v", c)
	}
}

// What leg B has heard before the answer goes on, and its SSRC.
func TestEarlyMedia(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := &voice{ssrc: 77, seq: 65534, ts: 5, kind: 8}
	s.play(v, speech(5))
	if !bytes.Equal(s.last(media.B).data[:12], (&voice{ssrc: 77, seq: 2, ts: 645, kind: 8}).next(nil)) {
		t.Fatal("early media is touched")
	}
	s.mode(media.Cover)
	s.wait(200 * ms)
	s.play(v, silence(5))
	s.play(v, speech(5))
	s.whole()
	if got := s.last(media.B); got.ssrc() != 77 {
		t.Errorf("SSRC %x", got.ssrc())
	}
}

// The cut: nothing passes either way, and no ambience comes any more.
func TestCut(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := &voice{kind: 8}
	s.mode(media.Cover)
	s.play(v, speech(3))
	s.flows[media.B].Mode = media.Mute
	s.mode(media.Mute)
	was := [2]int{len(s.got[0]), len(s.got[1])}
	s.play(v, speech(10))
	s.send(media.B, v.next(nil))
	s.report(media.A, rtcp(1))
	s.report(media.B, rtcp(1))
	s.wait(time.Second)
	if len(s.got[0]) != was[0] || len(s.got[1]) != was[1] || len(s.rtcp[0])+len(s.rtcp[1]) != 0 {
		t.Errorf("%d and %d packets after it", len(s.got[0])-was[0], len(s.got[1])-was[1])
	}
	if s.a.guard != nil || s.a.word.read().State != media.Quiet {
		t.Errorf("still watched, or the last word is gone: %+v", s.a.word.read())
	}
}

// A watch that is called off leaves the stream as it is: one.
func TestCalledOff(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := &voice{ssrc: 77, kind: 8}
	s.mode(media.Cover)
	s.wait(200 * ms)
	s.mode(media.Pass)
	was := len(s.got[media.B])
	s.wait(300 * ms)
	if len(s.got[media.B]) != was || s.a.guard != nil {
		t.Error("ambience goes on")
	}
	s.play(v, speech(40))
	if len(s.got[media.B]) != was+40 || s.last(media.B).ssrc() == 77 || len(s.told) != 0 {
		t.Errorf("%d packets, SSRC %x, told %v", len(s.got[media.B])-was, s.last(media.B).ssrc(), s.told)
	}
	// The pause is spoken for by the marker.
	if p := s.got[media.B][was]; !p.marked() || p.sequence() != s.got[media.B][was-1].sequence()+1 {
		t.Errorf("after the pause % x", p.data[:12])
	}
}

// Tap changes no byte, and hears as well. So does Cover where leg B cannot be
// spoken to.
func TestTap(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*stage){
		"tap":               func(s *stage) { s.mode(media.Tap) },
		"cover, not spoken": func(s *stage) { s.flows[media.B].Formats = media.Formats{}; s.mode(media.Cover) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			set(s)
			s.wait(200 * ms)
			if len(s.got[media.B]) != 0 {
				t.Fatal("ambience")
			}
			v, twin := &voice{ssrc: 77, kind: 8}, &voice{ssrc: 77, kind: 8}
			for talk := append(silence(10), speech(90)...); len(talk) > 0; talk = talk[160:] {
				s.play(v, talk[:160])
				if want := twin.next(talk[:160]); !bytes.Equal(s.last(media.B).data, want) {
					t.Fatalf("got % x", s.last(media.B).data[:12])
				}
			}
			s.report(media.A, rtcp(7))
			if len(s.rtcp[media.B]) != 1 || !bytes.Equal(s.rtcp[media.B][0].data, rtcp(7)) {
				t.Error("RTCP is touched")
			}
			got := s.a.word.read()
			if len(s.told) != 1 || got.State != media.Operator || got.Onset == 0 || got.Onset > got.Decided || got.Ambience != 0 {
				t.Errorf("told %v, heard %+v", s.told, got)
			}
		})
	}
}

// The word follows the line that falls silent, with no packet to say so.
func TestWordFollows(t *testing.T) {
	t.Parallel()
	for _, mode := range []media.Mode{media.Tap, media.Cover} {
		s := newStage(t)
		s.mode(mode)
		v := &voice{kind: 8}
		s.play(v, silence(5))
		if got := s.a.word.read().State; got != media.Dead {
			t.Errorf("mode %d: %v, want dead", mode, got)
		}
		s.play(v, speech(1))
		if got := s.a.word.read().State; got != media.Quiet {
			t.Errorf("mode %d: %v, want quiet", mode, got)
		}
		s.wait(time.Second)
		if got := s.a.word.read().State; got != media.None {
			t.Errorf("mode %d: %v, want none", mode, got)
		}
	}
}

// A leg in a codec that nobody can hear here: it passes, and the word says so.
func TestDeaf(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.mode(media.Cover)
	s.wait(100 * ms)
	v := &voice{ssrc: 77, kind: 111}
	for i := range 100 {
		was := len(s.got[media.B])
		s.send(media.A, v.next([]byte("opus")))
		v.ts += 800 // 48 kHz
		if len(s.got[media.B]) != was+1 || string(s.last(media.B).data[12:]) != "opus" {
			t.Fatalf("packet %d is kept back or changed", i)
		}
		if step := s.last(media.B).ts() - s.got[media.B][was-1].ts(); i > 0 && step != 960 {
			t.Fatalf("packet %d: a step of %d", i, step)
		}
		s.wait(20 * ms)
	}
	if got := s.a.word.read(); !got.Deaf || got.State != media.Quiet {
		t.Errorf("heard %+v", got)
	}
	was := len(s.got[media.B])
	s.wait(time.Second)
	if len(s.got[media.B]) == was {
		t.Error("no ambience when it falls silent")
	}
	s.mode(media.Pass)
	if s.w.totals.deaf.Load() != 1 {
		t.Error("not counted")
	}
}

// On hold there is nobody to send to; after it the stream goes on.
func TestHoldWhileCovered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.mode(media.Cover)
	s.wait(100 * ms)
	peer := s.flows[media.B].Peer
	s.flows[media.B].Peer = netip.AddrPortFrom(netip.IPv4Unspecified(), peer.Port())
	s.set()
	was := len(s.got[media.B])
	s.play(&voice{kind: 8}, silence(5))
	if len(s.got[media.B]) != was {
		t.Error("packets to nobody")
	}
	s.flows[media.B].Peer = peer
	s.set()
	s.wait(200 * ms)
	if len(s.got[media.B]) == was {
		t.Error("silence after it")
	}
	s.whole()
}

// What leg B takes may be known after the watch began.
func TestFormatsLater(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.flows[media.B].Formats = media.Formats{}
	s.mode(media.Cover)
	s.wait(100 * ms)
	s.flows[media.B].Formats = media.Formats{Spoken: true, Codec: codec.PCMA, Audio: 97}
	s.set()
	if got := s.last(media.B); got.data[1] != 0x80|97 || len(s.got[media.B]) != 1 {
		t.Errorf("got % x", got.data[:12])
	}
	s.wait(100 * ms)
	s.play(&voice{kind: 97}, speech(50))
	if len(s.told) != 1 {
		t.Error("the operator is not heard in it")
	}
	s.whole()
}

// Comfort noise between words is ambience's place, whether or not the SDP of
// leg B has a payload type for it.
func TestNoiseBetweenWords(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.flows[media.B].Formats.Noise = 0
	s.mode(media.Cover)
	v := &voice{kind: 8}
	s.play(v, speech(1))
	v.kind = 13
	for range 20 {
		s.send(media.A, v.next([]byte{60}))
		if got := s.last(media.B).data[1] & 0x7f; got != 8 {
			t.Fatalf("type %d", got)
		}
		s.wait(20 * ms)
	}
	s.whole()
}

// The callee speaks first, and the dead line sends it back: nobody is there.
func TestEcho(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.mode(media.Cover)
	there, back := &voice{ssrc: 5, kind: 8}, &voice{ssrc: 77, kind: 8}
	table := codec.PCMA.Table()
	for sound := speech(100); len(sound) > 0; sound = sound[160:] {
		s.send(media.B, there.next(sound[:160]))
		echo := make([]byte, 160)
		for i, b := range sound[:160] {
			echo[i] = codec.PCMA.Encode(table[b] / 10)
		}
		s.play(back, echo)
	}
	if len(s.got[media.A]) != 100 || len(s.told) != 0 || s.a.word.read().State != media.Quiet {
		t.Errorf("leg A got %d packets, told %v, heard %+v", len(s.got[media.A]), s.told, s.a.word.read())
	}
}

// Both sides' reports are about the stream that each knows.
func TestReportsWhileCovered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.mode(media.Cover)
	s.wait(100 * ms)
	v := &voice{ssrc: 77, seq: 500, ts: 4000, kind: 8}
	s.play(v, speech(5))
	ours := s.last(media.B)
	sender := []byte{0x80, 200, 0, 6, 0, 0, 0, 77, 27: 0}
	binary.BigEndian.PutUint32(sender[16:], 4000)
	s.report(media.A, sender)
	got := s.rtcp[media.B][0].data
	if binary.BigEndian.Uint32(got[4:]) != ours.ssrc() || binary.BigEndian.Uint32(got[16:]) != ours.ts()-4*160 ||
		binary.BigEndian.Uint32(got[20:]) != uint32(len(s.got[media.B])) {
		t.Errorf("leg B got % x", got)
	}
	receiver := []byte{0x81, 201, 0, 7, 0, 0, 0, 9, 31: 0}
	binary.BigEndian.PutUint32(receiver[8:], ours.ssrc())
	binary.BigEndian.PutUint16(receiver[18:], ours.sequence())
	s.report(media.B, receiver)
	got = s.rtcp[media.A][0].data
	if binary.BigEndian.Uint32(got[8:]) != 77 || binary.BigEndian.Uint16(got[18:]) != 504 {
		t.Errorf("leg A got % x", got)
	}
	// About a source that leg B has never heard of nothing is said.
	sender[7] = 99
	s.report(media.A, sender)
	if len(s.rtcp[media.B]) != 1 || s.w.totals.withheld.Load() != 1 {
		t.Errorf("%d reports", len(s.rtcp[media.B]))
	}
}

// A second watch on the same anchor has heard nothing yet.
func TestWatchAgain(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := &voice{kind: 8}
	s.mode(media.Tap)
	s.play(v, speech(100))
	s.mode(media.Pass)
	s.mode(media.Tap)
	if got := s.a.word.read(); got != (media.Heard{}) {
		t.Errorf("heard %+v", got)
	}
	if len(s.w.spare) != 0 || s.a.guard == nil {
		t.Error("the guard of the first is not used again")
	}
	s.play(v, speech(100))
	if len(s.told) != 2 {
		t.Errorf("told %v", s.told)
	}
}

// An anchor that is closed sends nothing, though its turn comes before the
// worker knows; then its guard is given back.
func TestClosedWhileCovered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.mode(media.Cover)
	s.a.closed.Store(true)
	was := len(s.got[media.B])
	s.wait(time.Second)
	if len(s.got[media.B]) != was {
		t.Error("ambience after the end")
	}
	s.w.relay.released = make(chan *anchor, 1)
	s.w.release(s.a)
	if len(s.w.agenda) != 0 || len(s.w.spare) != 1 {
		t.Error("still watched")
	}
}

func TestWatchAllocatesNothing(t *testing.T) {
	s := newStage(t)
	s.w.relay.config.Detect.Decide = math.MaxFloat32
	s.mode(media.Cover)
	s.wait(100 * ms)
	talk := (&voice{kind: 8}).next(speech(1))
	back := (&voice{ssrc: 9, kind: 8}).next(speech(1))
	to := [2]netip.AddrPort{bound(s.a, media.A), bound(s.a, media.B)}
	turn := func(leg media.Leg, packet []byte) {
		s.buf.send(s.fd[leg][0], packet, to[leg])
		s.w.now = s.now
		s.w.forward(&s.a.rtp[leg])
		for s.buf.size = 1; s.buf.size > 0; {
			if _, _, errno := s.buf.receive(s.fd[leg.Other()][0]); errno != 0 {
				break
			}
		}
	}
	seq := uint16(0)
	n := testing.AllocsPerRun(300, func() {
		seq++
		binary.BigEndian.PutUint16(talk[2:], seq)
		binary.BigEndian.PutUint32(talk[4:], 160*uint32(seq))
		talk[12]++ // not dead, and no speech
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
// Pass, Tap, and Cover with an operator who never convinces.
func BenchmarkWatch(b *testing.B) {
	for i, mode := range []media.Mode{media.Pass, media.Tap, media.Cover} {
		b.Run([]string{"pass", "tap", "cover"}[i], func(b *testing.B) {
			s := newStage(b)
			s.w.relay.config.Detect.Decide = math.MaxFloat32
			s.mode(mode)
			v := &voice{kind: 8}
			talk, to := speech(50), bound(s.a, media.A)
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
