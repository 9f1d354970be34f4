package main

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
)

// closedCall is the call that an agent closed; without an attempt id none was
// found.
type closedCall struct {
	attempt policy.Attempt
	open    bool      // it has not ended
	spoke   bool      // an operator was heard
	over    time.Time // when it ended, or now
}

// noCall is the answer for a call that there is not, and for one of others.
func noCall() error {
	return unfit(http.StatusNotFound, "there is no such call of this call centre: give its attempt, or its number with call_id or called_at; a denial of a call that tregua has not seen needs its number")
}

// Which call is meant by a number and a time: one that was under way then, or else
// the nearest. The clocks of dialers differ, and agents are slow.
const (
	callBefore = 2 * time.Minute
	callAfter  = 15 * time.Minute
	callLast   = 31 * 24 * time.Hour // how far back a Call-ID is looked for
)

// find finds the call of a disposition.
func (d dispositions) find(scope access.Scope, callCentre string, r *book.DispositionRow) (closedCall, error) {
	now := time.Now()
	views, err := d.views(r, now)
	if err != nil {
		return closedCall{}, err
	}
	s := d.book.Current()
	views = slices.DeleteFunc(views, func(v ledger.View) bool {
		a := &v.Record.Attempt
		return !closable(&v) || !takesRecord(scope, s, &v.Record) || callCentre != "" && s.CallCentreName(a.CallCentre) != callCentre ||
			r.Number != 0 && a.Called != r.Number || r.CallID != "" && a.CallID != r.CallID
	})
	switch i := nearest(views, r.CalledAt, now); {
	case i >= 0:
		return closed(&views[i], now), nil
	case r.Attempt != "":
		return closedCall{}, noCall()
	}
	return closedCall{over: now}, nil
}

// closable reports whether a record is of a call to a person for a principal.
func closable(v *ledger.View) bool {
	a := &v.Record.Attempt
	return v.Personal && a.Mapping == policy.Mapped && a.Called != 0 && v.Record.Ending.Outcome != policy.OutcomeRepeated
}

// views reads the records that a disposition may mean.
func (d dispositions) views(r *book.DispositionRow, now time.Time) ([]ledger.View, error) {
	switch {
	case r.Attempt != "":
		id, err := uuid.Parse(r.Attempt)
		if err != nil {
			return nil, unfit(http.StatusUnprocessableEntity, "attempt %q is none: it has the form 01890a5d-ac96-774b-bcce-b302099a8057", r.Attempt)
		}
		v, err := d.reader.Attempt(policy.AttemptID(id))
		if errors.Is(err, ledger.ErrNotFound) {
			return nil, nil
		}
		return []ledger.View{v}, err
	case r.Number == 0:
		return nil, unfit(http.StatusUnprocessableEntity, "which call it closes is missing: give its attempt, or its number with call_id or called_at")
	case !r.CalledAt.IsZero():
		return d.reader.Between(r.Number, r.CalledAt.Add(-longestCall), r.CalledAt.Add(callBefore))
	case r.CallID != "":
		return d.reader.Between(r.Number, now.Add(-callLast), now)
	}
	return nil, nil
}

// longestCall bounds how long a call may go on whose agent gives the time of its
// end.
const longestCall = 6 * time.Hour

// nearest returns the place of the call that was under way at a time, or else of
// that which was nearest; -1: none was near. Without a time it is the newest.
func nearest(views []ledger.View, at, now time.Time) int {
	best, least := -1, time.Duration(0)
	for i := range views {
		begin, end := views[i].Record.Attempt.At, over(&views[i], now)
		var away time.Duration
		switch {
		case at.IsZero():
		case at.Before(begin):
			away = begin.Sub(at)
			if away > callBefore {
				continue
			}
		case at.After(end):
			away = at.Sub(end)
			if away > callAfter {
				continue
			}
		}
		if best < 0 || away < least {
			best, least = i, away
		}
	}
	return best
}

// over returns when a call ended; of one that has not, now.
func over(v *ledger.View, now time.Time) time.Time {
	if end := v.Record.Ending.EndedAt; !end.IsZero() && end.Before(now) {
		return end
	}
	return now
}

func closed(v *ledger.View, now time.Time) closedCall {
	e := &v.Record.Ending
	return closedCall{
		attempt: v.Record.Attempt, over: over(v, now), open: v.Open,
		spoke: !v.Open && (e.Line == policy.LineOperator || e.Ratio == policy.RatioB),
	}
}
