package rtp

import (
	"net/netip"
	"testing"
	"time"
)

var testSites = Sites{
	Dialer: netip.MustParseAddrPort("127.0.0.1:1"), PBX: netip.MustParseAddrPort("127.0.0.1:2"),
	Trunk: netip.MustParseAddrPort("127.0.0.1:3"), Carrier: netip.MustParseAddrPort("127.0.0.1:4"),
}

// story is a ladder to which one packet comes every millisecond.
type story struct {
	*Ladder
	now time.Time
}

func newStory(sites Sites) *story { return &story{NewLadder(sites, false), time.Unix(0, 0)} }

func (s *story) packet(from, to netip.AddrPort, payload []byte) *Call {
	s.now = s.now.Add(time.Millisecond)
	return s.See(Packet{At: s.now, From: from, To: to, Payload: payload})
}

func port(p uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr("127.0.8.1"), p)
}

// rtpPacket has no payload.
func rtpPacket(sequence byte) []byte {
	return []byte{version, typePCMA, 0, sequence, 0, 0, 0, 0, 0, 0, 0, 9}
}

func at(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }

func TestLadder(t *testing.T) {
	t.Parallel()
	const invite, ok = "INVITE sip:+391@h SIP/2.0", "SIP/2.0 200 OK"
	s, program := newStory(testSites), netip.MustParseAddrPort("127.0.0.1:26000")
	l := testSites
	s.packet(l.Dialer, l.PBX, sip(invite, "a", "1 INVITE", "10000"))              // 1
	s.packet(l.PBX, l.Dialer, sip("SIP/2.0 100 Trying", "a", "1 INVITE", ""))     // 2
	s.packet(l.Trunk, l.Carrier, sip(invite, "a", "1 INVITE", "26000"))           // 3
	s.packet(l.Carrier, l.Trunk, sip("SIP/2.0 180 Ringing", "a", "1 INVITE", "")) // 4
	s.packet(l.Carrier, l.Trunk, sip(ok, "a", "1 INVITE", "10004"))               // 5
	s.packet(l.PBX, l.Dialer, sip(ok, "a", "1 INVITE", "26002"))                  // 6
	s.packet(l.Carrier, l.Trunk, sip(ok, "a", "1 INVITE", "10004"))               // 7: again
	s.packet(program, port(10004), rtpPacket(1))                                  // 8
	s.packet(program, port(10000), rtpPacket(7))                                  // 9
	s.packet(program, port(10008), rtpPacket(1))                                  // 10: nobody's
	s.packet(program, port(10004), []byte{version, 200, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9})
	c := s.packet(l.Trunk, l.Carrier, sip("BYE sip:c@h SIP/2.0", "a", "2 BYE", "")) // 12
	if c == nil || !c.Over(B) || c.Over(A) {
		t.Fatalf("call %+v", c)
	}
	s.packet(l.Dialer, l.PBX, sip("BYE sip:d@h SIP/2.0", "a", "2 BYE", "")) // 13
	s.packet(l.Trunk, l.Carrier, sip("BYE sip:c@h SIP/2.0", "a", "2 BYE", ""))
	if got := s.packet(l.Carrier, l.Trunk, sip(ok, "of another load", "1 INVITE", "10012")); got != nil {
		t.Errorf("a call that nobody placed: %+v", got)
	}
	if got := s.packet(l.Trunk, l.Carrier, sip(invite, "of another load", "1 INVITE", "26004")); got != nil {
		t.Errorf("a call that no dialer placed: %+v", got)
	}
	if len(s.Calls) != 1 || c.User != "+391" || c.Answered != at(5) || c.Told != at(6) || c.Cut[B] != at(12) || c.HungUp[A] != at(13) || !c.Cut[A].IsZero() || !c.HungUp[B].IsZero() {
		t.Errorf("call %+v", c)
	}
	if c.Own[A] != port(10000) || c.Own[B] != port(10004) || c.Peer[A] != port(26002) || c.Peer[B] != port(26000) {
		t.Errorf("media at %v, told %v", c.Own, c.Peer)
	}
	if len(c.Sent[A]) != 1 || len(c.Sent[B]) != 1 || c.Sent[B][0].At != at(8) || c.Sent[A][0].Sequence != 7 || s.Alien() != 1 {
		t.Errorf("RTP %+v, %d alien", c.Sent, s.Alien())
	}
}

// TestLadderAlone: with nothing between the SIPps each message is of both legs.
func TestLadderAlone(t *testing.T) {
	t.Parallel()
	l := testSites
	l.PBX, l.Trunk = l.Carrier, l.Dialer
	s := newStory(l)
	s.packet(l.Dialer, l.Carrier, sip("INVITE sip:+391@h SIP/2.0", "a", "1 INVITE", "10000"))
	s.packet(l.Carrier, l.Dialer, sip("SIP/2.0 200 OK", "a", "1 INVITE", "10004"))
	c := s.packet(l.Carrier, l.Dialer, sip("BYE sip:c@h SIP/2.0", "a", "1 BYE", ""))
	if c == nil || c.Answered != at(2) || c.Told != at(2) || c.Cut[A] != at(3) || c.HungUp[B] != at(3) || c.Own != [2]netip.AddrPort{port(10000), port(10004)} || c.Peer != [2]netip.AddrPort{port(10004), port(10000)} {
		t.Errorf("call %+v", c)
	}
}
