package policy

import (
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
// is said of the trunk goes before what is said of every trunk, and that before
// what the profile says.
func (r *Rollout) spares(p *Params, rule string, a *Attempt, lot uint16) bool {
	if a.Mode != Enforce {
		return true
	}
	if r != nil {
		for _, on := range [2]RuleOn{{rule, a.Trunk}, {rule, ""}} {
			if m, ok := r.Rules[on]; ok {
				return m.Mode != Enforce || int(lot) >= m.Lots
			}
		}
	}
	return p.shadows(rule)
}

// shadows reports whether the profile ships a rule in shadow: what binds nobody by
// law or by code is shown before it is enforced (compliance.md 1.13).
func (p *Params) shadows(rule string) bool { return slices.Contains(p.Shadow, rule) }
