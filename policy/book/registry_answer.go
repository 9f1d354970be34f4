package book

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// AnswerRequest is what the registry answered to a submission.
type AnswerRequest struct {
	Submission uint32
	AnsweredAt time.Time // when the registry answered; required
	Actor      string
	MaxRejects Limit     // of a reply that lists both kinds
	Reader     io.Reader // in the format of the account
	FileName   string
	Rejects    io.Writer // CSV of line, reason, row; nil: they are only counted
}

// AnswerResult is what became of a reply. Clear + Opposed + Unanswered are the
// numbers that were submitted.
type AnswerResult struct {
	ImportResult
	Account        string
	Clear, Opposed int
	Unanswered     int // by this reply: an older answer, if there is one, stands
}

// Answer reads the reply to a submission and activates its answers together, as
// one generation. Every number that was submitted becomes clear, opposed or not
// answered; one that was not is a reject. What a reply that lists one kind only
// leaves out is of the other kind, so it is taken whole or not at all.
func (b *Book) Answer(ctx context.Context, r AnswerRequest) (AnswerResult, error) {
	if err := b.turn(ctx); err != nil {
		return AnswerResult{}, err
	}
	defer b.release()
	result, err := b.answer(ctx, r)
	if err != nil {
		err = fmt.Errorf("registry answer %d: %w", r.Submission, err)
	}
	return result, err
}

func (b *Book) answer(ctx context.Context, r AnswerRequest) (AnswerResult, error) {
	s := b.Current()
	account, submitted, err := s.submission(r.Submission)
	if err != nil {
		return AnswerResult{}, err
	}
	if err := b.checkAnswered(r.AnsweredAt); err != nil {
		return AnswerResult{}, err
	}
	if err := s.mayAnswer(account, submitted, r.AnsweredAt); err != nil {
		return AnswerResult{}, err
	}
	id, err := b.nextPart()
	if err != nil {
		return AnswerResult{}, err
	}
	name := s.AccountName(account)
	run := &answering{submitted: submitted.numbers, format: s.checks[account].format, importing: &importing{
		book: b, scope: uint32(account), part: id, submission: r.Submission,
		cause: fmt.Sprintf("registry answer %d", r.Submission),
		sets:  map[string]*numbers.Builder{setNumbers: {}, setOpposed: {}},
		request: ImportRequest{
			Kind: Registry, Scope: name, AnsweredAt: r.AnsweredAt, Actor: r.Actor,
			MaxRejects: r.MaxRejects, Reader: r.Reader, FileName: r.FileName, Rejects: r.Rejects,
		},
	}}
	err = run.do(ctx)
	opposed := run.sets[setOpposed].Len()
	return AnswerResult{
		ImportResult: run.result, Account: name, Clear: run.sets[setNumbers].Len() - opposed, Opposed: opposed,
		Unanswered: submitted.Count - run.sets[setNumbers].Len(),
	}, err
}

// mayAnswer checks that a submission is open and was opened before the time of
// the answer. People write that time by the minute.
func (s *Snapshot) mayAnswer(account policy.AccountID, submitted *loadedPart, at time.Time) error {
	if scope := s.registry[account]; scope != nil && scope.broken != nil {
		return scope.broken // it may be an answer to this submission
	}
	if by := s.answeredBy(submitted.ID); by != 0 {
		return wrong("it was answered already, by %s", s.Source(by))
	}
	if opened := submitted.At.Truncate(time.Minute); at.Before(opened) {
		return wrong("answered-at %s is before the submission was opened, at %s",
			at.Format(time.RFC3339), opened.Format(time.RFC3339))
	}
	return nil
}

// answering is one answer under way.
type answering struct {
	*importing
	submitted numbers.Set
	format    fileFormat
}

func (a *answering) do(ctx context.Context) error {
	l, err := newLines(a.request.Reader, Format{Encoding: a.format.Encoding})
	if err != nil {
		return err
	}
	t, first, err := openReply(l, a.format)
	if err != nil {
		return err
	}
	if err := a.openRejects(); err != nil {
		return err
	}
	if err := errors.Join(a.rows(ctx, l, t, first), a.flush()); err != nil {
		return err
	}
	r := &a.result
	switch {
	case a.format.Reply != "" && r.Rejects > 0:
		return wrong("%d of %d rows are rejects, and the reply lists %s numbers only: one that is left out would count as the contrary; mend all of them",
			r.Rejects, r.Rows, a.format.Reply)
	case !a.request.MaxRejects.allows(r.Rejects, r.Rows):
		return &TooManyRejects{Rejects: r.Rejects, Rows: r.Rows, Limit: a.request.MaxRejects}
	case a.format.Reply == "" && r.Good == 0:
		return wrong("the reply has no good row: nothing was activated")
	}
	if err := a.rest(); err != nil {
		return err
	}
	return a.activate(a.source(l))
}

// rows takes every row of the reply, one after the other: whether a number was
// submitted decides about it.
func (a *answering) rows(ctx context.Context, l *lines, t *table, b block) error {
	for {
		c := &chunk{of: a.importing, block: b, reply: a.row}
		c.read(t)
		if err := a.take(ctx, t, c); err != nil {
			return err
		}
		next, more, err := l.next()
		if err != nil {
			return fmt.Errorf("line %d: %w", l.line+1, err)
		}
		if !more {
			return nil
		}
		b = next
	}
}

// row takes one row: the number and, where the reply lists both kinds, the
// answer.
func (a *answering) row(fields []string) error {
	n, _, err := a.book.reading.number(fields[0])
	if err != nil {
		return fmt.Errorf("number: %w", err)
	}
	if !a.submitted.Contains(n) {
		return errors.New("number: it was not submitted")
	}
	opposed := a.format.Reply == replyOpposed
	if a.format.Reply == "" {
		opposed = strings.EqualFold(fields[1], a.format.opposed())
		if !opposed && !strings.EqualFold(fields[1], a.format.clear()) {
			return fmt.Errorf("answer %q: it is %s or %s", fields[1], a.format.clear(), a.format.opposed())
		}
	}
	return a.enter(n, opposed)
}

// rest answers for the numbers that a reply of one kind leaves out.
func (a *answering) rest() error {
	if a.format.Reply == "" {
		return nil
	}
	for n := range a.submitted.Each() {
		if a.sets[setNumbers].Contains(n) {
			continue
		}
		if err := a.enter(n, a.format.Reply == replyClear); err != nil {
			return err
		}
	}
	return nil
}
