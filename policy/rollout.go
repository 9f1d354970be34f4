package policy

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Mode is how far the rules are enforced on a trunk, or one rule. The zero value
// enforces.
type Mode uint8

// The modes.
const (
	Enforce Mode = iota
	Shadow       // judged, counted and recorded; nothing changes on the wire
	Bypass       // the same, in an emergency of the operator's: it expires, needs two persons and is an alarm
)

// TrunkMode is the mode of a trunk since somebody set it.
type TrunkMode struct {
	Mode  Mode
	Until time.Time // when it ends; zero: it does not
	Then  Mode      // behind its end
}

// At returns the mode at a time.
func (m TrunkMode) At(now time.Time) Mode {
	if !m.Until.IsZero() && !now.Before(m.Until) {
		return m.Then
	}
	return m.Mode
}

// Loosens reports whether m, in the place of old, enforces less at any time from
// now on. A bypass is less than shadow: it needs two persons wherever it stands.
func (m TrunkMode) Loosens(old TrunkMode, now time.Time) bool {
	for _, at := range [3]time.Time{now, m.Until, old.Until} { // nothing changes in between
		if !at.Before(now) && m.At(at) > old.At(at) {
			return true
		}
	}
	return false
}

// Lots is how many lots the numbers are divided into, by a keyed hash: a share of
// the numbers is so many lots, the same ones every day.
const Lots = 10000

// RuleMode is how far one rule is enforced.
type RuleMode struct {
	Mode Mode // Enforce or Shadow
	Lots int  // of an enforced rule: for how many of the numbers; Lots is all
}

// RuleOn names a rule on a trunk; no trunk is every trunk.
type RuleOn struct{ Rule, Trunk string }

// Rollout says which rules are enforced where. It never changes once it is in
// force; nil enforces everything.
type Rollout struct {
	Rules map[RuleOn]RuleMode
}

// spares reports whether a refusal of a rule decides nothing for an attempt: what
// is said of the rule goes before what the profile says.
func (r *Rollout) spares(p *Params, rule string, a *Attempt, lot uint16) bool {
	if a.Mode != Enforce {
		return true
	}
	if m, ok := r.said(RuleOn{rule, a.Trunk}); ok {
		return int(lot) >= m.share()
	}
	return p.shadows(rule)
}

// said returns what is said of a rule on a trunk: that of the trunk goes before
// that of every trunk.
func (r *Rollout) said(on RuleOn) (m RuleMode, ok bool) {
	if r == nil {
		return m, false
	}
	if m, ok = r.Rules[on]; !ok {
		m, ok = r.Rules[RuleOn{Rule: on.Rule}]
	}
	return m, ok
}

// RuleShare is for how many lots a rule is enforced on a trunk; 0: it is in
// shadow.
type RuleShare struct {
	Rule string
	Lots int
}

// On returns what is said of rules on a trunk, by rule: all that an attempt on it
// can be spared by, and what is recorded with one.
func (r *Rollout) On(trunk string) []RuleShare {
	if r == nil || len(r.Rules) == 0 {
		return nil
	}
	var shares []RuleShare
	for _, on := range slices.SortedFunc(maps.Keys(r.Rules), func(a, b RuleOn) int { return cmp.Compare(a.Rule, b.Rule) }) {
		if on.Trunk != trunk && on.Trunk != "" || len(shares) > 0 && shares[len(shares)-1].Rule == on.Rule {
			continue
		}
		m, _ := r.said(RuleOn{on.Rule, trunk})
		shares = append(shares, RuleShare{on.Rule, m.share()})
	}
	return shares
}

// RolloutOn returns a rollout that says of rules on a trunk what [Rollout.On] has
// returned; nil when that is nothing.
func RolloutOn(trunk string, shares []RuleShare) *Rollout {
	if len(shares) == 0 {
		return nil
	}
	r := &Rollout{Rules: make(map[RuleOn]RuleMode, len(shares))}
	for _, s := range shares {
		m := RuleMode{Mode: Enforce, Lots: s.Lots}
		if s.Lots == 0 {
			m.Mode = Shadow
		}
		r.Rules[RuleOn{s.Rule, trunk}] = m
	}
	return r
}

// share returns for how many lots the rule is enforced.
func (m RuleMode) share() int {
	if m.Mode != Enforce {
		return 0
	}
	return m.Lots
}

// Loosens reports whether a rule would be enforced for fewer numbers with m than
// it is. A rule of which nothing is said is enforced for all, unless it is shipped
// in shadow.
func (r *Rollout) Loosens(on RuleOn, m RuleMode, shipped bool) bool {
	if old, ok := r.said(on); ok {
		return m.share() < old.share()
	}
	return !shipped && m.share() < Lots
}

// shadows reports whether the profile ships a rule in shadow: what binds nobody by
// law or by code is shown before it is enforced (compliance.md 1.13).
func (p *Params) shadows(rule string) bool { return slices.Contains(p.Shadow, rule) }
