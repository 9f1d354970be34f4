package relay

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
)

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

// What is not sent while leg B is on hold, or muted, is not missed after it.
func TestHoldAfterOperator(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := &voice{ssrc: 77, kind: 8}
	s.mode(media.Cover)
	s.play(v, speech(50))
	peer := s.flows[media.B].Peer
	s.flows[media.B].Peer = netip.AddrPort{}
	s.set()
	s.play(v, speech(5))
	s.flows[media.B].Peer = peer
	s.set()
	s.play(v, speech(5))
	s.mode(media.Mute)
	s.play(v, speech(5))
	s.mode(media.Pass)
	was := len(s.got[media.B])
	if s.play(v, speech(20)) != 20 {
		t.Error("packets are lost")
	}
	s.whole()
	if p := s.got[media.B][was]; !bytes.Equal(p.data[12:], speech(1)) {
		t.Error("ambience under it")
	}
}

// Whatever is asked for and whatever comes: from the first packet of a watch
// on, leg B gets one stream, and nothing while it is mute or nowhere.
func TestAnyOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		s, r := newStage(t), rand.New(rand.NewPCG(seed, 1))
		sounds := [][]byte{silence(1), speech(7)[960:], {60}, {5, 10, 0, 160}}
		kinds := []uint8{8, 8, 13, 101}
		peers := []netip.AddrPort{s.flows[media.B].Peer, {}}
		v := &voice{ssrc: 77, seq: uint16(r.Uint32()), ts: r.Uint32()}
		s.mode(media.Cover)
		for range 200 {
			was, open := len(s.got[media.B]), s.flows[media.A].Mode != media.Mute && s.flows[media.B].Peer.IsValid()
			switch r.IntN(12) {
			case 0:
				s.flows[media.B].Peer = peers[r.IntN(2)]
				s.mode(media.Mode(r.IntN(4)))
				open = s.flows[media.A].Mode != media.Mute && s.flows[media.B].Peer.IsValid()
			case 1:
				s.wait(time.Duration(r.IntN(300)) * ms)
			case 2:
				v = &voice{ssrc: r.Uint32(), seq: uint16(r.Uint32()), ts: r.Uint32()}
			default:
				k := r.IntN(len(kinds))
				v.kind = kinds[k]
				s.send(media.A, v.next(sounds[k]))
				s.wait(20 * ms)
			}
			if got := len(s.got[media.B]) - was; got > 0 && !open {
				t.Fatalf("seed %d: %d packets of a leg that is mute", seed, got)
			}
		}
		for i, p := range s.got[media.B][1:] {
			if was := s.got[media.B][i]; p.ssrc() != was.ssrc() || p.sequence() != was.sequence()+1 || int32(p.ts()-was.ts()) < 0 {
				t.Fatalf("seed %d: packet %d at %v: % x after % x", seed, i+1, p.at, p.data[:12], was.data[:12])
			}
		}
		s.a.closeSockets()
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
