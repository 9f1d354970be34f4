package sim

import (
	"crypto/sha256"
	"fmt"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/ledger"
)

// recordLaws: every attempt has exactly one record that says what happened, or
// is counted as a repeat of one; nothing is open; sequence, leaves and counters
// are in order.
func (j judge) recordLaws() {
	if n := len(j.house.ledger.waiting) + len(j.house.ledger.kept); n > 0 || j.house.ledger.busy {
		j.broken("", "the ledger is not at rest: %d entries wait", n)
	}
	if reader, ok := j.soundLedger(); ok {
		j.attempts(reader)
		j.counted(reader)
	}
}

// soundLedger holds the ledger against itself and returns its reader.
func (j judge) soundLedger() (*ledger.Reader, bool) {
	reader, err := j.house.ledger.reader()
	if err != nil {
		j.broken("", "the ledger cannot be read: %v", err)
		return nil, false
	}
	report, err := reader.Verify()
	if err != nil {
		j.broken("", "the ledger cannot be verified: %v", err)
	}
	for _, fault := range report.Faults {
		j.broken("", "ledger: %v", fault)
	}
	if report.Open > 0 || j.house.ledger.made.Opens() > 0 {
		j.broken("", "%d rows are open", report.Open)
	}
	if report.Records != j.house.ledger.made.Next() {
		j.broken("", "%d records, the committer counts %d", report.Records, j.house.ledger.made.Next())
	}
	for row, err := range j.house.ledger.store.Scan([]byte{0x71}, nil) {
		j.broken("", "an up row is left: %x, %v", row.Key, err)
	}
	return reader, true
}

func (j judge) attempts(reader *ledger.Reader) {
	records, repeats := map[policy.AttemptID]*policy.Record{}, uint32(0)
	again := j.replay()
	for v, err := range reader.Each() {
		if err != nil {
			j.broken("", "a record cannot be read: %v", err)
			return
		}
		r := v.Record
		fmt.Fprintf(j.net.trace, "%d %s %s %s %d\n", v.Seq, r.Attempt.ID, r.Ending.Outcome, r.Ending.Reason, r.Ending.Status)
		sum := sha256.Sum256(v.Leaf[:])
		j.net.trace.Write(sum[:])
		j.result.Outcomes[r.Ending.Outcome.String()]++
		again.Add(&r, v.Personal)
		if r.Ending.Outcome == policy.OutcomeRepeated {
			repeats += r.Repeat.Count
			if records[r.Repeat.Of] == nil {
				j.broken(r.Attempt.CallID, "a repeat of %s, which has no record before it", r.Repeat.Of)
			}
			continue
		}
		if records[r.Attempt.ID] != nil {
			j.broken(r.Attempt.CallID, "the attempt has two records")
		}
		records[r.Attempt.ID] = &r
	}
	j.replayed(again)
	j.match(records, repeats)
}

// match holds the records against the calls at the edge, and against what calls
// were to be handed on to.
func (j judge) match(records map[policy.AttemptID]*policy.Record, repeats uint32) {
	absorbed, unclear := uint32(0), uint32(0)
	for _, t := range j.order {
		sure, perhaps := j.besides(t, records)
		absorbed, unclear = absorbed+sure, unclear+perhaps
		invited := t.first(0, func(x *crossing) bool { return x.asks(true, media.A, "INVITE") }) >= 0
		if t.inbound || !invited || t.asks == 0 && j.troubled(t) {
			continue // what belongs to no call; what came when tregua was being stopped
		}
		j.result.Attempts++
		if t.lapsed {
			j.lapsed(t, records)
			continue
		}
		if t.asks != 1 {
			j.broken(t.id, "the policy was asked %d times", t.asks)
		}
		if r := records[t.attempt.ID]; r != nil {
			delete(records, t.attempt.ID)
			j.tells(t, r)
		} else if j.absorbed(t) {
			absorbed++
		}
	}
	if repeats < absorbed || repeats > absorbed+unclear {
		j.broken("", "%d to %d attempts have no record of their own, %d repeats were counted", absorbed, absorbed+unclear, repeats)
	}
	j.strange(records)
}

// strange are the records that are of no call.
func (j judge) strange(records map[policy.AttemptID]*policy.Record) {
	for _, r := range records { // order: a fault anyway
		j.broken(r.Attempt.CallID, "a record of a call that did not come")
	}
}

// lapsed takes the records of calls that were one attempt for their caller, and
// several for tregua, as they are.
func (j judge) lapsed(t *trail, records map[policy.AttemptID]*policy.Record) {
	for _, id := range t.attempts {
		r := records[id]
		if delete(records, id); r == nil {
			j.broken(t.id, "one of several attempts has no record")
		} else if !r.Ending.AnsweredAt.IsZero() {
			j.tallied(&r.Ending, r.Ending.Watch)
		}
	}
}

// absorbed sees why an attempt has no record: it repeats a refusal, or the
// record is what the store could not take.
func (j judge) absorbed(t *trail) bool {
	m := t.answer()
	switch {
	case m == nil:
		j.broken(t.id, "no record and no answer")
	case j.troubled(t) && reason(m) != "":
		return false
	case m.Status != 487 && reason(m) == "" && !j.troubled(t):
		j.broken(t.id, "no record, and it is no repeat of a refusal")
	}
	return true
}

// ending is how the call ended, as the edge saw it, when the caller was answered
// with a status.
func (t *trail) ending(status int) (policy.Outcome, policy.Side) {
	final := t.first(0, func(x *crossing) bool { return x.is(false, t.from, "INVITE", 200, 699) })
	before := func(fits func(*crossing) bool) bool {
		i := t.first(0, fits)
		return i >= 0 && i < final
	}
	switch {
	case status < 300:
		return policy.OutcomeOpen, t.whoHungUp() // how it counts, tellsClass says
	case before(func(x *crossing) bool { return x.asks(true, t.from, "CANCEL") }):
		return policy.OutcomeCancelled, policy.Caller
	case before(func(x *crossing) bool { return x.is(true, t.to(), "INVITE", status, status) }):
		return policy.OutcomeFailed, policy.Callee
	case before(func(x *crossing) bool { return x.is(true, t.to(), "INVITE", 100, 199) }): // Timer C
		return policy.OutcomeUnreachable, policy.Tregua
	}
	return policy.OutcomeUnreachable, policy.Callee
}

// whoHungUp is the one side that sent a BYE for the answer which the caller
// got; NoSide when more than one did.
func (t *trail) whoHungUp() policy.Side {
	tag, sides := t.answer().To.Tag, map[policy.Side]bool{}
	for i := range t.list {
		x := &t.list[i]
		if x.msg.Method != "BYE" || x.msg.To.Tag != tag && x.msg.From.Tag != tag {
			continue
		}
		switch {
		case !x.in && !t.relayed(x):
			sides[policy.Tregua] = true
		case x.in && x.side == t.from:
			sides[policy.Caller] = true
		case x.in:
			sides[policy.Callee] = true
		}
	}
	if len(sides) != 1 {
		return policy.NoSide
	}
	for side := range sides { // order: there is one
		return side
	}
	return policy.NoSide
}

// tells holds one record against what crossed the edge.
func (j judge) tells(t *trail, r *policy.Record) {
	m := t.answer()
	if m == nil {
		return // oneFinal has said so
	}
	e := &r.Ending
	if e.Forwarded != t.forwarded() {
		j.broken(t.id, "the record says forwarded %t, the edge %t", e.Forwarded, t.forwarded())
	}
	if e.Outcome == policy.OutcomeRefused {
		if m.Status != 487 && reason(m) != e.Reason.String() && !j.troubled(t) {
			j.broken(t.id, "the record says %s, the caller heard %q", e.Reason, reason(m))
		}
		return
	}
	if e.Status != m.Status && !j.troubled(t) {
		j.broken(t.id, "the record says %d, the caller got %d", e.Status, m.Status)
	}
	if e.Rang != t.rang() {
		j.broken(t.id, "the record says it rang: %t, the edge %t", e.Rang, t.rang())
	}
	j.tellsOutcome(t, e)
	j.tellsTimes(t, e)
	if m.Status < 300 {
		j.result.Answered++
	}
}

// tellsOutcome holds how a record says the call ended. When tregua is stopped it
// may have ended it, or the peers in the same moment.
func (j judge) tellsOutcome(t *trail, e *policy.Ending) {
	want, by := t.opening().ending(t.answer().Status)
	if want == policy.OutcomeOpen {
		j.tellsClass(t, e)
	} else if x := t.opening().crossed(); x != nil {
		j.tellsCrossed(t, x, e, want)
	} else if e.Ratio != policy.RatioNone || j.cfg.Stop == 0 && e.Outcome != want {
		j.broken(t.id, "the record says %s, it was %s", e.Outcome, want)
	}
	if j.cfg.Stop == 0 && by != policy.NoSide && e.EndedBy != by {
		j.broken(t.id, "the record says by %s, it was by %s", e.EndedBy, by)
	}
}

// tellsTimes holds the times of a record: it rang when the first 18x went to the
// caller, in whichever round. When it was answered, tellsClass knows.
func (j judge) tellsTimes(t *trail, e *policy.Ending) {
	var rang time.Time
	for _, p := range t.split() {
		i := p.first(0, func(x *crossing) bool { return x.is(false, media.A, "INVITE", 180, 199) })
		if p.opens && i >= 0 && rang.IsZero() {
			rang = epoch.Add(p.list[i].at)
		}
	}
	if !e.RingingAt.Equal(rang) {
		j.broken(t.id, "the record says it rang at %v", e.RingingAt)
	}
	if m := t.answer(); m.Status >= 300 && t.opening().crossed() == nil && !e.AnsweredAt.IsZero() {
		j.broken(t.id, "the record says answered, the caller got %d", m.Status)
	}
}
