package sim

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/desk"
	"tregua/policy/gate"
	"tregua/policy/ledger"
)

// seat is an attempt that wants a place at the gate, or has it.
type seat struct {
	campaign policy.CampaignID
	taken    bool
	joined   bool // an operator was heard
}

// paced keeps what the gate was told and what it gave: who has a place. An attempt that
// was given up waits for none; it may have got one in the turn in which it went.
func (w *witness) paced(in []desk.PaceInput, out *desk.PaceOutputs) {
	defer w.under("gate")()
	for _, i := range in {
		switch i := i.(type) {
		case desk.Wanting:
			a := &i.Entry.Record.Attempt
			w.seats[a.ID] = &seat{campaign: a.Campaign}
		case desk.Told:
			w.told(i.Input)
		}
	}
	for i := range out.Entries {
		e := &out.Entries[i]
		id := e.Record.Attempt.ID
		switch s := w.seats[id]; {
		case e.Kind != ledger.Open:
			delete(w.seats, id)
		case s != nil:
			s.taken = true
			fallthrough
		default:
			w.granted[id] = w.queue.now
		}
		if at, ok := w.givenUp[id]; ok && w.queue.now > at+patience {
			w.broken(e.Record.Attempt.CallID, "given up at %v, it waited on at the gate", at)
		}
		w.census(&e.Record)
	}
}

// told keeps what the gate was told of an attempt.
func (w *witness) told(in gate.Input) {
	switch i := in.(type) {
	case gate.Joined:
		if s := w.seats[i.ID]; s != nil {
			s.joined = true
		}
	case gate.Ended:
		delete(w.seats, i.ID)
	case gate.Gone:
		delete(w.seats, i.ID)
	}
}

// census counts what the gate does with calls.
func (w *witness) census(r *policy.Record) {
	var what string
	switch {
	case r.Facts.Gate.Known != policy.Present:
		return
	case r.Ending.Outcome == policy.OutcomeCancelled:
		what = "given up"
	case r.Decision.Verdict != policy.Allow:
		what = "turned away"
	case r.Facts.Gate.Held > 0:
		what = "let through after a while"
	default:
		what = "let through"
	}
	w.result.Census["gate: "+what]++
}

// surveyed holds the gate against who has a place, at any moment.
func (w *witness) surveyed(all []gate.Status) {
	defer w.under("gate")()
	for _, s := range all {
		flying, talking := 0, 0
		for _, one := range w.seats { // order: counts
			switch {
			case one.campaign != s.Campaign || !one.taken:
			case one.joined:
				talking++
			default:
				flying++
			}
		}
		if s.Fact.InFlight != flying || s.Fact.Talking != talking {
			w.broken("", "campaign %d has %d calls in flight and %d that talk, the gate says %d and %d", s.Campaign, flying, talking, s.Fact.InFlight, s.Fact.Talking)
		}
	}
}

// under names the law that is held until the returned function is called.
func (w *witness) under(law string) (back func()) {
	was := w.law
	w.law = law
	return func() { w.law = was }
}

// gateLaws: nothing of a campaign that has a gate leaves without a place. When all is
// over nobody has one and nobody waits, and the gate has counted what the records say.
func (j judge) gateLaws() {
	if j.house.pace == nil {
		return
	}
	if n := j.house.pace.pace.Held(); n > 0 || len(j.seats) > 0 {
		j.broken("", "all calls are over, %d wait at the gate and %d wait or have a place", n, len(j.seats))
	}
	for _, t := range j.order {
		if t.inbound || t.lapsed || !j.house.paced(&t.attempt) {
			continue
		}
		i := t.first(0, func(x *crossing) bool { return x.asks(false, media.B, "INVITE") })
		if at, ok := j.granted[t.attempt.ID]; i >= 0 && (!ok || t.list[i].at < at) {
			j.broken(t.id, "it left at %v without a place at the gate", t.list[i].at)
		}
	}
	j.gateCounts()
}

// gateCounts holds A and B of the gate against the records.
func (j judge) gateCounts() {
	reader, err := j.house.ledger.reader()
	if err != nil {
		j.broken("", "the ledger cannot be read: %v", err)
		return
	}
	want, err := j.gatedRecords(reader)
	if err != nil {
		j.broken("", "a record cannot be read: %v", err)
		return
	}
	for _, s := range j.house.pace.status {
		if f := &s.Fact; f.Campaign != want[s.Campaign] || f.Group != f.Campaign {
			j.broken("", "campaign %d: the records count %+v, the gate %+v, its group %+v", s.Campaign, want[s.Campaign], f.Campaign, f.Group)
		}
		delete(want, s.Campaign)
	}
	for c, n := range want { // order: a fault anyway
		if n != (policy.GateCount{}) {
			j.broken("", "campaign %d: the records count %+v, and the gate does not know it", c, n)
		}
	}
}

// gatedRecords counts the records of what passed by the gate, by campaign.
func (j judge) gatedRecords(reader *ledger.Reader) (map[policy.CampaignID]policy.GateCount, error) {
	counts := map[policy.CampaignID]policy.GateCount{}
	for v, err := range reader.Each() {
		if err != nil {
			return nil, err
		}
		r := &v.Record
		if !j.house.paced(&r.Attempt) || r.Ending.Ratio == policy.RatioNone {
			continue
		}
		c := counts[r.Attempt.Campaign]
		if r.Ending.Ratio == policy.RatioA {
			c.A++
		} else {
			c.B++
		}
		counts[r.Attempt.Campaign] = c
	}
	return counts, nil
}

// onItsWay is how long an attempt may be on its way through desk, gate and ledger.
func (j judge) onItsWay(t *trail) time.Duration {
	if j.house.pace != nil && j.house.paced(&t.attempt) {
		return patience + gateHold
	}
	return patience
}

// throttled reports whether a call was turned away at the gate, and may have been.
func (j judge) throttled(t *trail) bool {
	m := t.answer()
	return m != nil && reason(m) == policy.GateThrottled.String() && j.house.pace != nil && j.house.paced(&t.attempt)
}
