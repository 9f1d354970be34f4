// Package contracts tells of each contract that a seller brings whether the call
// it came from was a lawful one (compliance.md 1.8): [Check] finds the call and
// [Report] adds up what is to be clawed back from each seller. The call is the one
// that the contract names, or else the one to its number before it was signed.
package contracts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tregua/policy"
)

// Contract is one that was closed, as the sellers' file says.
type Contract struct {
	Line    int // of the file
	ID      string
	Numbers []policy.Number
	// It was signed between these: one moment, or a day of which no more is known.
	Signed, SignedBy time.Time
	Campaign         string // "energia" or "acme/energia"; "" not said
	Seller           string
	Attempt          policy.AttemptID // zero: not said
}

// Calls finds the calls of the principal whose contracts they are.
type Calls interface {
	// Attempt returns one call; found is false when it is none of the principal's.
	Attempt(id policy.AttemptID) (r policy.Record, found bool, err error)
	// Between returns the calls to a number that began in a span of time.
	Between(n policy.Number, from, to time.Time) ([]policy.Record, error)
	// Gone reports whether calls of a span of time in which somebody may have spoken
	// are over their term: Between finds them no more.
	Gone(from, to time.Time) bool
}

// Verdict is what a contract rests on.
type Verdict uint8

// The verdicts.
const (
	NoCall       Verdict = iota // there is no call it can have come from
	Lawful                      // it came from a lawful call
	Unlawful                    // from one that a rule speaks against
	NotConnected                // the call was refused, silent or not answered: nobody sold anything in it
	OtherNumber                 // the call that it names was to another number
	OverTerm                    // the calls of its time are over their term: nobody can tell
)

var verdictNames = [...]string{"no_call", "lawful", "unlawful", "not_connected", "other_number", "over_term"}

// String returns the slug of v.
func (v Verdict) String() string { return verdictNames[v] }

// Finding is what was found of one contract.
type Finding struct {
	Contract
	Verdict Verdict
	Why     string        // for people; "" when there is nothing to say
	Reason  policy.Reason // what a rule says against the call
	By      string        // attempt or number: by what the call was found; "" no call
	Call    policy.AttemptID
	Called  policy.Number // that of the call; 0 when there is none, or its person was erased or its term is over
	At      time.Time     // when the call began
	Of      string        // campaign of the call
}

// after is how much later than the contract a call may begin: clocks differ, and
// some sellers sign before they dial to confirm.
const after = 5 * time.Minute

// Check finds the call of a contract, at most window before it was signed, and
// says what is to be thought of it.
func Check(calls Calls, c *Contract, window time.Duration) (Finding, error) {
	f := Finding{Contract: *c}
	if c.Attempt != (policy.AttemptID{}) {
		r, found, err := calls.Attempt(c.Attempt)
		if err != nil {
			return f, err
		}
		if found {
			f.take(&r, "attempt")
			return f, nil
		}
		f.Why = "there is no such attempt"
	}
	var all []policy.Record
	for _, n := range c.Numbers {
		some, err := calls.Between(n, c.Signed.Add(-window), c.SignedBy.Add(after))
		if err != nil {
			return f, err
		}
		all = append(all, some...)
	}
	best := likeliest(all, c.Campaign)
	switch {
	case (best == nil || !Spoke(&best.Ending)) && len(c.Numbers) > 0 && calls.Gone(c.Signed.Add(-window), c.SignedBy.Add(after)):
		f.Verdict, f.Why = OverTerm, "calls of that time are over their term, and whom they called is gone: name the attempt"
	case best != nil:
		f.take(best, "number")
	}
	return f, nil
}

// likeliest returns the call that a contract came from: one in which somebody
// spoke, of its campaign, the last one.
func likeliest(calls []policy.Record, campaign string) *policy.Record {
	if len(calls) == 0 {
		return nil
	}
	unlikely := func(r *policy.Record) int {
		switch {
		case !Spoke(&r.Ending):
			return 2
		case !sameCampaign(campaign, r.Attempt.CampaignName):
			return 1
		}
		return 0
	}
	best := slices.MinFunc(calls, func(a, b policy.Record) int {
		return cmp.Or(cmp.Compare(unlikely(&a), unlikely(&b)), b.Attempt.At.Compare(a.Attempt.At), slices.Compare(b.Attempt.ID[:], a.Attempt.ID[:]))
	})
	return &best
}

// sameCampaign compares the campaign of a contract with that of a call, which is
// "principal/campaign".
func sameCampaign(said, is string) bool {
	return said == "" || said == is || strings.HasSuffix(is, "/"+said)
}

// take judges the call that was found.
func (f *Finding) take(r *policy.Record, by string) {
	a := &r.Attempt
	f.By, f.Call, f.Called, f.At, f.Of, f.Why = by, a.ID, a.Called, a.At, a.CampaignName, ""
	switch {
	case a.Called != 0 && len(f.Numbers) > 0 && !slices.Contains(f.Numbers, a.Called):
		f.Verdict, f.Why = OtherNumber, "the call was to another number"
	case !Spoke(&r.Ending):
		f.Verdict, f.Why = NotConnected, "the call ended as "+r.Ending.Outcome.String()
		if f.Reason = r.Decision.Reason; f.Reason != policy.OK {
			f.Why += ": " + f.Reason.Text()
		}
	default:
		f.judge(r)
	}
}

// judge says what speaks against a call in which somebody spoke.
func (f *Finding) judge(r *policy.Record) {
	f.Verdict, f.Reason = Unlawful, Against(&r.Decision)
	switch {
	case f.Reason != policy.OK:
		f.Why = f.Reason.Text()
	case !sameCampaign(f.Campaign, f.Of):
		f.Why = "the call was of campaign " + f.Of
	case f.SignedBy.Add(after).Before(f.At):
		f.Why = "the contract was signed before the call"
	default:
		f.Verdict = Lawful
		if f.Called == 0 {
			f.Why = "the person was erased, or the term is over: the number cannot be compared"
		}
	}
}

// Spoke reports whether somebody may have spoken with the person: an operator was
// heard, or nobody listened whether there was one.
func Spoke(e *policy.Ending) bool {
	switch e.Outcome { //nolint:exhaustive // in the others nobody spoke
	case policy.OutcomeConnected, policy.OutcomeExcluded, policy.OutcomeHandedOn:
		return true
	case policy.OutcomeInterrupted:
		return e.Ratio == policy.RatioB
	}
	return false
}

// Against returns what the rules say against a call that was let go: the first of
// them that only watched, on a trunk in shadow or bypass.
func Against(d *policy.Decision) policy.Reason {
	for _, f := range d.Trail {
		if f.Reason != policy.OK {
			return f.Reason
		}
	}
	return d.Reason
}
