package book

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// Submissions are the kind of parts that [Book.Submit] makes: numbers that an
// account asked the registry about. No import brings them, so the value is not
// among those of imports.
const Submissions Kind = 100

// Submission is a file of numbers that an account asks the registry about.
type Submission struct {
	ID      uint32 // the part that has the numbers; 0: nothing was due
	Account string
	At      time.Time // when it was opened
	Actor   string
	Rows    int    // numbers in the file
	SHA256  string // of the file, in hex
	Answer  uint32 // the import that answered it; 0: it is open
}

// sheet is how the file of a submission is written. It is kept with the
// submission: the same bytes come out whatever becomes of the account's format.
type sheet struct {
	Header   string `json:"header,omitempty"` // "": no header row
	National bool   `json:"national,omitempty"`
}

func (f fileFormat) sheet() sheet {
	s := sheet{National: f.Numbers == numbersNational}
	if !f.NoHeader {
		s.Header = f.numberColumn()
	}
	return s
}

// Submit opens a submission of the numbers that are due: those of which the
// account has no answer that holds for longer than within, and that wait for
// none. It is on the disk when Submit returns; [Book.WriteSubmission] writes the
// file. When nothing is due, nothing is opened and the submission has no ID.
func (b *Book) Submit(ctx context.Context, actor, account string, within time.Duration) (Submission, error) {
	if err := b.turn(ctx); err != nil {
		return Submission{}, err
	}
	defer b.release()
	c, err := b.checks(account, within)
	if err != nil {
		return Submission{}, err
	}
	set, now := &numbers.Builder{}, b.config.Now()
	for n, known := range c.standings() {
		if b.due(known, now, within) != notDue && !b.waits(known, now) {
			set.Add(n)
		}
	}
	if set.Len() == 0 {
		return Submission{Account: account}, nil
	}
	id, err := b.nextPart()
	if err != nil {
		return Submission{}, err
	}
	run := &importing{
		book: b, scope: uint32(c.account), part: id, cause: "registry export " + account,
		sets: map[string]*numbers.Builder{setNumbers: set}, sheet: c.format.sheet(),
		request: ImportRequest{Kind: Submissions, Scope: account, Actor: actor, FileName: fmt.Sprintf("submission-%d.csv", id)},
		result:  ImportResult{Rows: int64(set.Len()), Good: int64(set.Len())},
	}
	written := newFingerprint()
	if err := b.writeSheet(written, run.sheet, set.Each()); err != nil {
		return Submission{}, err
	}
	if err := run.activate(written.source(run.request.FileName)); err != nil {
		return Submission{}, fmt.Errorf("registry export %s: %w", account, err)
	}
	_, part, err := b.Current().submission(id)
	return b.Current().submissionOf(part), err
}

// WriteSubmission writes the file of a submission: one number a line, in
// ascending order, the same bytes each time. An error is [ErrUnknown] when there
// is no such submission, [ErrBroken], or that of w.
func (b *Book) WriteSubmission(w io.Writer, id uint32) error {
	_, part, err := b.Current().submission(id)
	if err != nil {
		return err
	}
	return b.writeSheet(w, part.manifest.Sheet, part.numbers.Each())
}

func (b *Book) writeSheet(w io.Writer, s sheet, all func(func(policy.Number) bool)) error {
	out := bufio.NewWriter(w)
	line := func(text string) {
		out.WriteString(text) //nolint:errcheck // Flush says it
		out.WriteByte('\n')   //nolint:errcheck // Flush says it
	}
	if s.Header != "" {
		line(s.Header)
	}
	for n := range all {
		if s.National {
			line(b.reading.plan.National(n))
		} else {
			line(n.String())
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing the numbers: %w", err)
	}
	return nil
}

// Submission returns one submission. An error is [ErrUnknown] when there is no
// such submission, or [ErrBroken].
func (s *Snapshot) Submission(id uint32) (Submission, error) {
	_, part, err := s.submission(id)
	if err != nil {
		return Submission{}, err
	}
	return s.submissionOf(part), nil
}

// Submitted returns the numbers of a submission, ascending. An error is that of
// [Snapshot.Submission].
func (s *Snapshot) Submitted(id uint32) (iter.Seq[policy.Number], error) {
	_, part, err := s.submission(id)
	if err != nil {
		return nil, err
	}
	return part.numbers.Each(), nil
}

// submission finds a submission and its account.
func (s *Snapshot) submission(id uint32) (policy.AccountID, *loadedPart, error) {
	for account, scope := range s.submissions { // order: an id is in one scope
		for _, part := range scope.parts {
			if part.ID == id {
				return account, part, nil
			}
		}
	}
	for _, p := range s.parts {
		if p.ID == id && p.Kind == Submissions {
			return 0, nil, s.submissions[policy.AccountID(p.Scope)].broken
		}
	}
	return 0, nil, unknown("there is no submission %d: see registry status", id)
}

func (s *Snapshot) submissionOf(part *loadedPart) Submission {
	return Submission{
		ID: part.ID, Account: s.AccountName(policy.AccountID(part.Scope)), At: part.At, Actor: part.Actor,
		Rows: part.Count, SHA256: part.manifest.Source.SHA256, Answer: s.answeredBy(part.ID),
	}
}

// answeredBy returns the import that answered a submission, 0 if it is open.
func (s *Snapshot) answeredBy(id uint32) uint32 {
	for _, scope := range s.registry { // order: one import answers it
		for _, part := range scope.parts {
			if part.manifest.Submission == id {
				return part.ID
			}
		}
	}
	return 0
}

// turn waits for the right to import, which release gives back.
func (b *Book) turn(ctx context.Context) error {
	select {
	case <-b.importing:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for another import: %w", context.Cause(ctx))
	}
}

func (b *Book) release() { b.importing <- struct{}{} }

// listed are the parts with the numbers that the principal of an account means
// to call, so that their answers are worth having: those that the account asked
// about or has answers for, and those of the principal's consents.
func (s *Snapshot) listed(a policy.AccountID, p policy.PrincipalID) (parts []*loadedPart, broken error) {
	for _, scope := range []*scopeParts{s.submissions[a], s.registry[a], s.people[Consents][p]} {
		if scope != nil {
			parts = append(parts, scope.parts...)
			broken = errors.Join(broken, scope.broken)
		}
	}
	return parts, broken
}
