package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/rules"
)

// adminModes is the modes of trunks and rules as the console asks for them.
type adminModes struct {
	book   *book.Book
	trunks []adminTrunk
}

// Modes returns those of rules that were set, then that of every trunk: of the
// trunks that the scope has to do with. Who set one and why is for those whose
// calls alone it concerns, and not for call centres.
func (m adminModes) Modes(scope access.Scope) (modes []console.Mode) {
	s := m.book.Current()
	for _, set := range s.Settings() {
		mode, callCentre := modeOf(set), m.callCentre(set.Trunk)
		if set.Trunk != "" && !takesTrunk(scope, s, callCentre) {
			continue
		}
		if scope.CallCentre != "" || !takesCalls(scope, s, callCentre) {
			mode.Actor, mode.Why = "", ""
		}
		modes = append(modes, mode)
	}
	return modes
}

// callCentre returns whose a trunk is, "" for no trunk.
func (m adminModes) callCentre(trunk string) string {
	for _, t := range m.trunks {
		if t.name == trunk {
			return t.callCentre
		}
	}
	return ""
}

// may returns nil when the modes of a trunk, or of every trunk, are the scope's to
// set. They bind whoever the trunk calls for, so that they are an admin's, or
// those of the one principal that a call centre calls for.
func (m adminModes) may(scope access.Scope, trunk string) error {
	s, callCentre := m.book.Current(), m.callCentre(trunk)
	switch {
	case takesCalls(scope, s, callCentre):
		return nil
	case trunk != "" && !takesTrunk(scope, s, callCentre):
		return &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("there is no trunk %q whose calls are judged", trunk)}
	case trunk != "":
		return &console.Mistake{Code: http.StatusForbidden, Err: fmt.Errorf("the modes of %s are not for one principal to set: ask an admin", trunk)}
	}
	return &console.Mistake{Code: http.StatusForbidden, Err: errors.New("the mode of a rule on every trunk is set by an admin; name a trunk")}
}

// Principal returns on whose behalf a trunk calls, "" if that is not one alone.
func (m adminModes) Principal(trunk string) (principal string) {
	s := m.book.Current()
	for i, c := range callsOf(s, m.callCentre(trunk)) {
		switch name := s.PrincipalName(c.Principal); {
		case i == 0:
			principal = name
		case name != principal:
			return ""
		}
	}
	return principal
}

// SetMode returns when the mode is in force. Two persons may loosen.
func (m adminModes) SetMode(ctx context.Context, scope access.Scope, c console.Mode, two bool) (console.ModeSet, error) {
	if err := m.may(scope, c.Trunk); err != nil {
		return console.ModeSet{}, err
	}
	mode, err := policy.ParseMode(c.Mode)
	if err != nil {
		return console.ModeSet{}, err
	}
	s := book.Setting{
		Trunk: c.Trunk, Rule: c.Rule, Mode: mode, Until: c.Until, Why: c.Why,
		Lots: int(c.Percent * policy.Lots / 100),
	}
	set := m.book.Tighten
	if two {
		set = m.book.Set
	}
	generation, err := set(ctx, scope.Actor, s)
	if errors.Is(err, book.ErrLoosens) {
		return console.ModeSet{}, console.ErrLoosens
	}
	if err != nil {
		return console.ModeSet{}, mistake(err)
	}
	c.Actor = scope.Actor
	return console.ModeSet{Generation: generation, Mode: c}, nil
}

// trunksIn counts the trunks that are in a mode now.
func (n *node) trunksIn(m policy.Mode) (count uint64) {
	s, now := n.book.Current(), time.Now()
	for _, t := range n.config.Trunks {
		if t.Side == configs.SidePBX && s.TrunkMode(t.Name).At(now) == m {
			count++
		}
	}
	return count
}

func modeOf(s book.Setting) console.Mode {
	m := console.Mode{
		Trunk: s.Trunk, Rule: s.Rule, Mode: s.Mode.String(), Until: s.Until, At: s.At, Actor: s.Actor, Why: s.Why,
	}
	if s.Rule != "" && s.Mode == policy.Enforce {
		m.Percent = float64(s.Lots) * 100 / policy.Lots
	}
	return m
}

// ruleNames are the rules whose modes can be set: an emergency always passes.
func ruleNames() (names []string) {
	for _, r := range rules.Table().Rules()[1:] {
		names = append(names, r.Name)
	}
	return names
}

// shadowed are the rules that each of the profiles ships in shadow or has no law
// for.
func shadowed(profiles []policy.Params) (names []string) {
	for _, name := range ruleNames() {
		enforces := func(p policy.Params) bool {
			return !slices.Contains(p.Shadow, name) && !slices.Contains(p.Without, name)
		}
		if !slices.ContainsFunc(profiles, enforces) {
			names = append(names, name)
		}
	}
	return names
}
