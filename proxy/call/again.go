package call

import (
	"tregua/media"
	"tregua/proxy/wire"
)

// maxRounds is how often an INVITE may come again within one attempt: several
// proxies may each challenge it, and each nonce may be stale.
const maxRounds = 10

// Waits reports whether the call was answered so that its INVITE comes again,
// and one of that CSeq number can be it (RFC 3261 8.1.3.5).
func (c *Call) Waits(cseq uint32) bool { return c.phase == waiting && cseq > c.invite.cseq }

// asksAgain reports whether a failure tells the caller to come again with
// something else: credentials (401, 407), a longer session (422), a moment later
// (491), another target. Its next INVITE is the same attempt, judged and counted
// already.
func asksAgain(status int) bool {
	return status == 401 || status == 407 || status == 422 || status == 491 || status >= 300 && status < 400
}

// wait waits for the INVITE to come again; false: it will not. The dialogs that the
// one before has made are over (12.3).
func (c *Call) wait(status int) bool {
	if !asksAgain(status) || c.rounds >= maxRounds {
		return false
	}
	c.phase, c.dialogs = waiting, nil
	c.ending.EndedAt = c.now // if it does not come
	c.set(TimerRetry, 64*c.times.T1)
	return true
}

// again takes the INVITE that came again, and sends it on.
func (c *Call) again(in Request) {
	m := in.Msg
	c.stop(TimerRetry)
	c.rounds++
	c.phase = calling
	c.invite = newInvite(opening, in)
	c.uri, c.from = m.URI, headerValue(m, wire.HFrom)
	c.caller = peer{target: m.Contact.URI, routes: RoutesOf(m)}
	c.offers, c.stream, c.flows = [2]proposal{}, -1, [2]media.Flow{}
	c.ending.Status, c.ending.EndedAt = 0, 0
	c.answerInvite(&c.invite, 100, "Trying")
	c.forward()
}
