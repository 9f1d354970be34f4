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
	of      uint32 // the number of the INVITE that it answers
	settled func() // the PRACK is here; nil: nobody waits
}

func (r *reliable) awaits() bool { return r.pending }

// next is the line of the next one, to an INVITE of that number.
func (r *reliable) next(f *fork, of uint32) string {
	if r.last == 0 {
		r.last = uint32(f.peers.net.rnd.IntN(1000))
	}
	r.last++
	r.of, r.pending, r.settled = of, true, nil
	return fmt.Sprintf("RSeq: %d", r.last)
}

// repeat sends the provisional of x until its PRACK comes, T1 doubling, or nobody
// waits for that; without one the INVITE has failed.
func (r *reliable) repeat(x *answering, over func() bool, fail func()) {
	n, raw, q := r.last, x.last, x.agent.net.queue
	end := q.now + 64*t1
	var again func(time.Duration)
	again = func(wait time.Duration) {
		q.after(wait, func() {
			switch {
			case !r.pending || r.last != n:
			case over():
				r.pending = false
			case q.now >= end:
				r.pending = false
				fail()
			default:
				x.agent.send(x.to, raw)
				again(2 * wait)
			}
		})
	}
	again(t1)
}

// pracked takes a PRACK.
func (t *talk) pracked(x *answering, m *wire.Message) {
	if t.fork == nil || !t.fork.rel.pending || number(m, "RAck") != 0 {
		x.respond(481, "Call/Transaction Does Not Exist", "", "")
		return
	}
	rel := &t.fork.rel
	if want := fmt.Sprintf("%d %d INVITE", rel.last, rel.of); !said(m, "RAck", want) {
		t.peers.complain(t.callID, "a PRACK that is not for %q", want)
	}
	rel.pending = false
	body := ""
	if _, offers := m.SDP(); offers && !t.plan.delayed && rel.settled == nil {
		body = t.reply(m)
	}
	x.respond(200, "OK", "", body)
	if rel.settled != nil {
		rel.settled()
	}
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

// offerEarly answers a re-INVITE without an offer with one of this side's, and
// accepts it when the PRACK with the answer is here (RFC 3262 section 5).
func (f *fork) offerEarly(x *answering, m *wire.Message) {
	t := f.talk
	f.peers.seen("early offer in a re-INVITE")
	x.respond(183, "Session Progress", "", t.reply(m), "Contact: <"+t.contact()+">", "Require: 100rel", f.rel.next(f, m.CSeq.N))
	f.rel.settled = func() {
		if t.offered == x && !t.over {
			t.agree(x, m)
		}
	}
	f.rel.repeat(x, func() bool { return t.offered != x || t.over || x.status != 0 }, func() { t.refuse(504) })
}

// answersEarly acknowledges the early offer of the other side in a re-INVITE: the
// PRACK has the answer, and media moves with it.
func (t *talk) answersEarly(c *change, m *wire.Message) {
	n := number(m, "RSeq")
	if n == 0 || n <= t.rseq {
		return
	}
	t.rseq, c.settled = n, true
	port := t.moved()
	t.ask("PRACK", offer(t.host(), port, "sendrecv"), func(m *wire.Message) {
		if m != nil && m.Status < 300 {
			c.port = port
			if c.over { // the 2xx has overtaken it
				t.port = port
			}
			return
		}
		t.told(m)
	}, fmt.Sprintf("RAck: %d %d INVITE", n, c.cseq))
}

// updateEarly sends an UPDATE before the answer, where that is planned.
func (t *talk) updateEarly() {
	if t.plan.earlyUpdate && t.settled && !t.confirmed {
		t.peers.seen("early UPDATE")
		t.update(&change{deed: updates})
	}
}
