package call

import (
	"slices"
	"strings"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// maxTargets bounds the targets of one redirect.
const maxTargets = 8

// aside is an attempt beside that of the call: a target that a PBX wants the
// carrier to dial. No phone rings for it but by the carrier's hand, so it is
// judged before the carrier hears of it (design law 5).
type aside struct {
	n      uint32
	in     Request // the REFER that waits; no message: it is of the redirect
	uri    string  // its target
	dialog *dialog
}

// redirect is a 3xx of a PBX that waits for the decisions on its targets.
type redirect struct {
	msg     *wire.Message
	allowed []uint32
	refusal *Refusal // the first one
	waiting int
}

// noDigits are the types of ISUP messages that a caller may send before the
// answer and that bring no digits (ITU-T Q.763 table 4): information, release,
// suspend, resume, call progress, user-to-user, facility, application transport,
// pre-release.
const noDigits = "\x04\x0c\x0d\x0e\x2c\x2d\x33\x41\x42"

// moreDigits reports whether a request may bring digits to be dialled behind those
// of the INVITE, as an ISUP subsequent address message does (RFC 3578 section 4).
func moreDigits(m *wire.Message) bool {
	parts, _ := m.Parts()
	return slices.ContainsFunc(parts, func(p wire.Part) bool {
		return strings.EqualFold(p.Type, "application/isup") &&
			(p.Encoded || p.Body == "" || strings.IndexByte(noDigits, p.Body[0]) < 0)
	})
}

// dials reports whether what a side asks for would be dialled by a carrier.
func (c *Call) dials(from media.Leg) bool { return c.legs[from].PBX && !c.legs[from.Other()].PBX }

func (c *Call) askAside(from media.Leg, uri string, a aside) {
	c.lastAside++
	a.n = c.lastAside
	c.asides = append(c.asides, a)
	c.do(AskAside{a.n, from, uri})
}

func (c *Call) endAside(n uint32, o policy.Outcome, status int) {
	if n != 0 {
		c.do(AsideEnded{n, o, status})
	}
}

// refer asks for a decision on the target of a REFER (RFC 3515).
func (c *Call) refer(in Request, d *dialog) {
	var targets []string
	for v := range in.Msg.Named("Refer-To") {
		as, err := wire.ParseNameAddrs(v)
		if err != nil {
			c.reply(in, 400, "Bad Refer-To")
			return
		}
		for _, a := range as {
			targets = append(targets, a.URI)
		}
	}
	if len(targets) != 1 { // 2.4.1: exactly one
		c.reply(in, 400, "Bad Refer-To")
		return
	}
	if g := c.granted; g.aside != 0 && g.from == in.From && g.uri == targets[0] {
		c.granted = grant{}
		c.stop(TimerGrant)
		c.relay(in, d, g.asked)
		return
	}
	c.askAside(in.From, targets[0], aside{in: in, dialog: d, uri: targets[0]})
}

// asked is the attempt of a REFER, and its target; zero: there is none.
type asked struct {
	aside uint32
	uri   string
}

// grant is an allowed REFER that was challenged: it comes again with
// credentials, the same attempt.
type grant struct {
	asked
	from   media.Leg
	status int
}

// grants waits for a challenged REFER to come again.
func (c *Call) grants(r relay, status int) {
	c.forfeit()
	c.granted = grant{r.asked, r.in.From, status}
	c.set(TimerGrant, 64*c.times.T1)
}

// forfeit closes the record of a REFER that did not come again.
func (c *Call) forfeit() {
	g := c.granted
	c.granted = grant{}
	c.stop(TimerGrant)
	c.endAside(g.aside, policy.OutcomeFailed, g.status)
}

// redirects takes a 3xx of a PBX to a call from the carrier, which would dial
// its targets; false: it is none.
func (c *Call) redirects(m *wire.Message) bool {
	if m.Status >= 400 || !c.dials(media.B) || c.invite.cancelled {
		return false
	}
	var targets []string
	for v := range m.Values(wire.HContact) {
		as, _ := wire.ParseNameAddrs(v) // wire.Read has read it
		for _, a := range as {
			targets = append(targets, a.URI)
		}
	}
	if len(targets) > maxTargets {
		c.answerInvite(&c.invite, 480, "Temporarily Unavailable")
		c.settle()
		return true
	}
	if len(targets) == 0 {
		return false
	}
	c.redirect = &redirect{msg: m, waiting: len(targets)}
	for _, uri := range targets {
		c.askAside(media.B, uri, aside{})
	}
	return true
}

// judgedAside goes on with what waited for a decision.
func (c *Call) judgedAside(j JudgedAside) {
	i := slices.IndexFunc(c.asides, func(a aside) bool { return a.n == j.N })
	if i < 0 {
		return
	}
	a := c.asides[i]
	c.asides = slices.Delete(c.asides, i, i+1)
	switch {
	case a.in.Msg == nil:
		c.redirected(a.n, j.Refusal)
	case j.Refusal != nil:
		c.reply(a.in, j.Refusal.Status, j.Refusal.Phrase, j.Refusal.Lines...)
	case c.phase == over || a.dialog.shut[a.in.From]:
		c.endAside(a.n, policy.OutcomeCancelled, 0)
		c.reply(a.in, 481, "Call/Transaction Does Not Exist")
	case a.in.Msg.CSeq.N < a.dialog.cseq[a.in.From]: // a BYE has overtaken it (15.1.2)
		c.endAside(a.n, policy.OutcomeCancelled, 0)
		c.reply(a.in, 487, "Request Terminated")
	default:
		c.relay(a.in, a.dialog, asked{a.n, a.uri})
	}
}

// maxHeld bounds the requests that wait behind a REFER.
const maxHeld = 16

// holds keeps a request back while a REFER of its side that came before is being
// judged: requests of a side arrive in their order (12.2.2). A BYE waits for
// nothing.
func (c *Call) holds(in Request) bool {
	if in.Msg.Method == "BYE" || len(c.held) >= maxHeld || !c.judging(in.From) {
		return false
	}
	c.held = append(c.held, in)
	return true
}

// judging reports whether a REFER of a side waits for its decision.
func (c *Call) judging(from media.Leg) bool {
	return c.phase != over && slices.ContainsFunc(c.asides, func(a aside) bool { return a.in.Msg != nil && a.in.From == from })
}

// resume goes on with what was kept back.
func (c *Call) resume() {
	for {
		i := slices.IndexFunc(c.held, func(in Request) bool { return !c.judging(in.From) })
		if i < 0 {
			return
		}
		in := c.held[i]
		c.held = slices.Delete(c.held, i, i+1)
		c.request(in)
	}
}

// redirected passes a redirect on when every target of it is allowed. One that
// is not spoils it: who gets the rest may come upon that one too.
func (c *Call) redirected(n uint32, refusal *Refusal) {
	r := c.redirect
	r.waiting--
	switch {
	case refusal == nil:
		r.allowed = append(r.allowed, n)
	case r.refusal == nil:
		r.refusal = refusal
	}
	if r.waiting > 0 {
		return
	}
	c.redirect = nil
	outcome := policy.OutcomeHandedOn
	switch {
	case c.invite.final || c.invite.cancelled:
		outcome = policy.OutcomeCancelled
		c.answerInvite(&c.invite, 487, "Request Terminated")
	case r.refusal != nil:
		outcome = policy.OutcomeCancelled
		c.answerInvite(&c.invite, r.refusal.Status, r.refusal.Phrase, r.refusal.Lines...)
	default:
		c.do(Respond{c.invite.tx, r.msg.Status, c.back(&c.invite, r.msg)})
		c.finalAnswer(&c.invite, r.msg.Status)
	}
	for _, n := range r.allowed {
		c.endAside(n, outcome, 0)
	}
	c.settle()
}

// transferred takes note of a REFER that was answered and of the NOTIFY that
// ends its report (RFC 3515 section 2.4.7).
func (c *Call) transferred(r relay, status int) {
	switch r.in.Msg.Method {
	case "REFER":
		c.referred = c.referred || status < 300
		switch {
		case status < 300:
			c.endAside(r.asked.aside, policy.OutcomeHandedOn, status)
		case r.asked.aside != 0 && (status == 401 || status == 407) && c.phase != over:
			c.grants(r, status)
		default:
			c.endAside(r.asked.aside, policy.OutcomeFailed, status)
		}
	case "NOTIFY":
		for v := range r.in.Msg.Named("Subscription-State") {
			if state, _, _ := strings.Cut(v, ";"); strings.EqualFold(strings.TrimSpace(state), "terminated") {
				c.referred = false
				c.stop(TimerLinger)
			}
		}
	}
}
