package gate

import (
	"time"

	"tregua/policy"
)

// Figures are what the policy says of a campaign's gate.
type Figures struct {
	Limit       int           // silent calls in a hundred connected ones, of campaign and group
	DayLimit    int           // the same on one day
	StartCredit int           // silent calls that a beginning may cost, before the limit allows one
	Hold        time.Duration // how long a call may wait for a place
	Probe       bool          // calls may be let through to find out whether somebody is there
	Zone        policy.Zone   // whose midnight ends the day
	Shadow      bool          // all is counted, nothing is held or turned away
}

// Input is what can be put to a gate: Ask, Resumed, Joined, Ended, Gone, Expected or
// Declared.
type Input interface{ input() }

// Ask wants a place for an attempt. A second one with the same ID gets the same
// answer.
type Ask struct {
	ID         policy.AttemptID
	Campaign   policy.CampaignID
	Group      policy.GroupID // 0: the campaign is a group of its own
	CallCentre policy.CallCentreID
	Figures    Figures
	// Reserve: the call needs a guaranteed operator (compliance.md 1.11). It gets a
	// place only with one that is proven free, and nobody else gets that one
	// until the call has ended.
	Reserve bool
	// Pledged: the dialer has its operator already, as in preview. It goes at once
	// and only counts.
	Pledged bool
}

// Resumed is a call that goes on from before the start: its row is open. It is
// in flight, or Joined when its operator had been heard.
type Resumed struct {
	Ask
	Joined bool
}

// Joined says that an operator was heard on a call: class B begins.
type Joined struct{ ID policy.AttemptID }

// Ended says how a call that had a place is over.
type Ended struct {
	ID    policy.AttemptID
	Ratio policy.Ratio // where it counts, by [policy.Classify]
	// AnsweredAt decides the day on which it counts.
	AnsweredAt time.Time
	// Wanted: somebody answered and wanted an operator, whatever came of it. A
	// machine wants none; class A and B always do.
	Wanted bool
}

// Gone says that the dialer gave up a call, held or not, before anybody answered.
type Gone struct{ ID policy.AttemptID }

// Expected says that a campaign may call at a call centre: so it has its [Status]
// before it does. Its Figures hold until its first attempt brings others.
type Expected struct {
	Campaign   policy.CampaignID
	Group      policy.GroupID
	CallCentre policy.CallCentreID
	Figures    Figures
}

// Declared says how many operators a campaign has at a call centre. It is
// believed until the first silent call.
type Declared struct {
	Campaign   policy.CampaignID
	Group      policy.GroupID
	CallCentre policy.CallCentreID
	Operators  int
}

func (Ask) input()      {}
func (Resumed) input()  {}
func (Joined) input()   {}
func (Ended) input()    {}
func (Gone) input()     {}
func (Expected) input() {}
func (Declared) input() {}

// Granted lets a call through. In shadow its Fact may have no place: then it
// would have been held.
type Granted struct {
	ID   policy.AttemptID
	Fact policy.GateFact
}

// Turned turns a call away that has waited in vain.
type Turned struct {
	ID         policy.AttemptID
	Fact       policy.GateFact
	RetryAfter time.Duration // when it may be worth to try again, in whole seconds
}

// Outputs is what a turn wants done. States are the rows that changed, each
// once, in order of key; they must be stored before what they rest on is
// forgotten.
type Outputs struct {
	Granted []Granted
	Turned  []Turned
	States  []State
}

func (o *Outputs) clear() {
	o.Granted, o.Turned, o.States = o.Granted[:0], o.Turned[:0], o.States[:0]
}
