package policy

import "time"

// Classify says how an attempt that is over ended and where it counts in the
// ratio of silent calls (regulation.md R23). It looks at what happened on the
// line; of an attempt that was not answered the call has said all, and its
// outcome stands. A call that nobody watched is not judged afterwards. Of the
// outcome of an answered one only OutcomeInterrupted is heard.
func Classify(p *SilentParams, e *Ending) (Outcome, Ratio) {
	switch {
	case e.AnsweredAt.IsZero():
		return e.Outcome, RatioNone
	case e.Watch == WatchOff:
		return e.unwatched(), RatioNone
	case e.operatorWithin(p.Limit.Value):
		// Whatever came later: in shadow this is a lawful call even if the cut
		// would have come before the operator's first word was recognised.
		return OutcomeConnected, RatioB
	case e.Machine != NoMachine:
		return OutcomeMachine, RatioNone
	case e.Deaf && e.CutAt.IsZero() && !e.Due:
		// There was sound in no codec that can be heard: nobody knows, also
		// when it paused at the end.
		return OutcomeExcluded, RatioNone
	}
	return p.nobodyHeard(e)
}

// unwatched returns the outcome of an answered call that nobody watched. An
// answer that crossed the CANCEL, or came when tregua had given up, is what the
// dialer was told.
func (e *Ending) unwatched() Outcome {
	if e.Outcome == OutcomeCancelled || e.Outcome == OutcomeUnreachable {
		return e.Outcome
	}
	return OutcomeExcluded
}

// nobodyHeard classes a call of a person who lifted the receiver and was put in
// contact with nobody.
func (p *SilentParams) nobodyHeard(e *Ending) (Outcome, Ratio) {
	switch {
	case e.Due || !e.CutAt.IsZero():
		return e.silent(), RatioA
	case e.EndedBy == Callee:
		return OutcomeHungUp, p.HungUp.Value.ratio()
	case e.Outcome == OutcomeInterrupted:
		return OutcomeInterrupted, RatioA
	}
	return e.silent(), RatioA // the dialer gave up, or tregua ended the call
}

// Late reports whether the cut of a silent call came later than limit after the
// answer (law.late).
func (e *Ending) Late(limit time.Duration) bool {
	return !e.AnsweredAt.IsZero() && !e.CutAt.IsZero() && e.CutAt.Sub(e.AnsweredAt) > limit
}

// ratio returns the class of a callee who hung up first.
func (h HungUp) ratio() Ratio {
	if h == HungUpSilent {
		return RatioA
	}
	return RatioNone
}

// operatorWithin reports whether an operator had begun to speak limit after the
// answer. One whose beginning is not known proves nothing.
func (e *Ending) operatorWithin(limit time.Duration) bool {
	return e.Line == LineOperator && !e.OperatorAt.IsZero() && e.OperatorAt.Sub(e.AnsweredAt) <= limit
}

// silent returns the outcome of a silent call: on a live line, or on none.
func (e *Ending) silent() Outcome {
	if e.Line == LineQuiet {
		return OutcomeSilentQuiet
	}
	return OutcomeSilent
}
