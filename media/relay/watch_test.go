package relay

import (
	"bytes"
	"testing"
	"time"

	"tregua/media"
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
