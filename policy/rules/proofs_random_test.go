package rules

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tregua/policy"
	bars "tregua/policy/bar"
)

// rounds is how many random calls a property is tried on.
const rounds = 25_000

// vetoes are what a person or a principal can add against a call. Each says
// false where the fact is not known: to learn of it is not to add to it.
var vetoes = map[string]func(*rand.Rand, *setting) bool{
	"a blacklist entry": func(dice *rand.Rand, s *setting) bool {
		b := &s.facts.Blacklist
		if b.Known == policy.Unknown {
			return false
		}
		b.All = b.All || dice.IntN(2) == 0
		if b.Known == policy.Absent { // one that is there already keeps its date
			b.Since = s.attempt.At.Add(-time.Duration(dice.IntN(40*24)) * time.Hour)
		}
		b.Known = policy.Present
		return true
	},
	"an opposition": func(_ *rand.Rand, s *setting) bool {
		r := &s.facts.Registry
		switch {
		case r.Known == policy.Unknown:
			return false
		case r.Known == policy.Absent || r.Answer == policy.NotAsked:
			*r = policy.RegistryFact{Known: policy.Present, AnsweredAt: s.attempt.At}
			r.OpposedSince = r.AnsweredAt
		case r.Answer == policy.Clear:
			r.OpposedSince = r.AnsweredAt
		}
		r.Answer = policy.Opposed
		return true
	},
	"a revocation": func(_ *rand.Rand, s *setting) bool {
		s.facts.Consent.RevokedAt = s.attempt.At
		return s.facts.Consent.Known == policy.Present
	},
	"a refusal": func(_ *rand.Rand, s *setting) bool {
		known := s.facts.Refusal.Known != policy.Unknown
		s.facts.Refusal = policy.RefusalFact{Known: policy.Present, At: s.attempt.At}
		return known
	},
	"a hold": func(_ *rand.Rand, s *setting) bool {
		known := s.facts.Hold.Known != policy.Unknown
		s.facts.Hold = policy.HoldFact{Known: policy.Present, Since: s.attempt.At}
		return known
	},
	"a silent call": func(dice *rand.Rand, s *setting) bool {
		if s.facts.Bar.Known == policy.Unknown {
			return false
		}
		at := s.attempt.At.Add(-time.Duration(dice.IntN(10*24)) * time.Hour)
		if at.Before(s.silent.At) {
			at = s.silent.At
		}
		s.silent = bars.Bar{At: at, Until: bars.Until(at, &s.params.Bar), CallCentre: 1, Principal: 1}
		s.settle()
		return true
	},
}

// TestVetoesOnlyRefuse: adding a blacklist entry, an opposition, a revocation, a
// refusal, a hold or a silent call never turns a refusal into an allowance.
func TestVetoesOnlyRefuse(t *testing.T) {
	t.Parallel()
	table := Table().Rules()
	for name, add := range vetoes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turned := 0
			for dice, c := range calls(t, rounds) {
				before := allowed(c.findings(table))
				with := c.setting
				if !add(dice, &with) {
					continue
				}
				after := allowed(with.findings(table))
				if after && !before {
					t.Fatalf("%s: was refused and is allowed", c.words)
				}
				if before && !after {
					turned++
				}
			}
			if turned < 10 {
				t.Errorf("of %d calls it turned only %d: the property says little", rounds, turned)
			}
		})
	}
}

// consentMends are the rules whose refusal a consent can end: it is in no column
// of the table of exemptions, it is a ground by itself (compliance.md 1.1).
var consentMends = []string{"registry", "consent"}

// gifts are what a person can add for a call, each with the rules whose refusals
// it may end, by the table of exemptions.
func gifts() map[string]struct {
	ends []string
	add  func(*rand.Rand, *setting) bool
} {
	by := func(cell func(*exemption) lift) (rules []string) {
		for i := range exemptions {
			if cell(&exemptions[i]) != never {
				rules = append(rules, exemptions[i].rule)
			}
		}
		return rules
	}
	hours := func(dice *rand.Rand, most int) time.Duration { return time.Duration(dice.IntN(most)) * time.Hour }
	return map[string]struct {
		ends []string
		add  func(*rand.Rand, *setting) bool
	}{
		"a consent": {consentMends, func(dice *rand.Rand, s *setting) bool {
			known := s.facts.Consent.Known != policy.Unknown
			s.facts.Consent = policy.ConsentFact{
				Known: policy.Present, GivenAt: s.attempt.At.Add(-hours(dice, 100*24)), Channels: 1 << policy.ChannelAutomated, Evidence: "form",
			}
			return known
		}},
		"a contract": {by(func(e *exemption) lift { return e.contract }), func(dice *rand.Rand, s *setting) bool {
			known := s.facts.Contract.Known != policy.Unknown
			s.facts.Contract = policy.ContractFact{Known: policy.Present, From: s.attempt.At.Add(-hours(dice, 100*24))}
			if dice.IntN(2) == 0 {
				s.facts.Contract.EndedAt = s.attempt.At.Add(-hours(dice, 60*24))
			}
			return known
		}},
		// An inbound call on a number that says so is a request and nothing else.
		"a request or an inbound call": {by(func(e *exemption) lift { return e.request }), func(dice *rand.Rand, s *setting) bool {
			known := s.facts.Request.Known != policy.Unknown
			at := s.attempt.At.Add(-hours(dice, 20*24))
			s.facts.Request = policy.RequestFact{Known: policy.Present, At: at, Until: at.Add(10 * 24 * time.Hour)}
			if dice.IntN(2) == 0 {
				s.facts.Request.AgreedAt = s.attempt.At.Add(hours(dice, 3))
			}
			return known
		}},
	}
}

// TestGiftsLiftWhatTheTableLists: adding a consent, a contract, a request or an
// inbound call ends no refusal but those of the rules that the table of
// exemptions lists for it.
func TestGiftsLiftWhatTheTableLists(t *testing.T) {
	t.Parallel()
	table := Table().Rules()
	for name, gift := range gifts() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			lifted := 0
			for dice, c := range calls(t, rounds) {
				before := c.findings(table)
				with := c.setting
				if !gift.add(dice, &with) {
					continue
				}
				for i, after := range with.findings(table) {
					if before[i] == policy.OK || after != policy.OK {
						continue
					}
					lifted++
					if !slices.Contains(gift.ends, table[i].Name) {
						t.Fatalf("%s: %s ends %s of rule %s", c.words, name, before[i], table[i].Name)
					}
				}
			}
			if lifted < rounds/100 {
				t.Errorf("of %d calls it lifted only %d refusals: the property says little", rounds, lifted)
			}
		})
	}
}

// TestShadowDecidesNothing: with a rule in shadow every call is decided as
// without the rule, whatever the rule finds.
func TestShadowDecidesNothing(t *testing.T) {
	t.Parallel()
	it := profile(t, "it-code")
	it.Refusal.Enforce, it.Refusal.Cooling = true, policy.Span{Value: 240 * time.Hour, Basis: it.Refusal.Basis}
	for _, r := range Table().Rules() {
		if r.Name == "emergency" {
			continue // it is no veto, and it is never in shadow
		}
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			table, found := Table(), 0
			for _, step := range steps(&table) {
				for i := range *step {
					if judge := (*step)[i].Judge; (*step)[i].Name == r.Name {
						(*step)[i].Judge = func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
							said := judge(p, a, f)
							said.Shadow = true
							return said
						}
					}
				}
			}
			with, err := policy.New(table, it)
			if err != nil {
				t.Fatal(err)
			}
			less, err := policy.New(without(r.Name), it)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range calls(t, rounds/10) {
				got, want := with.Judge(&c.attempt, &c.facts), less.Judge(&c.attempt, &c.facts)
				if got.Verdict != want.Verdict || got.Rule != want.Rule || got.Reason != want.Reason || got.Claim != want.Claim {
					t.Fatalf("%s: got %s of %s, without the rule %s of %s", c.words, got.Reason, got.Rule, want.Reason, want.Rule)
				}
				if slices.ContainsFunc(got.Trail, func(f policy.Finding) bool { return f.Rule == r.Name && f.Reason != policy.OK }) {
					found++
				}
			}
			if found == 0 {
				t.Error("it found nothing in any call")
			}
		})
	}
}
