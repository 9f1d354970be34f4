package main

import (
	"encoding/binary"
	"fmt"
	"time"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/rules"
)

// attempt is what is written of one.
type attempt struct {
	begins ledger.Entry
	ends   []ledger.Entry // none: it was refused
}

// makeAttempt returns the nth attempt. Of ten, six are refused, and two of the
// others answered; each number is called three times, so that the file of subject
// keys grows as the records do. What the rules say of them is what the rules do say.
func makeAttempt(n int) attempt {
	at := time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC).Add(time.Duration(n) * 100 * time.Millisecond)
	called := policy.Number(393300000000 + n/3)
	r := policy.Record{
		Attempt: policy.Attempt{
			Dialled: policy.Dialled{
				At: at, Synced: true, Trunk: fmt.Sprint("dialer-", n%3), User: "77" + called.String(), CallerID: "0612345678",
				CallID: fmt.Sprintf("%08x-%d@10.0.0.20", n*2654435761, n), FromTag: fmt.Sprintf("as%08x", n*40503), SourcePort: 5060,
			},
			Reading: policy.Readable, Called: called, Country: "IT", Zone: "Europe/Rome", Mapping: policy.Mapped, MappedBy: "prefix 77",
			Campaign: policy.CampaignID(1 + n%20), Principal: 1, CallCentre: 1, Account: 1, Group: policy.GroupID(1 + n%20),
			Purpose: "energy", Channel: policy.ChannelOperator, Ground: policy.GroundDirectory, DialMode: policy.Predictive,
			CampaignName: fmt.Sprint("acme/c", n%20), Profile: "it+it-code",
		},
		Facts: facts(at),
	}
	stampID(&r.Attempt.ID, at)
	binary.BigEndian.PutUint64(r.Attempt.ID[8:], uint64(n)|1<<63)
	if n%10 < 6 {
		r.Facts.Registry.Answer, r.Facts.Registry.OpposedSince = policy.Opposed, at.Add(-9*24*time.Hour)
		r.Decision = judged(&r, policy.RegistryOpposed)
		return attempt{begins: ledger.Entry{Kind: ledger.Closed, Record: r}}
	}
	r.Decision = judged(&r, policy.OK)
	e := policy.Ending{
		Outcome: policy.OutcomeCancelled, Forwarded: true, Rang: true, EndedBy: policy.Caller,
		ForwardedAt: at.Add(4 * time.Millisecond), RingingAt: at.Add(time.Second), EndedAt: at.Add(20 * time.Second),
	}
	a := attempt{begins: ledger.Entry{Kind: ledger.Open, Record: r, Return: policy.Return{Shard: 1, Call: 1}}}
	if n%10 < 8 {
		a.ends = []ledger.Entry{{Kind: ledger.Close, ID: r.Attempt.ID, Ending: e}}
		return a
	}
	e.Outcome, e.Status, e.Ratio, e.Watch, e.Line = policy.OutcomeConnected, 200, policy.RatioB, policy.WatchEnforce, policy.LineOperator
	e.AnsweredAt, e.OperatorAt = at.Add(8*time.Second), at.Add(9*time.Second)
	e.Heard = [2]policy.Packets{{Count: 600, Bytes: 96_000}, {Count: 600, Bytes: 96_000}}
	up := policy.Up{AnsweredAt: e.AnsweredAt, Watch: e.Watch, Watching: true}
	a.ends = []ledger.Entry{
		{Kind: ledger.Up, ID: r.Attempt.ID, Up: up}, {Kind: ledger.Close, ID: r.Attempt.ID, Ending: e},
	}
	return a
}

// stampID makes it a UUIDv7 of a time.
func stampID(id *policy.AttemptID, at time.Time) {
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|0x7000)
}

func facts(at time.Time) policy.Facts {
	day := 24 * time.Hour
	return policy.Facts{
		Generation: 7, Lot: 4711,
		Blacklist:  policy.BlacklistFact{Known: policy.Absent, Synced: at.Add(-time.Hour)},
		Registry:   policy.RegistryFact{Known: policy.Present, Answer: policy.Clear, AnsweredAt: at.Add(-3 * day), Submission: 12},
		Mandate:    policy.MandateFact{Known: policy.Present, From: at.Add(-300 * day)},
		CallCentre: policy.CallCentreFact{Known: policy.Present, Country: "IT", ROC: "12345", Since: at.Add(-300 * day)},
		Caller:     policy.CallerFact{Known: policy.Present, Number: 390612345678, Country: "IT", CallCentre: 1, ROC: true},
		List:       policy.ListFact{Known: policy.Present, List: 3, Part: 9, Row: 1234, Origin: policy.OriginDirectory, Ground: policy.GroundDirectory, Approved: true},
		Hold:       policy.HoldFact{Known: policy.Absent},
		Contract:   policy.ContractFact{Known: policy.Absent},
		Request:    policy.RequestFact{Known: policy.Absent},
		Refusal:    policy.RefusalFact{Known: policy.Absent},
		Bar:        policy.BarFact{Known: policy.Absent},
		Gate:       policy.GateFact{Known: policy.Present, Campaign: policy.GateCount{A: 2, B: 90}, InFlight: 3, Free: 4, Place: policy.PlaceOperator},
		Rings:      policy.RingsFact{Known: policy.Present, Today: 1, Month: 2},
	}
}

// rulings has what the rules say of attempts: all that end alike are alike to them.
var rulings = map[policy.Reason]policy.Decision{}

// judged returns what the rules say of an attempt: that.
func judged(r *policy.Record, want policy.Reason) policy.Decision {
	if d, known := rulings[want]; known {
		return d
	}
	p, err := rulebook()
	if err != nil {
		panic(err) // the profile is part of the program
	}
	d := p.Judge(&r.Attempt, &r.Facts)
	if d.Reason != want {
		panic(fmt.Sprintf("an attempt of this bench is judged %s by rule %s, not %s", d.Reason, d.Rule, want))
	}
	rulings[want] = d
	return d
}

func rulebook() (*policy.Policy, error) {
	params, err := configs.Policy{Profile: "it", Overlays: []string{"it-code"}}.Params()
	if err != nil {
		return nil, err
	}
	return policy.New(rules.Table(), params)
}
