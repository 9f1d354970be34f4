package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"tregua/proxy/wire"
)

// callee is the called side of one call: a proxy that forks, and the phones.
type callee struct {
	*site
	plan      *plan
	id        string
	invite    *answering // of the last round
	rounds    int
	begun     bool
	forks     [2]*fork
	cancelled bool
	final     int
	heard     []int // finals of its own requests in the call
	byed      bool
	ringing   []string // as the caller must hear it
}

// fork is one phone that rings.
type fork struct {
	*callee
	tag  string
	talk *talk
	ok   []byte
	ackd bool
	rel  reliable
}

func (s *site) invited(x *answering, m *wire.Message) {
	p := s.peers.plans[m.CallID]
	y := s.callees[m.CallID]
	if p == nil || y != nil && (y.begun || m.CSeq.N <= y.invite.req.CSeq.N) {
		s.peers.complain(m.CallID, "a second INVITE, or one of nobody, reached %s", s.agent.label)
		return
	}
	if y == nil {
		y = &callee{site: s, plan: p, id: m.CallID}
		s.callees[m.CallID] = y
		for i := range y.forks {
			y.forks[i] = &fork{callee: y, tag: s.agent.fresh("c")}
		}
	}
	y.invite = x
	if y.turnsAway(m) {
		return
	}
	y.begun = true
	for _, st := range p.steps {
		s.peers.net.queue.after(st.after, func() { y.step(st) })
	}
}

// turnsAway challenges an INVITE, or finds its session too short.
func (y *callee) turnsAway(m *wire.Message) bool {
	y.rounds++
	switch status, line := y.plan.guard("INVITE", y.rounds-1, m); {
	case status != 0 && y.plan.ringsFirst:
		y.ringsInVain(status, line)
		return true
	case status != 0:
		y.invite.respond(status, "Unauthorized", y.agent.fresh("c"), "", line)
		return true
	case y.plan.minSE > 0 && number(m, "Session-Expires") < uint32(y.plan.minSE/time.Second):
		y.invite.respond(422, "Session Interval Too Small", y.agent.fresh("c"), "", fmt.Sprintf("Min-SE: %d", int(y.plan.minSE/time.Second)))
		return true
	}
	return false
}

func (y *callee) step(s step) {
	f := y.forks[s.fork]
	if s.status == 200 && f.ok == nil && (y.final == 200 || !y.cancelled && y.final == 0) {
		f.answer()
		return
	}
	if y.final != 0 || y.cancelled {
		return
	}
	switch {
	case s.status == 100:
		y.invite.respond(100, "Trying", "", "")
	case s.status < 200:
		f.ring(s)
	default:
		y.fail(s.status)
	}
}

func (y *callee) fail(status int) {
	if y.final != 0 {
		return
	}
	y.final = status
	var lines []string
	if status == 302 {
		target := "sip:elsewhere@10.9.9.9"
		if y.plan.moved != 0 {
			target = fmt.Sprintf("sip:+%d@10.9.9.9", y.plan.moved)
		}
		lines = []string{"Contact: <" + target + ">"}
	}
	y.invite.respond(status, "No", y.forks[0].tag, "", lines...)
}

func (f *fork) index() int {
	if f.forks[1] == f {
		return 1
	}
	return 0
}

func (f *fork) contact() string {
	return fmt.Sprintf("sip:phone%d@%s:%d", f.index(), f.agent.addr.Addr(), int(f.agent.addr.Port())+10+f.index())
}

func (f *fork) port() int { return 6000 + 4*f.plan.index + 2*f.index() }

// lines are Contact and Record-Route of the phone's responses.
func (f *fork) lines() []string {
	lines := []string{"Contact: <" + f.contact() + ">"}
	if f.plan.automaton {
		lines[0] += ";automata"
	}
	lr := ";lr"
	if f.plan.strict {
		lr = ""
	}
	if f.plan.recordRoute {
		lines = append(lines, "Record-Route: <sip:"+f.agent.addr.String()+lr+";n=2>", "Record-Route: <sip:"+f.agent.addr.String()+lr+";n=1>")
	}
	return lines
}

// meet returns the phone's dialog with the caller.
func (f *fork) meet() *talk {
	if f.talk != nil {
		return f.talk
	}
	m := f.invite.req
	t := newTalk(f.site, f.plan, f.id, f.tag, m.From.Tag)
	t.local, t.remote = "<"+m.To.URI+">;tag="+f.tag, m.From.Text
	t.note = func(status int) { f.heard = append(f.heard, status) }
	t.contacts, t.target, t.routes = []string{f.contact()}, m.Contact.URI, routesOf(m, false)
	t.base, t.port, t.seen, t.cseq, t.invited = f.port(), f.port(), m.CSeq.N, 100*uint32(f.index()+1), m.CSeq.N
	t.bye, t.guards, t.fork = func() { f.byed = true }, true, f
	f.talk = t
	return t
}

// ring sends a provisional, reliably where that is planned (RFC 3262 section 3).
func (f *fork) ring(s step) {
	if s.reliable && f.rel.awaits() {
		f.peers.net.queue.after(100*time.Millisecond, func() { f.step(s) })
		return
	}
	body := ""
	if s.sdp && (!f.plan.delayed || s.reliable) {
		body = offer(f.host(), f.port(), "sendrecv")
	}
	f.ringing = append(f.ringing, fmt.Sprint(s.status, f.tag, body != ""))
	lines := f.lines()
	if s.reliable {
		lines = append(lines, "Require: 100rel", f.rel.next(f, f.invite.req.CSeq.N))
	}
	if s.reliable && body != "" {
		f.meet().settled = true
	}
	f.invite.respond(s.status, "Ringing", f.tag, body, lines...)
	if s.reliable {
		f.peers.seen("reliable provisional")
		f.meet()
		f.rel.repeat(f.invite, func() bool { return f.final != 0 || f.cancelled }, func() { f.fail(504) })
	}
}

// answer picks up. The 2xx is repeated until its ACK (13.3.1.4).
func (f *fork) answer() {
	if f.rel.awaits() { // RFC 3262 section 3: the PRACK comes first
		f.peers.net.queue.after(100*time.Millisecond, func() {
			if f.ok == nil && (f.final == 0 || f.final == 200) {
				f.answer()
			}
		})
		return
	}
	f.final = 200
	t := f.meet()
	body := offer(f.host(), t.port, "sendrecv")
	if t.settled {
		body = ""
	}
	lines := f.lines()
	if f.plan.session > 0 {
		lines = append(lines, f.plan.sessionLine())
	}
	f.ok = f.invite.respond(200, "OK", f.tag, body, lines...)
	t.confirmed = true
	q := f.peers.net.queue
	f.repeat(t1, q.now+64*t1)
	if f.plan.impatient {
		t.hangup()
	}
}

func (f *fork) repeat(wait, end time.Duration) {
	q := f.peers.net.queue
	q.after(wait, func() {
		switch {
		case f.ackd || f.talk.deaf:
		case q.now >= end: // no ACK: the callee hangs up
			f.talk.hangup()
		default:
			f.agent.send(f.invite.to, f.ok)
			f.repeat(min(2*wait, t2), end)
		}
	})
}

// acked is the ACK to the 2xx of the phone.
func (f *fork) acked(m *wire.Message, to netip.AddrPort) {
	if f.ok == nil {
		f.peers.complain(m.CallID, "ACK %d for a phone that did not answer", m.CSeq.N)
		return
	}
	if f.ackd {
		return
	}
	f.ackd = true
	t := f.talk
	t.checkWay(m, to)
	switch {
	case f.plan.deaf:
		t.deaf = true
		return
	case f.plan.forgets:
		t.lost = true
		return
	}
	q := f.peers.net.queue
	for i := range f.plan.calleeInfos {
		q.after(time.Duration(i+1)*1700*time.Millisecond, t.info)
	}
	t.begin(f.plan.calleeActs, nil)
	if f.plan.hangupAfter >= 0 {
		q.after(f.plan.hangupAfter, t.hangup)
	}
}

// cancel ends the INVITE as the plan has it.
func (y *callee) cancel(x *answering) {
	x.respond(200, "OK", y.forks[0].tag, "")
	if y.final != 0 || y.cancelled || y.invite.status != 0 { // it was challenged before
		return
	}
	y.cancelled = true
	q := y.peers.net.queue
	switch y.plan.cancel {
	case obeys:
		q.after(y.peers.net.between(0, 300*time.Millisecond), func() { y.fail(487) })
	case tooLate:
		q.after(y.peers.net.between(0, 300*time.Millisecond), y.forks[0].answer)
	case ignores:
		q.after(45*time.Second, y.forks[0].answer)
	case neverMind:
	}
}

// left reports whether a phone has hung up.
func (y *callee) left() bool {
	return slices.ContainsFunc(y.forks[:], func(f *fork) bool { return f.talk != nil && f.talk.left })
}
