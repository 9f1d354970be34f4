// Package gate keeps each campaign within the share of silent calls that the law
// allows, without starving it (compliance.md 1.12 and 3.5). A call asks for a
// place and gets it when an operator is proven free for it, when the campaign,
// its ratio group and the day can afford that it ends silent, or as a probe;
// else it is held for a few seconds, in order of arrival, and then turned away.
// What a call took it gives back when it ends. Nothing is ever closed for good.
//
// Gate is one value that owns all campaigns; its goroutine is a shell round
// Turn. It is told when an operator is heard and how each call ended, and knows
// nothing of people: it counts, it does not identify.
package gate

import (
	"time"

	"tregua/policy"
)

// Gate owns the ratio of all campaigns.
type Gate struct {
	campaigns map[policy.CampaignID]*campaign
	groups    map[groupKey]*group
	centres   map[policy.CallCentreID]*centre
	teams     map[teamKey]*team
	order     []*group // all groups, the oldest first
	flights   map[policy.AttemptID]*flight
	arrivals  uint64
	now       time.Time
	changed   map[string]State // by key: rows to be stored
}

// flight is an attempt that waits for a place or has one.
type flight struct {
	ask     Ask
	team    *team
	arrival uint64 // order among all that asked
	asked   time.Time
	granted bool
	joined  bool
	beyond  bool  // let through with more in flight than operators proven free
	kept    token // the operator reserved for it
	fact    policy.GateFact
}

// New makes a gate that knows nothing.
func New() *Gate {
	return &Gate{
		campaigns: map[policy.CampaignID]*campaign{}, groups: map[groupKey]*group{},
		centres: map[policy.CallCentreID]*centre{}, teams: map[teamKey]*team{},
		flights: map[policy.AttemptID]*flight{}, changed: map[string]State{},
	}
}

// Turn handles the inputs in order and answers what can be answered now. It
// returns when it wants the next turn if nothing is put to it, zero for never.
// The time must not go back; one that does counts as the latest.
func (g *Gate) Turn(now time.Time, in []Input, out *Outputs) time.Time {
	out.clear()
	if now.After(g.now) {
		g.now = now
	}
	for _, gr := range g.order {
		g.expire(gr, out)
		g.serve(gr, out)
	}
	for _, i := range in {
		g.take(i, out)
	}
	g.states(out)
	return g.next()
}

func (g *Gate) take(i Input, out *Outputs) {
	switch i := i.(type) {
	case Ask:
		g.ask(i, out)
	case Resumed:
		g.resume(i)
	case Joined:
		g.told(i.ID, out, func(f *flight) {
			if f.granted && !f.joined {
				g.join(f)
			}
		})
	case Ended:
		g.told(i.ID, out, func(f *flight) {
			if f.granted {
				g.end(f, &i)
			}
		})
	case Gone:
		g.told(i.ID, out, g.gone)
	case Expected:
		g.expect(&i)
	case Declared:
		t := g.team(i.Campaign, i.Group, i.CallCentre)
		t.declared = max(0, i.Operators)
		t.series(g.now)
		g.serve(t.group, out)
	}
}

// told lets what was said of an attempt change it, if it is known, and serves who
// waits.
func (g *Gate) told(id policy.AttemptID, out *Outputs, change func(*flight)) {
	if f := g.flights[id]; f != nil {
		change(f)
		g.serve(f.team.group, out)
	}
}

func (g *Gate) ask(a Ask, out *Outputs) {
	if f := g.flights[a.ID]; f != nil {
		if f.granted {
			out.Granted = append(out.Granted, Granted{a.ID, f.fact})
		}
		return
	}
	f := g.flight(a)
	t := f.team
	t.asked(g.now)
	switch {
	case a.Pledged, a.Figures.Shadow:
		g.grant(f, t.place(f, g.now), out)
	default:
		if len(t.queue) == 0 {
			t.expires = time.Time{}
		}
		t.queue = append(t.queue, f)
		t.expires = sooner(t.expires, f.until())
		g.serve(t.group, out)
		if !f.granted && a.Figures.Hold <= 0 {
			g.expire(t.group, out)
		}
	}
}

// expect enters a team before it calls.
func (g *Gate) expect(e *Expected) {
	t := g.team(e.Campaign, e.Group, e.CallCentre)
	for _, f := range []*Figures{&t.campaign.figures, &t.group.figures} {
		if *f == (Figures{}) {
			*f = e.Figures
		}
	}
}

// flight enters an attempt.
func (g *Gate) flight(a Ask) *flight {
	t := g.team(a.Campaign, a.Group, a.CallCentre)
	t.campaign.figures = a.Figures
	t.group.figures = a.Figures
	g.arrivals++
	f := &flight{ask: a, team: t, arrival: g.arrivals, asked: g.now}
	g.flights[a.ID] = f
	return f
}

func (g *Gate) resume(r Resumed) {
	if g.flights[r.ID] != nil {
		return
	}
	f := g.flight(r.Ask)
	f.granted, f.beyond = true, true
	f.fact = policy.GateFact{Known: policy.Present, Place: policy.PlaceOperator}
	if r.Pledged {
		f.fact.Place = policy.PlacePledged
		return
	}
	f.team.aloft(f, 1)
	if r.Joined {
		g.join(f)
	}
}

// grant lets an attempt through.
func (g *Gate) grant(f *flight, place policy.GatePlace, out *Outputs) {
	t := f.team
	f.fact = t.fact(g.now)
	f.fact.Held, f.fact.Place = g.now.Sub(f.asked), place
	f.granted = true
	if place != policy.PlacePledged {
		t.fly(f, g.now)
	}
	out.Granted = append(out.Granted, Granted{f.ask.ID, f.fact})
}

// join says that an operator was heard: that operator is not free.
func (g *Gate) join(f *flight) {
	f.joined = true
	if f.fact.Place != policy.PlacePledged {
		f.team.join(f, g.now)
	}
}

// end counts a call that is over and gives back what it had.
func (g *Gate) end(f *flight, e *Ended) {
	delete(g.flights, f.ask.ID)
	t := f.team
	if e.Ratio == policy.RatioB && !f.joined {
		g.join(f)
	}
	switch {
	case f.fact.Place == policy.PlacePledged:
	case f.joined:
		t.part(g.now)
		if e.Ratio == policy.RatioB {
			t.centre.good()
		}
	case e.Ratio == policy.RatioA:
		t.silent(f, g.now)
	default:
		t.land(f)
		t.campaign.learn(e.Wanted)
	}
	g.count(t, e)
}

// gone takes an attempt out that its dialer gave up.
func (g *Gate) gone(f *flight) {
	delete(g.flights, f.ask.ID)
	switch {
	case !f.granted:
		f.team.leave(f)
	case f.fact.Place == policy.PlacePledged:
	case f.joined:
		f.team.part(g.now)
	default:
		f.team.land(f)
	}
}
