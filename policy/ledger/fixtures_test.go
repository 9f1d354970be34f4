package ledger_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// attemptID returns the nth attempt id, in order of time.
func attemptID(n int) (id policy.AttemptID) {
	binary.BigEndian.PutUint64(id[:], uint64(n)+1)
	id[15] = 0x77
	return id
}

// record returns an allowed attempt to a number.
func record(n int, called policy.Number, at time.Time) policy.Record {
	digits := strings.TrimPrefix(called.String(), "+")
	return policy.Record{
		Attempt: policy.Attempt{
			Dialled: policy.Dialled{
				ID: attemptID(n), At: at, Synced: true, Trunk: "dialer-1",
				User: "00" + digits, CallerID: "390612345678", CallID: fmt.Sprintf("call-%d@10.0.0.20", n), FromTag: "as5f", Pledged: true,
				OtherIDs: "0612345679\n201", Private: true,
				ISUP:    policy.ISUP{Form: policy.ISUPInternational, Digits: digits},
				Display: "V1123045959000012345", Headers: "X-Campaign: \xffsales", SourcePort: 5062,
			},
			Reading: policy.Readable, Called: called, ISUPCalled: called, Country: "IT", Zone: "Europe/Rome",
			Mapping: policy.Mapped, MappedBy: "caller_id +390612345678, list", Campaign: 11, Principal: 12, CallCentre: 13, Account: 14, Group: 15,
			Purpose: "marketing", Channel: policy.ChannelOperator, Ground: policy.GroundDirectory, Service: true,
			DialMode: policy.Progressive, CampaignName: "acme/energia", Profile: "it", Mode: policy.Bypass,
			Sector: "energy", Carrier: "IT",
		},
		Facts: policy.Facts{
			Generation: 3,
			Lot:        4711,
			Blacklist:  policy.BlacklistFact{Known: policy.Absent, All: true, Synced: at.Add(-time.Minute)},
			Registry: policy.RegistryFact{
				Known: policy.Present, Answer: policy.Clear,
				AnsweredAt: at.Add(-24 * time.Hour), OpposedSince: at.Add(-48 * time.Hour), Submission: 5,
			},
			Consent: policy.ConsentFact{
				Known: policy.Present, GivenAt: at.Add(-72 * time.Hour),
				RevokedAt: at.Add(-71 * time.Hour), Channels: 2, Evidence: "form 12\xff", Part: 6,
				Bundled: true, Conditional: true, Hops: 3, Broken: true, Provider: 4,
				SuspendedSince: at.Add(-2 * time.Hour), OtherOperator: true,
			},
			Bar: policy.BarFact{
				Known: policy.Present, Of: policy.AttemptID{7}, Since: at.Add(-96 * time.Hour),
				Until: at.Add(-time.Hour), Shadow: true, Pending: true, Claimed: true, Shared: true,
			},
			Mandate: policy.MandateFact{Known: policy.Present, From: at.Add(-time.Hour), Until: at.Add(time.Hour)},
			CallCentre: policy.CallCentreFact{
				Known: policy.Present, Country: "AL", Outside: true, ROC: "12345", NoticeAt: at.Add(-time.Hour), Since: at.Add(-2 * time.Hour),
			},
			Caller: policy.CallerFact{
				Known: policy.Present, Withheld: true, Number: 390612345678, Country: "IT", Principal: 12, CallCentre: 13,
				ROC: true, TestedAt: at.Add(-3 * time.Hour), Dead: true,
			},
			List: policy.ListFact{
				Known: policy.Present, List: 7, Part: 8, Row: 9, Origin: policy.OriginProvider, Ground: policy.GroundConsent, Provider: 4,
				Open: true, Approved: true, RetainUntil: at.Add(time.Hour), SuspendedSince: at.Add(-time.Hour), Scanned: true, OtherOperator: true,
			},
			Hold: policy.HoldFact{Known: policy.Present, Since: at.Add(-time.Hour), Why: "complaint 3\xff"},
			Contract: policy.ContractFact{
				Known: policy.Present, From: at.Add(-time.Hour), EndedAt: at.Add(-time.Minute), Purpose: "energy", Evidence: "c 1\xff", Part: 9,
			},
			Request: policy.RequestFact{
				Known: policy.Present, At: at.Add(-time.Hour), Until: at.Add(time.Hour), AgreedAt: at.Add(time.Minute), Evidence: "r 1\xff",
			},
			Refusal: policy.RefusalFact{Known: policy.Present, At: at.Add(-time.Hour)},
			Rings:   policy.RingsFact{Known: policy.Present, Today: 2, Month: 5, Useful: 1, UsefulAt: at.Add(-time.Hour)},
		},
		Decision: policy.Decision{Verdict: policy.Allow, Rule: "registry", Claim: policy.ClaimContact, Trail: []policy.Finding{
			{Rule: "blacklist", Note: "absent"}, {Rule: "hours", Reason: policy.HoursClosed, Note: "Sunday"}, {Rule: "operator", Claim: policy.ClaimContact, Shadow: true},
		}},
	}
}

func opening(r policy.Record) ledger.Entry {
	return ledger.Entry{Kind: ledger.Open, Record: r, Return: policy.Return{Shard: 1, Call: 2}}
}

func closing(n int, e policy.Ending) ledger.Entry {
	return ledger.Entry{Kind: ledger.Close, ID: attemptID(n), Ending: e}
}

// refusal returns a refused attempt.
func refusal(n int, called policy.Number, at time.Time, why policy.Reason) ledger.Entry {
	r := record(n, called, at)
	r.Decision = policy.Decision{Rule: "blacklist", Reason: why, Trail: r.Decision.Trail}
	return ledger.Entry{Kind: ledger.Closed, Record: r}
}

// redials returns a repeat record.
func redials(n, of int, called policy.Number, at time.Time, count uint32) ledger.Entry {
	e := refusal(n, called, at, policy.BlacklistListed)
	e.Kind = ledger.Repeat
	e.Record.Repeat = policy.Repeat{Of: attemptID(of), Count: count, First: at, Last: at.Add(time.Minute)}
	return e
}

// connected is the ending of an answered call.
func connected(at time.Time) policy.Ending {
	return policy.Ending{
		Outcome: policy.OutcomeConnected, Status: 200, Forwarded: true, Rang: true, EndedBy: policy.Caller,
		ForwardedAt: at, RingingAt: at.Add(time.Second), AnsweredAt: at.Add(2 * time.Second), EndedAt: at.Add(time.Minute),
		Heard: [2]policy.Packets{{Count: 1, Bytes: 160}, {Count: 3, Bytes: 480}},
		Ratio: policy.RatioB, Watch: policy.WatchEnforce, Line: policy.LineOperator, Deaf: true,
		Machine: policy.DialerMachine, Due: true, CutAt: at.Add(6 * time.Second), AmbienceAt: at.Add(3 * time.Second),
		OperatorAt: at.Add(4 * time.Second), DecidedAt: at.Add(5 * time.Second), OptedOut: true,
	}
}

func asEntries(in ...ledger.Entry) []ledger.Entry { return in }

// figures are those of the profile of Italy, as far as bars go.
var figures = func() *policy.Params {
	rome, err := policy.ParseZone("Europe/Rome")
	if err != nil {
		panic(err)
	}
	return &policy.Params{
		Bar: policy.BarParams{
			Zone: rome, Days: policy.CountParam{Value: 5}, AtLeast: policy.Span{Value: 120 * time.Hour},
			Scope: policy.ScopeParam{Value: policy.ScopeParties},
		},
		Operator: policy.OperatorParams{Months: policy.CountParam{Value: 24}},
	}
}()

// answered tells that an attempt was answered, or that its watch has ended.
func answered(n int, at time.Time, w policy.Watch, watching bool) ledger.Entry {
	return ledger.Entry{Kind: ledger.Up, ID: attemptID(n), Up: policy.Up{AnsweredAt: at, Watch: w, Watching: watching}}
}

// silent is the ending of a call that nobody spoke on.
func silent(at time.Time) policy.Ending {
	e := connected(at)
	e.Outcome, e.Ratio, e.Line = policy.OutcomeSilent, policy.RatioA, policy.LineNone
	return e
}
