package main

import (
	"encoding/binary"
	"time"

	"tregua/policy"
	"tregua/policy/gate"
)

// keeper decides whether calls may go, and hears what becomes of them.
type keeper interface {
	ask(id uint32)
	joined(id uint32)
	ended(id uint32)
	silent(id uint32)
	none(id uint32, wanted bool)
}

func newKeeper(r *Room) keeper {
	switch r.set.Keeper {
	case Credit:
		return newCredit(r)
	case Naive, Open, Perfect:
	}
	return &plain{room: r}
}

// credit is the gate that the product has.
type credit struct {
	room *Room
	gate *gate.Gate
	out  gate.Outputs
	next time.Duration // the turn that is planned; 0 none
}

// noon is any morning: the day does not end in the simulation.
var noon = time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC)

func newCredit(r *Room) *credit { return &credit{room: r, gate: gate.New()} }

func attempt(id uint32) (a policy.AttemptID) {
	binary.BigEndian.PutUint32(a[12:], id)
	return a
}

func (k *credit) turn(in ...gate.Input) {
	next := k.gate.Turn(noon.Add(k.room.now), in, &k.out)
	for _, g := range k.out.Granted {
		k.room.result.Places[g.Fact.Place]++
		k.room.result.fact = g.Fact
		k.room.place(binary.BigEndian.Uint32(g.ID[12:]))
	}
	for range k.out.Turned {
		k.room.turned()
	}
	if next.IsZero() {
		return
	}
	at := next.Sub(noon)
	if k.next > k.room.now && k.next <= at {
		return
	}
	k.next = at
	k.room.at(at, func() {
		if k.next == at {
			k.next = 0
			k.turn()
		}
	})
}

func (k *credit) ask(id uint32) {
	k.turn(gate.Ask{ID: attempt(id), Campaign: 1, Group: 1, CallCentre: 1, Figures: gate.Figures{
		Limit: 3, DayLimit: 3, Hold: 4 * time.Second, Probe: true,
	}})
}

func (k *credit) joined(id uint32) { k.turn(gate.Joined{ID: attempt(id)}) }

func (k *credit) ended(id uint32)  { k.over(id, policy.RatioB, true) }
func (k *credit) silent(id uint32) { k.over(id, policy.RatioA, true) }

func (k *credit) none(id uint32, wanted bool) { k.over(id, policy.RatioNone, wanted) }

func (k *credit) over(id uint32, r policy.Ratio, wanted bool) {
	k.turn(gate.Ended{ID: attempt(id), Ratio: r, AnsweredAt: noon.Add(k.room.now), Wanted: wanted})
}

// plain is one of the others. A call that it lets wait is turned away at once.
type plain struct {
	room    *Room
	out     int // in flight, no operator yet
	talking int
	peaks   [10]int // of each of the last ten minutes
	minute  int
}

func (p *plain) ask(id uint32) {
	if p.may() {
		p.out++
		p.room.place(id)
		return
	}
	p.room.turned()
}

func (p *plain) may() bool {
	switch p.room.set.Keeper {
	case Naive:
		p.peak()
		peak := 0
		for _, n := range p.peaks {
			peak = max(peak, n)
		}
		return p.out < max(1, peak-p.talking)
	case Perfect:
		return p.out < p.room.counts[idle]
	case Open, Credit:
	}
	return true
}

// peak notes how many talk.
func (p *plain) peak() {
	for m := int(p.room.now / time.Minute); p.minute < m; {
		p.minute++
		p.peaks[p.minute%len(p.peaks)] = 0
	}
	at := &p.peaks[p.minute%len(p.peaks)]
	*at = max(*at, p.talking)
}

func (p *plain) joined(uint32)     { p.peak(); p.out--; p.talking++; p.peak() }
func (p *plain) ended(uint32)      { p.peak(); p.talking--; p.peak() }
func (p *plain) silent(uint32)     { p.out-- }
func (p *plain) none(uint32, bool) { p.out-- }
