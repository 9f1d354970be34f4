package sim

import (
	"net/netip"

	"tregua/media"
	"tregua/proxy/wire"
)

// site is what lives behind one address: a PBX with its agents, or a carrier
// with a forking proxy and the phones. Either calls and is called.
type site struct {
	peers   *peers
	agent   *agent
	side    media.Leg // of tregua
	callers map[string]*caller
	callees map[string]*callee
	talks   map[talkKey]*talk
}

// talkKey names a dialog as its owner does (RFC 3261 section 12).
type talkKey struct{ callID, local, remote string }

func newSite(p *peers, trunk int, a netip.AddrPort, side media.Leg) *site {
	s := &site{
		peers: p, side: side, agent: newAgent(p.net, trunkName(trunk), a),
		callers: map[string]*caller{}, callees: map[string]*callee{}, talks: map[talkKey]*talk{},
	}
	s.agent.user = s
	return s
}

// edge is the address of tregua that the site sends to.
func (s *site) edge() netip.AddrPort { return listeners[s.side] }

// host is where the media of the site is.
func (s *site) host() string { return []string{"198.51.100.7", "203.0.113.9"}[s.side] }

func (s *site) talk(callID, local, remote string) *talk {
	return s.talks[talkKey{callID, local, remote}]
}

func (s *site) request(x *answering, m *wire.Message, to netip.AddrPort) {
	t := s.talk(m.CallID, m.To.Tag, m.From.Tag)
	switch {
	case s.deaf(m.CallID):
	case m.Method == "CANCEL":
		s.cancel(x, m)
	case t != nil:
		t.request(x, m, to)
	case m.To.Tag != "":
		x.respond(481, "Call/Transaction Does Not Exist", "", "")
	case m.Method == "INVITE":
		s.invited(x, m)
	default:
		s.errand(x, m)
	}
}

// deaf reports whether the caller of that call hears nothing any more.
func (s *site) deaf(callID string) bool {
	c := s.callers[callID]
	return c != nil && c.plan.dumb
}

func (s *site) ack(m *wire.Message, to netip.AddrPort) {
	t := s.talk(m.CallID, m.To.Tag, m.From.Tag)
	if t == nil {
		s.peers.complain(m.CallID, "an ACK for the tag %q, which no phone has", m.To.Tag)
		return
	}
	t.acked(m, to)
}

// cancel answers a CANCEL (9.2) and ends the INVITE that it is for.
func (s *site) cancel(x *answering, m *wire.Message) {
	y := s.callees[m.CallID]
	if y != nil && y.invite.req.Via.Branch == m.Via.Branch {
		y.cancel(x)
		return
	}
	if t := s.talk(m.CallID, m.To.Tag, m.From.Tag); t != nil && t.offered != nil && t.offered.req.Via.Branch == m.Via.Branch {
		x.respond(200, "OK", "", "")
		t.refuse(487)
		return
	}
	x.respond(481, "Call/Transaction Does Not Exist", s.agent.fresh("t"), "")
}
