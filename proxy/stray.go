package proxy

import (
	"strings"

	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// stray ends an answer that belongs to no call any more (one of a call that
// another process answered does, see Shard.repeats): a 2xx to an INVITE
// whose transaction was given up. Nobody will speak on it, so it gets its ACK
// and a BYE (RFC 3261 13.2.2.4), both made from the 2xx alone; the callee
// repeats the 2xx until they arrive, and each repeat is answered alike.
func (s *Shard) stray(ev txn.Event) {
	m := ev.Msg
	if m.CSeq.Method != "INVITE" || m.Status < 200 || m.Status > 299 || !m.HasContact {
		return
	}
	face := s.cfg.Faces[ev.Hop.Listener]
	if !sentBy(m, face) || s.repeats(ev) {
		return
	}
	routes := call.RoutesOf(m)
	hop := ev.Hop
	if to, ok := call.Reach(m.Contact.URI, routes); ok {
		hop.Remote = to // the phone, which need not be where the answer came from
	}
	uri, lines := call.Way(m.Contact.URI, routes)
	r := wire.Request{
		Method: "ACK", URI: uri, Via: face.Via(s.branch()), Routes: lines, MaxForwards: 70,
		From: m.RawLines(wire.HFrom)[0], To: m.RawLines(wire.HTo)[0], CallID: m.RawLines(wire.HCallID)[0],
		CSeq: m.CSeq.N,
	}
	s.send(hop, r.Bytes())
	r.Method, r.CSeq, r.Via = "BYE", m.CSeq.N+1, face.Via(s.branch())
	s.send(hop, r.Bytes())
}

// sentBy reports whether m answers a request that a face of ours sent. What
// names another sender was meant for others, or is bait: dropped (RFC 3261
// 18.1.2, RFC 4475 3.3.10).
func sentBy(m *wire.Message, f call.Face) bool {
	return strings.EqualFold(m.Via.Host, f.Host) && m.Via.Port == f.Port
}
