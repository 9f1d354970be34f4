package sim

import (
	"tregua/policy"
)

// besides holds what a call was to be handed on to against its records: one for
// each that was judged, a repeat of a refusal, or none where it was in doubt. It
// returns how many were counted as repeats.
func (j judge) besides(t *trail, records map[policy.AttemptID]*policy.Record) (repeats uint32) {
	for _, b := range t.asides {
		r := records[b.attempt.ID]
		delete(records, b.attempt.ID)
		why := kindOf(b.attempt.Called).refusal()
		switch {
		case r == nil && why != policy.OK && j.cfg.StoreFail == 0:
			repeats++
		case r == nil && j.cfg.StoreFail == 0:
			j.broken(t.id, "nothing is recorded of %d, to whom the call was to be handed on", b.attempt.Called)
		case r == nil:
		case (r.Ending.Outcome == policy.OutcomeRefused) != (why != policy.OK) && j.cfg.StoreFail == 0:
			j.broken(t.id, "the record of %d, to whom the call was to be handed on, says %s; it is %s", b.attempt.Called, r.Ending.Outcome, why)
		}
	}
	return repeats
}

// asideLaws: a carrier hears of nobody whom it may not dial, and each attempt that
// was allowed is closed once.
func (j judge) asideLaws(t *trail) {
	for _, b := range t.asides {
		if n := len(b.records); n > 1 || n == 1 && kindOf(b.attempt.Called).refusal() != policy.OK {
			j.broken(t.id, "%d records of %d, to whom the call was to be handed on", n, b.attempt.Called)
		}
	}
	for i := range t.list {
		x := &t.list[i]
		if x.in || x.side != carrierListener {
			continue
		}
		if k := kindOfURI(x.msg.Contact.URI); x.is(false, carrierListener, "INVITE", 300, 399) && k.refusal() != policy.OK {
			j.broken(t.id, "a carrier is told to dial %s: %s", x.msg.Contact.URI, k.refusal())
		}
		for v := range x.msg.Named("Refer-To") {
			if k := kindOfURI(uriOf(v)); k.refusal() != policy.OK {
				j.broken(t.id, "a carrier is asked to dial %s: %s", v, k.refusal())
			}
		}
	}
}
