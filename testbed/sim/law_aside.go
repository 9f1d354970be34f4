package sim

import (
	"fmt"
	"strings"

	"tregua/policy"
)

// besides holds what a call was to be handed on to against its records: one for
// each that was judged, a repeat of a refusal, or none where it was in doubt. It
// returns how many were counted as repeats, and how many may have been.
func (j judge) besides(t *trail, records map[policy.AttemptID]*policy.Record) (repeats, unclear uint32) {
	for _, b := range t.asides {
		r := records[b.attempt.ID]
		delete(records, b.attempt.ID)
		why := kindOf(b.attempt.Called).refusal()
		switch {
		case r == nil && why != policy.OK && j.cfg.StoreFail == 0:
			repeats++
		case r == nil && j.cfg.StoreFail == 0:
			j.broken(t.id, "nothing is recorded of %d, to whom the call was to be handed on", b.attempt.Called)
		case r == nil && why != policy.OK:
			unclear++ // a repeat, or the store could not take it
		case r == nil:
		case (r.Ending.Outcome == policy.OutcomeRefused) != (why != policy.OK) && j.cfg.StoreFail == 0:
			j.broken(t.id, "the record of %d, to whom the call was to be handed on, says %s; it is %s", b.attempt.Called, r.Ending.Outcome, why)
		}
	}
	return repeats, unclear
}

// handedOn reports whether the carrier has taken a REFER to a number, while the
// call lasted.
func (t *trail) handedOn(n policy.Number) bool {
	i := t.first(0, func(x *crossing) bool {
		return x.asks(false, carrierListener, "REFER") && strings.Contains(essence(x.msg), fmt.Sprintf("sip:+%d@", n))
	})
	return i >= 0 && t.first(i, func(x *crossing) bool {
		return x.is(true, carrierListener, "REFER", 200, 299) && x.msg.Via.Branch == t.list[i].msg.Via.Branch &&
			(t.ended == 0 || x.at < t.ended)
	}) >= 0
}

// asideLaws: a carrier hears of nobody whom it may not dial, and each attempt that
// was allowed is closed once.
func (j judge) asideLaws(t *trail) {
	for _, b := range t.asides {
		if n := len(b.records); n > 1 || n == 1 && kindOf(b.attempt.Called).refusal() != policy.OK {
			j.broken(t.id, "%d records of %d, to whom the call was to be handed on", n, b.attempt.Called)
		}
	}
	for _, b := range t.asides {
		if len(b.records) == 1 && t.handedOn(b.attempt.Called) && b.records[0].Outcome != policy.OutcomeHandedOn {
			j.broken(t.id, "the call was handed on to %d, the record says %s", b.attempt.Called, b.records[0].Outcome)
		}
	}
	for i := range t.list {
		if x := &t.list[i]; !x.in && x.side == carrierListener {
			j.handsOn(t, x)
		}
	}
}

// handsOn looks at what a carrier is told to dial.
func (j judge) handsOn(t *trail, x *crossing) {
	if k := kindOfURI(x.msg.Contact.URI); x.is(false, carrierListener, "INVITE", 300, 399) && k.refusal() != policy.OK {
		j.broken(t.id, "a carrier is told to dial %s: %s", x.msg.Contact.URI, k.refusal())
	}
	for v := range x.msg.Named("Refer-To") {
		if k := kindOfURI(uriOf(v)); k.refusal() != policy.OK {
			j.broken(t.id, "a carrier is asked to dial %s: %s", v, k.refusal())
		}
	}
}
