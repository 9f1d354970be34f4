package gate

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"tregua/policy"
)

// FuzzGate holds the laws of the gate over any history: a place is given only by
// right, what is given is given back, nobody waits too long or out of order,
// the counts are those of the calls, the same history has the same outputs, and
// in the end somebody is let through again.
func FuzzGate(f *testing.F) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		history := make([]byte, 600)
		for i := range history {
			history[i] = byte(dice.Uint32())
		}
		f.Add(history)
	}
	f.Fuzz(func(t *testing.T, history []byte) {
		history = history[:min(len(history), 600)]
		if !reflect.DeepEqual(play(t, history), play(t, history)) {
			t.Error("the same history twice has other outputs")
		}
	})
}

// player draws inputs from bytes and remembers what became of each attempt.
type player struct {
	*rig
	open    map[uint32]*Ask // held or let through
	granted map[uint32]bool
	joined  map[uint32]bool
	asked   map[uint32]time.Time
	served  map[teamKey]uint32 // the newest that was let through, of those that no reservation stopped
	counts  map[policy.CampaignID]policy.GateCount
	log     []Outputs
}

func play(t *testing.T, history []byte) []Outputs {
	t.Helper()
	p := &player{
		rig: newRig(t), open: map[uint32]*Ask{}, granted: map[uint32]bool{}, joined: map[uint32]bool{},
		asked: map[uint32]time.Time{}, served: map[teamKey]uint32{}, counts: map[policy.CampaignID]policy.GateCount{},
	}
	for len(history) >= 3 {
		p.step(history[0], history[1], history[2])
		history = history[3:]
	}
	p.finish()
	return p.log
}

func (p *player) step(what, which, wait byte) {
	// The shell comes when it was asked to.
	to := p.now.Add(time.Duration(wait) * time.Duration(wait) * 3 * time.Millisecond)
	for !p.next.IsZero() && p.next.Before(to) {
		if !p.next.After(p.now) {
			p.t.Fatalf("wants a turn at %v at %v", p.next, p.now)
		}
		p.now = p.next
		p.see(p.turn())
	}
	p.now = to
	p.see(p.turn(p.input(what, which)))
}

func (p *player) input(what, which byte) Input {
	one := func(of func(uint32) bool) uint32 {
		ids := slices.Sorted(maps.Keys(p.open))
		ids = slices.DeleteFunc(ids, func(n uint32) bool { return !of(n) })
		if len(ids) == 0 {
			return 0
		}
		return ids[int(which)%len(ids)]
	}
	flying := func(n uint32) bool { return p.granted[n] && !p.joined[n] }
	switch what % 8 {
	case 0:
		n := one(flying)
		p.joined[n] = true
		return Joined{id(n)}
	case 1:
		return p.ended(one(func(n uint32) bool { return p.joined[n] }), policy.RatioB)
	case 2:
		return p.ended(one(flying), policy.Ratio(which%3))
	case 3:
		n := one(func(uint32) bool { return true })
		delete(p.open, n)
		return Gone{id(n)}
	case 4:
		if which%16 == 0 {
			return Declared{policy.CampaignID(1 + which%3), 1, 1, int(which >> 4)}
		}
	}
	a := p.ask()
	a.Campaign, a.CallCentre = policy.CampaignID(1+which%3), policy.CallCentreID(1+which/3%2)
	a.Group = policy.GroupID(min(a.Campaign, 2)) - 1 // the first is alone, the others are a group
	a.Reserve, a.Pledged = which>>4 == 1, which>>4 == 2
	p.open[p.last], p.asked[p.last] = &a, p.now
	return a
}

// ended also counts, and forgets the call.
func (p *player) ended(n uint32, r policy.Ratio) Input {
	a := p.open[n]
	if a == nil || !p.granted[n] {
		return p.rig.ended(0, policy.RatioA)
	}
	delete(p.open, n)
	c := p.counts[a.Campaign]
	switch r {
	case policy.RatioA:
		c.A++
	case policy.RatioB:
		c.B++
	case policy.RatioNone:
	}
	p.counts[a.Campaign] = c
	return p.rig.ended(n, r)
}

// see checks a turn.
func (p *player) see(out *Outputs) {
	for _, g := range out.Granted {
		n := number(g.ID)
		a := p.open[n]
		if a == nil || p.granted[n] {
			p.t.Fatalf("%d was let through twice, or is gone", n)
		}
		p.granted[n] = true
		p.right(a, &g.Fact)
		key := teamKey{a.Campaign, a.CallCentre}
		if !a.Pledged {
			if n < p.served[key] {
				p.t.Errorf("%d was let through after %d", n, p.served[key])
			}
			p.served[key] = n
		}
		p.inTime(n, g.Fact.Held)
	}
	for _, o := range out.Turned {
		n := number(o.ID)
		if p.open[n] == nil || p.granted[n] || o.RetryAfter < time.Second {
			p.t.Errorf("turned away wrongly: %d %+v", n, o)
		}
		p.inTime(n, o.Fact.Held)
		delete(p.open, n)
	}
	p.log = append(p.log, Outputs{slices.Clone(out.Granted), slices.Clone(out.Turned), slices.Clone(out.States)})
	p.balance()
}

func (p *player) inTime(n uint32, held time.Duration) {
	if held != p.now.Sub(p.asked[n]) || held > p.figures.Hold {
		p.t.Errorf("%d was held for %v", n, held)
	}
}

// right holds what a place rests on, by what was seen.
func (p *player) right(a *Ask, f *policy.GateFact) {
	ok := f.Place == policy.PlacePledged == a.Pledged && (f.Place == policy.PlaceReserved == a.Reserve || a.Pledged)
	switch f.Place {
	case policy.PlaceOperator, policy.PlaceDeclared, policy.PlaceReserved:
		ok = ok && f.InFlight < f.Free+p.kept(a)
	case policy.PlaceCredit:
		ok = ok && f.Credit >= 1
	case policy.PlaceProbe:
		team := p.gate.teams[teamKey{a.Campaign, a.CallCentre}]
		back := team.returned || f.InFlight == 0 && f.Talking == 0
		ok = ok && (f.InFlight-p.kept(a) <= f.Free || f.Answers < 1000) && (f.Credit >= 0 || back)
	case policy.NoPlace, policy.PlaceUnasked:
		ok = false
	case policy.PlacePledged:
	}
	if !ok {
		p.t.Errorf("let through as %v: %+v %+v", f.Place, a, f)
	}
}

func (p *player) kept(a *Ask) int { return p.gate.teams[teamKey{a.Campaign, a.CallCentre}].kept }

// balance compares what the gate believes with what became of the calls.
func (p *player) balance() {
	want := map[teamKey][2]int{}
	for n, a := range p.open { // order: only counted
		if key := (teamKey{a.Campaign, a.CallCentre}); p.granted[n] && !a.Pledged {
			w := want[key]
			if p.joined[n] {
				w[1]++
			} else {
				w[0]++
			}
			want[key] = w
		}
	}
	for key, team := range p.gate.teams { // order: only counted
		if got := [2]int{team.flying + team.kept, team.talking}; got != want[key] || team.flying < 0 || team.kept < 0 {
			p.t.Fatalf("team %v: in flight and talking %v, want %v", key, got, want[key])
		}
	}
	for c, want := range p.counts { // order: only compared
		if got := p.gate.campaigns[c].count.Total; got != want {
			p.t.Fatalf("campaign %d: counts %v, want %v", c, got, want)
		}
	}
}

// finish ends all calls and waits until somebody is let through.
func (p *player) finish() {
	for _, n := range slices.Sorted(maps.Keys(p.open)) {
		delete(p.open, n)
		p.see(p.turn(Gone{id(n)}))
	}
	if len(p.gate.flights) != 0 {
		p.t.Errorf("%d calls are left", len(p.gate.flights))
	}
	for until := p.now.Add(lastWait + time.Minute); p.now.Before(until); p.now = p.now.Add(10 * time.Second) {
		a := p.ask()
		out := p.turn(a)
		if len(out.Granted) > 0 {
			return
		}
	}
	p.t.Error("closed for good")
}

func number(a policy.AttemptID) uint32 { return uint32(a[14])<<8 | uint32(a[15]) }

// FuzzState: a row reads back as it was written, and nothing else is read.
func FuzzState(f *testing.F) {
	for _, s := range []State{
		{Kind: OfCampaign, ID: 1, Count: Count{policy.GateCount{A: 3, B: 100}, policy.GateCount{A: 1, B: 20}, 20261122}, Answers: Answers{200, 60}},
		{Kind: OfGroup, ID: 1 << 31, Count: Count{Total: policy.GateCount{A: 9}}},
		{Kind: OfCentre, ID: 7, Wrap: 31 * time.Second},
	} {
		f.Add(s.Key(), s.Encode())
	}
	f.Fuzz(func(t *testing.T, key, value []byte) {
		s, err := Decode(key, value)
		if err != nil {
			return
		}
		again, err := Decode(s.Key(), s.Encode())
		if err != nil || again != s {
			t.Errorf("read %+v, then %+v, %v", s, again, err)
		}
		if !bytes.Equal(s.Key(), key) {
			t.Errorf("key %x became %x", key, s.Key())
		}
	})
}
