package ledger

import (
	"time"

	"tregua/policy"
)

// publicGate is what the ratio gate saw: counts of calls, and of nobody.
type publicGate struct {
	_        struct{} `cbor:",toarray"`
	Known    uint8
	Counts   [4][2]int // A and B of campaign, group, and of both today
	Credit   int
	Bound    uint8
	InFlight int
	Free     int
	Talking  int
	Answers  int
	Level    uint8
	Held     int64 // nanoseconds
	Place    uint8
}

func newGate(g *policy.GateFact) *publicGate {
	if *g == (policy.GateFact{Known: policy.Absent}) {
		return nil
	}
	pair := func(c policy.GateCount) [2]int { return [2]int{c.A, c.B} }
	return &publicGate{
		Known: uint8(g.Known), Counts: [4][2]int{pair(g.Campaign), pair(g.Group), pair(g.Day), pair(g.GroupDay)},
		Credit: g.Credit, Bound: uint8(g.Bound), InFlight: g.InFlight, Free: g.Free, Talking: g.Talking,
		Answers: g.Answers, Level: uint8(g.Level), Held: int64(g.Held), Place: uint8(g.Place),
	}
}

func (p *publicGate) read() policy.GateFact {
	if p == nil {
		return policy.GateFact{Known: policy.Absent}
	}
	count := func(c [2]int) policy.GateCount { return policy.GateCount{A: c[0], B: c[1]} }
	return policy.GateFact{
		Known: policy.Known(p.Known), Campaign: count(p.Counts[0]), Group: count(p.Counts[1]), Day: count(p.Counts[2]), GroupDay: count(p.Counts[3]),
		Credit: p.Credit, Bound: policy.GateBound(p.Bound), InFlight: p.InFlight, Free: p.Free, Talking: p.Talking,
		Answers: p.Answers, Level: policy.GateLevel(p.Level), Held: time.Duration(p.Held), Place: policy.GatePlace(p.Place),
	}
}
