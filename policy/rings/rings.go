// Package rings counts what reached a person: the attempts that rang and the
// contacts that were useful, of one number at one principal (regulation.md R10,
// compliance.md 1.13 and 3.3). It is arithmetic on values: the desks hold them,
// the ledger stores them, rule frequency judges by the fact that they add up to.
package rings

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"tregua/policy"
)

// Keep is how long a ring is remembered: longer than any window of a profile by
// as much as a clock that is not synchronised may be wrong.
const Keep = 31 * 24 * time.Hour

// Month is the window of [policy.RingsFact.Month].
const Month = 30 * 24 * time.Hour

// most bounds what is kept of one number. No cap is as high, so that what is
// older than the newest so many changes no answer.
const most = 255

// Ring is one attempt that reached the person. It knows its attempt by 31 bits
// of the id, so that adding it twice changes nothing.
type Ring struct {
	at   uint32 // seconds since 1970: when the attempt was made
	mark uint32 // of the attempt; the top bit: a useful contact
}

const useful = 1 << 31

// Rings are those of one number at one principal, by time. They are not changed
// once made.
type Rings []Ring

// Of returns the ring of an attempt that was made at a time. Useful says that it
// became a useful contact.
func Of(id policy.AttemptID, at time.Time, isUseful bool) Ring {
	r := Ring{at: uint32(at.Unix())}
	for i := 0; i < len(id); i += 4 { // 62 bits of a UUIDv7 are random (RFC 9562 section 5.7)
		r.mark ^= binary.BigEndian.Uint32(id[i:])
	}
	r.mark &^= useful
	if isUseful {
		r.mark |= useful
	}
	return r
}

// At returns when the attempt was made, to the second.
func (r Ring) At() time.Time { return time.Unix(int64(r.at), 0).UTC() }

// Useful reports whether it was a useful contact.
func (r Ring) Useful() bool { return r.mark&useful != 0 }

// same reports whether r and o are of one attempt.
func (r Ring) same(o Ring) bool { return r.at == o.at && r.mark&^useful == o.mark&^useful }

// With returns r and one, without what is over at a time, and whether that
// changed anything. Of an attempt that is there it only learns that the contact
// was useful.
func (r Rings) With(one Ring, now time.Time) (Rings, bool) {
	if i := slices.IndexFunc(r, one.same); i >= 0 {
		if r[i].mark|one.mark == r[i].mark {
			return r, false
		}
		one.mark |= r[i].mark
	}
	next := slices.Clip(r.Without(one).Left(now))
	next = append(next, one)
	slices.SortFunc(next, func(x, y Ring) int { return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.mark, y.mark)) })
	return slices.Clone(next[max(0, len(next)-most):]), true
}

// Without returns r without the ring of the same attempt.
func (r Rings) Without(one Ring) Rings {
	return slices.DeleteFunc(slices.Clone(r), one.same)
}

// Left returns what of r is not over at a time.
func (r Rings) Left(now time.Time) Rings {
	over := now.Add(-Keep)
	i := slices.IndexFunc(r, func(one Ring) bool { return !one.At().Before(over) })
	if i < 0 {
		return nil
	}
	return r[i:]
}

// Windows are the times since which rings count.
type Windows struct{ day, month, useful time.Time }

// NewWindows returns the windows of an attempt at a person whose clock shows the
// time of a zone. A clock that is not synchronised may be wrong by the margin
// of the profile: what may lie in a window counts.
func NewWindows(a *policy.Attempt, zone *time.Location, p *policy.Params) Windows {
	now := a.At
	if !a.Synced {
		now = now.Add(-p.Clock.Margin.Value)
	}
	year, month, day := now.In(zone).Date()
	return Windows{
		day: midnight(year, month, day, zone), month: begin(now, Month), useful: begin(now, p.Frequency.Within.Value),
	}
}

// begin returns the first second of a window that ends now. A ring that was
// made in that second counts: what is kept of it is not finer.
func begin(now time.Time, long time.Duration) time.Time { return now.Add(-long).Truncate(time.Second) }

// midnight returns the first moment of a day. Where the clock is put forward at
// midnight, that is one o'clock, and package time may return 23 o'clock.
func midnight(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if h := t.Hour(); h >= 12 {
		t = t.Add(time.Duration(24-h) * time.Hour)
	}
	return t
}

// Add counts rings into the fact of the person whom they reached. One that is
// dated after the attempt counts too: the clock was put back.
func (w Windows) Add(f *policy.RingsFact, r ...Ring) {
	for _, one := range r {
		at := one.At()
		if !at.Before(w.day) {
			f.Today++
		}
		if !at.Before(w.month) {
			f.Month++
		}
		if one.Useful() && !at.Before(w.useful) {
			f.Useful++
			if at.After(f.UsefulAt) {
				f.UsefulAt = at
			}
		}
	}
	if f.Today+f.Month+f.Useful > 0 {
		f.Known = policy.Present
	}
}

// Useful reports whether an attempt became a useful contact: an operator was
// heard, and talked for as long as the profile says. Of a call in which tregua
// stopped nobody knows how long they talked; that they did counts.
func Useful(e *policy.Ending, p *policy.FrequencyParams) bool {
	if e.Outcome == policy.OutcomeInterrupted && e.OperatorAt.IsZero() {
		return e.Ratio == policy.RatioB
	}
	return e.Line == policy.LineOperator && !e.AnsweredAt.IsZero() && !e.OperatorAt.IsZero() &&
		e.EndedAt.Sub(e.OperatorAt) >= p.Talk.Value
}
