package sim

import (
	"fmt"
	"time"

	"tregua/policy"
	"tregua/proxy/wire"
)

// act is something that a peer does in a call, so long after it is through.
type act struct {
	after time.Duration
	deed  deed
}

// deed is what a peer may do in a call.
type deed uint8

const (
	holds     deed = iota // re-INVITE, its media only sends
	resumes               // re-INVITE, both ways again
	moves                 // re-INVITE, media elsewhere
	retargets             // re-INVITE, another Contact
	asksOffer             // re-INVITE without an offer
	cancels               // re-INVITE, cancelled when it rings
	crosses               // re-INVITE at the same time as the other side
	updates               // UPDATE, media elsewhere
	pings                 // UPDATE without a session description
	relocates             // UPDATE, another Contact
	refreshes             // of the session's time
	refers                // REFER
	twice                 // a second re-INVITE before the first is answered: wrong
	goesBack              // a request with a number that went by: wrong
	strays                // a request on a tag that nobody has: wrong
)

// String names the deed in the census.
func (d deed) String() string {
	return []string{
		"hold", "resume", "media moves", "target refresh", "delayed offer", "cancelled", "crossing",
		"UPDATE, media moves", "UPDATE", "UPDATE, target refresh", "refresh", "REFER", "a second one too early", "a number that went by", "a strange tag",
	}[d]
}

// begin does what the plan has for this side. ok is the 2xx of a caller.
func (t *talk) begin(acts []act, ok *wire.Message) {
	for _, a := range acts {
		t.afterwards(a.after, func() { t.perform(a.deed) })
	}
	if ok != nil && number(ok, "Session-Expires") > 0 {
		t.afterwards(t.plan.session/2, t.refresh)
	}
}

func (t *talk) perform(d deed) {
	switch d {
	case updates, pings, relocates:
		t.peers.seen(d.String())
		t.update(&change{deed: d})
	case refers:
		t.refer()
	case twice:
		t.reinvite(&change{deed: moves})
		t.wrongly(d, func() { t.reinviteWrongly() })
	case goesBack:
		t.wrongly(d, func() { t.send("INFO", 0, t.remote) })
	case strays:
		t.wrongly(d, func() { t.send("INFO", t.cseq, fmt.Sprintf("<%s>;tag=nobody", t.target)) })
	default:
		t.reinvite(&change{deed: d})
	}
}

// wrongly does what no peer should.
func (t *talk) wrongly(d deed, do func()) {
	t.peers.seen("wrong: " + d.String())
	t.cseq++
	do()
}

// send sends a request as it is told to.
func (t *talk) send(method string, cseq uint32, to string) {
	remote := t.remote
	t.remote = to
	raw := t.write(method, cseq, "")
	t.remote = remote
	t.agent.ask(t.hop(), raw, func(m *wire.Message) {
		if m == nil || m.Status >= 200 {
			t.told(m)
		}
	})
}

// reinviteWrongly sends a re-INVITE although one is under way.
func (t *talk) reinviteWrongly() {
	n := t.cseq
	t.agent.ask(t.hop(), t.write("INVITE", n, offer(t.host(), t.port, "sendrecv")), func(m *wire.Message) {
		switch {
		case m == nil:
			t.note(0)
		case m.Status >= 200 && m.Status < 300:
			t.agent.send(t.hop(), t.write("ACK", n, ""))
		case m.Status >= 300:
			t.note(m.Status)
		}
	})
}

// refer asks the other side to call somebody (RFC 3515).
func (t *talk) refer() {
	target := t.plan.transferee()
	t.peers.seen("REFER to " + target.String())
	t.transfers = true
	t.ask("REFER", "", t.told, fmt.Sprintf("Refer-To: <sip:+%d@%s>", target.aside(t.plan.index), t.edge()))
	if t.plan.leaves {
		t.afterwards(t.peers.net.between(300*time.Millisecond, time.Second), t.hangup)
	}
}

// referred takes a REFER, and reports on the call that it wants (2.4.4).
func (t *talk) referred(x *answering, m *wire.Message) {
	t.peers.referred(t, m)
	x.respond(202, "Accepted", "", "")
	report := func(wait time.Duration, state string) {
		t.peers.net.queue.after(wait, func() {
			if !t.deaf && !t.lost {
				if t.over {
					t.peers.seen("NOTIFY behind the BYE")
				}
				t.ask("NOTIFY", "", func(*wire.Message) {}, "Event: refer", "Subscription-State: "+state)
			}
		})
	}
	first := t.peers.net.between(0, 50*time.Millisecond)
	report(first, "active;expires=60")
	report(first+t.peers.net.between(500*time.Millisecond, 3*time.Second), "terminated;reason=noresource")
}

// referred sees what a carrier is asked to dial: nothing that is forbidden.
func (p *peers) referred(t *talk, m *wire.Message) {
	for v := range m.Named("Refer-To") {
		if k := kindOfURI(uriOf(v)); k.refusal() != policy.OK && t.side == carrierListener {
			p.complain(t.callID, "a carrier is asked to dial %s, which is forbidden: %s", v, k.refusal())
		}
	}
}
