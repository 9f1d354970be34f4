package relay

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"tregua/media"
)

// fax is a UDPTL packet with that sequence number: one primary IFP message, no
// redundancy.
func fax(number uint16) []byte { return []byte{byte(number >> 8), byte(number), 1, 0xc0, 0, 0} }

// faxFlow is what the SDP of a T.38 m-line says of a leg at peer.
func faxFlow(peer netip.AddrPort) media.Flow {
	return media.Flow{Mode: media.Pass, Peer: peer, Formats: media.Formats{Opaque: true}}
}

// A call becomes a fax and a call again: the ports stay, each side moves to
// other ports of its own for it and back, and comes from where a NAT puts it.
func TestFax(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	c.talks(media.A, rtp(1, "speech"))
	c.phone[media.B].send(c.anchor.Addr[media.B], fax(0)) // not agreed
	eventually(t, func() bool { return c.r.Stats().Malformed == 1 })
	audio := c.phone
	for leg := range c.phone {
		c.phone[leg] = newPhone(t, loopback)
		set(t, c.r, c.anchor.ID, media.Leg(leg), faxFlow(c.phone[leg].addr))
	}
	c.phone[media.B] = newPhone(t, loopback) // latched elsewhere
	for _, number := range []uint16{0, 1, 2, 0x7fff, 0x8000, 0x80c8, 0xbfff, 0xffff} {
		c.talks(media.B, fax(number))
		c.talks(media.A, fax(number))
	}
	newPhone(t, loopback).send(c.anchor.Addr[media.B], fax(9))
	eventually(t, func() bool { return c.r.Stats().Strange == 1 })
	c.phone = audio
	for leg, p := range c.phone {
		set(t, c.r, c.anchor.ID, media.Leg(leg), pass(p.addr))
	}
	c.talks(media.B, rtp(2, "speech"))
	c.phone[media.B].send(c.anchor.Addr[media.B], fax(1))
	c.talks(media.A, rtp(3, "speech"))
	got := c.r.Close(c.anchor.ID)
	want := media.Stats{
		Received: [2]media.Count{{Packets: 10, Bytes: 12 + 8*6}, {Packets: 9, Bytes: 6 + 8*6}},
		Dropped:  [2]uint64{0, 3},
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// What is no RTP passes on both ports of an anchor.
func TestOpaqueControl(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	for leg, p := range c.phone {
		f := faxFlow(p.addr)
		f.PeerRTCP = p.addr
		set(t, c.r, c.anchor.ID, media.Leg(leg), f)
	}
	for i, packet := range [][]byte{fax(1), rtp(1, "anything"), []byte("\x16\xfe\xfd")} {
		from, to := media.Leg(i%2), media.Leg(1-i%2)
		c.phone[from].send(next(c.anchor.Addr[from]), packet)
		c.phone[to].hears(next(c.anchor.Addr[to]), packet)
	}
	if got := c.r.Stats(); got.RTCP != 3 || got.Packets != 0 || got.Malformed != 0 {
		t.Errorf("got %+v", got)
	}
}

// Who takes what: an offer alone lets the other side begin, but what could be
// RTP is RTP until both have agreed.
func TestOpaqueKind(t *testing.T) {
	t.Parallel()
	like := fax(0x8000)
	like = append(like, make([]byte, 6)...)
	for _, test := range []struct {
		name               string
		packet             []byte
		none, here, across packetKind // of a packet of leg A: nobody, A, B takes it
		both               packetKind
	}{
		{"empty", nil, foreign, foreign, foreign, foreign},
		{"fax", fax(1), foreign, foreign, opaque, opaque},
		{"fax like RTP", like, rtpPacket, rtpPacket, rtpPacket, opaque},
		{"rtp", rtp(1, ""), rtpPacket, rtpPacket, rtpPacket, opaque},
		{"rtcp", rtcp(1), rtcpPacket, rtcpPacket, rtcpPacket, opaque},
	} {
		for takes, want := range map[[2]bool]packetKind{
			{}: test.none, {true, false}: test.here, {false, true}: test.across, {true, true}: test.both,
		} {
			e := &end{anchor: &anchor{opaque: takes}}
			if got := e.kindOf(test.packet); got != want {
				t.Errorf("%s, taken by %v: got %d, want %d", test.name, takes, got, want)
			}
		}
	}
}

// A fax that begins under the watch is not listened to and gets no ambience,
// but the word says that there is something; the speech after it is one stream
// with that before.
func TestFaxWhileCovered(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	v := &voice{ssrc: 77, kind: 8}
	s.mode(media.Cover)
	s.wait(100 * ms)
	s.flows[media.B].Formats = media.Formats{Opaque: true} // leg B offers it
	s.set()
	s.play(v, silence(5))
	if got := s.last(media.B); got.ssrc() == 77 {
		t.Fatal("the stream is broken by an offer")
	}
	s.flows[media.A].Formats = media.Formats{Opaque: true}
	s.set()
	before := s.got[media.B]
	s.got[media.B] = nil
	for i := range uint16(20) {
		s.send(media.A, fax(i))
		s.send(media.B, fax(i))
		if !bytes.Equal(s.last(media.B).data, fax(i)) || !bytes.Equal(s.last(media.A).data, fax(i)) {
			t.Fatalf("% x and % x came of % x", s.last(media.B).data, s.last(media.A).data, fax(i))
		}
		s.wait(20 * ms)
	}
	s.wait(time.Second)
	if len(s.got[media.B]) != 20 || len(s.got[media.A]) != 20 {
		t.Errorf("%d and %d packets of 20", len(s.got[media.B]), len(s.got[media.A]))
	}
	if got := s.a.word.read(); !got.Deaf || got.State == media.Operator {
		t.Errorf("heard %+v", got)
	}
	s.flows[media.A].Formats, s.flows[media.B].Formats = spoken, spoken
	s.got[media.B] = before
	s.set()
	s.wait(100 * ms)
	if got := s.play(v, speech(50)); got != 50 {
		t.Errorf("%d of 50 packets after it", got)
	}
	one(t, s.got[media.B])
}

// one wants packets to be of one SSRC with no number missing.
func one(t *testing.T, packets []packetAt) {
	t.Helper()
	for i, p := range packets[1:] {
		if was := packets[i]; p.ssrc() != was.ssrc() || p.sequence() != was.sequence()+1 || int32(p.ts()-was.ts()) <= 0 {
			t.Errorf("packet %d: % x after % x", i+1, p.data[:12], was.data[:12])
		}
	}
}
