// Package reconcile holds a carrier's call records against the ledger: a call that
// the carrier has and the ledger has not went round tregua (compliance.md 1.7).
// [Match] finds by how much the clocks differ, and pairs rows and calls of one
// number in the order of time, each at most once, so that a re-dial is not taken
// for the call before it.
package reconcile

import (
	"cmp"
	"slices"
	"time"

	"tregua/policy"
)

// Row is a call as the carrier has it. What the carrier does not say is zero.
type Row struct {
	Line     int // of the file
	ID       string
	Called   policy.Number
	CallerID string // digits, in any form
	Started  time.Time
	Answered time.Time
	Talk     time.Duration // from the answer to the end
}

// Call is a call as the ledger has it.
type Call struct {
	ID        policy.AttemptID
	Called    policy.Number
	CallerID  string
	Forwarded time.Time
	Answered  time.Time // zero: not answered
	Ended     time.Time
}

// Config is how calls are compared.
type Config struct {
	Window    time.Duration // by how much more than the clocks two times of one call may differ
	Tolerance time.Duration // differences up to this are none
	Part      bool          // the rows are of one carrier among several: calls without a row are no finding
}

// Report is what came of it.
type Report struct {
	Rows, Calls, Pairs int
	Offset             time.Duration // the carrier's clock less ours
	Known              bool          // Offset was found; else it is taken for zero
	ByCaller           bool          // caller ids were compared; false: the carrier has others
	Leaks              []Row         // went round tregua, in the order of the file
	Missing            []Call        // have no row, in the order of time
	Differences        []Difference  // in the order of the file
	Erased             int           // calls of persons who were erased, which the caller left out
}

// Difference is a call of which both tell otherwise.
type Difference struct {
	Row        Row
	Call       Call
	Answer     time.Duration // the carrier's time of the answer less ours, by the same clock
	Talk       time.Duration // the carrier's duration less ours
	Unanswered bool          // answered for the carrier, not for us
	NotCharged bool          // answered for us, not for the carrier
}

// pair is a row and a call by their places.
type pair struct{ row, call int }

// Match compares the rows of a file with the calls that may be theirs: those that
// left towards a carrier up to [Reach] before and after.
func Match(rows []Row, calls []Call, c Config) *Report {
	m := &matching{Config: c, rows: rows, calls: calls}
	m.tells = slices.ContainsFunc(rows, func(r Row) bool { return answeredThere(&r) })
	m.group()
	r := &Report{Rows: len(rows)}
	r.Offset, r.Known = m.offset()
	m.clocks = r.Offset
	m.pairAll()
	if r.ByCaller = m.agree(); r.ByCaller {
		m.byCaller = true
		m.pairAll()
	}
	m.tell(r)
	return r
}

// tell writes what the pairs say into the report.
func (m *matching) tell(r *Report) {
	rowHas, callHas := make([]bool, len(m.rows)), make([]bool, len(m.calls))
	slices.SortFunc(m.pairs, func(a, b pair) int { return cmp.Compare(a.row, b.row) })
	for _, p := range m.pairs {
		rowHas[p.row], callHas[p.call] = true, true
		if d, differs := m.difference(p); differs {
			r.Differences = append(r.Differences, d)
		}
	}
	r.Pairs = len(m.pairs)
	for i, has := range rowHas {
		if !has {
			r.Leaks = append(r.Leaks, m.rows[i])
		}
	}
	span, unanswered := m.covers()
	for i := range m.calls {
		call := &m.calls[i]
		if !span.takes(begin(call)) || call.Answered.IsZero() && !unanswered {
			continue
		}
		r.Calls++
		if !callHas[i] && !m.Part {
			r.Missing = append(r.Missing, *call)
		}
	}
	slices.SortStableFunc(r.Missing, func(a, b Call) int { return begin(&a).Compare(begin(&b)) })
}

// Span returns the first and the last time of rows, zero without any.
func Span(rows []Row) (first, last time.Time) {
	for i := range rows {
		at := beginOf(&rows[i])
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return first, last
}

// span is from the first to the last moment of a file, by our clock.
type span struct{ first, last time.Time }

func (s span) takes(at time.Time) bool { return !at.Before(s.first) && !at.After(s.last) }

// covers returns the time that the file covers and whether it has calls that were
// not answered.
func (m *matching) covers() (_ span, unanswered bool) {
	first, last := Span(m.rows)
	unanswered = slices.ContainsFunc(m.rows, func(r Row) bool { return !answeredThere(&r) })
	return span{m.ours(first), m.ours(last)}, unanswered
}

// difference compares what both say of a call.
func (m *matching) difference(p pair) (d Difference, differs bool) {
	d = Difference{Row: m.rows[p.row], Call: m.calls[p.call]}
	there, here := answeredThere(&d.Row), !d.Call.Answered.IsZero()
	if m.tells {
		d.Unanswered, d.NotCharged = there && !here, here && !there
	}
	if here && !d.Row.Answered.IsZero() {
		d.Answer = m.ours(d.Row.Answered).Sub(d.Call.Answered)
	}
	if here && d.Row.Talk > 0 {
		d.Talk = d.Row.Talk - d.Call.Ended.Sub(d.Call.Answered)
	}
	return d, d.Unanswered || d.NotCharged || d.Answer.Abs() > m.Tolerance || d.Talk.Abs() > m.Tolerance
}

// answeredThere reports whether the carrier says that a call was answered.
func answeredThere(r *Row) bool { return !r.Answered.IsZero() || r.Talk > 0 }

// begin is when a call began for us.
func begin(c *Call) time.Time { return c.Forwarded }

// beginOf is when a call began for the carrier, or was answered when it does not
// say more.
func beginOf(r *Row) time.Time {
	if r.Started.IsZero() {
		return r.Answered
	}
	return r.Started
}
