package ledger

import (
	"errors"
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Kind says what an entry tells the committer.
type Kind uint8

// The kinds.
const (
	Open   Kind = iota + 1 // an attempt that is let through: Record, and Return for the receipt
	Close                  // its end: ID and Ending
	Closed                 // a whole record at once, of a refusal: Record
	Up                     // it was answered, or its watch has ended: ID and Up
	Repeat                 // re-dials answered from memory: Record with its Repeat and an id of its own
	Keep                   // what an answered call needs to go on: Record.Attempt and Call
	Leave                  // a side has hung up, its BYE is on its way to the other: ID
	Drop                   // an inbound call is over, which has no record: ID
	Forget                 // what reached a number is over: Rings
	Learn                  // what the gate has learnt: Learnt
	Reach                  // what reached a number is known better: ID of the attempt, and Rings
	Noted                  // a record of no attempt: Note, and of a summary Hour
	Beat                   // the process runs: Hour, which may be lost
)

// String names k.
func (k Kind) String() string {
	names := [...]string{
		Open: "open", Close: "close", Closed: "closed", Up: "up", Repeat: "repeat", Keep: "keep", Leave: "leave", Drop: "drop",
		Forget: "forget", Learn: "learn", Reach: "reach", Noted: "noted", Beat: "beat",
	}
	if k == 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind-%d", uint8(k))
	}
	return names[k]
}

// Entry is one thing to be written down.
type Entry struct {
	Kind   Kind
	Record policy.Record    // of Open, Closed and Repeat; of Keep its Attempt alone
	ID     policy.AttemptID // of Close, Up, Leave, Drop and Reach
	Ending policy.Ending    // of Close
	Up     policy.Up        // of Up
	Call   string           // of Keep: the newest counts; opaque here, and personal
	Bars   store.Row        // of Close: the bars of the number as they are now, see policy/bar; no key: unchanged
	Rings  store.Row        // of Close and Reach: what reached the number, see policy/rings; no key: unchanged
	Served store.Row        // of Close: the request that the call has served, see [ServedRow]; no key: none
	Learnt store.Row        // of Learn: see [policy/gate.State]
	Note   Note             // of Noted
	Hour   *Hour            // of Beat, and of Noted when it is a summary
	Return policy.Return    // whom the receipt of an Open concerns
}

// left yields the rows about the number that e leaves.
func (e *Entry) left(yield func(store.Row) bool) {
	for _, row := range []store.Row{e.Bars, e.Rings, e.Served} {
		if len(row.Key) > 0 && !yield(row) {
			return
		}
	}
}

// attempt returns the id of the record that e is about.
func (e *Entry) attempt() policy.AttemptID {
	switch e.Kind {
	case Close, Up, Leave, Drop, Reach:
		return e.ID
	case Noted:
		return e.Note.ID
	case Open, Closed, Repeat, Keep, Forget, Learn, Beat:
	}
	return e.Record.Attempt.ID
}

// ending returns how a record ended that is taken at a time.
func (e *Entry) ending(now time.Time) policy.Ending {
	end := e.Record.Ending
	switch {
	case e.Kind == Repeat:
		end.Outcome = policy.OutcomeRepeated
	case e.Kind == Closed && end.Outcome == policy.OutcomeOpen:
		end.Outcome = policy.OutcomeRefused
	}
	if e.Kind != Open && end.EndedAt.IsZero() {
		end.EndedAt = now
	}
	return end
}

// awaited reports whether a call waits for the receipt.
func (e *Entry) awaited() bool { return e.Kind == Open && e.Return != (policy.Return{}) }

// Refused returns, of an Open that could not be written, the record that says
// so: a trouble of ours, why, turned the attempt away at a time.
func (e Entry) Refused(why policy.Reason, at time.Time) Entry {
	r := e.Record
	r.Decision = policy.Decision{Rule: "fault", Reason: why, Trail: r.Decision.Trail}
	r.Ending = policy.Ending{Outcome: policy.OutcomeRefused, Reason: why, EndedBy: policy.Tregua, EndedAt: at}
	return Entry{Kind: Closed, Record: r}
}

// Receipt says what became of an entry. Only without Err is it written, and
// only then may the INVITE of an Open leave.
type Receipt struct {
	Kind   Kind
	ID     policy.AttemptID
	Return policy.Return
	Err    error
	Seq    uint64 // of an entry that made a record: its number

	// Of an Open: the number at which it took its place, and for whom; zero: it
	// took none. And the mode of the trunk.
	Claim     policy.Number
	Principal policy.PrincipalID
	Mode      policy.Mode
}

// receipt says what became of e.
func (e *Entry) receipt(err error) Receipt {
	r := Receipt{Kind: e.Kind, ID: e.attempt(), Return: e.Return, Err: err}
	if e.Kind == Open {
		r.Mode = e.Record.Attempt.Mode
		r.Claim, r.Principal = e.Record.Attempt.Called, e.Record.Attempt.Principal
	}
	return r
}

// The errors of receipts.
var (
	// ErrNotOpen: a Close of an attempt that has no open row.
	ErrNotOpen = errors.New("the attempt is not open")
	// ErrTwice: the attempt has an open row, or its record, already.
	ErrTwice = errors.New("the attempt has a record already")
	// ErrNoID: a record without an id.
	ErrNoID = errors.New("the record has no id")
)
