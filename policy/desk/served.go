package desk

import (
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// served is when the persons behind numbers were last reached by a principal of
// whom they had asked for a call: what they asked for until then is done
// (compliance.md 1.3, a request is one-off).
type served map[ledger.Served]time.Time

// Serve gives the desk what the ledger knows of one of its numbers. It is for the
// time before the first turn.
func (d *Desk) Serve(s ledger.Served, at time.Time) { d.served[s] = at }

// cross takes a request out of the facts that was served.
func (s served) cross(h seal.Index, a *policy.Attempt, f *policy.Facts) {
	if f.Request.Known == policy.Present && !f.Request.At.After(s[ledger.Served{Index: h, Principal: a.Principal}]) {
		f.Request = policy.RequestFact{Known: policy.Absent}
	}
}

// serve notes an end that has served a request: the first useful contact, which
// is a call of class B. A row that cannot be read may hold one.
func (d *Desk) serve(c *Closing, v View, rows store.Reader) bool {
	if c.Ending.Ratio != policy.RatioB || c.Attempt.Mapping != policy.Mapped {
		return false
	}
	k := ledger.Served{Index: c.Index, Principal: c.Attempt.Principal}
	if !c.Ending.AnsweredAt.After(d.served[k]) {
		return false
	}
	p, _ := v.Person(rows, &c.Attempt, d.shared.single(c.Attempt.Principal, c.Attempt.Called).Row)
	if p.Request.Known == policy.Absent {
		return false
	}
	d.served[k] = c.Ending.AnsweredAt
	return true
}
