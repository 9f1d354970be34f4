package sim

import (
	"fmt"
	"strings"
	"time"

	"tregua/media"
	"tregua/policy"
)

// policyLaws holds what concerns the numbers.
func (j judge) policyLaws() {
	said := map[string]string{}
	for _, t := range j.order {
		p := j.peers.plans[t.id]
		if t.inbound || t.lapsed || strings.HasSuffix(t.id, errandMark) {
			continue
		}
		if p == nil {
			j.broken(t.id, "a call that nobody placed")
			continue
		}
		j.forbidden(t, p)
		j.redialled(t)
		m := t.answer()
		if m == nil || reason(m) == "" || j.troubled(t) {
			continue
		}
		j.result.Refused++
		user := fmt.Sprint(p.kind, p.index)
		is := fmt.Sprint(m.Status, " ", reason(m))
		if was, ok := said[user]; ok && was != is && j.steady(t, p) {
			j.broken(t.id, "refused with %s, before with %s", is, was)
		}
		said[user] = is
	}
}

// steady reports whether a number is refused for one reason all the time. Of one that
// passes by the gate the next call may find a place, or something else against it.
func (j judge) steady(t *trail, p *plan) bool {
	return p.kind != objecting && !j.cfg.Caps && (!j.cfg.Gate || !j.house.paced(&t.attempt))
}

// patience is how long an attempt may be on its way through desk and ledger.
const patience = 20 * time.Millisecond

// forbidden holds one call against what the business data says of its number.
func (j judge) forbidden(t *trail, p *plan) {
	i := t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") })
	said := ""
	if m := t.answer(); m != nil {
		said = reason(m)
	}
	switch why := p.kind.refusal(); {
	case why != policy.OK:
		j.refused(t, why, i >= 0)
	case p.kind == objecting:
		j.objection(t, p, i)
	case said != "" && j.throttled(t):
	case said == policy.FrequencyAttempts.String():
		j.tooOften(t)
	case said == policy.FrequencyContacts.String():
		j.contacted(t)
	case said == policy.BarSilent.String():
		if _, barred := j.barred(t.attempt.Called, t.askedAt+patience); !barred {
			j.broken(t.id, "refused for a silent call that there was not")
		}
	case said != "" && !j.troubled(t):
		j.broken(t.id, "a lawful call was refused: %s", said)
	}
}

// refused holds a call to a number that is forbidden. left says that an INVITE
// went out.
func (j judge) refused(t *trail, why policy.Reason, left bool) {
	if left {
		j.broken(t.id, "a carrier got a number that is forbidden: %s", why)
		return
	}
	m := t.answer()
	if (m == nil || reason(m) != why.String()) && !t.cancelledEarly() && !j.troubled(t) {
		j.broken(t.id, "not refused with %s", why)
	}
}

// objection: no INVITE leaves once the holder's objection is in force. i is
// where one left, -1 for never.
func (j judge) objection(t *trail, p *plan, i int) {
	at, made := j.objectAt[p.kind.number(p.index)]
	if made && i >= 0 && t.list[i].at > at+patience {
		j.broken(t.id, "a carrier got a number whose holder had objected %v before", t.list[i].at-at)
	}
}

// troubled reports whether a call was turned away for a trouble that the run
// was told to make: the store failed, there were no media ports, or tregua was
// being stopped.
func (j judge) troubled(t *trail) bool {
	m := t.answer()
	if m == nil {
		return false
	}
	switch reason(m) {
	case policy.StoreDown.String():
		return j.cfg.StoreFail > 0
	case policy.MediaExhausted.String():
		return j.cfg.PortsFail > 0
	case policy.Draining.String(), "":
		return j.cfg.Stop > 0 && m.Status == 480
	}
	return false
}

// cancelledEarly reports whether the caller cancelled before it was refused.
func (t *trail) cancelledEarly() bool {
	m := t.answer()
	return m != nil && m.Status == 487
}
