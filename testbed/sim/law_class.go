package sim

import (
	"tregua/media"
	"tregua/policy"
	"tregua/policy/ledger"
)

// tellsClass holds what a record says of an answered call: its outcome and class
// (regulation.md R23), and what they rest on.
func (j judge) tellsClass(t *trail, e *policy.Ending) {
	a, _ := j.answered(t)
	if outcome, ratio := j.class(t, &a, e); e.Outcome != outcome || e.Ratio != ratio {
		j.broken(t.id, "the record says %s, class %d; it was %s, class %d", e.Outcome, e.Ratio, outcome, ratio)
	}
	var heard media.Heard
	if a.watch.Mode != policy.WatchOff {
		heard = t.media.word(t.ended)
	}
	want := policy.Ending{
		Watch: a.watch.Mode, Line: policy.LineState(heard.State), Deaf: heard.Deaf,
		AnsweredAt: epoch.Add(a.came), EndedAt: epoch.Add(t.ended),
	}
	if heard.Ambience != 0 {
		want.AmbienceAt = epoch.Add(heard.Ambience)
	}
	if heard.Decided != 0 {
		want.OperatorAt, want.DecidedAt = epoch.Add(heard.Onset), epoch.Add(heard.Decided)
	}
	if a.cut() {
		want.CutAt = epoch.Add(t.ended)
	}
	is := policy.Ending{
		Watch: e.Watch, Line: e.Line, Deaf: e.Deaf, AnsweredAt: e.AnsweredAt, EndedAt: e.EndedAt,
		AmbienceAt: e.AmbienceAt, OperatorAt: e.OperatorAt, DecidedAt: e.DecidedAt, CutAt: e.CutAt,
	}
	if is != want {
		j.broken(t.id, "the record says %+v, it was %+v", is, want)
	}
	if late := t.ended-a.came > silentLimit; a.cut() && (e.Reason == policy.LawLate) != late {
		j.broken(t.id, "cut %v after the answer, the record says %s", t.ended-a.came, e.Reason)
	}
	j.tallied(e, a.watch.Mode)
}

// class is where an answered call counts.
func (j judge) class(t *trail, a *answered, e *policy.Ending) (policy.Outcome, policy.Ratio) {
	if a.watch.Mode == policy.WatchOff {
		return policy.OutcomeExcluded, policy.RatioNone
	}
	heard := t.media.word(t.ended)
	switch {
	case heard.State == media.Operator && heard.Onset-a.came <= silentLimit:
		return policy.OutcomeConnected, policy.RatioB
	case t.toldOfMachine(a):
		return policy.OutcomeMachine, policy.RatioNone
	case heard.State == media.Quiet && heard.Deaf && !a.cut():
		return policy.OutcomeExcluded, policy.RatioNone
	case e.EndedBy == policy.Callee && !t.over(a):
		return policy.OutcomeHungUp, policy.RatioNone
	case heard.State == media.Quiet:
		return policy.OutcomeSilentQuiet, policy.RatioA
	}
	return policy.OutcomeSilent, policy.RatioA // cut, or due to be, or the dialer gave up, or tregua ended it
}

// over reports whether the time was over and nobody had hung up.
func (t *trail) over(a *answered) bool { return t.ended >= a.due && !a.gone }

// toldOfMachine reports whether the carrier's 200 or the dialer's BYE says that
// a machine answered.
func (t *trail) toldOfMachine(a *answered) bool {
	return t.first(0, func(x *crossing) bool {
		switch {
		case x.is(true, media.B, "INVITE", 200, 299):
			_, is := x.msg.Contact.Params.Get("automata")
			return is && x.msg.To.Tag == a.tag
		case x.asks(true, media.A, "BYE") && x.at <= t.ended && (a.byes[media.A] == nil || x.at < a.byes[media.A].at):
			for range x.msg.Named(machineHeader) {
				return true
			}
		}
		return false
	}) >= 0
}

// tallied counts an answered call as its record must be counted. That the record
// says the same, tellsClass sees.
func (j judge) tallied(e *policy.Ending, w policy.Watch) {
	c := j.counts
	c.Answered++
	switch e.Outcome {
	case policy.OutcomeExcluded:
		c.Excluded++
	case policy.OutcomeMachine:
		c.Machine++
	case policy.OutcomeHungUp:
		c.HungUp++
	default: // silent and connected calls are counted by their class
	}
	switch e.Ratio {
	case policy.RatioA:
		if c.Silent++; w == policy.WatchShadow {
			c.SilentShadow++
		}
	case policy.RatioB:
		c.Connected++
	case policy.RatioNone:
	}
	if e.Reason == policy.LawLate {
		c.Late++
	}
}

// counted holds the counters of the ledger against the calls at the edge.
func (j judge) counted(r *ledger.Reader) {
	all, err := r.Recount()
	if err != nil {
		j.broken("", "the records cannot be counted: %v", err)
		return
	}
	var is ledger.Counters
	for _, c := range all { // order: sums
		is.Answered += c.Answered
		is.Silent += c.Silent
		is.SilentShadow += c.SilentShadow
		is.Connected += c.Connected
		is.Machine += c.Machine
		is.HungUp += c.HungUp
		is.Excluded += c.Excluded
		is.Late += c.Late
	}
	if !is.Equal(*j.counts) {
		j.broken("", "the ledger counts %+v, at the edge it was %+v", is, *j.counts)
	}
}
