// Package shadow counts what enforcement would do to calls that rules only watch:
// whom each rule would refuse, alone and with others, and what is at stake in
// those calls; which calls the law of three seconds would cut; and what of the
// dialer is to be set otherwise first (compliance.md 4.4). A Report is given records
// one by one and keeps none of them.
package shadow

import (
	"cmp"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/rings"
)

// Seconds are the moments after the answer at which it is asked whom a cut would
// have hit.
var Seconds = [...]time.Duration{2500 * time.Millisecond, 3 * time.Second, 4 * time.Second, 5 * time.Second}

// perDay is how often a person is called on one day before it is told
// (regulation.md R10).
const perDay = 3

// examples is how many attempts a line names.
const examples = 3

// Rule counts what one rule would refuse of one campaign for one reason.
type Rule struct {
	Campaign string // "" for attempts that led to none
	Rule     string
	Reason   policy.Reason
	Would    uint64 // refused in shadow
	Alone    uint64 // of these, refused by no other rule
	Enforced uint64 // refused and enforced
	Examples []policy.AttemptID

	// What became of the calls that would have been refused.
	Connected     uint64        // an operator was heard
	Conversations uint64        // and talked for as long as a useful contact takes
	Talk          time.Duration // from the operator's first sound to the end
}

// Cut counts the calls in which no operator was recognised by a moment.
type Cut struct {
	Calls    uint64
	Operator uint64 // one of them came later, or was recognised later
}

// Day is the ratio of one day.
type Day struct {
	Date string // 2006-01-02
	A, B uint64
}

// Campaign counts the calls of one campaign, or of all.
type Campaign struct {
	Name     string
	Attempts uint64
	Would    uint64 // let go, and refused by a rule in shadow
	Enforced uint64 // refused

	Watched  uint64            // answered calls of which the silence is watched, and nothing is done about it
	Cuts     [len(Seconds)]Cut // of the watched ones
	A, B     uint64            // in the ratio of silent calls, in any mode
	GivenUp  uint64            // of class A, those that the dialer ended itself
	Machines [witnesses]uint64 // answered by a machine, by who says so: [policy.Machine]
	HungUp   uint64            // by the callee, before the time was over
	Deaf     uint64            // in no codec that can be heard
	Days     []Day             // by date

	Often       uint64             // persons and days with more than three calls that rang
	NotInROC    uint64             // attempts with a caller id that is not in the register
	ROCExamples []policy.AttemptID // the first of them
}

// witnesses is how many values [policy.Machine] has.
const witnesses = int(policy.DialerMachine) + 1

// WithoutDetection returns the ratio A/B as it would have been if every call that
// the dialer ended itself while nobody had spoken had gone to an operator: what its
// machine detection ends does, when it is off. False: there would be no class B.
func (c *Campaign) WithoutDetection() (ratio float64, ok bool) {
	if c.B+c.GivenUp == 0 {
		return 0, false
	}
	return float64(c.A-c.GivenUp) / float64(c.B+c.GivenUp), true
}

// Ratio returns A/B, by which tregua enforces; false while there is no class B.
func (c *Campaign) Ratio() (ratio float64, ok bool) {
	if c.B == 0 {
		return 0, false
	}
	return float64(c.A) / float64(c.B), true
}

// Config is what a report counts by.
type Config struct {
	Zone      *time.Location                               // whose days are told apart
	Frequency func(profile string) *policy.FrequencyParams // what a useful contact is
}

// Report counts records. It is for one goroutine; the reports of several are joined
// by [Report.Merge].
type Report struct {
	Total Campaign

	config    Config
	campaigns map[string]*Campaign
	rules     map[ruleKey]*Rule
}

type ruleKey struct {
	campaign, rule string
	reason         policy.Reason
}

// New returns an empty report.
func New(c Config) *Report {
	return &Report{config: c, campaigns: map[string]*Campaign{}, rules: map[ruleKey]*Rule{}}
}

// Add counts one record that has ended. Re-dials that were answered from memory are
// passed over.
func (r *Report) Add(rec *policy.Record) {
	if rec.Repeat.Count > 0 || rec.Ending.Outcome == policy.OutcomeRepeated {
		return
	}
	c := r.campaign(rec.Attempt.CampaignName)
	date := rec.Attempt.At.In(r.config.Zone).Format(time.DateOnly)
	c.add(rec, date)
	r.Total.add(rec, date)
	r.addRules(rec)
}

func (r *Report) campaign(name string) *Campaign {
	c := r.campaigns[name]
	if c == nil {
		c = &Campaign{Name: name}
		r.campaigns[name] = c
	}
	return c
}

// addRules counts what each rule has refused.
func (r *Report) addRules(rec *policy.Record) {
	refusals := 0
	for _, f := range rec.Decision.Trail {
		if f.Reason != policy.OK {
			refusals++
		}
	}
	for _, f := range rec.Decision.Trail {
		if f.Reason == policy.OK {
			continue
		}
		one := r.rule(ruleKey{rec.Attempt.CampaignName, f.Rule, f.Reason})
		if !f.Shadow {
			one.Enforced++
			continue
		}
		one.Would++
		if refusals == 1 {
			one.Alone++
		}
		one.Examples = firsts(one.Examples, rec.Attempt.ID)
		r.stake(one, rec)
	}
}

func (r *Report) rule(k ruleKey) *Rule {
	one := r.rules[k]
	if one == nil {
		one = &Rule{Campaign: k.campaign, Rule: k.rule, Reason: k.reason}
		r.rules[k] = one
	}
	return one
}

// stake counts what came of a call that would have been refused.
func (r *Report) stake(one *Rule, rec *policy.Record) {
	e := &rec.Ending
	if e.OperatorAt.IsZero() {
		return
	}
	one.Connected++
	one.Talk += max(0, e.EndedAt.Sub(e.OperatorAt))
	if rings.Useful(e, r.config.Frequency(rec.Attempt.Profile)) {
		one.Conversations++
	}
}

// firsts adds an attempt to the first ones.
func firsts(ids []policy.AttemptID, id policy.AttemptID) []policy.AttemptID {
	at, _ := slices.BinarySearchFunc(ids, id, compareIDs)
	if at >= examples {
		return ids
	}
	ids = slices.Insert(ids, at, id)
	return ids[:min(len(ids), examples)]
}

func compareIDs(a, b policy.AttemptID) int { return slices.Compare(a[:], b[:]) }

func (c *Campaign) add(rec *policy.Record, date string) {
	c.Attempts++
	switch d := &rec.Decision; {
	case d.Verdict == policy.Refuse:
		c.Enforced++
	case slices.ContainsFunc(d.Trail, func(f policy.Finding) bool { return f.Shadow && f.Reason != policy.OK }):
		c.Would++
	}
	// The fact counts what rang before this attempt: of the calls of a person on one
	// day exactly one is the first too many.
	if rec.Ending.Rang && rec.Facts.Rings.Known == policy.Present && rec.Facts.Rings.Today == perDay {
		c.Often++
	}
	if id := &rec.Facts.Caller; id.Known == policy.Absent && !id.Withheld || id.Known == policy.Present && !id.ROC {
		c.NotInROC++
		c.ROCExamples = firsts(c.ROCExamples, rec.Attempt.ID)
	}
	c.addAnswered(&rec.Ending, date)
}

// addAnswered counts a call of which the silence is watched.
func (c *Campaign) addAnswered(e *policy.Ending, date string) {
	if e.AnsweredAt.IsZero() || e.Watch == policy.WatchOff {
		return
	}
	c.class(e, date)
	if e.Watch == policy.WatchShadow && e.Outcome != policy.OutcomeExcluded && e.Machine == policy.NoMachine {
		c.cut(e)
	}
}

// class counts the call where the record says that it belongs.
func (c *Campaign) class(e *policy.Ending, date string) {
	switch {
	case e.Ratio == policy.RatioA:
		c.A++
		c.day(date).A++
		if e.EndedBy == policy.Caller && e.CutAt.IsZero() && e.OperatorAt.IsZero() {
			c.GivenUp++
		}
	case e.Ratio == policy.RatioB:
		c.B++
		c.day(date).B++
	case e.Outcome == policy.OutcomeMachine:
		c.Machines[min(int(e.Machine), witnesses-1)]++
	case e.Outcome == policy.OutcomeHungUp:
		c.HungUp++
	case e.Deaf:
		c.Deaf++
	}
}

// cut counts whether a cut would have hit the call: it lasted as long, and no
// operator had been recognised.
func (c *Campaign) cut(e *policy.Ending) {
	c.Watched++
	for i, s := range Seconds {
		if e.EndedAt.Sub(e.AnsweredAt) < s || !e.DecidedAt.IsZero() && e.DecidedAt.Sub(e.AnsweredAt) <= s {
			continue
		}
		c.Cuts[i].Calls++
		if !e.OperatorAt.IsZero() {
			c.Cuts[i].Operator++
		}
	}
}

// day returns the counts of a day.
func (c *Campaign) day(date string) *Day {
	at, found := slices.BinarySearchFunc(c.Days, date, func(d Day, date string) int { return cmp.Compare(d.Date, date) })
	if !found {
		c.Days = slices.Insert(c.Days, at, Day{Date: date})
	}
	return &c.Days[at]
}
