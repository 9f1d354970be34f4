package sim

import (
	"fmt"
	"time"

	"tregua/proxy/wire"
)

// reliable is the reliable provisional of a phone that waits for its PRACK
// (RFC 3262 section 3): one at a time.
type reliable struct {
	last    uint32
	pending bool
}

func (r *reliable) awaits() bool { return r.pending }

func (r *reliable) next(f *fork) string {
	if r.last == 0 {
		r.last = uint32(f.peers.net.rnd.IntN(1000))
	}
	r.last++
	r.pending = true
	return fmt.Sprintf("RSeq: %d", r.last)
}

// repeat sends the provisional until its PRACK comes, T1 doubling; without one
// the call has failed.
func (r *reliable) repeat(f *fork, raw []byte, wait, end time.Duration) {
	n, q := r.last, f.peers.net.queue
	q.after(wait, func() {
		switch {
		case !r.pending || r.last != n:
		case f.final != 0 || f.cancelled:
			r.pending = false
		case q.now >= end:
			r.pending = false
			f.fail(504)
		default:
			f.agent.send(f.invite.to, raw)
			r.repeat(f, raw, 2*wait, end)
		}
	})
}

// pracked takes a PRACK.
func (t *talk) pracked(x *answering, m *wire.Message) {
	if t.fork == nil || !t.fork.rel.pending || number(m, "RAck") != 0 {
		x.respond(481, "Call/Transaction Does Not Exist", "", "")
		return
	}
	if want := fmt.Sprintf("%d %d INVITE", t.fork.rel.last, t.invited); !said(m, "RAck", want) {
		t.peers.complain(t.callID, "a PRACK that is not for %q", want)
	}
	t.fork.rel.pending = false
	body := ""
	if _, offers := m.SDP(); offers && !t.plan.delayed {
		body = t.reply(m)
	}
	x.respond(200, "OK", "", body)
}

// said reports whether a message has that value in a header.
func said(m *wire.Message, header, value string) bool {
	for v := range m.Named(header) {
		return v == value
	}
	return false
}

// provisional acknowledges a reliable provisional (RFC 3262 section 4).
func (t *talk) provisional(m *wire.Message) {
	n := number(m, "RSeq")
	if n == 0 || t.confirmed || n <= t.rseq {
		return
	}
	first := t.rseq == 0
	t.rseq = n
	body, port := t.prackBody(m, first)
	if _, session := m.SDP(); session {
		t.settled = true
	}
	t.ask("PRACK", body, func(m *wire.Message) {
		if m == nil || m.Status >= 300 {
			t.told(m)
			return
		}
		if body != "" {
			t.port = port
		}
		if first {
			t.updateEarly()
		}
	}, fmt.Sprintf("RAck: %d %d INVITE", n, t.invited))
}

// prackBody is the answer to the offer of a provisional, or an offer of its own.
func (t *talk) prackBody(m *wire.Message, first bool) (body string, port int) {
	switch _, session := m.SDP(); {
	case !session:
	case t.plan.delayed && !t.settled:
		t.peers.seen("answer in PRACK")
		return offer(t.host(), t.port, "sendrecv"), t.port
	case !t.plan.delayed && first && t.plan.prackOffers:
		t.peers.seen("offer in PRACK")
		return offer(t.host(), t.moved(), "sendrecv"), t.moved()
	}
	return "", 0
}

// updateEarly sends an UPDATE before the answer, where that is planned.
func (t *talk) updateEarly() {
	if t.plan.earlyUpdate && t.settled && !t.confirmed {
		t.peers.seen("early UPDATE")
		t.update(&change{deed: updates})
	}
}
