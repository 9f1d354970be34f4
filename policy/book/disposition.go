package book

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/disposition"
	"tregua/policy/store"
)

// Disposition is what an agent entered after a call: what the person said there.
type Disposition struct {
	Actor      string
	CallCentre policy.CallCentreID // whose agent it was
	Principal  policy.PrincipalID  // on whose behalf the person was called
	Number     policy.Number
	Attempt    policy.AttemptID // the call; zero, of a denial only: which one is not known
	Spoke      bool             // an operator was heard in it
	At         time.Time        // when the person said so
	Kind       disposition.Kind
	Code       string // as the call centre has it, see [disposition.Fold]
	// ID is its own at the call centre: the same code of the same number under it is
	// the same. "": the same code of the same call is.
	ID       string
	AgreedAt time.Time // of a callback: the appointment; zero: at any time
	Until    time.Time // of a callback: how long the wish holds; zero: as usual
}

// Disposed is what became of a disposition.
type Disposed struct {
	Known bool   // it was taken before, and nothing was changed now
	What  string // for people
}

// How long the wish to be called back holds when the agent does not say: it is for
// one call, near the time that was agreed on, or soon.
const (
	agreedFor = 24 * time.Hour
	wishedFor = 7 * 24 * time.Hour
)

// Dispose takes a disposition, once: what it comes to and that it was taken are
// one commit. It returns when that is in force. A denial is an objection, a refusal
// a "not now", a callback a request, and a wrong person ends what the former
// holder said (compliance.md 1.3, 1.14).
func (b *Book) Dispose(ctx context.Context, d Disposition) (Disposed, error) {
	if err := ctx.Err(); err != nil {
		return Disposed{}, err
	}
	s, err := d.saying()
	if err == nil {
		err = d.check(b.config.Now(), s)
	}
	if err != nil {
		return Disposed{}, wrong("disposition %s: %v", d.Code, err)
	}
	done := Disposed{What: d.Kind.String()}
	if s.Verb == 0 && d.Kind != disposition.Denial {
		err = b.note(&d)
	} else {
		_, err = b.change(ctx, d.Principal, d.Number, func(at time.Time, row *personRow, now *single) ([]store.Row, error) {
			return b.disposed(at, &d, s, row, now)
		})
	}
	if errors.Is(err, errTaken) {
		return Disposed{Known: true, What: done.What}, b.tellAgain(ctx, &d, s.Verb != 0)
	}
	if err != nil {
		return Disposed{}, fmt.Errorf("disposition %s: %w", d.Code, err)
	}
	return done, nil
}

// errTaken is the error of a disposition that was taken before.
var errTaken = errors.New("the disposition was taken before")

// saying is what a disposition says of the person; no verb: nothing that is said
// singly.
func (d *Disposition) saying() (s *Saying, err error) {
	s = &Saying{Actor: d.Actor, At: d.At}
	switch d.Kind {
	case disposition.KO:
		s.Verb = Refuse
	case disposition.WrongPerson:
		s.Verb, s.Reason = WrongPerson, "disposition "+d.Code
	case disposition.Callback:
		s.Verb, s.Evidence, s.AgreedAt = Request, "call "+d.Attempt.String(), d.AgreedAt
		until := d.Until
		switch {
		case !until.IsZero():
		case !d.AgreedAt.IsZero():
			until = d.AgreedAt.Add(agreedFor)
		default:
			until = d.At.Add(wishedFor)
		}
		s.Valid = until.Sub(d.At)
	case disposition.None:
		return s, errors.New("it stands for nothing")
	case disposition.OK, disposition.Denial, disposition.Other:
	}
	return s, nil
}

// check says what is wrong with a disposition.
func (d *Disposition) check(now time.Time, s *Saying) error {
	unknownCall := d.Attempt == (policy.AttemptID{})
	switch {
	case unknownCall && d.Kind != disposition.Denial:
		return errors.New("of which call it is must be known: only a denial holds without")
	case d.Kind == disposition.Callback && !d.Spoke:
		// What lets a call pass rests on a talk that tregua heard, not on a word of
		// who wants to call.
		return errors.New("no operator was heard in the call, so that nobody can have agreed on another")
	case d.Kind != disposition.Callback && !(d.AgreedAt.IsZero() && d.Until.IsZero()):
		return errors.New("an agreed time is of a callback: remove it")
	case TellsNumber(d.Code, d.Number):
		return errors.New("the code holds the number, and it is kept in clear")
	case d.At.IsZero():
		return errors.New("when the person said so is missing")
	}
	return s.checkTimes(now)
}

// disposed makes the rows of a disposition, of which the person has one.
func (b *Book) disposed(at time.Time, d *Disposition, s *Saying, row *personRow, now *single) ([]store.Row, error) {
	unlisted := now.entry.Seq == 0 && d.At.After(now.removed)
	rows, err := b.taken(at, d)
	if errors.Is(err, errTaken) && d.Kind == disposition.Denial && unlisted {
		err = nil // it was written by a commit that was told to have failed
	}
	if err != nil {
		return nil, err
	}
	if d.Kind != disposition.Denial {
		said, err := b.said(at, d.Principal, d.Number, s, row, now)
		return append(rows, said...), err
	}
	if now.entry.Seq == 0 && !unlisted {
		return rows, nil // the person has asked to be called since
	}
	o := Objection{Actor: d.Actor, Source: "disposition " + d.Code + " by " + d.Actor}
	_, listed, err := b.object(at, d.Principal, d.Number, o, row, now)
	return append(rows, listed...), err
}

// note takes a disposition that changes nothing of the person.
func (b *Book) note(d *Disposition) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows, err := b.taken(b.stamp(), d)
	if err != nil {
		return err
	}
	if err := b.config.Store.Commit(store.Batch{Put: rows}); err != nil {
		return fmt.Errorf("writing it: %w", err)
	}
	return nil
}

// tellAgain puts in force what a disposition has changed before: the process may
// have ended between the two, or the commit was told to have failed and had not.
func (b *Book) tellAgain(ctx context.Context, d *Disposition, row bool) error {
	b.mu.Lock()
	of, one := b.singlesOf(d.Principal).of, single{}
	if was := of[d.Number]; was != nil {
		one = *was
	}
	if row && !one.row {
		one.row, one.at = true, b.stamp()
		of[d.Number] = &one
	}
	b.mu.Unlock()
	if b.config.Changed == nil || one.at.IsZero() {
		return nil
	}
	return b.config.Changed(context.WithoutCancel(ctx), one.change(d.Principal, d.Number))
}
