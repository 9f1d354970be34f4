// Package bar keeps what silent calls left on a number: the days in which it
// may not be called, and the operator that the next contact must have
// (regulation.md section 1, compliance.md 1.10 and 1.11). It is arithmetic on
// values: the desk holds them, the ledger stores them, rules bar and operator
// judge by the fact that [Bars.Fact] makes of them.
package bar

import (
	"cmp"
	"slices"
	"time"

	"tregua/policy"
)

// Bar is what one silent call left. Times are in UTC.
type Bar struct {
	Of         policy.AttemptID // the silent call
	At         time.Time        // when it was answered
	Until      time.Time        // the first moment at which the number may be called again
	CallCentre policy.CallCentreID
	Principal  policy.PrincipalID
	Shadow     bool // born where silent calls are counted only: refuses nobody
	Met        bool // an operator has spoken with the person since: only the days are left
}

// Bars are the bars of one number, by At. They are not changed once made.
type Bars []Bar

// Until returns when the bar of a silent call that was answered at that time
// ends: at the end of the day that is p.Days after it by the clock of p.Zone,
// and not before p.AtLeast has passed.
func Until(at time.Time, p *policy.BarParams) time.Time {
	zone := p.Zone.Location()
	year, month, day := at.In(zone).Date()
	end := midnight(year, month, day+p.Days.Value+1, zone)
	if least := at.Add(p.AtLeast.Value); least.After(end) {
		end = least
	}
	return plain(end)
}

// midnight returns the first moment of a day. Where the clock is put forward at
// midnight, that is one o'clock, and package time may return 23 o'clock.
func midnight(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if h := t.Hour(); h >= 12 {
		t = t.Add(time.Duration(24-h) * time.Hour)
	}
	return t
}

// Fact returns what the bars in scope say of an attempt at that time. Several
// are one: the newest is named, and the last to end ends them. A bar born in
// shadow is told of only when no other is in scope. With scope platform it may
// be shared. Whether the guaranteed contact is claimed is for the desk to add.
func (b Bars) Fact(now time.Time, a *policy.Attempt, p *policy.Params) policy.BarFact {
	f := policy.BarFact{Known: policy.Absent}
	for i := range b {
		one := &b[i]
		if !one.binds(a, &p.Bar) || !now.Before(one.over(p)) {
			continue
		}
		switch {
		case f.Known == policy.Absent || f.Shadow && !one.Shadow:
			f = policy.BarFact{Known: policy.Present, Until: one.Until, Shadow: one.Shadow}
		case one.Shadow && !f.Shadow:
			continue
		}
		if !one.At.Before(f.Since) {
			f.Of, f.Since = one.Of, one.At
		}
		if one.Until.After(f.Until) {
			f.Until = one.Until
		}
		f.Pending = f.Pending || now.Before(one.owed(p))
	}
	f.Shared = b.others(now, a, p, &f)
	return f
}

// others reports whether what the fact says is of others: of the bars in scope
// that keep the number still, or of all of them when none does.
func (b Bars) others(now time.Time, a *policy.Attempt, p *policy.Params, f *policy.BarFact) bool {
	if f.Known != policy.Present {
		return false
	}
	for i := range b {
		one := &b[i]
		keeps := now.Before(one.Until) || !now.Before(f.Until)
		if one.party(a) && one.Shadow == f.Shadow && now.Before(one.over(p)) && keeps {
			return false
		}
	}
	return true
}

// After returns the bars after an attempt on the number has ended, and whether
// that changed them. A silent call adds one, once; a contact with an operator
// ends the guarantee of those in scope that are older than it, but not their
// days, which the law gives without an if; those that are over are dropped. b
// is left alone.
func (b Bars) After(a *policy.Attempt, e *policy.Ending, p *policy.Params) (Bars, bool) {
	now := a.At
	if e.EndedAt.After(now) {
		now = e.EndedAt
	}
	next, changed := make(Bars, 0, len(b)+1), false
	for _, one := range b {
		if e.Ratio == policy.RatioB && !one.Met && one.binds(a, &p.Bar) && !one.At.After(e.AnsweredAt) {
			one.Met, changed = true, true
		}
		if now.Before(one.over(p)) {
			next = append(next, one)
		} else {
			changed = true
		}
	}
	if e.Ratio == policy.RatioA {
		one := Bar{
			Of: a.ID, At: plain(e.AnsweredAt), Until: Until(e.AnsweredAt, &p.Bar),
			CallCentre: a.CallCentre, Principal: a.Principal, Shadow: e.Watch == policy.WatchShadow,
		}
		var added bool
		next, added = next.with(one)
		changed = changed || added
	}
	if !changed {
		return b, false
	}
	return next, true
}

// with returns b and one, which takes the place of older bars of the same
// parties: a number keeps as many bars as there are parties, however often it
// was called in shadow. It may write to b.
func (b Bars) with(one Bar) (Bars, bool) {
	if slices.ContainsFunc(b, func(o Bar) bool { return o.Of == one.Of || o.covers(&one) }) {
		return b, false
	}
	b = slices.DeleteFunc(b, func(o Bar) bool { return one.covers(&o) })
	b = append(b, one)
	slices.SortFunc(b, func(x, y Bar) int {
		return cmp.Or(x.At.Compare(y.At), slices.Compare(x.Of[:], y.Of[:]))
	})
	return b, true
}

// covers reports whether o says nothing that b does not.
func (b *Bar) covers(o *Bar) bool {
	return b.CallCentre == o.CallCentre && b.Principal == o.Principal && b.Shadow == o.Shadow &&
		!b.At.Before(o.At) && !b.Until.Before(o.Until)
}

// binds reports whether b is in scope for an attempt.
func (b *Bar) binds(a *policy.Attempt, p *policy.BarParams) bool {
	return p.Scope.Value == policy.ScopePlatform || b.party(a)
}

// party reports whether the call centre or the principal of an attempt is that
// of the silent call. Nobody in particular is the same as nobody else.
func (b *Bar) party(a *policy.Attempt) bool {
	return b.CallCentre != 0 && b.CallCentre == a.CallCentre ||
		b.Principal != 0 && b.Principal == a.Principal
}

// owed returns until when the next contact needs a guaranteed operator.
func (b *Bar) owed(p *policy.Params) time.Time {
	if b.Met {
		return b.At
	}
	return b.At.In(p.Bar.Zone.Location()).AddDate(0, p.Operator.Months.Value, 0)
}

// over returns when nothing is left of b: neither the days nor the guarantee.
func (b *Bar) over(p *policy.Params) time.Time {
	if owed := b.owed(p); owed.After(b.Until) {
		return owed
	}
	return b.Until
}

// plain returns t as it is stored: without a zone and the monotonic clock.
func plain(t time.Time) time.Time { return t.Round(0).UTC() }
