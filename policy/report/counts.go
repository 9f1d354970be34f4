package report

import (
	"maps"

	"tregua/policy"
)

// Counts is what was counted of the calls of one campaign, or of several. It holds no
// number and no name of a person. The zero value has counted nothing.
type Counts struct {
	Figures  Figures  `json:"figures"`
	Operator Operator `json:"seconds_to_operator"`
	Ambience Ambience `json:"seconds_to_ambience"`
	Cuts     Cuts     `json:"seconds_to_cut"`
	// By what a name stands for, with the calls of each.
	Refusals    Names `json:"refusals"`    // the slug of the reason
	Shadow      Names `json:"shadow"`      // "rule reason": a rule in shadow would have refused
	Profiles    Names `json:"profiles"`    // of the policy
	Generations Names `json:"generations"` // of policy and data, as a decimal number
	Callers     Names `json:"callers"`     // caller ids, the last four digits hidden
}

// Names counts calls by name.
type Names map[string]uint64

func (n *Names) add(name string, calls uint64) {
	if *n == nil {
		*n = Names{}
	}
	(*n)[name] += calls
}

// Add counts one record that has ended. personal says that its personal part is
// there, which only Callers and the figure Erased depend on: all else is counted
// from what an erasure leaves.
func (c *Counts) Add(r *policy.Record, personal bool) {
	if r.Ending.Outcome == policy.OutcomeRepeated {
		c.Figures[Repeats] += uint64(r.Repeat.Count)
		return
	}
	c.addAttempt(r)
	c.addCaller(r, personal)
	c.addEnd(r)
	c.addRecontact(r)
	for _, f := range r.Decision.Trail {
		if f.Shadow && f.Reason != policy.OK {
			c.Shadow.add(f.Rule+" "+f.Reason.String(), 1)
		}
	}
}

func (c *Counts) addAttempt(r *policy.Record) {
	a, e := &r.Attempt, &r.Ending
	c.Figures[Dialled]++
	c.count(Forwarded, e.Forwarded)
	c.count(Rang, e.Rang)
	c.count(OptedOut, e.OptedOut)
	c.count(Bypass, a.Mode == policy.Bypass)
	c.count(InShadow, a.Mode == policy.Shadow)
	c.count(Emergency, a.Reading == policy.Emergency)
	c.count(Unsynced, !a.Synced)
	c.count(Would, r.Decision.Verdict == policy.Allow && wouldRefuse(&r.Decision))
	c.Profiles.add(orNone(a.Profile), 1)
	c.Generations.add(decimal(r.Facts.Generation), 1)
}

func (c *Counts) count(f Figure, is bool) {
	if is {
		c.Figures[f]++
	}
}

func wouldRefuse(d *policy.Decision) bool {
	for _, f := range d.Trail {
		if f.Shadow && f.Reason != policy.OK {
			return true
		}
	}
	return false
}

func (c *Counts) addCaller(r *policy.Record, personal bool) {
	caller := &r.Facts.Caller
	switch {
	case !personal:
		c.Figures[Erased]++
	case caller.Number != 0:
		c.Callers.add(caller.Number.Masked(), 1)
	case caller.Withheld:
		c.Callers.add("withheld", 1)
	case caller.Known == policy.Unknown:
		c.Callers.add("not looked at", 1)
	default:
		c.Callers.add("unreadable", 1)
	}
}

// addEnd counts how the attempt ended, in exactly one place.
func (c *Counts) addEnd(r *policy.Record) {
	if !r.Ending.AnsweredAt.IsZero() {
		c.addAnswered(&r.Ending)
		return
	}
	switch r.Ending.Outcome { // the other outcomes are of answered calls
	case policy.OutcomeRefused:
		c.Figures[Refused]++
		c.Refusals.add(refusal(r).String(), 1)
	case policy.OutcomeCancelled:
		c.Figures[Cancelled]++
	case policy.OutcomeFailed:
		c.Figures[Failed]++
	case policy.OutcomeUnreachable:
		c.Figures[Unreachable]++
	case policy.OutcomeInterrupted:
		c.Figures[Interrupted]++
	case policy.OutcomeHandedOn:
		c.Figures[HandedOn]++
	default:
		c.Figures[Unended]++
	}
}

// refusal is why a call was refused: by the decision, or by a fault after it.
func refusal(r *policy.Record) policy.Reason {
	if r.Decision.Reason == policy.OK {
		return r.Ending.Reason
	}
	return r.Decision.Reason
}

func (c *Counts) addAnswered(e *policy.Ending) {
	c.Figures[Answered]++
	c.Figures[class(e)]++
	if e.Ratio == policy.RatioA {
		c.addSilent(e)
	}
	c.count(Late, e.Reason == policy.LawLate)
	if !e.CutAt.IsZero() {
		c.Figures[Cut]++
		c.Cuts[cutScale.at(e.CutAt.Sub(e.AnsweredAt))]++
	}
	if !e.AmbienceAt.IsZero() {
		c.Ambience[ambienceScale.at(e.AmbienceAt.Sub(e.AnsweredAt))]++
	}
	switch {
	case e.Watch == policy.WatchOff || e.Outcome == policy.OutcomeExcluded:
	case e.OperatorAt.IsZero():
		c.Operator[operatorBins-1]++
	default:
		c.Operator[operatorScale.at(e.OperatorAt.Sub(e.AnsweredAt))]++
	}
}

// class is where an answered call belongs by what its record says: nothing is
// classed anew.
func class(e *policy.Ending) Figure {
	switch {
	case e.Ratio == policy.RatioA:
		return Silent
	case e.Ratio == policy.RatioB:
		return Connected
	case e.Outcome == policy.OutcomeMachine && e.Machine == policy.DialerMachine:
		return MachineDialer
	case e.Outcome == policy.OutcomeMachine:
		return MachineCarrier
	case e.Outcome == policy.OutcomeHungUp:
		return HungUp
	case e.Watch == policy.WatchOff:
		return Unwatched
	case e.Deaf:
		return Deaf
	}
	return Unclassed
}

func (c *Counts) addSilent(e *policy.Ending) {
	shadow := e.Watch == policy.WatchShadow
	c.count(SilentShadow, shadow)
	c.count(BarsShadow, shadow)
	c.count(Bars, !shadow)
	c.count(SilentLive, e.Outcome == policy.OutcomeSilentQuiet)
	c.count(GivenUp, e.EndedBy == policy.Caller && e.CutAt.IsZero() && e.OperatorAt.IsZero())
}

// addRecontact counts the first contact after a bar, and whether it was with an
// operator: the claim on it is taken for an attempt that is let through.
func (c *Counts) addRecontact(r *policy.Record) {
	e := &r.Ending
	if r.Decision.Claim == policy.NoClaim || !e.Forwarded {
		return
	}
	c.Figures[Recontacts]++
	c.count(RecontactAnswers, !e.AnsweredAt.IsZero())
	c.count(RecontactMet, e.Ratio == policy.RatioB)
	c.count(RecontactSilent, e.Ratio == policy.RatioA)
}

// Merge adds what another has counted.
func (c *Counts) Merge(o *Counts) {
	for i := range c.Figures {
		c.Figures[i] += o.Figures[i]
	}
	for i := range c.Operator {
		c.Operator[i] += o.Operator[i]
	}
	for i := range c.Ambience {
		c.Ambience[i] += o.Ambience[i]
	}
	for i := range c.Cuts {
		c.Cuts[i] += o.Cuts[i]
	}
	c.Refusals.merge(o.Refusals)
	c.Shadow.merge(o.Shadow)
	c.Profiles.merge(o.Profiles)
	c.Generations.merge(o.Generations)
	c.Callers.merge(o.Callers)
}

func (n *Names) merge(o Names) {
	for name, calls := range o { // order: sums
		n.add(name, calls)
	}
}

// clone returns counts that share nothing with c.
func (c *Counts) clone() Counts {
	d := *c
	for _, n := range []*Names{&d.Refusals, &d.Shadow, &d.Profiles, &d.Generations, &d.Callers} {
		*n = maps.Clone(*n)
	}
	return d
}

// AofB returns A/B, by which tregua enforces; false while there is no class B.
func (c *Counts) AofB() (ratio float64, ok bool) {
	return share(c.Figures[Silent], c.Figures[Connected])
}

// AofBoth returns A/(A+B), the other reading of the law; false without either.
func (c *Counts) AofBoth() (ratio float64, ok bool) {
	return share(c.Figures[Silent], c.Figures[Silent]+c.Figures[Connected])
}

func share(part, whole uint64) (float64, bool) {
	if whole == 0 {
		return 0, false
	}
	return float64(part) / float64(whole), true
}
