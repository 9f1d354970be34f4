package desk

import (
	"slices"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/seal"
)

// claims are the guaranteed contacts that are under way: an operator waits for
// each, and no other attempt may be the first after the silent call.
type claims map[seal.Index][]claim

type claim struct {
	of      policy.AttemptID
	parties policy.Attempt // its call centre and principal, nothing else
}

// take gives an attempt the contact. Taken twice it is given back once.
func (c claims) take(h seal.Index, a *policy.Attempt) {
	c[h] = append(c[h], claim{a.ID, policy.Attempt{CallCentre: a.CallCentre, Principal: a.Principal}})
}

// release gives back what an attempt took; false: it held nothing.
func (c claims) release(h seal.Index, id policy.AttemptID) bool {
	held := c[h]
	left := slices.DeleteFunc(held, func(x claim) bool { return x.of == id })
	if len(left) == 0 {
		delete(c, h)
	} else {
		c[h] = left
	}
	return len(left) < len(held)
}

// against reports whether another attempt holds the contact that a would need:
// one that a bar in scope for both calls for.
func (c claims) against(h seal.Index, a *policy.Attempt, bars bar.Bars, p *policy.Params) bool {
	if len(c[h]) == 0 {
		return false
	}
	others := slices.DeleteFunc(slices.Clone(c[h]), func(x claim) bool { return x.of == a.ID })
	for i := range bars {
		one := bars[i : i+1]
		owed := func(a *policy.Attempt, at *policy.Attempt) bool {
			f := one.Fact(at.At, a, p)
			return f.Pending && !f.Shadow
		}
		if owed(a, a) && slices.ContainsFunc(others, func(x claim) bool { return owed(&x.parties, a) }) {
			return true
		}
	}
	return false
}
