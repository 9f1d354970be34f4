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

// Input is what can be put to a desk: Ask, Closing, Release, Freed, Change or
// Look.
// Index is that of the called number ([seal.Keys.Index]); whoever chose the
// desk by it has it already.
type Input interface{ input() }

// Ask wants a decision on an attempt; the answer goes to Return.
type Ask struct {
	Attempt policy.Attempt
	Return  policy.Return
	Index   seal.Index
}

// Closing is the end of an allowed attempt, classified: its Outcome and Ratio
// are those of [policy.Classify]. What it leaves on the number is in force when the
// turn returns.
type Closing struct {
	Attempt policy.Attempt
	Ending  policy.Ending
	Index   seal.Index
}

// Release gives back what an allowed attempt claimed: its open row could not be
// written, so it never went out.
type Release struct {
	ID        policy.AttemptID
	Number    policy.Number
	Index     seal.Index
	Principal policy.PrincipalID
}

// Freed says that an attempt at another number of the person gave back what it
// took: what was refused for that may pass now.
type Freed book.Member

// Look wants to know how an attempt would be judged now. Turn fills Facts and
// Decision; it leaves no trace: no record, no claim, no memory.
type Look struct {
	Attempt  policy.Attempt
	Index    seal.Index
	Facts    policy.Facts
	Decision policy.Decision
}

func (Ask) input()     {}
func (Closing) input() {}
func (Release) input() {}
func (Freed) input()   {}
func (Change) input()  {}
func (*Look) input()   {}

// Answer is a decision on its way back to the call.
type Answer struct {
	Return   policy.Return
	Decision policy.Decision
	Of       policy.AttemptID // the attempt whose decision was repeated; zero: this one's
	Open     bool             // an open row was committed
}

// Outputs is what a turn wants done: entries for the ledger, in order, and
// answers that wait for nothing. An Open entry carries its Return; its answer
// is the ledger's receipt. Freed is for the desks of those numbers.
type Outputs struct {
	Entries []ledger.Entry
	Answers []Answer
	Freed   []Freed
}

func (o *Outputs) clear() {
	o.Entries, o.Answers, o.Freed = o.Entries[:0], o.Answers[:0], o.Freed[:0]
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
	swept   time.Time     // when a part of the rings was looked through last
	part    int           // which is the next
	record  policy.Record // of the attempt that is being judged
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
			d.ask(now, v, rows, i, out)
		case Closing:
			d.end(&i, v, rows, out)
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

func (d *Desk) ask(now time.Time, v View, rows store.Reader, q Ask, out *Outputs) {
	if m := d.redials.find(now, &q.Attempt, v.Generation(), out); m != nil {
		out.Answers = append(out.Answers, Answer{Return: q.Return, Decision: m.decision, Of: m.of})
		return
	}
	rec := &d.record
	*rec = policy.Record{Attempt: q.Attempt}
	d.judge(rec, q.Index, v, rows, true)
	if rec.Decision.Verdict == policy.Allow {
		if rec.Decision.Claim == policy.ClaimContact {
			d.claims.take(q.Index, &rec.Attempt)
		}
		out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Open, Record: *rec, Return: q.Return})
		return
	}
	rec.Ending = policy.Ending{
		Outcome: policy.OutcomeRefused, Reason: rec.Decision.Reason,
		EndedBy: policy.Tregua, EndedAt: q.Attempt.At,
	}
	d.redials.remember(now, rec)
	out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Closed, Record: *rec})
	out.Answers = append(out.Answers, Answer{Return: q.Return, Decision: rec.Decision})
}

// judge gathers what is known of the number of an attempt and decides. An
// attempt that is let through takes its place among what reached the person,
// if it is to take it.
func (d *Desk) judge(r *policy.Record, h seal.Index, v View, rows store.Reader, take bool) {
	a, f := &r.Attempt, &r.Facts
	facts, others, unknown := gather(a, v, rows, d.shared)
	*f = facts
	f.Lot = lot(h)
	d.served.cross(h, a, f)
	if !counted(a) {
		r.Decision = d.policy.Judge(a, f)
		return
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
