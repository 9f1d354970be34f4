package sim

import (
	"tregua/policy"
)

// crossed returns the 2xx of a person who answered when the caller had been told
// otherwise, nil for none: it came before the call was over. Whoever was put
// through to nobody met silence, if only for a moment.
func (t *trail) crossed() *crossing {
	if m := t.answer(); m == nil || m.Status < 300 {
		return nil
	}
	i := t.first(0, func(x *crossing) bool { return x.is(true, t.to(), "INVITE", 200, 299) && x.at <= t.ended })
	if i < 0 {
		return nil
	}
	return &t.list[i]
}

// tellsCrossed holds what a record says of such a call; unwatched is its outcome
// where nobody watches.
func (j judge) tellsCrossed(t *trail, ok *crossing, e *policy.Ending, unwatched policy.Outcome) {
	mode := j.owed(t).Mode
	_, machine := ok.msg.Contact.Params.Get("automata")
	outcome, ratio := policy.OutcomeSilent, policy.RatioA
	switch {
	case mode == policy.WatchOff:
		outcome, ratio = unwatched, policy.RatioNone
	case machine:
		outcome, ratio = policy.OutcomeMachine, policy.RatioNone
	}
	if e.Ratio != ratio || j.cfg.Stop == 0 && e.Outcome != outcome || e.Watch != mode || !e.AnsweredAt.Equal(epoch.Add(ok.came)) {
		j.broken(t.id, "an answer crossed the end of the call at %v; the record says %s, class %s, answered at %v", ok.came, e.Outcome, e.Ratio, e.AnsweredAt)
	}
	j.tallied(e, mode)
}
