package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

const (
	campaigns = 20
	length    = 14 * time.Hour // of the day: some attempts are made before the hours of the code, some behind them
)

// maker makes the attempts of one day, always the same.
type maker struct {
	judge *policy.Policy
	from  time.Time     // when the first attempt is made
	step  time.Duration // and the next one
}

func newMaker(judge *policy.Policy, n int) *maker {
	return &maker{judge, time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC), length / time.Duration(n)}
}

// entries are what is written of the nth attempt.
func (m *maker) entries(n int) []ledger.Entry {
	dice := rand.New(rand.NewPCG(uint64(n), 2018))
	r := policy.Record{Attempt: attempt(dice, n, m.from.Add(time.Duration(n)*m.step))}
	r.Facts = facts(dice, &r.Attempt)
	r.Decision = m.judge.Judge(&r.Attempt, &r.Facts)
	if r.Decision.Verdict == policy.Refuse {
		return []ledger.Entry{{Kind: ledger.Closed, Record: r}}
	}
	return []ledger.Entry{
		{Kind: ledger.Open, Record: r},
		{Kind: ledger.Close, ID: r.Attempt.ID, Ending: ending(dice, r.Attempt.At)},
	}
}

func attempt(dice *rand.Rand, n int, at time.Time) policy.Attempt {
	called := policy.Number(393310000000 + dice.Uint64N(700_000))
	c := 1 + n%campaigns
	a := policy.Attempt{
		Dialled: policy.Dialled{
			At: at, Synced: dice.IntN(200) > 0, Trunk: "dialer-" + strconv.Itoa(c%3), User: called.String(),
			CallerID: "0612345678", CallID: fmt.Sprintf("%d@10.0.0.20", n), FromTag: "as" + strconv.Itoa(n),
		},
		Reading: policy.Readable, Called: called, Country: "IT", Zone: "Europe/Rome",
		Mapping: policy.Mapped, Campaign: policy.CampaignID(c), Principal: 1, CallCentre: policy.CallCentreID(c%3 + 1),
		Account: 1, Group: policy.GroupID(c), Purpose: "marketing", Channel: policy.ChannelOperator,
		Ground: policy.Ground(1 + c%4), DialMode: policy.DialMode(c % 4), CampaignName: "acme/c" + strconv.Itoa(c), Profile: "it",
	}
	binary.BigEndian.PutUint64(a.ID[:], uint64(at.UnixMilli())<<16|0x7000)
	binary.BigEndian.PutUint64(a.ID[8:], uint64(n)|1<<63)
	switch {
	case c%5 == 0:
		a.Mode = policy.Shadow
	case dice.IntN(100) == 0: // a call for nobody
		a.Mapping, a.Campaign, a.Group, a.CampaignName = policy.Unmapped, 0, 0, ""
	case dice.IntN(500) == 0:
		a.Reading, a.Called, a.User = policy.Unreadable, 0, "1"
	}
	return a
}

// facts are mostly those of a lawful call.
func facts(dice *rand.Rand, a *policy.Attempt) policy.Facts {
	f := policy.Facts{Generation: 7, Lot: uint16(dice.IntN(policy.Lots))}
	if a.Trunk == "dialer-1" {
		f.Rollout = policy.RolloutOn(a.Trunk, []policy.RuleShare{{Rule: "blacklist", Lots: policy.Lots / 2}, {Rule: "hours", Lots: policy.Lots}})
	}
	if a.Mapping != policy.Mapped || a.Called == 0 {
		return f
	}
	one := func(in int) bool { return dice.IntN(in) == 0 }
	ago := func(days int) time.Time { return a.At.Add(-time.Duration(1+dice.IntN(24*days)) * time.Hour) }
	known := func(absent bool) policy.Known {
		if absent {
			return policy.Absent
		}
		return policy.Present
	}
	f.Mandate = policy.MandateFact{Known: known(one(300)), From: ago(300)}
	f.CallCentre = policy.CallCentreFact{Known: policy.Present, Country: "IT", ROC: "12345", Since: ago(900)}
	f.Caller = policy.CallerFact{
		Known: known(one(100)), Number: 390612345678, Country: "IT", CallCentre: a.CallCentre, ROC: !one(60), TestedAt: ago(30), Dead: one(300),
	}
	f.List = policy.ListFact{
		Known: known(one(40)), List: 1, Part: 3, Row: uint32(dice.IntN(1 << 20)), Origin: policy.OriginProvider, Provider: 2, Approved: !one(200),
	}
	f.Blacklist = policy.BlacklistFact{Known: known(!one(30)), Since: ago(200), Source: "import 4", Synced: a.At.Add(-time.Hour)}
	f.Gate = policy.GateFact{Known: policy.Present, Place: policy.PlaceOperator, Free: 1 + dice.IntN(9)}
	if one(40) {
		f.Gate = policy.GateFact{Known: policy.Present, Held: 4 * time.Second, Level: policy.LevelOneToOne}
	}
	f.Hold = policy.HoldFact{Known: known(!one(1000)), Since: ago(20), Why: "complaint 3"}
	f.Registry = policy.RegistryFact{Known: known(one(50)), Answer: policy.Clear, AnsweredAt: ago(16), Submission: 5}
	if one(12) {
		f.Registry.Answer, f.Registry.OpposedSince = policy.Opposed, ago(60)
	}
	f.Consent = policy.ConsentFact{
		Known: known(one(3)), GivenAt: ago(500), Channels: 1 << policy.ChannelOperator, Evidence: "form " + strconv.Itoa(dice.IntN(1<<20)), Part: 6,
		Hops: uint8(dice.IntN(3)), Provider: 2,
	}
	f.Contract = policy.ContractFact{Known: known(!one(4)), From: ago(900), Evidence: "c-1", Part: 9}
	f.Request = policy.RequestFact{Known: known(!one(10)), At: ago(5), Until: a.At.Add(24 * time.Hour), Evidence: "web-1"}
	f.Refusal = policy.RefusalFact{Known: known(!one(40)), At: ago(40)}
	f.Bar = policy.BarFact{Known: known(!one(50)), Since: ago(6), Until: ago(2).Add(36 * time.Hour), Pending: one(2)}
	f.Rings = policy.RingsFact{Known: known(one(2)), Today: dice.IntN(5), Month: dice.IntN(9), Useful: dice.IntN(2), UsefulAt: ago(20)}
	if one(1000) { // the store did not answer
		f.Fault, f.Consent, f.Contract = policy.StoreFailed, policy.ConsentFact{}, policy.ContractFact{}
	}
	return f
}

func ending(dice *rand.Rand, at time.Time) policy.Ending {
	e := policy.Ending{Outcome: policy.OutcomeFailed, Status: 486, Forwarded: true, Rang: true, EndedBy: policy.Callee, ForwardedAt: at, EndedAt: at.Add(20 * time.Second)}
	if dice.IntN(3) > 0 {
		return e
	}
	e.Outcome, e.Status, e.AnsweredAt, e.Watch = policy.OutcomeConnected, 200, at.Add(9*time.Second), policy.WatchEnforce
	e.EndedAt, e.Line, e.Ratio, e.OperatorAt = at.Add(time.Minute), policy.LineOperator, policy.RatioB, e.AnsweredAt.Add(time.Second)
	return e
}
