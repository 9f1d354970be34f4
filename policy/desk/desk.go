package desk

import (
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// Input is what can be put to a desk: Ask, Objection or Look.
type Input interface{ input() }

// Ask wants a decision on an attempt; the answer goes to Return.
type Ask struct {
	Attempt policy.Attempt
	Return  policy.Return
}

// Look wants to know how an attempt would be judged now. Turn fills Facts and
// Decision; it leaves no trace: no record, no claim, no memory.
type Look struct {
	Attempt  policy.Attempt
	Facts    policy.Facts
	Decision policy.Decision
}

func (Ask) input()       {}
func (Objection) input() {}
func (*Look) input()     {}

// Answer is a decision on its way back to the call.
type Answer struct {
	Return   policy.Return
	Decision policy.Decision
	Of       policy.AttemptID // the attempt whose decision was repeated; zero: this one's
	Open     bool             // an open row was committed
}

// Outputs is what a turn wants done: entries for the ledger, in order, and
// answers that wait for nothing. An Open entry carries its Return; its answer
// is the ledger's receipt.
type Outputs struct {
	Entries []ledger.Entry
	Answers []Answer
}

// Desk owns the numbers whose hash names it.
type Desk struct {
	policy     *policy.Policy
	objections objections
	redials    redials
}

// New makes a desk. p must not be nil.
func New(p *policy.Policy) *Desk {
	return &Desk{policy: p, objections: objections{}, redials: newRedials()}
}

// Turn handles the inputs in order and forgets what is older than the redial
// window. It returns when the next thing is to be forgotten, zero for never.
func (d *Desk) Turn(now time.Time, v View, rows store.Reader, in []Input, out *Outputs) time.Time {
	out.Entries, out.Answers = out.Entries[:0], out.Answers[:0]
	d.redials.expire(now, out)
	for _, i := range in {
		switch i := i.(type) {
		case Ask:
			d.ask(now, v, rows, i, out)
		case Objection:
			d.objections.add(i)
			d.redials.forget(i.Number, out)
		case *Look:
			i.Facts = gather(&i.Attempt, v, rows, d.objections)
			i.Decision = d.policy.Judge(&i.Attempt, &i.Facts)
		}
	}
	return d.redials.next()
}

// Close writes down what the desk still remembers of re-dials.
func (d *Desk) Close(out *Outputs) {
	out.Entries, out.Answers = out.Entries[:0], out.Answers[:0]
	d.redials.close(out)
}

func (d *Desk) ask(now time.Time, v View, rows store.Reader, q Ask, out *Outputs) {
	if m := d.redials.find(now, &q.Attempt, v.Generation(), out); m != nil {
		out.Answers = append(out.Answers, Answer{Return: q.Return, Decision: m.decision, Of: m.of})
		return
	}
	rec := policy.Record{Attempt: q.Attempt, Facts: gather(&q.Attempt, v, rows, d.objections)}
	rec.Decision = d.policy.Judge(&rec.Attempt, &rec.Facts)
	if rec.Decision.Verdict == policy.Allow {
		out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Open, Record: rec, Return: q.Return})
		return
	}
	rec.Ending = policy.Ending{
		Outcome: policy.OutcomeRefused, Reason: rec.Decision.Reason,
		EndedBy: policy.Tregua, EndedAt: q.Attempt.At,
	}
	d.redials.remember(now, &rec)
	out.Entries = append(out.Entries, ledger.Entry{Kind: ledger.Closed, Record: rec})
	out.Answers = append(out.Answers, Answer{Return: q.Return, Decision: rec.Decision})
}
