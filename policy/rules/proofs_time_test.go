package rules

import (
	"slices"
	"testing"
	"time"

	"tregua/policy"
)

// expiry is a moment that can end refusals of some rules: nothing but one that
// passes turns a refusal into an allowance as time goes by.
type expiry struct {
	name  string
	rules []string
	at    func(*setting) time.Time // zero: it is not in this call
}

// expiries are all there are. A rule that gets weaker with time has its line
// here, or TestTimeLiftsByAnExpiry fails.
var expiries = []expiry{
	{"the days of a bar end", []string{"bar"}, func(s *setting) time.Time { return s.silent.Until }},
	{"the clock's doubt about that end is over", []string{"bar"}, func(s *setting) time.Time {
		return s.silent.Until.Add(s.params.Clock.Margin.Value)
	}},
	{"the guarantee of an operator ends", []string{"operator"}, func(s *setting) time.Time {
		return s.silent.At.In(s.params.Bar.Zone.Location()).AddDate(0, s.params.Operator.Months.Value, 0)
	}},
	{"the time after a refusal ends", []string{"refusal"}, func(s *setting) time.Time {
		return s.facts.Refusal.At.Add(s.params.Refusal.Cooling.Value)
	}},
	{"the clock's doubt about that time is over", []string{"refusal"}, func(s *setting) time.Time {
		return s.facts.Refusal.At.Add(s.params.Refusal.Cooling.Value + s.params.Clock.Margin.Value)
	}},
	{"a mandate begins", []string{"mandate"}, func(s *setting) time.Time { return s.facts.Mandate.From }},
	{"a contract begins", []string{"ground", "registry", "consent", "provider", "frequency"}, func(s *setting) time.Time { return s.facts.Contract.From }},
	{"a request comes to its date", requested, func(s *setting) time.Time { return s.facts.Request.At }},
	{"the time agreed on comes near", append([]string{"hours"}, requested...), func(s *setting) time.Time {
		return s.facts.Request.AgreedAt.Add(-s.params.Request.Around.Value)
	}},
	{"a consent comes to its date", []string{"consent", "registry"}, func(s *setting) time.Time { return s.facts.Consent.GivenAt }},
	{"a registry's answer comes to its date", []string{"registry"}, func(s *setting) time.Time {
		return s.facts.Registry.AnsweredAt.Add(-s.params.Clock.Margin.Value)
	}},
	{"a synchronisation comes to its date", []string{"freshness"}, func(s *setting) time.Time {
		return s.facts.Blacklist.Synced.Add(-s.params.Freshness.StaleAfter.Value)
	}},
}

// requested are the rules that a request lifts at any time.
var requested = []string{"ground", "registry", "consent", "blacklist", "bar", "list", "provider", "refusal", "frequency"}

// opening are the rules with a window that opens every day.
var opening = []string{"hours"}

// TestTimeLiftsByAnExpiry: the same call later is refused by every rule that
// refused it, unless an expiry of that rule has passed between.
func TestTimeLiftsByAnExpiry(t *testing.T) {
	t.Parallel()
	table := Table().Rules()
	seen := map[string]bool{}
	for dice, c := range calls(t, rounds) {
		before := c.findings(table)
		later := c.setting
		later.fresh = true // a blacklist is not synchronised by waiting
		wait := []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 40 * 24 * time.Hour, 800 * 24 * time.Hour}[dice.IntN(5)]
		later.attempt.At = c.attempt.At.Add(1 + time.Duration(dice.Int64N(int64(wait))))
		later.settle()
		for i, after := range later.findings(table) {
			rule := table[i].Name
			if before[i] == policy.OK || after != policy.OK || slices.Contains(opening, rule) {
				continue
			}
			passed := slices.IndexFunc(expiries, func(e expiry) bool {
				at := e.at(&c.setting)
				return slices.Contains(e.rules, rule) && at.After(c.attempt.At) && !at.After(later.attempt.At)
			})
			if passed < 0 {
				t.Fatalf("%s: from %s to %s rule %s stops saying %s, and nothing expired", c.words, c.attempt.At, later.attempt.At, rule, before[i])
			}
			seen[expiries[passed].name] = true
		}
	}
	for _, e := range expiries {
		if !seen[e.name] {
			t.Errorf("no call met it: %s", e.name)
		}
	}
}
