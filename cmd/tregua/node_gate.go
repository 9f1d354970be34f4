package main

import (
	"context"
	"fmt"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/gate"
)

// openGate makes the gate with what lives over a restart: the silent and connected
// calls of the records, and what it has learnt.
func (n *node) openGate() (*gate.Gate, error) {
	states := map[string]gate.State{}
	for row, err := range n.store.Scan([]byte{gate.Space}, nil) {
		if err != nil {
			return nil, err
		}
		s, err := gate.Decode(row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		s.Count = gate.Count{} // what counts is in the records
		states[string(s.Key())] = s
	}
	counts, err := n.reader.Counters()
	if err != nil {
		return nil, fmt.Errorf("counters: %w", err)
	}
	for t, c := range counts { // order: sums
		for _, of := range []gate.State{{Kind: gate.OfCampaign, ID: uint32(t.Campaign)}, {Kind: gate.OfGroup, ID: uint32(t.Group)}} {
			if of.ID == 0 {
				continue
			}
			if s, ok := states[string(of.Key())]; ok {
				of = s
			}
			of.Count.Add(int(t.Day), policy.GateCount{A: int(c.Silent), B: int(c.Connected)})
			states[string(of.Key())] = of
		}
	}
	g := gate.New()
	for _, s := range states { // order: each into its own place
		if s.Kind == gate.OfCampaign && s.Count.Total != (policy.GateCount{}) {
			n.expected[policy.CampaignID(s.ID)] = desk.Expecting{}
		}
		g.Load(&s)
	}
	return g, nil
}

// expect lets the gate know which campaigns may call, and how many operators they
// declare: those that have called before the start, and those that declare some or
// did. What it was told already it is not told again. The lock of the book guards it.
func (n *node) expect(s *book.Snapshot) {
	if n.desks == nil {
		return // the start has come to the book only
	}
	for _, c := range s.Campaigns() {
		was, known := n.expected[c.ID]
		now := expecting(c, c.Operators)
		switch {
		case c.Closed:
			delete(n.expected, c.ID)
			continue
		case !known && c.Operators == 0, was == now:
			continue
		case was.Operators > 0 && was.CallCentre != now.CallCentre: // it has moved
			was.Operators = 0
			n.desks.Expect(was)
		}
		n.expected[c.ID] = now
		n.desks.Expect(now)
	}
}

func expecting(c book.Campaign, operators int) desk.Expecting {
	return desk.Expecting{Campaign: c.ID, Group: c.Group, CallCentre: c.CallCentre, Operators: operators}
}

// DeclareOperators lets the gate know how many operators a campaign of a scope has
// now. Its history says who did; data.yaml stays as it is.
func (n *node) DeclareOperators(scope access.Scope, campaign string, operators int) error {
	s := n.book.Current()
	c, ok := s.Campaign(campaign)
	if !ok || !takesCampaign(scope, s, c) {
		return mistake(fmt.Errorf("%w: there is no campaign %q: write principal/campaign", book.ErrUnknown, campaign))
	}
	if err := n.book.DeclareOperators(scope.Actor, campaign, operators); err != nil {
		return mistake(err)
	}
	n.desks.Expect(expecting(c, operators))
	n.log.Info("operators were declared", "campaign", campaign, "operators", operators, "actor", scope.Actor)
	return nil
}

// watchedTrunks reports on the calls of which trunks it is seen that an operator
// joins them.
func watchedTrunks(c *configs.Config) func(string) bool {
	watched := map[string]bool{}
	for _, t := range c.Trunks {
		watched[t.Name] = t.Side == configs.SidePBX && t.Silent.Mode != policy.WatchOff
	}
	return func(trunk string) bool { return watched[trunk] }
}

// Gates returns how each campaign of a scope stands at the ratio gate.
func (n *node) Gates(ctx context.Context, scope access.Scope) ([]console.Team, error) {
	all, err := n.desks.Teams(ctx)
	if err != nil {
		return nil, err
	}
	s := n.book.Current()
	names := map[policy.CampaignID]string{}
	for _, c := range s.Campaigns() {
		if takesCampaign(scope, s, c) {
			names[c.ID] = c.Name
		}
	}
	var teams []console.Team
	count := func(c policy.GateCount) console.GateCount { return console.GateCount{Silent: c.A, Connected: c.B} }
	for _, t := range all {
		name, takes := names[t.Campaign]
		if !takes {
			continue
		}
		f := &t.Fact
		teams = append(teams, console.Team{
			Campaign: name, CallCentre: s.CallCentreName(t.CallCentre), Total: count(f.Campaign), Today: count(f.Day), Group: count(f.Group),
			Credit: f.Credit, Bound: f.Bound.String(), Needed: t.Needed, Level: f.Level.String(), Free: f.Free, Talking: f.Talking,
			InFlight: f.InFlight, Waiting: t.Waiting, WrapMS: t.Wrap.Milliseconds(), Declared: t.Declared, LastAsked: t.LastAsked,
		})
	}
	return teams, nil
}

// patience is how long the board waits for the gate.
const patience = time.Second

// boardGates tells of the campaigns that have no silent call left.
func (n *node) boardGates(scope access.Scope, _ time.Time) (rows []console.BoardRow, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	teams, err := n.Gates(ctx, scope)
	if err != nil {
		return oneRow("gate", console.Red, "it does not answer: %v", err), nil
	}
	for i := range teams {
		t := &teams[i]
		l, more := console.Green, ""
		if t.Credit < 1 {
			l, more = console.Yellow, fmt.Sprintf(": %d good calls needed", t.Needed)
		}
		rows = append(rows, oneRow("gate "+t.Campaign, l, "%s, %d silent of %d connected, credit %d by the %s%s",
			levelOf(t), t.Total.Silent, t.Total.Connected, t.Credit, t.Bound, more)...)
	}
	return rows, nil
}
