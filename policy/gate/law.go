package gate

import (
	"time"

	"tregua/policy"
)

// place says by which right an attempt may go now.
func (t *team) place(f *flight, now time.Time) policy.GatePlace {
	if f.ask.Pledged {
		return policy.PlacePledged
	}
	free, p := t.free(now), t.purse(now)
	if f.ask.Reserve {
		if t.flying < t.ripe(now) {
			return policy.PlaceReserved
		}
		return policy.NoPlace
	}
	switch {
	case t.flying >= t.window:
		return policy.NoPlace
	case t.flying < t.ripe(now):
		return policy.PlaceOperator
	case t.flying < free:
		return policy.PlaceDeclared
	case t.silences < doubtful && t.affordable(now):
		return policy.PlaceCredit
	case t.mayProbe(now, t.flying+1-free, p):
		return policy.PlaceProbe
	}
	return policy.NoPlace
}

// mayProbe reports whether a call may go to find out whether there is somebody
// else, as one of so many in flight for whom nobody is proven free. When nobody
// is known to be there it may go by itself. Beside those who are known it may
// while nothing was silent yet, or after a pause of the dialer, when the team
// comes back; else one at a time, when that can be afforded.
func (t *team) mayProbe(now time.Time, unproven int, p purse) bool {
	switch {
	case !t.campaign.figures.Probe || now.Before(t.probeAt):
		return false
	case t.flying+t.kept+t.known() == 0:
		return true
	case t.silences >= doubtful:
		return false
	case p.clean, t.returned && t.known() < t.peak/2:
		// Some at a time, so that a large team is found in minutes.
		return unproven == 1 || unproven*t.campaign.answers.atMost() <= 1000*t.known()/t.caution()
	}
	// From the reserve only for a team that was larger: the last silent call that
	// the law allows for one that lost more than half.
	least := 2
	if 2*t.known() < t.peak {
		least = 1
	}
	return unproven == 1 && (p.spare >= 1 || p.credit >= least && t.known() < t.peak)
}

// caution is for how many operators who are known the probes may bring one answer.
// Where twenty are known a probe that fails is little against the calls of a day.
func (t *team) caution() int {
	if t.known() < 20 {
		return 6
	}
	return 5
}

// affordable reports whether one more in flight would cost no more silent calls,
// with those of the other teams, than campaign and group can spare.
func (t *team) affordable(now time.Time) bool {
	return t.beyond(t.campaign.teams, now) <= min(t.own(now).spare, t.daring()) &&
		t.beyond(t.group.teams, now) <= t.common(now).spare
}

// beyond returns how many silent calls the calls of some teams may cost at worst,
// with one more of t's in flight.
func (t *team) beyond(teams []*team, now time.Time) (sum int) {
	for _, o := range teams {
		n := o.flying
		if o == t {
			n++
		}
		sum += max(0, wanting(n, o.campaign.answers.atMost(), safety)-o.free(now))
	}
	return sum
}

// known is how many operators are known.
func (t *team) known() int { return t.talking + len(t.tokens) }

// daring is how many silent calls the team may risk at a time, whatever it can
// afford: an eighth of it, and more for each time that the whole of it was heard
// without a silent call. So a team that leaves costs little, and one that comes
// is found fast.
func (t *team) daring() int { return 1 + t.known()/8 + t.streak/max(t.known(), 4) }

// safety is how many tenths of a standard deviation the calls in flight may want
// more operators than expected.
const safety = 20

// own is what the campaign can afford, common what its group can.
func (t *team) own(now time.Time) purse { return t.campaign.count.purse(t.campaign.figures, now) }

func (t *team) common(now time.Time) purse { return t.group.count.purse(t.group.figures, now) }

// purse is what campaign and group can afford together.
func (t *team) purse(now time.Time) purse { return t.own(now).least(t.common(now)) }

func (c *Count) purse(f Figures, now time.Time) purse {
	return purseOf(c.Total, f.Limit, f.StartCredit).least(
		purseOf(c.on(dayOf(now, f.Zone)), f.DayLimit, f.StartCredit))
}

// free returns how many operators count as free: those whose token is ripe, and
// those declared of whom nothing is known yet.
func (t *team) free(now time.Time) int {
	return t.ripe(now) + max(0, t.declared-t.talking-len(t.tokens))
}

// ripe forgets the tokens that are stale and returns how many of the others are
// older than the wrap-up.
func (t *team) ripe(now time.Time) (n int) {
	for len(t.tokens) > 0 && now.Sub(t.tokens[0].at) >= stale {
		t.tokens = t.tokens[1:]
	}
	wrap := t.wrap(now)
	for n < len(t.tokens) && now.Sub(t.tokens[n].at) >= wrap {
		n++
	}
	return n
}

// wrap is how old a token must be. Whoever has less credit must be surer.
func (t *team) wrap(now time.Time) time.Duration {
	w := t.centre.wrap
	switch p := t.purse(now); {
	case p.clean || p.spare >= 1:
		return w
	case p.credit >= 1:
		return w * 3 / 2
	}
	return w * 5 / 2
}

// ripens returns when the next token is ripe, zero for none.
func (t *team) ripens(now time.Time) time.Time {
	if n := t.ripe(now); n < len(t.tokens) {
		return t.tokens[n].at.Add(t.wrap(now))
	}
	return time.Time{}
}

// fact says what the gate sees of a team.
func (t *team) fact(now time.Time) policy.GateFact {
	c, gr := t.campaign, t.group
	f := policy.GateFact{
		Known: policy.Present, Campaign: c.count.Total, Group: gr.count.Total,
		Day:      c.count.on(dayOf(now, c.figures.Zone)),
		GroupDay: gr.count.on(dayOf(now, gr.figures.Zone)),
		InFlight: t.flying + t.kept, Free: t.free(now), Talking: t.talking, Answers: c.answers.atMost(),
	}
	f.Credit, f.Bound = credit(f.Campaign, c.figures.Limit, c.figures.StartCredit), policy.BoundCampaign
	for _, o := range []struct {
		count policy.GateCount
		limit int
		bound policy.GateBound
	}{
		{f.Group, gr.figures.Limit, policy.BoundGroup},
		{f.Day, c.figures.DayLimit, policy.BoundDay},
		{f.GroupDay, gr.figures.DayLimit, policy.BoundGroupDay},
	} {
		if k := credit(o.count, o.limit, c.figures.StartCredit); k < f.Credit {
			f.Credit, f.Bound = k, o.bound
		}
	}
	f.Level = level(&f)
	return f
}

// level names for people how much goes through.
func level(f *policy.GateFact) policy.GateLevel {
	switch {
	case f.Talking == 0 && f.Free == 0:
		return policy.LevelProbing
	case f.Credit < 1:
		return policy.LevelOneToOne
	case f.Credit < 10:
		return policy.LevelTight
	}
	return policy.LevelFree
}
