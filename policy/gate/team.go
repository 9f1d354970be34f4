package gate

import (
	"slices"
	"time"

	"tregua/policy"
)

const (
	// stale is how long an operator counts as free whose call has ended: after that
	// nobody knows whether there is still somebody (compliance.md 3.5).
	stale = 15 * time.Minute
	// The waits between probes that end silent double from the first to the last.
	firstWait, lastWait = time.Minute, 30 * time.Minute
	// lunch is how long a dialer must have asked for nothing to have been away.
	lunch = time.Minute
	// calm is how long after a silent call a pause of the dialer says nothing: one
	// that dials slowly pauses all the time.
	calm = 5 * time.Minute
	// doubtful is after how many silent calls without an operator between them no
	// more is risked, gone after how many everybody is thought to have left.
	doubtful, gone = 2, 3
)

type teamKey struct {
	campaign policy.CampaignID
	centre   policy.CallCentreID
}

// groupKey names a ratio group; a campaign without one is alone in its own.
type groupKey struct {
	group policy.GroupID
	alone policy.CampaignID
}

// campaign is what counts for one campaign.
type campaign struct {
	id      policy.CampaignID
	figures Figures // the newest
	count   *Count
	answers Answers
	teams   []*team
}

// group is what counts for the campaigns of a ratio group together.
type group struct {
	id      policy.GroupID
	figures Figures // of its newest attempt
	count   *Count  // of a campaign that is alone, its own
	teams   []*team // the oldest first
}

// team is the operators who work for a campaign at a call centre: those who talk,
// and a token for each whose call has ended.
type team struct {
	campaign *campaign
	group    *group
	centre   *centre
	queue    []*flight
	expires  time.Time // of nobody in the queue the wait is over before
	stopped  bool      // the first of the queue has no place: only within serve

	tokens   []token // by the time of their last use, the oldest first
	flying   int     // let through, no operator yet
	kept     int     // the same, with an operator each that is kept for it
	talking  int
	declared int // operators that somebody declared; 0 when disproved
	window   int // most in flight, while silent calls have shown that there are fewer operators than tokens

	streak   int  // operators heard since the last silent call
	silences int  // silent calls since the last operator was heard
	peak     int  // most operators that were known at a time
	returned bool // the dialer is back from a pause, and nothing was silent since

	probeAt   time.Time // of no probe before
	silentAt  time.Time // the last silent call
	lastAsked time.Time
}

// token stands for an operator whose call has ended.
type token struct {
	at      time.Time // when, or when a silent call proved that nobody was free
	doubted bool      // by that
}

// team returns the team of a campaign at a call centre, with all that belongs to it.
func (g *Gate) team(c policy.CampaignID, gr policy.GroupID, cc policy.CallCentreID) *team {
	key := teamKey{c, cc}
	t := g.teams[key]
	if t == nil {
		t = &team{campaign: g.campaign(c), centre: g.centre(cc), window: wide}
		t.campaign.teams = append(t.campaign.teams, t)
		g.teams[key] = t
	}
	if of := g.group(gr, c); t.group != of {
		if t.group != nil {
			t.group.teams = slices.DeleteFunc(t.group.teams, func(o *team) bool { return o == t })
		}
		t.group, of.teams = of, append(of.teams, t)
	}
	return t
}

func (g *Gate) campaign(id policy.CampaignID) *campaign {
	c := g.campaigns[id]
	if c == nil {
		c = &campaign{id: id, count: new(Count)}
		g.campaigns[id] = c
	}
	return c
}

func (g *Gate) group(id policy.GroupID, alone policy.CampaignID) *group {
	key := groupKey{group: id}
	count := new(Count)
	if id == 0 {
		key.alone, count = alone, g.campaign(alone).count
	}
	gr := g.groups[key]
	if gr == nil {
		gr = &group{id: id, count: count}
		g.groups[key] = gr
		g.order = append(g.order, gr)
	}
	return gr
}

func (g *Gate) centre(id policy.CallCentreID) *centre {
	c := g.centres[id]
	if c == nil {
		c = &centre{id: id, wrap: startWrap}
		g.centres[id] = c
	}
	return c
}

// asked notes that the dialer wants a place. After a pause it is back from
// lunch, perhaps with its operators.
func (t *team) asked(now time.Time) {
	if !t.lastAsked.IsZero() && now.Sub(t.lastAsked) >= lunch && now.Sub(t.silentAt) >= calm {
		t.series(now)
		t.returned = true
	}
	t.lastAsked = now
}

// series starts the probes again.
func (t *team) series(now time.Time) { t.silences, t.probeAt = 0, now }

// fly counts an attempt that was let through.
func (t *team) fly(f *flight, now time.Time) {
	if f.fact.Place == policy.PlaceReserved {
		f.kept = t.use(now)
	} else {
		f.beyond = t.flying >= t.free(now)
	}
	t.aloft(f, 1)
}

// aloft counts one call more or less in flight. One that has an operator for
// itself takes nobody else's place.
func (t *team) aloft(f *flight, change int) {
	if f.reserved() {
		t.kept += change
	} else {
		t.flying += change
	}
}

// reserved reports whether an operator is kept for f alone.
func (f *flight) reserved() bool { return f.kept != (token{}) }

// join says that an operator was heard, who is free no more.
func (t *team) join(f *flight, now time.Time) {
	t.aloft(f, -1)
	t.talking++
	t.campaign.learn(true)
	if !f.reserved() {
		t.use(now)
	}
	t.streak++
	t.peak = max(t.peak, t.known())
	t.open()
	t.series(now)
}

// use takes the operator who became free last: so the token of one who has left
// grows old, and is forgotten.
func (t *team) use(now time.Time) token {
	i := max(0, t.ripe(now)-1)
	if len(t.tokens) == 0 {
		return token{}
	}
	k := t.tokens[i]
	t.tokens = slices.Delete(t.tokens, i, i+1)
	return k
}

// part says that an operator's call has ended: there is one who will be free.
func (t *team) part(now time.Time) {
	t.talking--
	t.tokens = append(t.tokens, token{at: now})
}

// land takes out a call that nobody answered who wanted an operator.
func (t *team) land(f *flight) {
	t.aloft(f, -1)
	if f.reserved() {
		i, _ := slices.BinarySearchFunc(t.tokens, f.kept, func(x, y token) int { return x.at.Compare(y.at) })
		t.tokens = slices.Insert(t.tokens, i, f.kept)
	}
}

// silent takes out a call that ended silent: nobody was free.
func (t *team) silent(f *flight, now time.Time) {
	t.campaign.learn(true)
	t.silences++
	t.streak, t.returned = 0, false
	t.shrink()
	t.declared = 0
	t.doubt(now)
	if !f.beyond {
		t.centre.failed()
	}
	t.aloft(f, -1)
	t.silentAt = now
	t.probeAt = now.Add(min(firstWait<<min(t.silences-1, 10), lastWait))
}

// doubt starts the tokens again that counted as free. Those that have been
// doubted before are gone, and all of them when nothing can be risked. When
// everybody is thought to have left, only who is in wrap-up is still there.
func (t *team) doubt(now time.Time) {
	free := t.ripe(now)
	again := t.tokens[:free:free]
	t.tokens = slices.Clone(t.tokens[free:])
	if t.silences >= gone {
		t.tokens = slices.DeleteFunc(t.tokens, func(k token) bool { return k.doubted })
		return
	}
	if t.purse(now).spare < 1 {
		return
	}
	for _, k := range again {
		if !k.doubted {
			t.tokens = append(t.tokens, token{now, true})
		}
	}
}

// leave takes an attempt out of the queue.
func (t *team) leave(f *flight) {
	t.queue = slices.DeleteFunc(t.queue, func(o *flight) bool { return o == f })
}
