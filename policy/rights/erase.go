package rights

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
)

// ErrCall is returned for a number that a call goes on with: its record is not
// whole yet.
var ErrCall = errors.New("a call with this number goes on: erase it when the call has ended")

// HeldError is returned for a number that an order or an open complaint forbids to
// erase (GDPR art. 17(3)(e)).
type HeldError struct{ Why string }

// Error names what holds.
func (e *HeldError) Error() string {
	return fmt.Sprintf("a hold forbids the erasure: %s; it can be made when that is over", e.Why)
}

// Held says whether an order forbids to erase a number, and which. The zero value
// is a node without holds.
type Held func(policy.Number) (order string, held bool)

// Keys are what an erasure needs of the keys: [seal.Keys].
type Keys interface {
	Index(policy.Number) seal.Index
	SealNumber(policy.Number) ([]byte, error)
	OpenNumber([]byte) (policy.Number, error)
}

// Book forgets what was entered and imported: [book.Book].
type Book interface {
	Erase(context.Context, book.Erasing) (book.Erased, error)
	Forms(policy.Number) []string
}

// Ledger tells who knows a number, and forgets what is not sealed under its
// subject key.
type Ledger interface {
	KnownBy(policy.Number) (of []policy.PrincipalID, open bool, records int, err error)
	Forget(seal.Index) (rows int, err error)
}

// Eraser carries out erasures. No field but Held, Proposals, Folders and Note may be
// nil.
type Eraser struct {
	Register *Register
	Subjects Subjects
	Keys     Keys
	Book     Book
	Ledger   Ledger
	Held     Held
	// Proposals empties what waits for a second person, or did, and tells of the
	// number; only counts. It returns how many there were.
	Proposals func(tells func(text string) bool, until time.Time, only bool) (int, error)
	Folders   []string // of files in and out, with what was archived
	// Note writes into the ledger that a person is erased, without saying who.
	Note func(ctx context.Context, at time.Time, actor, reason string) error

	going going
}

// Request is one erasure that a person asked for.
type Request struct {
	Number policy.Number
	At     time.Time
	Actor  string
	Reason string // kept in clear
	DryRun bool
}

// Erased is what an erasure took, and what it had to leave.
type Erased struct {
	book.Erased
	Records int  // whose personal part is dead
	Files   int  // lines of files in which the digits are struck out
	Key     bool // the number had a subject key
}

// Erase takes a number out of everything that can be taken out of. The order is
// what makes it safe: it is written down first, the objections are entered before
// anything is taken, and the subject key, with which all records die, goes last.
// Whatever is cut off in between is ended by [Eraser.Again].
func (e *Eraser) Erase(ctx context.Context, r Request) (_ Erased, err error) {
	h, erasing := e.Keys.Index(r.Number), book.Erasing{
		Number: r.Number, Before: r.At.Add(time.Second), Actor: r.Actor, Reason: r.Reason, Only: true,
	}
	done, mark, err := e.look(ctx, &erasing)
	if err != nil || r.DryRun {
		return done, err
	}
	sealed, err := e.Keys.SealNumber(r.Number)
	if err != nil {
		return Erased{}, err
	}
	err = e.going.begin(h, r.At, func() error {
		if err := e.held(r.Number); err != nil { // what was looked at may have taken minutes
			return err
		}
		return e.Register.Begin(Erasure{Index: h, At: r.At, Mark: mark, Sealed: sealed})
	})
	if err != nil {
		return Erased{}, err
	}
	defer func() { e.going.end(h, err) }()
	if e.Note != nil {
		if err := e.Note(ctx, r.At, r.Actor, r.Reason); err != nil {
			return Erased{}, err
		}
	}
	erasing.Only = false
	// The book last, because [Eraser.Again] knows by it what is left to do.
	if err := e.texts(r.Number, erasing.Before); err != nil {
		return Erased{}, err
	}
	if _, err := e.Ledger.Forget(h); err != nil {
		return Erased{}, err
	}
	if _, err := e.Book.Erase(ctx, erasing); err != nil {
		return Erased{}, err
	}
	return done, e.finish(r.Number, h)
}

// look says what an erasure would take, and why it cannot be, before anything is
// written: what is held, a call that goes on, sets that cannot be read.
func (e *Eraser) look(ctx context.Context, b *book.Erasing) (done Erased, mark seal.Mark, err error) {
	if err := e.held(b.Number); err != nil {
		return done, mark, err
	}
	var open bool
	b.Also, open, done.Records, err = e.Ledger.KnownBy(b.Number)
	if err != nil {
		return done, mark, err
	}
	if open {
		return done, mark, ErrCall
	}
	if done.Erased, err = e.Book.Erase(ctx, *b); err != nil {
		return done, mark, err
	}
	mark, err = e.Subjects.Mark(e.Keys.Index(b.Number))
	if err != nil && !errors.Is(err, seal.ErrGone) {
		return done, mark, err
	}
	done.Key = err == nil
	if done.Files, err = Strike(e.Folders, e.Book.Forms(b.Number), true); err != nil {
		return done, mark, err
	}
	proposals, err := e.proposals(b.Number, b.Before, true)
	done.Rows += proposals
	return done, mark, err
}

// held says what forbids to erase a number.
func (e *Eraser) held(n policy.Number) error {
	if why, held := e.holds(n); held {
		return &HeldError{why}
	}
	return nil
}

func (e *Eraser) holds(n policy.Number) (why string, held bool) {
	if e.Held == nil {
		return "", false
	}
	return e.Held(n)
}

// texts takes a number out of files and proposals.
func (e *Eraser) texts(n policy.Number, until time.Time) error {
	if _, err := Strike(e.Folders, e.Book.Forms(n), false); err != nil {
		return err
	}
	_, err := e.proposals(n, until, false)
	return err
}

func (e *Eraser) proposals(n policy.Number, until time.Time, only bool) (int, error) {
	if e.Proposals == nil {
		return 0, nil
	}
	form, err := pattern(e.Book.Forms(n))
	if err != nil {
		return 0, err
	}
	count, err := e.Proposals(form.MatchString, until, only)
	if err != nil {
		return count, fmt.Errorf("taking a number out of proposals: %w", err)
	}
	return count, nil
}

// finish takes what is left once no new call can begin.
func (e *Eraser) finish(n policy.Number, h seal.Index) error {
	_, open, _, err := e.Ledger.KnownBy(n)
	if err != nil {
		return err
	}
	if open {
		return fmt.Errorf("%w; until then only what was entered of it is erased", ErrCall)
	}
	if _, err := e.Ledger.Forget(h); err != nil {
		return err
	}
	if err := e.Subjects.Erase(h); err != nil && !errors.Is(err, seal.ErrGone) {
		return err
	}
	return nil
}

// Overruled says that an erasure was ended, or repeated, although something holds the
// number: it was written down when nothing did.
type Overruled struct {
	At  time.Time // of the erasure
	Why string    // what holds
}

// Again ends the erasures that were cut off, and repeats those that a restored
// backup has undone. It returns how many there were to do, and which of them and of
// the keys that [Register.Apply] erased, which comes before, a hold would have kept.
// It is for when the book is open and no call goes on.
//
// A hold does not stop it: what a person has a right to was granted, and written down,
// before the hold; that a restore brings both back in another order changes nothing.
func (e *Eraser) Again(ctx context.Context) (again int, over []Overruled, err error) {
	for _, one := range e.Register.All() {
		if one.Sealed == nil {
			continue
		}
		n, err := e.Keys.OpenNumber(one.Sealed)
		if err != nil {
			return again, over, fmt.Errorf("register of erasures: %w", err)
		}
		did, err := e.repeat(ctx, n, &one)
		if did {
			again++
		}
		if e.Register.revived(one.Index) || did {
			if why, held := e.holds(n); held {
				over = append(over, Overruled{one.At, why})
			}
		}
		if err != nil {
			return again, over, err
		}
	}
	return again, over, nil
}

// repeat ends one erasure; did is false when there was nothing to do.
func (e *Eraser) repeat(ctx context.Context, n policy.Number, one *Erasure) (did bool, err error) {
	found, err := e.Book.Erase(ctx, book.Erasing{Number: n, Before: one.At, Actor: "register of erasures", Reason: "erased before"})
	if err != nil {
		return false, err
	}
	proposals, err := e.proposals(n, one.At, false)
	if err != nil {
		return false, err
	}
	if len(found.Sets)+len(found.Principals)+found.Rows+proposals == 0 {
		return false, nil // the files too were struck before the book was, and reading them all takes minutes
	}
	if _, err := Strike(e.Folders, e.Book.Forms(n), false); err != nil {
		return false, err
	}
	_, err = e.Ledger.Forget(one.Index)
	return true, err
}
