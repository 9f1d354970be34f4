package desk

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/numbers"
	"tregua/policy/rings"
	"tregua/policy/seal"
)

// Shared is what the desks have in common, because a person may have numbers of
// several desks: what reached each number and what is on its way there, and the
// single changes. An attempt is judged, and takes its place, while all
// numbers of the person are held: that is a microsecond, and no other desk can
// come between the count and the place. Nobody else waits for it. What a number
// keeps is written down by the desk that owns it, in order.
type Shared struct {
	stripes [][stripesOf]stripe // by desk

	mu      sync.RWMutex // protects changes
	changes map[changed]Change
}

// stripesOf is into how many parts the numbers of a desk are divided: so many
// of its persons can be held at a time, and one part is swept a minute.
const stripesOf = 64

// zones are the clocks of all numbers, read once.
var zones = sync.OnceValue(func() map[string]*time.Location {
	all := map[string]*time.Location{}
	for _, name := range numbers.Zones() {
		// A zone that this machine does not know counts as none.
		if l, err := time.LoadLocation(name); err == nil {
			all[name] = l
		}
	}
	return all
})

// NewShared returns what that many desks have in common.
func NewShared(desks int) *Shared {
	s := &Shared{changes: map[changed]Change{}, stripes: make([][stripesOf]stripe, desks)}
	for i := range s.stripes {
		for j := range s.stripes[i] {
			one := &s.stripes[i][j]
			one.reached, one.flights, one.hunts = map[place]rings.Rings{}, map[place][]flight{}, map[place]hunt{}
		}
	}
	return s
}

// desk returns which desk owns a number.
func (s *Shared) desk(h seal.Index) int {
	return int(binary.BigEndian.Uint64(h[:]) % uint64(len(s.stripes)))
}

// at returns the stripe of a number. The byte has no part in the choice of the
// desk.
func (s *Shared) at(h seal.Index) *stripe { return &s.stripes[s.desk(h)][h[8]%stripesOf] }

// Load puts in force what reached a number, as it was stored. It is for the time
// before the first turn.
func (s *Shared) Load(r ledger.Reached) {
	s.at(r.Index).reached[place{r.Principal, r.Index}] = r.Rings
}

// Fly counts an attempt that goes on from before the start. It is for the time
// before the first turn.
func (s *Shared) Fly(a *policy.Attempt, h seal.Index) {
	s.at(h).take(a, h, nil, rings.Ring{})
}

// Reached returns how many numbers are remembered.
func (s *Shared) Reached() (n int) {
	for i := range s.stripes {
		for j := range s.stripes[i] {
			one := &s.stripes[i][j]
			one.mu.Lock()
			n += len(one.reached)
			one.mu.Unlock()
		}
	}
	return n
}

// judge counts what reached the person and lets decide say whether the attempt
// takes its place among that. Nothing of the person changes meanwhile.
func (s *Shared) judge(a *policy.Attempt, h seal.Index, others book.Others, p *policy.Params, decide func(policy.RingsFact) bool) {
	held := s.hold(h, others)
	defer func() {
		for _, one := range held {
			one.mu.Unlock()
		}
	}()
	own := s.at(h)
	f, w, before := policy.RingsFact{Known: policy.Absent}, rings.NewWindows(a, clockOf(a, p), p), own.dialled(a, h)
	own.count(&f, w, a, h, before)
	for _, o := range others {
		s.at(o.Index).count(&f, w, a, o.Index, rings.Ring{})
	}
	if decide(f) {
		own.take(a, h, others, before)
	}
}

// hold locks the stripes of a person, each once and in one order for everybody.
func (s *Shared) hold(h seal.Index, others book.Others) []*stripe {
	if len(others) == 0 {
		one := s.at(h)
		one.mu.Lock()
		return []*stripe{one}
	}
	order := func(h seal.Index) int { return s.desk(h)*stripesOf + int(h[8]%stripesOf) }
	of := []seal.Index{h}
	for _, o := range others {
		of = append(of, o.Index)
	}
	slices.SortFunc(of, func(x, y seal.Index) int { return cmp.Compare(order(x), order(y)) })
	of = slices.CompactFunc(of, func(x, y seal.Index) bool { return order(x) == order(y) })
	held := make([]*stripe, len(of))
	for i := range of {
		held[i] = s.at(of[i])
		held[i].mu.Lock()
	}
	return held
}

// clockOf returns the clock by which the person's day is told.
func clockOf(a *policy.Attempt, p *policy.Params) *time.Location {
	if l := zones()[a.Zone]; l != nil {
		return l
	}
	return p.Frequency.Zone.Location()
}

// end says how an attempt ended: what reached its number now, and whether that
// changed. What it took and did not use is free again: freed are the numbers of
// the person that may be refused for it elsewhere.
func (s *Shared) end(c *Closing, p *policy.Params) (reached rings.Rings, changed, free bool, freed book.Others) {
	one, at := s.at(c.Index), place{c.Attempt.Principal, c.Index}
	if e := &c.Ending; !e.Rang {
		free, freed = s.release(at, c.Attempt.ID)
		return nil, false, free, freed
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	one.land(at, c.Attempt.ID)
	reached, changed = one.rang(at, c, rings.Useful(&c.Ending, &p.Frequency))
	return reached, changed, false, nil
}

// useful marks an attempt that has ended as a useful contact. One that is over is
// not brought back.
func (s *Shared) useful(at place, a *policy.Attempt, now time.Time) (reached rings.Rings, changed bool) {
	one, ring := s.at(at.index), rings.Of(a.ID, a.At, true)
	if len(rings.Rings{ring}.Left(now)) == 0 {
		return nil, false
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	one.reached[at], changed = one.reached[at].With(ring, now)
	return one.reached[at], changed
}

// release gives back what an attempt took; false: it held nothing.
func (s *Shared) release(at place, id policy.AttemptID) (free bool, freed book.Others) {
	one := s.at(at.index)
	one.mu.Lock()
	defer one.mu.Unlock()
	f, held := one.land(at, id)
	if held && f.instead != (rings.Ring{}) {
		one.reached[at], _ = one.reached[at].With(f.instead, f.instead.At())
		return false, nil // the dial before it counts as it did
	}
	return held, f.others
}

// Forget drops what reached a number, of everybody. What is on its way stays.
func (s *Shared) Forget(h seal.Index) {
	one := s.at(h)
	one.mu.Lock()
	defer one.mu.Unlock()
	for at := range one.reached { // order: only deleted
		if at.index == h {
			delete(one.reached, at)
		}
	}
}

// forget drops what of a part of a desk's numbers is over, and returns which
// numbers have nothing left, in order.
func (s *Shared) forget(desk, part int, now time.Time) []place {
	one := &s.stripes[desk][part%stripesOf]
	one.mu.Lock()
	defer one.mu.Unlock()
	var gone []place
	for at, r := range one.reached { // order: sorted below
		if len(r.Left(now)) == 0 {
			gone = append(gone, at)
			delete(one.reached, at)
		}
	}
	for at, h := range one.hunts { // order: only deleted
		if now.Sub(h.ended) > huntFor {
			delete(one.hunts, at)
		}
	}
	slices.SortFunc(gone, func(x, y place) int {
		return cmp.Or(cmp.Compare(x.principal, y.principal), slices.Compare(x.index[:], y.index[:]))
	})
	return gone
}
