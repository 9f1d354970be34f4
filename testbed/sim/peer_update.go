package sim

import (
	"time"

	"tregua/proxy/wire"
)

// update changes the session by an UPDATE, or only refreshes it (RFC 3311).
func (t *talk) update(c *change) {
	if t.busy() {
		if c.tries++; c.tries < 6 {
			t.afterwards(400*time.Millisecond, func() { t.update(c) })
		}
		return
	}
	body := ""
	c.port = t.port
	switch c.deed {
	case updates:
		c.port = t.moved()
		body = offer(t.host(), c.port, "sendrecv")
	case relocates:
		t.relocate(c)
	default: // it says that this side is still there
	}
	t.mine = c
	t.ask("UPDATE", body, func(m *wire.Message) {
		t.changed(c)
		if m != nil && m.Status < 300 {
			t.port, t.target = c.port, m.Contact.URI
		} else {
			t.stay(c)
		}
		t.told(m)
	}, c.more...)
}

// updated takes an UPDATE of the other side (RFC 3311 section 5.2).
func (t *talk) updated(x *answering, m *wire.Message) {
	_, offers := m.SDP()
	if offers && t.busy() {
		x.respond(491, "Request Pending", "", "")
		return
	}
	t.target = m.Contact.URI
	if t.plan.wanders {
		t.contacts = append(t.contacts, t.otherContact())
	}
	body := ""
	if offers {
		body = t.reply(m)
	}
	x.respond(200, "OK", "", body, t.replyLines(m)...)
}

// refresh keeps a session alive (RFC 4028 section 7.2), as long as the plan has it.
func (t *talk) refresh() {
	if t.plan.lazy && t.refreshed >= 2 {
		return
	}
	t.refreshed++
	c := &change{deed: refreshes, more: []string{t.plan.sessionLine()}}
	t.peers.seen("session refresh")
	if t.refreshed%2 == 1 {
		t.update(c)
	} else {
		t.reinvite(c)
	}
	t.afterwards(t.plan.session/2, t.refresh)
}
