package sim

import (
	"fmt"
	"strings"
	"time"

	"tregua/media"
	"tregua/proxy/wire"
)

// errandMark is in the Call-ID of every request outside a dialog that is no call.
const errandMark = "@errand"

// smuggled is the number of an INVITE that comes under the ids of a call which
// was told to come again, and wants another person.
const smuggled = 9000

// trailOf names the trail that a message belongs to: that of its Call-ID, but for
// what is smuggled in under it.
func trailOf(callID string, m *wire.Message) string {
	if m.CSeq.N == smuggled {
		return callID + "~"
	}
	return callID
}

// errands sends a few requests outside dialogs.
func (p *peers) errands(count int, span time.Duration) {
	for i := range count {
		s := []*site{p.dialers[0], p.dialers[1], p.carriers[0], p.carriers[1]}[i%4]
		method := []string{"OPTIONS", "MESSAGE"}[i/4%2]
		p.net.queue.at(p.net.between(1, span), func() { s.sendErrand(method, fmt.Sprint(i, errandMark)) })
	}
}

func (s *site) sendErrand(method, id string) {
	s.peers.seen(method + " outside a dialog")
	want := 200
	if method == "MESSAGE" && s == s.peers.dialers[1] { // its trunk does not name the method
		want = 405
	}
	uri := "sip:+393330000000@" + s.edge().String()
	lines := []string{
		method + " " + uri + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=%s", s.agent.addr, s.agent.fresh("z9hG4bK")), "Max-Forwards: 70",
		"From: <sip:errand@" + s.agent.addr.String() + ">;tag=" + s.agent.fresh("e"), "To: <" + uri + ">",
		"Call-ID: " + id, "CSeq: 7 " + method,
	}
	s.agent.ask(s.edge(), text(lines, ""), func(m *wire.Message) {
		if !s.errandDone(method, m, want) {
			s.peers.complain(id, "a %s outside a dialog was answered %v, want %d", method, m, want)
		}
	})
}

// errandDone reports whether the answer to an errand, nil for none, may be so.
func (s *site) errandDone(method string, m *wire.Message, want int) bool {
	switch n := s.peers.net; {
	case m == nil || m.Status == 408:
		return n.lossy()
	case m.Status == 503 && method == "OPTIONS":
		return n.stopped() // tregua takes no more calls
	default:
		return m.Status < 200 || m.Status == want
	}
}

// errand answers a request outside a dialog.
func (s *site) errand(x *answering, m *wire.Message) {
	if !strings.HasSuffix(m.CallID, errandMark) {
		s.peers.complain(m.CallID, "%s outside a dialog reached %s", m.Method, s.agent.label)
	}
	x.respond(200, "OK", s.agent.fresh("e"), "")
}

// follows tries to reach somebody else under the ids of the call, after a
// challenge or a redirect.
func (c *caller) follows(m *wire.Message) {
	if c.plan.smuggles == free || m.Status >= 400 && m.Status != 401 && m.Status != 407 || c.side != media.A {
		return
	}
	c.peers.seen("wrong: another number after a challenge or redirect")
	x := &plan{index: c.plan.index + smuggledCall, kind: c.plan.smuggles, story: "smuggled", dialer: c.plan.dialer}
	c.peers.plans[c.id+"~"] = x
	uri := fmt.Sprintf("sip:%s@%s;user=phone", x.kind.user(x.index), c.edge())
	c.agent.ask(c.edge(), text(c.lines(uri, smuggled), c.offer()), func(m *wire.Message) {
		if m != nil && m.Status < 300 && m.Status > 100 {
			c.peers.complain(c.id, "what was smuggled in was answered %d", m.Status)
		}
	})
}
