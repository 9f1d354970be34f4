package relay

import (
	"bytes"
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
)

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
	was = len(s.got[media.B])
	s.wait(2 * time.Second)
	s.send(media.A, v.next([]byte("opus")))
	s.wait(2 * time.Second)
	if n := len(s.got[media.B]) - was; n != 1 {
		t.Errorf("after the watch leg B got %d packets of one", n)
	}
}

// An encrypted leg is not heard, whatever its packets seem to be, and nothing
// of ours is sent on it: it could not be authentic.
func TestSealed(t *testing.T) {
	t.Parallel()
	for _, mode := range []media.Mode{media.Cover, media.Tap} {
		s := newStage(t)
		s.flows[media.B].Formats = media.Formats{Sealed: true}
		s.mode(mode)
		s.wait(100 * ms)
		if n := len(s.got[media.B]); n != 0 {
			t.Errorf("mode %d: %d packets of ours", mode, n)
		}
		v := &voice{ssrc: 77, seq: 9, kind: 8}
		for i := range 12 { // as if it were A-law, and comfort noise
			v.kind = []uint8{8, 8, 13}[i%3]
			packet := v.next(speech(1))
			s.send(media.A, packet)
			if !bytes.Equal(s.last(media.B).data, packet) {
				t.Errorf("mode %d: a packet was changed", mode)
			}
			s.wait(20 * ms)
		}
		if got := s.a.word.read(); !got.Deaf || got.State != media.Quiet {
			t.Errorf("mode %d: heard %+v", mode, got)
		}
	}
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
