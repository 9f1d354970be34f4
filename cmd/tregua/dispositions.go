package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/disposition"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// dispositions takes what agents enter, by the API, by file and from folders.
type dispositions struct {
	book   *book.Book
	desks  *desk.Desks
	reader *ledger.Reader
	rows   store.Reader
	taken  *takenFigures
	submit func(ledger.Entry) bool
}

// unfit is an error that is a mistake of one disposition.
func unfit(code int, format string, args ...any) error {
	return &console.Mistake{Code: code, Err: fmt.Errorf(format, args...)}
}

// Dispose takes one disposition.
func (d dispositions) Dispose(ctx context.Context, scope access.Scope, x console.Disposition) (console.Disposed, error) {
	row := book.DispositionRow{
		Code: x.Code, CalledAt: x.CalledAt, CallID: x.CallID, Attempt: x.Attempt, ID: x.ID,
		Principal: x.Principal, AgreedAt: x.AgreedAt, Until: x.Until,
	}
	if x.Number != "" {
		var err error
		if row.Number, err = d.book.Current().Number(x.Number); err != nil {
			return console.Disposed{}, unfit(http.StatusUnprocessableEntity, "number: %w", err)
		}
	}
	if err := d.takesCentre(scope, x.CallCentre); err != nil {
		return console.Disposed{}, err
	}
	return d.take(ctx, scope, x.CallCentre, &row)
}

// ImportDispositions takes the rows of a file.
func (d dispositions) ImportDispositions(ctx context.Context, scope access.Scope, f console.DispositionFile) (console.DispositionCount, error) {
	if err := d.takesCentre(scope, f.CallCentre); err != nil {
		return console.DispositionCount{}, err
	}
	count, err := d.book.ReadDispositions(ctx, book.DispositionFile{
		Reader: f.Reader, Format: book.Format(f.Format), Rejects: f.Rejects,
		Mends: func(err error) bool {
			_, ok := errors.AsType[*console.Mistake](err)
			return ok
		},
		Take: func(ctx context.Context, r *book.DispositionRow) (bool, error) {
			done, err := d.take(ctx, scope, f.CallCentre, r)
			return done.Known, err
		},
	})
	d.taken.bad.Add(float64(count.Rejects))
	return console.DispositionCount{Rows: count.Rows, New: count.New, Known: count.Known, Bad: count.Rejects}, mistake(err)
}

// DispositionsOf returns those of an attempt.
func (d dispositions) DispositionsOf(id policy.AttemptID) (out []console.DisposedLine, err error) {
	lines, err := d.book.Current().Dispositions(d.rows, id)
	slices.SortFunc(lines, func(a, b book.DisposedLine) int { return a.At.Compare(b.At) })
	for _, l := range lines {
		out = append(out, console.DisposedLine{At: l.At, Actor: l.Actor, Kind: l.Kind.String(), Code: l.Code, AgreedAt: l.AgreedAt})
	}
	return out, err
}

// takesCentre returns nil when the codes of a call centre are the scope's to enter,
// or none is named.
func (d dispositions) takesCentre(scope access.Scope, callCentre string) error {
	if callCentre == "" || (adminNames{snapshot: d.book.Current(), scope: scope}).HasCallCentre(callCentre) {
		return nil
	}
	return unfit(http.StatusNotFound, "dispositions: there is no call centre %q: apply it first", callCentre)
}

// take takes one disposition: it finds the call, reads the code, and lets the book
// and the desks do what it comes to. The book goes first: a denial waits for
// nothing.
func (d dispositions) take(ctx context.Context, scope access.Scope, callCentre string, r *book.DispositionRow) (console.Disposed, error) {
	if callCentre == "" {
		callCentre = scope.CallCentre
	}
	x, call, err := d.read(scope, callCentre, r)
	if err != nil {
		return console.Disposed{}, err
	}
	done, err := d.book.Dispose(ctx, x)
	if err != nil {
		return console.Disposed{}, mistake(err)
	}
	if x.Kind.Useful() && call.spoke {
		// What was taken before is told again: a crash may have come between.
		if err := d.desks.Useful(ctx, &call.attempt); err != nil {
			return console.Disposed{}, err
		}
	}
	if err := d.amend(&x, &done); err != nil {
		return console.Disposed{}, err
	}
	d.taken.count(x.Kind, done.Known, x.At)
	out := console.Disposed{Kind: x.Kind.String(), Known: done.Known}
	if x.Attempt != (policy.AttemptID{}) {
		out.Attempt = x.Attempt.String()
	}
	return out, nil
}

// amend writes to the ledger that a disposition was taken of a call. It does not
// wait for the disk: the writer keeps what it took.
func (d dispositions) amend(x *book.Disposition, done *book.Disposed) error {
	if x.Attempt == (policy.AttemptID{}) || done.Known {
		return nil
	}
	body, err := json.Marshal(map[string]string{"disposition": x.Kind.String(), "code": x.Code})
	if err != nil {
		return err
	}
	n := ledger.Note{
		ID: policy.AttemptID(uuid.Must(uuid.NewV7())), At: time.Now().UTC(), Kind: ledger.NoteAmendment, Of: x.Attempt,
		Principal: x.Principal, CallCentre: x.CallCentre, Actor: x.Actor, Body: body,
	}
	if !d.submit(ledger.Entry{Kind: ledger.Noted, Note: n}) {
		return unfit(http.StatusServiceUnavailable, "the disposition is in force, but the ledger takes no amendment: %w", ledger.ErrFull)
	}
	return nil
}

// read finds what a disposition says, and of which call.
func (d dispositions) read(scope access.Scope, callCentre string, r *book.DispositionRow) (x book.Disposition, call closedCall, err error) {
	code, err := disposition.Fold(r.Code)
	if err != nil {
		return x, call, unfit(http.StatusUnprocessableEntity, "%w", err)
	}
	if call, err = d.find(scope, callCentre, r); err != nil {
		return x, call, err
	}
	kind, err := d.kind(call, callCentre, code)
	if err != nil {
		return x, call, err
	}
	if call.open && kind != disposition.Denial {
		return x, call, unfit(http.StatusConflict, "the call has not ended: what was said in it is taken when it has")
	}
	x = book.Disposition{
		Actor: scope.Actor, Kind: kind, Code: code, ID: r.ID, AgreedAt: r.AgreedAt, Until: r.Until,
		CallCentre: call.attempt.CallCentre, Principal: call.attempt.Principal, Number: call.attempt.Called,
		Attempt: call.attempt.ID, Spoke: call.spoke, At: call.over,
	}
	if x.Attempt == (policy.AttemptID{}) {
		err = d.denial(scope, callCentre, r, &x)
	}
	return x, call, err
}

// kind reads a folded code by the call centre whose call it was.
func (d dispositions) kind(c closedCall, callCentre, code string) (disposition.Kind, error) {
	s := d.book.Current()
	id := c.attempt.CallCentre
	if id == 0 {
		id, _ = s.CallCentreID(callCentre)
	}
	codes, err := s.DispositionCodes(id)
	if err != nil {
		return disposition.None, err
	}
	kind := codes.Kind(code)
	if kind == disposition.None {
		return kind, unfit(http.StatusUnprocessableEntity, "code %s of call centre %s means nothing yet: enter it under its dispositions in data.yaml as %s",
			code, s.CallCentreName(id), disposition.Kinds())
	}
	return kind, nil
}

// denial says of whom a denial is whose call is not known: that one must not be lost
// for it.
func (d dispositions) denial(scope access.Scope, callCentre string, r *book.DispositionRow, x *book.Disposition) error {
	s := d.book.Current()
	x.Number, x.Attempt = r.Number, policy.AttemptID{}
	if !r.CalledAt.IsZero() && r.CalledAt.Before(x.At) {
		x.At = r.CalledAt
	}
	id, known := s.CallCentreID(callCentre)
	if x.Kind != disposition.Denial || !known {
		return noCall()
	}
	x.CallCentre = id
	var of []string
	for _, c := range callsOf(s, callCentre) {
		if takesCampaign(scope, s, c) && !slices.Contains(of, s.PrincipalName(c.Principal)) {
			of = append(of, s.PrincipalName(c.Principal))
		}
	}
	name := r.Principal
	if name == "" && len(of) == 1 {
		name = of[0]
	}
	if !slices.Contains(of, name) {
		return unfit(http.StatusUnprocessableEntity, "the call of this denial is not known, nor the principal: name one that the call centre calls for as principal")
	}
	var err error
	x.Principal, err = s.Principal(name)
	return mistake(err)
}
