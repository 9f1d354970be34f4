package relay

import (
	"encoding/binary"
	"net/netip"

	"tregua/media"
)

// lateMax is how many packets of the source that a leg has just moved away
// from may pass before they latch it again: half a second of 20 ms packets.
const lateMax = 25

// end is one socket and the peer that it talks to. Its worker alone touches
// it once it is attached.
type end struct {
	fd      int
	anchor  *anchor
	leg     media.Leg
	rtcp    bool
	across  *end           // same kind, other leg
	peer    netip.AddrPort // where the SDP says it is; zero: no SDP yet
	latched netip.AddrPort // where its packets come from; zero: none came yet
	left    netip.AddrPort // latched before the SDP named another peer
	late    int            // packets from left since then
	home    place          // where the leg was last seen elsewhere than its SDP said
}

// place is where a leg's packets came from while its SDP said peer.
type place struct{ peer, seen netip.AddrPort }

// setPeer takes what an SDP says. A peer that moved is latched anew; where it
// was seen behind a NAT is kept for when it comes back, as after a hold.
func (e *end) setPeer(peer netip.AddrPort) {
	peer = netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
	if peer == e.peer {
		return
	}
	if e.latched.IsValid() {
		e.left = e.latched
		if e.latched != e.peer && e.target().IsValid() {
			e.home = place{e.peer, e.latched}
		}
	}
	e.peer, e.latched, e.late = peer, netip.AddrPort{}, 0
}

// accept says whether a packet from that source is of the call, and latches.
// The address of the SDP is believed whenever it speaks: a stranger that was
// first cannot keep it out. Packets still on the way from where the peer was
// before it moved pass, but do not latch it back.
func (e *end) accept(from netip.AddrPort) bool {
	switch {
	case from == e.latched:
		return true
	case !e.peer.IsValid():
		return false
	case from == e.peer:
	case e.latched.IsValid():
		return false
	case from == e.expected():
	case from == e.left && e.late < lateMax:
		e.late++
		return true
	}
	e.latched, e.left = from, netip.AddrPort{}
	return true
}

// target is where packets for the peer go; invalid: nowhere, as for a peer on
// hold by c=0.0.0.0 (RFC 2543 hold) and for one without an SDP.
func (e *end) target() netip.AddrPort {
	if e.peer.Port() == 0 || e.peer.Addr().IsUnspecified() {
		return netip.AddrPort{}
	}
	if e.latched.IsValid() {
		return e.latched
	}
	return e.expected()
}

// expected is where the peer is taken to be until it is latched: where it was
// seen when its SDP said the same the last time, else where that says. It may
// have got another port of its NAT meanwhile, so that this is no latch.
func (e *end) expected() netip.AddrPort {
	if e.home.seen.IsValid() && e.home.peer == e.peer {
		return e.home.seen
	}
	return e.peer
}

// route says what becomes of a packet that came to e: so many bytes of it go to
// the other leg's peer; none: it is dropped. It counts, and may rewrite the
// packet; it does not send.
func (w *worker) route(e *end, from netip.AddrPort, packet []byte) (to netip.AddrPort, size int) {
	a := e.anchor
	kind := e.kindOf(packet)
	switch {
	case a.closed.Load():
		return to, w.drop(e, &w.totals.late)
	case kind == foreign, e.rtcp && kind == rtpPacket:
		return to, w.drop(e, &w.totals.malformed)
	case !e.accept(from):
		return to, w.drop(e, &w.totals.strange)
	}
	w.take(e, kind, packet)
	if a.mode[e.leg] == media.Mute {
		w.skip(e, kind, packet)
		return to, w.drop(e, &w.totals.muted)
	}
	to = e.across.target()
	if !to.IsValid() {
		w.skip(e, kind, packet)
		return to, w.drop(e, &w.totals.nowhere)
	}
	if size = w.shape(e, kind, packet); size == 0 {
		return to, w.drop(e, &w.totals.withheld)
	}
	return to, size
}

// take counts a packet of the call and has the watch listen to it.
func (w *worker) take(e *end, kind packetKind, packet []byte) {
	if kind == rtcpPacket || e.rtcp {
		w.totals.rtcp.Add(1)
		return
	}
	sound := packet
	if kind == rtpPacket {
		sound = payload(packet)
	}
	c := &e.anchor.count[e.leg]
	c.packets.Add(1)
	c.bytes.Add(uint64(len(sound)))
	w.totals.packets.Add(1)
	w.totals.bytes.Add(uint64(len(sound)))
	if a := e.anchor; a.optOut != 0 && e.leg == media.B && kind == rtpPacket && packet[1]&0x7f == a.eventType && a.optOut.Is(sound) {
		a.pressed.Store(true)
	}
	if e.anchor.guard != nil {
		w.listen(e, kind, packet, sound)
	}
}

type packetKind uint8

const (
	foreign    packetKind = iota // neither: STUN, DTLS, noise
	rtpPacket                    // RFC 3550 section 5.1
	rtcpPacket                   // RFC 3550 section 6; told apart as in RFC 5761 section 4
	opaque                       // whatever it is, the legs have agreed on it
)

// kindOf says what a packet that came to e is to the call. What is no RTP
// passes to a leg that takes it. What could be RTP is until both legs take
// something else: an offer of T.38 may still be refused, and the speech goes
// on meanwhile. From then on nothing is told apart: the sequence number that a
// UDPTL packet begins with (ITU-T T.38 section 9.1) comes to look like RTP.
func (e *end) kindOf(packet []byte) packetKind {
	kind, takes := kindOf(packet), &e.anchor.opaque
	if takes[e.leg.Other()] && (kind == foreign || takes[e.leg]) && len(packet) > 0 {
		return opaque
	}
	return kind
}

func kindOf(packet []byte) packetKind {
	switch {
	case len(packet) < 8 || packet[0]>>6 != 2:
		return foreign
	case packet[1] >= 192 && packet[1] <= 223:
		return rtcpPacket
	case len(packet) < 12:
		return foreign
	}
	return rtpPacket
}

// payload is that of an RTP packet; a header that claims more than came has
// none.
func payload(packet []byte) []byte {
	head := 12 + 4*int(packet[0]&0x0f)
	if packet[0]&0x10 != 0 && len(packet) >= head+4 {
		head += 4 + 4*int(binary.BigEndian.Uint16(packet[head+2:]))
	}
	end := len(packet)
	if packet[0]&0x20 != 0 && end > head {
		end -= int(packet[end-1])
	}
	if end <= head {
		return nil
	}
	return packet[head:end]
}
