package rules

import "tregua/policy"

// Table returns the rules in the order of judging: lasting reasons before
// passing ones, within a step too. What lifts a rule is in [exemptions].
func Table() policy.Table {
	return exempt(policy.Table{
		Pass: []policy.Rule{emergency()},
		Veto: []policy.Rule{
			number(), campaign(),
			mandate(), callerid(), origin(), sector(),
			scanning(), provider(), list(),
			blacklist(), freshness(), hold(),
			callcentre(),
		},
		Ground: []policy.Rule{ground(), registry(), consent()},
		NotNow: []policy.Rule{bar(), operator(), refusal(), hours()},
		Pace:   []policy.Rule{frequency(), gate()},
	})
}

// abstain and refuse make the two findings a rule has to offer.
func abstain(note string) policy.Finding { return policy.Finding{Note: note} }

func refuse(r policy.Reason, note string) policy.Finding {
	return policy.Finding{Reason: r, Note: note}
}

// notRead refuses for want of a fact: an unknown fact is never a "no".
func notRead(note string) policy.Finding { return refuse(policy.NotRead, note) }

// Needs returns which facts each rule can look at, by its name.
func Needs() map[string]policy.Needs {
	needs := map[string]policy.Needs{}
	for _, r := range Table().Rules() {
		needs[r.Name] = r.Needs
	}
	return needs
}
