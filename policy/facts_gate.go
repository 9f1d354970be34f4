package policy

import "time"

// GateFact is what the ratio gate saw when it decided on an attempt
// (compliance.md 3.5). All counts are without the attempt itself.
type GateFact struct {
	Known    Known // Absent: the attempt needs no gate
	Campaign GateCount
	Group    GateCount
	Day      GateCount // of the campaign, today
	GroupDay GateCount // of the group, today
	// Credit is how many silent calls the law still allows: the smallest of
	// campaign, group and day, below zero for a debt. Bound says of which.
	Credit   int
	Bound    GateBound
	InFlight int           // calls of the team let through, and no operator yet
	Free     int           // operators that are proven free
	Talking  int           // operators that talk
	Answers  int           // of a thousand calls so many are expected to want an operator, at most
	Level    GateLevel     // for people
	Held     time.Duration // how long the attempt has waited for its place
	Place    GatePlace     // what it was let through as; NoPlace: it was not
}

// GateCount is silent calls and connected ones: class A and class B.
type GateCount struct{ A, B int }

// GatePlace is the right by which the ratio gate lets a call through.
type GatePlace uint8

// The places.
const (
	NoPlace       GatePlace = iota // there was none in time
	PlaceOperator                  // one to one: an operator is proven free for it
	PlaceDeclared                  // one to one, with an operator that somebody declared
	PlaceCredit                    // beyond that: silent calls that it may cost are set aside
	PlaceProbe                     // to find out whether somebody is there
	PlaceReserved                  // a proven free operator is kept for this call alone
	PlacePledged                   // the dialer has an operator on the line already
	PlaceUnasked                   // the gate is asked last: another rule spoke first, or its answer is to come
)

// GateLevel says for people how much a gate lets through.
type GateLevel uint8

// The levels, from the narrowest.
const (
	LevelProbing  GateLevel = iota // nobody talks, nobody is proven free
	LevelOneToOne                  // no credit
	LevelTight                     // credit for fewer than ten silent calls
	LevelFree
)

// GateBound is the count that binds a gate.
type GateBound uint8

// The counts.
const (
	BoundCampaign GateBound = iota
	BoundGroup
	BoundDay      // of the campaign
	BoundGroupDay // of its group
)
