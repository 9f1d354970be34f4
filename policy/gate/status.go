package gate

import (
	"cmp"
	"slices"
	"time"

	"tregua/policy"
)

// Status is how one team stands, for people.
type Status struct {
	Campaign   policy.CampaignID
	Group      policy.GroupID
	CallCentre policy.CallCentreID
	Fact       policy.GateFact // as for an attempt that asked now; it has no place
	Waiting    int             // calls that are held
	Wrap       time.Duration   // that its operators are presumed to need between two calls
	// Needed is how many connected calls it takes until campaign, group and day allow
	// another silent one. It is 0 where they do already, or where none is allowed
	// at all.
	Needed int
	// Declared is how many operators somebody declared; 0 when nobody did, or when it
	// was disproved.
	Declared  int
	LastAsked time.Time // when its last call asked for a place; zero: none did since the start
}

// Status returns how all teams stand, by campaign and call centre.
func (g *Gate) Status(now time.Time) (all []Status) {
	for _, gr := range g.order {
		for _, t := range gr.teams {
			all = append(all, Status{
				Campaign: t.campaign.id, Group: gr.id, CallCentre: t.centre.id,
				Fact: t.fact(now), Waiting: len(t.queue), Wrap: t.centre.wrap, Needed: t.needed(now),
				Declared: t.declared, LastAsked: t.lastAsked,
			})
		}
	}
	slices.SortFunc(all, func(x, y Status) int {
		return cmp.Or(cmp.Compare(x.Campaign, y.Campaign), cmp.Compare(x.CallCentre, y.CallCentre))
	})
	return all
}

// needed returns how many connected calls the next silent one takes.
func (t *team) needed(now time.Time) (most int) {
	f, c, gr := t.fact(now), t.campaign.figures, t.group.figures
	for _, o := range []struct {
		count policy.GateCount
		limit int
	}{{f.Campaign, c.Limit}, {f.Group, gr.Limit}, {f.Day, c.DayLimit}, {f.GroupDay, gr.DayLimit}} {
		if o.limit > 0 && credit(o.count, o.limit, c.StartCredit) < 1 {
			most = max(most, (100*(o.count.A+1)+o.limit-1)/o.limit-o.count.B)
		}
	}
	return most
}
