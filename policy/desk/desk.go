package desk

import (
	"encoding/binary"
	"time"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Answer is a decision on its way back to the call.
type Answer struct {
	Return   policy.Return
	Decision policy.Decision
	Of       policy.AttemptID // the attempt whose decision was repeated; zero: this one's
	Open     bool             // an open row was committed
}

// Outputs is what a turn wants done: entries for the ledger, in order, and
// answers that wait for nothing. An Open entry carries its Return; its answer
// is the ledger's receipt. Wanting is for the [Pace], and then Gone: the dialer gave
// those up. Freed is for the desks of those numbers.
type Outputs struct {
	Entries []ledger.Entry
	Wanting []Wanting
	Gone    []policy.AttemptID
	Answers []Answer
	Freed   []Freed
}

func (o *Outputs) clear() {
	o.Entries, o.Answers, o.Freed = o.Entries[:0], o.Answers[:0], o.Freed[:0]
	o.Wanting, o.Gone = o.Wanting[:0], o.Gone[:0]
}

// Desk owns the numbers whose index names it.
type Desk struct {
	policy  *policy.Policy
	shared  *Shared
	at      int // which of the desks that share it
	served  served
	redials redials
	bars    map[seal.Index]bar.Bars // none is empty
	claims  claims
	swept   time.Time // when a part of the rings was looked through last
	part    int       // which is the next
	paced   func(*policy.Attempt) bool
}

// New makes a desk. p must not be nil.
func New(p *policy.Policy) *Desk {
	return &Desk{
		policy: p, shared: NewShared(1), served: served{}, redials: newRedials(),
		bars: map[seal.Index]bar.Bars{}, claims: claims{},
	}
}

// Load gives the desk the bars of one of its numbers, as they were stored. It
// is for the time before the first turn.
func (d *Desk) Load(h seal.Index, b bar.Bars) { d.bar(h, b) }

// Share makes the desk one of several, the one at that place of them. It is for
// the time before the first turn.
func (d *Desk) Share(s *Shared, at int) { d.shared, d.at = s, at }

// Pace lets the attempts of which paced reports true pass by a [Pace]. It is for
// the time before the first turn.
func (d *Desk) Pace(paced func(*policy.Attempt) bool) { d.paced = paced }

// Barred returns how many numbers have a bar.
func (d *Desk) Barred() int { return len(d.bars) }

// Turn handles the inputs in order and forgets what is older than the redial
// window. It returns when the next thing is to be forgotten, zero for never.
func (d *Desk) Turn(now time.Time, v View, rows store.Reader, in []Input, out *Outputs) time.Time {
	out.clear()
	d.redials.expire(now, out)
	d.sweep(now, out)
	for _, i := range in {
		switch i := i.(type) {
		case Ask:
			d.ask(now, v, rows, &i, out)
		case Withdrawn:
			out.Gone = append(out.Gone, i.ID)
		case Closing:
			d.end(&i, v, rows, out)
		case Useful:
			d.useful(now, &i, out)
		case Release:
			contact := d.claims.release(i.Index, i.ID)
			free, freed := d.shared.release(place{i.Principal, i.Index}, i.ID)
			d.free(i.Number, contact || free, freed, out)
		case Freed:
			d.redials.forget(i.Number, out)
		case Change:
			d.shared.change(i)
			// Where the other numbers cannot be read, what was refused there is remembered
			// for its minute.
			others, _ := v.Others(rows, i.Principal, i.Number)
			d.free(i.Number, true, others, out)
		case *Look:
			rec := policy.Record{Attempt: i.Attempt}
			d.judge(&rec, i.Index, v, rows, false)
			i.Facts, i.Decision = rec.Facts, rec.Decision
		}
	}
	return d.redials.next()
}

// Close writes down what the desk still remembers of re-dials.
func (d *Desk) Close(out *Outputs) {
	out.clear()
	d.redials.close(out)
}

// Try handles an attempt as Turn does if that takes no row of the store; false: it
// does, and the attempt is still to be put to Turn. Out is to be carried out either
// way.
func (d *Desk) Try(now time.Time, v View, q *Ask, out *Outputs) bool {
	out.clear()
	d.redials.expire(now, out)
	return d.ask(now, v, &unread{}, q, out)
}

// ask decides on an attempt. It does nothing and returns false when rows is an
// unread and one of them is needed.
func (d *Desk) ask(now time.Time, v View, rows store.Reader, q *Ask, out *Outputs) bool {
	if m := d.redials.find(now, &q.Attempt, v.Generation(), out); m != nil {
		out.Answers = append(out.Answers, Answer{Return: q.Return, Decision: m.decision, Of: m.of})
		return true
	}
	// An entry is 2 KB, and is judged where it lies.
	out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Closed})
	e := &out.Entries[len(out.Entries)-1]
	rec := &e.Record
	rec.Attempt = q.Attempt
	if !d.judge(rec, q.Index, v, rows, true) {
		out.Entries = out.Entries[:len(out.Entries)-1]
		return false
	}
	if rec.Decision.Verdict == policy.Allow {
		if rec.Decision.Claim != policy.NoClaim {
			d.claims.take(q.Index, &rec.Attempt)
		}
		e.Kind, e.Return = ledger.Open, q.Return
		if rec.Facts.Gate.Known == policy.Present {
			out.Wanting = append(out.Wanting, Wanting{*e, q.Index})
			out.Entries = out.Entries[:len(out.Entries)-1]
		}
		return true
	}
	rec.Ending = policy.Ending{
		Outcome: policy.OutcomeRefused, Reason: rec.Decision.Reason,
		EndedBy: policy.Tregua, EndedAt: q.Attempt.At,
	}
	d.redials.remember(now, rec)
	out.Answers = append(out.Answers, Answer{Return: q.Return, Decision: rec.Decision})
	return true
}

// judge gathers what is known of the number of an attempt and decides. An
// attempt that is let through takes its place among what reached the person,
// if it is to take it. False: rows is an unread, and one of them is needed.
func (d *Desk) judge(r *policy.Record, h seal.Index, v View, rows store.Reader, take bool) bool {
	a, f := &r.Attempt, &r.Facts
	others, unknown := gather(f, a, v, rows, d.shared)
	if u, ok := rows.(*unread); ok && u.wanted {
		return false
	}
	f.Lot, f.Gate.Known = lot(h), policy.Absent
	if d.paced != nil && d.paced(a) {
		f.Gate = policy.GateFact{Known: policy.Present, Place: policy.PlaceUnasked}
	}
	d.served.cross(h, a, f)
	if !counted(a) {
		r.Decision = d.policy.Judge(a, f)
		return true
	}
	p, bars := d.policy.Params(a.Profile), d.bars[h]
	f.Bar = bars.Fact(a.At, a, p)
	f.Bar.Claimed = f.Bar.Pending && d.claims.against(h, a, bars, p)
	d.shared.judge(a, h, others, p, func(reached policy.RingsFact) bool {
		if unknown == nil {
			f.Rings = reached
		}
		r.Decision = d.policy.Judge(a, f)
		return take && r.Decision.Verdict == policy.Allow
	})
	return true
}

// free forgets the refusals that rest on what was given back.
func (d *Desk) free(n policy.Number, given bool, others book.Others, out *Outputs) {
	if !given {
		return
	}
	d.redials.forget(n, out)
	for _, o := range others {
		out.Freed = append(out.Freed, Freed(o))
	}
}

// sweep forgets what of one part of the desk's numbers is over: all of them in
// about an hour, so that no turn is long.
func (d *Desk) sweep(now time.Time, out *Outputs) {
	if now.Sub(d.swept) < time.Minute {
		return
	}
	d.swept = now
	for _, at := range d.shared.forget(d.at, d.part, now) {
		row := ledger.RingRow(at.principal, at.index, nil)
		out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Forget, Rings: row})
	}
	d.part = (d.part + 1) % stripesOf
}

// end hands the ending of an attempt to the ledger, with the bars and rings of
// its number and the request that it has served, when it changed them. Those are
// in force here at once.
func (d *Desk) end(c *Closing, v View, rows store.Reader, out *Outputs) {
	e := ledger.Entry{Kind: ledger.Close, ID: c.Attempt.ID, Ending: c.Ending}
	if c.Attempt.Called != 0 {
		p := d.policy.Params(c.Attempt.Profile)
		released := d.claims.release(c.Index, c.Attempt.ID)
		bars, changed := d.bars[c.Index].After(&c.Attempt, &c.Ending, p)
		if changed {
			d.bar(c.Index, bars)
			e.Bars = ledger.BarRow(c.Index, bars)
		}
		reached, rang, free, freed := d.shared.end(c, p)
		if rang {
			e.Rings = ledger.RingRow(c.Attempt.Principal, c.Index, reached)
		}
		if d.serve(c, v, rows) {
			e.Served = ledger.ServedRow(c.Index, c.Attempt.Principal, c.Ending.AnsweredAt)
			changed = true
		}
		d.free(c.Attempt.Called, changed || released || free, freed, out)
	}
	out.Entries = append(out.Entries, e)
}

// useful hands what reached a number to the ledger, when a contact there was
// useful that did not count as such.
func (d *Desk) useful(now time.Time, u *Useful, out *Outputs) {
	at := place{u.Attempt.Principal, u.Index}
	if reached, changed := d.shared.useful(at, &u.Attempt, now); changed {
		row := ledger.RingRow(at.principal, at.index, reached)
		out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Reach, ID: u.Attempt.ID, Rings: row})
	}
}

// bar puts the bars of a number in force.
func (d *Desk) bar(h seal.Index, b bar.Bars) {
	if len(b) == 0 {
		delete(d.bars, h)
		return
	}
	d.bars[h] = b
}

// lot returns which share of the numbers one is in, by its keyed index: the same on
// every day and on every node.
func lot(h seal.Index) uint16 { return uint16(binary.BigEndian.Uint32(h[len(h)-4:]) % policy.Lots) }
