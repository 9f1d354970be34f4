package call

import (
	"cmp"
	"slices"
	"strconv"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// maxFollowed bounds the redirects of one call: a carrier may send it in circles.
const maxFollowed = 5

// target is where a redirect leads.
type target struct {
	uri string
	hop wire.Hop
	q   float64
}

// follow goes on with the targets of a carrier's redirect (RFC 3261 8.1.3.4),
// each of which is an attempt of its own; false: the caller is told of it.
func (c *Call) follow(m *wire.Message) bool {
	if c.reach == nil || m.Status >= 400 || c.invite.cancelled || c.followed >= maxFollowed {
		return false
	}
	var found []target
	for v := range m.Values(wire.HContact) {
		as, _ := wire.ParseNameAddrs(v) // wire.Read has read it
		for _, a := range as {
			if hop, ok := c.reach(a.URI); ok && len(found) < maxTargets {
				found = append(found, target{a.URI, hop, quality(a.Params)})
			}
		}
	}
	if len(found) == 0 {
		return false
	}
	slices.SortStableFunc(found, func(a, b target) int { return cmp.Compare(b.q, a.q) })
	c.followed++
	c.targets = found
	c.next()
	return true
}

// next asks for a decision on the next target; false: there is none.
func (c *Call) next() bool {
	if len(c.targets) == 0 {
		return false
	}
	to := c.targets[0]
	c.targets = c.targets[1:]
	c.uri, c.legs[media.B].Hop = to.uri, to.hop
	c.dialogs = nil
	c.invite.rings = false
	c.phase = asking
	c.stop(TimerC)
	e := c.ending
	e.Outcome, e.EndedBy, e.EndedAt = policy.OutcomeHandedOn, policy.Callee, c.now
	c.ending = Ending{}
	c.do(Redirected{to.uri, e})
	return true
}

// quality is the q parameter of a contact, 1 without one (RFC 3261 20.10).
func quality(p wire.Params) float64 {
	v, has := p.Get("q")
	if q, err := strconv.ParseFloat(v, 64); has && err == nil {
		return q
	}
	return 1
}
