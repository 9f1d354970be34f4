package main

import (
	"context"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/book"
)

// adminModes is the modes of trunks and rules as the console asks for them.
type adminModes struct{ book *book.Book }

// Modes returns those of rules that were set, then that of every trunk.
func (m adminModes) Modes() (modes []console.Mode) {
	for _, s := range m.book.Current().Settings() {
		modes = append(modes, modeOf(s))
	}
	return modes
}

// SetMode returns when the mode is in force.
func (m adminModes) SetMode(ctx context.Context, actor string, c console.Mode) (console.ModeSet, error) {
	mode, err := policy.ParseMode(c.Mode)
	if err != nil {
		return console.ModeSet{}, err
	}
	s := book.Setting{
		Trunk: c.Trunk, Rule: c.Rule, Mode: mode, Until: c.Until, Why: c.Why,
		Lots: int(c.Percent * policy.Lots / 100),
	}
	generation, err := m.book.Set(ctx, actor, s)
	if err != nil {
		return console.ModeSet{}, mistake(err)
	}
	c.Actor = actor
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
