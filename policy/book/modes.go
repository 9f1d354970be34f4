package book

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// longestBypass is how long a bypass may last; who needs more sets it anew.
const longestBypass = 24 * time.Hour

// modesRow is what was set of trunks and rules, in force with its generation.
type modesRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Trunks  []trunkModeRow // by name
	Rules   []ruleModeRow  // by rule and trunk
}

type trunkModeRow struct {
	_     struct{} `cbor:",toarray"`
	Trunk string
	Mode  policy.Mode
	Until instant
	At    instant
	Actor string
	Why   string
}

type ruleModeRow struct {
	_     struct{} `cbor:",toarray"`
	Rule  string
	Trunk string // "": every trunk
	Mode  policy.Mode
	Lots  uint16
	At    instant
	Actor string
	Why   string
}

// Setting is the mode of a trunk, or of a rule, and who set it.
type Setting struct {
	Trunk string // "": every trunk, of a rule
	Rule  string // "": the trunk as a whole
	Mode  policy.Mode
	Lots  int       // of an enforced rule
	Until time.Time // of a bypass
	At    time.Time // when it was set; zero: the config file says so
	Actor string
	Why   string
}

// words says what was set, for people and for the history.
func (s *Setting) words() string {
	what := "trunk " + s.Trunk
	if s.Rule != "" {
		what = "rule " + s.Rule + " on " + cmp.Or(s.Trunk, "every trunk")
	}
	how := s.Mode.String()
	if s.Rule != "" && s.Mode == policy.Enforce && s.Lots < policy.Lots {
		how += fmt.Sprintf(" for %g %% of the numbers", float64(s.Lots)*100/policy.Lots)
	}
	if !s.Until.IsZero() {
		how += " until " + s.Until.UTC().Format(time.RFC3339)
	}
	return what + ": " + how + ", because " + s.Why
}

// ErrLoosens is a setting that enforces less than what is in force.
var ErrLoosens = errors.New("it enforces less than what is in force: a second person must confirm it")

// Tighten is [Book.Set] for one person: a setting that loosens what is in force is
// [ErrLoosens], and changes nothing.
func (b *Book) Tighten(ctx context.Context, actor string, s Setting) (generation uint64, err error) {
	return b.set(ctx, actor, s, b.loosens)
}

// Set puts the mode of a trunk or of a rule in force: every attempt that is judged
// when it has returned sees it. It is a generation of its own, whose cause says who
// set what and why.
func (b *Book) Set(ctx context.Context, actor string, s Setting) (generation uint64, err error) {
	return b.set(ctx, actor, s, func(*Setting) bool { return false })
}

// loosens reports whether a setting enforces less than what is in force.
func (b *Book) loosens(s *Setting) bool {
	now := b.Current()
	if s.Rule != "" {
		return now.rollout.Loosens(policy.RuleOn{Rule: s.Rule, Trunk: s.Trunk},
			policy.RuleMode{Mode: s.Mode, Lots: s.Lots}, slices.Contains(b.config.Shadowed, s.Rule))
	}
	t := now.trunks[s.Trunk]
	return policy.TrunkMode{Mode: s.Mode, Until: s.Until, Then: t.Mode}.Loosens(t.mode, b.config.Now())
}

func (b *Book) set(ctx context.Context, actor string, s Setting, refused func(*Setting) bool) (generation uint64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if err := b.checkSetting(&s); err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if refused(&s) {
		return 0, ErrLoosens
	}
	at, before := b.stamp(), b.modes
	b.modes = b.modes.with(&s, at, actor)
	batch := store.Batch{Put: []store.Row{{Key: []byte{spaceModes}, Value: encode(*b.modes)}}}
	if generation, err = b.activate(batch, b.entities, b.parts, at, actor, s.words()); err != nil {
		b.modes = before
	}
	return generation, err
}

func (b *Book) checkSetting(s *Setting) error {
	if s.Trunk != "" && !slices.ContainsFunc(b.config.Trunks, func(t Trunk) bool { return t.Name == s.Trunk }) {
		return unknown("there is no trunk %q whose calls are judged", s.Trunk)
	}
	switch {
	case strings.TrimSpace(s.Why) == "":
		return wrong("why is missing: the mode is kept with its reason")
	case s.Rule == "" && s.Trunk == "":
		return wrong("name a trunk or a rule")
	case s.Rule != "":
		return b.checkRule(s)
	}
	return checkTrunkMode(s, b.config.Now())
}

func checkTrunkMode(s *Setting, now time.Time) error {
	switch {
	case s.Mode != policy.Bypass && !s.Until.IsZero():
		return wrong("until is for a bypass only; the other modes hold until they are changed")
	case s.Mode == policy.Bypass && !s.Until.After(now):
		return wrong("a bypass ends: say until when, %s from now at most", longestBypass)
	case s.Mode == policy.Bypass && s.Until.Sub(now) > longestBypass:
		return wrong("a bypass lasts %s at most; set it anew when it has ended", longestBypass)
	}
	return nil
}

func (b *Book) checkRule(s *Setting) error {
	switch {
	case !slices.Contains(b.config.Rules, s.Rule):
		return unknown("there is no rule %q: it is %s", s.Rule, strings.Join(b.config.Rules, ", "))
	case s.Mode == policy.Bypass || !s.Until.IsZero():
		return wrong("a rule is enforced or in shadow; a bypass is for a trunk")
	case s.Mode == policy.Enforce && (s.Lots < 1 || s.Lots > policy.Lots):
		return wrong("the share of the numbers must be more than nothing and 100%% at most")
	}
	return nil
}

// with returns the row with a setting in the place of an older one.
func (m *modesRow) with(s *Setting, at time.Time, actor string) *modesRow {
	next := &modesRow{Version: rowVersion, Trunks: slices.Clone(m.Trunks), Rules: slices.Clone(m.Rules)}
	if s.Rule == "" {
		next.Trunks = slices.DeleteFunc(next.Trunks, func(o trunkModeRow) bool { return o.Trunk == s.Trunk })
		next.Trunks = append(next.Trunks, trunkModeRow{
			Trunk: s.Trunk, Mode: s.Mode, Until: instantOf(s.Until), At: instantOf(at), Actor: actor, Why: s.Why,
		})
		slices.SortFunc(next.Trunks, func(x, y trunkModeRow) int { return cmp.Compare(x.Trunk, y.Trunk) })
		return next
	}
	next.Rules = slices.DeleteFunc(next.Rules, func(o ruleModeRow) bool { return o.Rule == s.Rule && o.Trunk == s.Trunk })
	next.Rules = append(next.Rules, ruleModeRow{
		Rule: s.Rule, Trunk: s.Trunk, Mode: s.Mode, Lots: uint16(s.Lots), At: instantOf(at), Actor: actor, Why: s.Why,
	})
	slices.SortFunc(next.Rules, func(x, y ruleModeRow) int {
		return cmp.Or(cmp.Compare(x.Rule, y.Rule), cmp.Compare(x.Trunk, y.Trunk))
	})
	return next
}

// addModes resolves what was set: what nobody set is as the config file says.
func (s *Snapshot) addModes(b *Book) {
	s.rollout = &policy.Rollout{Rules: map[policy.RuleOn]policy.RuleMode{}}
	for _, r := range b.modes.Rules {
		s.rollout.Rules[policy.RuleOn{Rule: r.Rule, Trunk: r.Trunk}] = policy.RuleMode{Mode: r.Mode, Lots: int(r.Lots)}
		s.settings = append(s.settings, Setting{
			Rule: r.Rule, Trunk: r.Trunk, Mode: r.Mode, Lots: int(r.Lots), At: r.At.time(), Actor: r.Actor, Why: r.Why,
		})
	}
	set := map[string]trunkModeRow{}
	for _, t := range b.modes.Trunks {
		set[t.Trunk] = t
	}
	for _, name := range slices.Sorted(maps.Keys(s.trunks)) {
		t := s.trunks[name]
		one := Setting{Trunk: name, Mode: t.Mode}
		if o, ok := set[name]; ok {
			one = Setting{Trunk: name, Mode: o.Mode, Until: o.Until.time(), At: o.At.time(), Actor: o.Actor, Why: o.Why}
		}
		t.mode = policy.TrunkMode{Mode: one.Mode, Until: one.Until, Then: t.Mode}
		s.trunks[name] = t
		s.settings = append(s.settings, one)
	}
}

// Rollout returns which rules are enforced.
func (s *Snapshot) Rollout() *policy.Rollout { return s.rollout }

// TrunkMode returns the mode of a trunk.
func (s *Snapshot) TrunkMode(trunk string) policy.TrunkMode { return s.trunks[trunk].mode }

// Settings returns the modes that were set of rules, then that of every trunk. The
// slice must not be changed.
func (s *Snapshot) Settings() []Setting { return s.settings }
