package contracts_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/contracts"
)

const mario, anna, luigi = policy.Number(393331234567), policy.Number(393331234568), policy.Number(393331234569)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const goneWhy = "calls of that time are over their term, and whom they called is gone: name the attempt"

// calls is a ledger of one principal.
type calls []policy.Record

func (c calls) Attempt(id policy.AttemptID) (policy.Record, bool, error) {
	for _, r := range c {
		if r.Attempt.ID == id {
			return r, true, nil
		}
	}
	return policy.Record{}, false, nil
}

func (c calls) Between(n policy.Number, from, to time.Time) (list []policy.Record, err error) {
	for _, r := range c {
		if at := r.Attempt.At; r.Attempt.Called == n && !at.Before(from) && !at.After(to) {
			list = append(list, r)
		}
	}
	return list, nil
}

// Gone: what is older than a month is over its term.
func (c calls) Gone(from, _ time.Time) bool { return from.Before(noon.AddDate(0, -1, 0)) }

// call is one that began so long before noon; against is what a rule in shadow
// says of it.
func call(id byte, n policy.Number, before time.Duration, o policy.Outcome, against policy.Reason) policy.Record {
	r := policy.Record{Ending: policy.Ending{Outcome: o}}
	r.Attempt.ID, r.Attempt.Called, r.Attempt.At, r.Attempt.CampaignName = policy.AttemptID{id}, n, noon.Add(-before), "acme/energia"
	r.Decision.Verdict = policy.Allow
	r.Decision.Trail = []policy.Finding{{Rule: "blacklist"}, {Rule: "registry", Reason: against, Shadow: true}}
	if o == policy.OutcomeRefused {
		r.Decision.Verdict, r.Decision.Reason = policy.Refuse, policy.BlacklistListed
	}
	return r
}

func TestCheck(t *testing.T) {
	erased := call(9, 0, time.Hour, policy.OutcomeConnected, policy.OK)
	heard := call(11, luigi, time.Hour, policy.OutcomeInterrupted, policy.OK)
	heard.Ending.Ratio = policy.RatioB
	ledger := calls{
		call(1, mario, 48*time.Hour, policy.OutcomeConnected, policy.OK),
		call(2, mario, 3*time.Hour, policy.OutcomeConnected, policy.OK),
		call(3, mario, 2*time.Hour, policy.OutcomeConnected, policy.RegistryOpposed),
		call(4, mario, time.Hour, policy.OutcomeSilent, policy.OK),
		call(5, anna, time.Hour, policy.OutcomeRefused, policy.OK),
		call(6, anna, 90*time.Minute, policy.OutcomeUnreachable, policy.OK),
		call(7, luigi, -time.Hour, policy.OutcomeConnected, policy.OK),
		call(8, luigi, 30*time.Hour, policy.OutcomeExcluded, policy.OK),
		erased, heard,
	}
	for _, tt := range []struct {
		name     string
		contract contracts.Contract
		window   time.Duration
		verdict  contracts.Verdict
		call     byte
		by, why  string
		reason   policy.Reason
	}{
		{"by attempt", contracts.Contract{Attempt: policy.AttemptID{2}, Numbers: []policy.Number{mario}}, 0, contracts.Lawful, 2, "attempt", "", policy.OK},
		{"by attempt, the second number", contracts.Contract{Attempt: policy.AttemptID{2}, Numbers: []policy.Number{anna, mario}}, 0, contracts.Lawful, 2, "attempt", "", policy.OK},
		{"an attempt to another number", contracts.Contract{Attempt: policy.AttemptID{2}, Numbers: []policy.Number{anna}}, time.Hour, contracts.OtherNumber, 2, "attempt", "the call was to another number", policy.OK},
		{"an attempt against a rule", contracts.Contract{Attempt: policy.AttemptID{3}}, 0, contracts.Unlawful, 3, "attempt", policy.RegistryOpposed.Text(), policy.RegistryOpposed},
		{"a silent attempt", contracts.Contract{Attempt: policy.AttemptID{4}}, 0, contracts.NotConnected, 4, "attempt", "the call ended as silent", policy.OK},
		{"a refused attempt", contracts.Contract{Attempt: policy.AttemptID{5}}, 0, contracts.NotConnected, 5, "attempt", "the call ended as refused: " + policy.BlacklistListed.Text(), policy.BlacklistListed},
		{"an attempt after the signature", contracts.Contract{Attempt: policy.AttemptID{7}}, 0, contracts.Unlawful, 7, "attempt", "the contract was signed before the call", policy.OK},
		{"an attempt whose person was erased", contracts.Contract{Attempt: policy.AttemptID{9}, Numbers: []policy.Number{mario}}, 0, contracts.Lawful, 9, "attempt", "the person was erased, or the term is over: the number cannot be compared", policy.OK},
		{"an attempt of nobody, found by number", contracts.Contract{Attempt: policy.AttemptID{77}, Numbers: []policy.Number{mario}}, 24 * time.Hour, contracts.Unlawful, 3, "number", policy.RegistryOpposed.Text(), policy.RegistryOpposed},
		{"an attempt of nobody", contracts.Contract{Attempt: policy.AttemptID{77}}, 24 * time.Hour, contracts.NoCall, 0, "", "there is no such attempt", policy.OK},
		{"the last call in which somebody spoke", contracts.Contract{Numbers: []policy.Number{mario}}, 24 * time.Hour, contracts.Unlawful, 3, "number", policy.RegistryOpposed.Text(), policy.RegistryOpposed},
		{"only a silent one in the window", contracts.Contract{Numbers: []policy.Number{mario}}, 90 * time.Minute, contracts.NotConnected, 4, "number", "the call ended as silent", policy.OK},
		{"none in the window", contracts.Contract{Numbers: []policy.Number{mario}}, 10 * time.Minute, contracts.NoCall, 0, "", "", policy.OK},
		{"refused, the last of two", contracts.Contract{Numbers: []policy.Number{anna}}, 24 * time.Hour, contracts.NotConnected, 5, "number", "the call ended as refused: " + policy.BlacklistListed.Text(), policy.BlacklistListed},
		{"nobody can tell any more", contracts.Contract{Numbers: []policy.Number{555}}, 32 * 24 * time.Hour, contracts.OverTerm, 0, "", goneWhy, policy.OK},
		{"nor of one in which nobody spoke", contracts.Contract{Numbers: []policy.Number{anna}}, 32 * 24 * time.Hour, contracts.OverTerm, 0, "", goneWhy, policy.OK},
		{"a lawful one is left", contracts.Contract{Numbers: []policy.Number{luigi}}, 32 * 24 * time.Hour, contracts.Lawful, 11, "number", "", policy.OK},
		{"an attempt of nobody, and no number", contracts.Contract{Attempt: policy.AttemptID{77}}, 32 * 24 * time.Hour, contracts.NoCall, 0, "", "there is no such attempt", policy.OK},
		{"its campaign", contracts.Contract{Numbers: []policy.Number{mario}, Campaign: "energia"}, 24 * time.Hour, contracts.Unlawful, 3, "number", policy.RegistryOpposed.Text(), policy.RegistryOpposed},
		{"another campaign", contracts.Contract{Attempt: policy.AttemptID{2}, Campaign: "gas"}, 24 * time.Hour, contracts.Unlawful, 2, "attempt", "the call was of campaign acme/energia", policy.OK},
		{"a call that was not listened to", contracts.Contract{Numbers: []policy.Number{luigi}}, 31 * time.Hour, contracts.Lawful, 11, "number", "", policy.OK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.contract.Signed, tt.contract.SignedBy = noon, noon
			f, err := contracts.Check(ledger, &tt.contract, tt.window)
			if err != nil {
				t.Fatal(err)
			}
			if f.Verdict != tt.verdict || f.Call[0] != tt.call || f.By != tt.by || f.Why != tt.why || f.Reason != tt.reason {
				t.Errorf("verdict %s, call %d by %q, why %q (%s); want %s, %d by %q, %q (%s)",
					f.Verdict, f.Call[0], f.By, f.Why, f.Reason, tt.verdict, tt.call, tt.by, tt.why, tt.reason)
			}
		})
	}
}

// A day of which no more is known takes the calls of the whole day.
func TestCheckDay(t *testing.T) {
	ledger := calls{call(1, mario, -3*time.Hour, policy.OutcomeConnected, policy.OK)}
	day := noon.Add(-12 * time.Hour)
	c := contracts.Contract{Numbers: []policy.Number{mario}, Signed: day, SignedBy: day.AddDate(0, 0, 1)}
	f, err := contracts.Check(ledger, &c, time.Hour)
	if err != nil || f.Verdict != contracts.Lawful {
		t.Errorf("verdict %s, err %v; want lawful", f.Verdict, err)
	}
}

// broken is a ledger that cannot be read.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) Attempt(policy.AttemptID) (policy.Record, bool, error) {
	return policy.Record{}, false, errBroken
}

func (broken) Between(policy.Number, time.Time, time.Time) ([]policy.Record, error) {
	return nil, errBroken
}

func (broken) Gone(time.Time, time.Time) bool { return false }

// What cannot be read is no call that is missing.
func TestCheckBroken(t *testing.T) {
	for _, c := range []contracts.Contract{{Attempt: policy.AttemptID{1}}, {Numbers: []policy.Number{mario}}} {
		if _, err := contracts.Check(broken{}, &c, time.Hour); !errors.Is(err, errBroken) {
			t.Errorf("%+v: err %v, want that of the ledger", c, err)
		}
	}
}

func TestReport(t *testing.T) {
	var r contracts.Report
	add := func(seller string, verdicts ...contracts.Verdict) {
		for _, v := range verdicts {
			r.Add(contracts.Finding{Contract: contracts.Contract{Seller: seller}, Verdict: v})
		}
	}
	add("rossi", contracts.Lawful, contracts.Lawful, contracts.Unlawful, contracts.Lawful)
	add("bianchi", contracts.NoCall, contracts.OtherNumber)
	add("neri", contracts.Lawful, contracts.OverTerm)
	add("verdi", contracts.NotConnected)
	want := []contracts.Seller{
		{"bianchi", 2, [6]int{1, 0, 0, 0, 1, 0}},
		{"rossi", 4, [6]int{0, 3, 1, 0, 0, 0}},
		{"verdi", 1, [6]int{0, 0, 0, 1, 0, 0}},
		{"neri", 2, [6]int{0, 1, 0, 0, 0, 1}}, // nobody can tell: nothing is clawed back
	}
	sellers := r.Sellers()
	if diff := cmp.Diff(want, sellers); diff != "" {
		t.Error(diff)
	}
	if b, s := r.Total.Bad(), sellers[1].Share(); b != 4 || s != 0.25 || len(r.Findings) != 9 {
		t.Errorf("%d bad of %d, share of rossi %g; want 4 of 9, 0.25", b, len(r.Findings), s)
	}
	if s := (&contracts.Seller{}).Share(); s != 0 {
		t.Errorf("share of none is %g", s)
	}
}
