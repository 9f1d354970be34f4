package desk

import (
	"slices"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/rings"
	"tregua/policy/seal"
)

// stripe is a part of the numbers.
type stripe struct {
	mu      sync.Mutex // protects the fields below
	reached map[place]rings.Rings
	flights map[place][]flight // what may ring yet; none is empty
	hunts   map[place]hunt
}

// place is where attempts are counted: a number at a principal.
type place struct {
	principal policy.PrincipalID
	index     seal.Index
}

// flight is an attempt that was let through and has not ended.
type flight struct {
	of      policy.AttemptID
	ring    rings.Ring
	others  book.Others // the other numbers of the person
	instead rings.Ring  // of the dial that it goes on with; zero: it is none
}

// hunt is an attempt that failed before it was heard to ring, and counts all the
// same: on a carrier that tells nobody of the ringing. What comes from the same
// call centre within huntFor is the same dial, on another trunk (compliance.md
// 3.3).
type hunt struct {
	ring       rings.Ring
	callCentre policy.CallCentreID
	ended      time.Time
}

const huntFor = 2 * time.Second

// count adds what reached a number, and what may yet, to the fact of an attempt,
// itself excepted, and the dial that it goes on with.
func (s *stripe) count(f *policy.RingsFact, w rings.Windows, a *policy.Attempt, h seal.Index, before rings.Ring) {
	at := place{a.Principal, h}
	for _, r := range s.reached[at] {
		if r != before {
			w.Add(f, r)
		}
	}
	for i := range s.flights[at] {
		if one := &s.flights[at][i]; one.of != a.ID {
			w.Add(f, one.ring)
		}
	}
}

// take gives an attempt its place. Taken twice it is one. Before is the dial
// that it goes on with: both are one.
func (s *stripe) take(a *policy.Attempt, h seal.Index, others book.Others, before rings.Ring) {
	at := place{a.Principal, h}
	if slices.ContainsFunc(s.flights[at], func(f flight) bool { return f.of == a.ID }) {
		return
	}
	if before != (rings.Ring{}) {
		s.reached[at] = s.reached[at].Without(before)
		delete(s.hunts, at)
	}
	s.flights[at] = append(s.flights[at], flight{
		of: a.ID, ring: rings.Of(a.ID, a.At, false), others: others, instead: before,
	})
}

// dialled returns the ring of the dial that an attempt goes on with, zero for
// none.
func (s *stripe) dialled(a *policy.Attempt, h seal.Index) rings.Ring {
	last, ok := s.hunts[place{a.Principal, h}]
	if !ok || last.callCentre != a.CallCentre || a.At.Sub(last.ended) > huntFor {
		return rings.Ring{}
	}
	return last.ring
}

// land takes an attempt out of the air; false: it was not there.
func (s *stripe) land(at place, id policy.AttemptID) (f flight, held bool) {
	in := s.flights[at]
	i := slices.IndexFunc(in, func(f flight) bool { return f.of == id })
	if i < 0 {
		return f, false
	}
	f = in[i]
	if in = slices.Delete(in, i, i+1); len(in) == 0 {
		delete(s.flights, at)
	} else {
		s.flights[at] = in
	}
	return f, true
}

// rang adds what reached a number.
func (s *stripe) rang(at place, c *Closing, useful bool) (reached rings.Rings, changed bool) {
	e, ring := &c.Ending, rings.Of(c.Attempt.ID, c.Attempt.At, useful)
	s.reached[at], changed = s.reached[at].With(ring, c.Attempt.At)
	if e.RingingAt.IsZero() && e.AnsweredAt.IsZero() && e.Outcome == policy.OutcomeFailed {
		s.hunts[at] = hunt{ring, c.Attempt.CallCentre, e.EndedAt}
	}
	return s.reached[at], changed
}
