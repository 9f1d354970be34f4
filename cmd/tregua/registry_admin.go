package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
)

// Due counts the numbers that an account must ask about.
func (b adminBook) Due(_ context.Context, scope access.Scope, account string, within time.Duration) (console.Due, error) {
	if err := b.takesAccount(scope, account); err != nil {
		return console.Due{}, err
	}
	d, err := b.book.Due(account, within)
	if err != nil {
		return console.Due{}, mistake(err)
	}
	out := console.Due{
		Account: d.Account, Principal: d.Principal, Listed: d.Listed, Due: d.Numbers(),
		Unchecked: d.Unchecked, Expired: d.Expired, Ending: d.Ending, Waiting: d.Waiting, ToSubmit: d.Numbers() - d.Waiting,
	}
	out.BandFrom, out.BandTo = decade(out.ToSubmit)
	return out, nil
}

// decade returns the whole numbers from a power of ten to below the next that n
// lies among, 0 and 0 for 0.
func decade(n int) (from, to int) {
	if n == 0 {
		return 0, 0
	}
	for from = 1; n/from >= 10; {
		from *= 10
	}
	return from, 10*from - 1
}

// Submit opens a submission of the numbers that are due.
func (b adminBook) Submit(ctx context.Context, scope access.Scope, account string, within time.Duration) (console.Submission, error) {
	if err := b.takesAccount(scope, account); err != nil {
		return console.Submission{}, err
	}
	s, err := b.book.Submit(ctx, scope.Actor, account, within)
	return console.Submission(s), mistake(err)
}

// Submission returns one submission and its numbers.
func (b adminBook) Submission(_ context.Context, scope access.Scope, id uint32) (console.Submission, iter.Seq[policy.Number], error) {
	if err := b.takesSubmission(scope, id, ""); err != nil {
		return console.Submission{}, nil, err
	}
	snapshot := b.book.Current()
	s, err := snapshot.Submission(id)
	if err != nil {
		return console.Submission{}, nil, mistake(err)
	}
	numbers, err := snapshot.Submitted(id)
	return console.Submission(s), numbers, mistake(err)
}

// WriteSubmission writes the file of a submission.
func (b adminBook) WriteSubmission(_ context.Context, scope access.Scope, w io.Writer, id uint32) error {
	if err := b.takesSubmission(scope, id, ""); err != nil {
		return err
	}
	return mistake(b.book.WriteSubmission(w, id))
}

// Answer reads the reply to a submission. One that is not activated for its bad
// rows is a result and no error, as of an import.
func (b adminBook) Answer(ctx context.Context, scope access.Scope, r console.AnswerRequest) (console.AnswerResult, error) {
	if err := b.takesSubmission(scope, r.Submission, fmt.Sprintf("registry answer %d: ", r.Submission)); err != nil {
		return console.AnswerResult{}, err
	}
	var limit book.Limit
	if r.MaxRejects != "" {
		var err error
		if limit, err = book.ParseLimit(r.MaxRejects); err != nil {
			return console.AnswerResult{}, mistake(err)
		}
	}
	got, err := b.book.Answer(ctx, book.AnswerRequest{
		Submission: r.Submission, AnsweredAt: r.AnsweredAt, Actor: scope.Actor,
		MaxRejects: limit, Reader: r.Reader, FileName: r.FileName, Rejects: r.Rejects,
	})
	out := console.AnswerResult{
		ImportResult: imported(got.ImportResult, err),
		Account:      got.Account, Clear: got.Clear, Opposed: got.Opposed, Unanswered: got.Unanswered,
	}
	if err != nil && (got.Rejects == 0 || !errors.Is(err, book.ErrInput)) {
		return out, mistake(err)
	}
	return out, nil
}

// Accounts returns how far the numbers of each account of the scope are checked.
func (b adminBook) Accounts(_ context.Context, scope access.Scope) (list []console.AccountStatus, err error) {
	for _, a := range b.book.Accounts() {
		if !scope.Takes(a.Principal, "") {
			continue
		}
		one := console.AccountStatus{
			Account: a.Account, Principal: a.Principal, Listed: a.Listed, Clear: a.Clear, Opposed: a.Opposed,
			Unchecked: a.Unchecked, Ends: a.Ends, Within72h: a.EndSoon, Within24h: a.EndLast,
		}
		for _, s := range a.Open {
			one.Open = append(one.Open, console.Submission(s))
		}
		if a.Broken != nil {
			one.Broken = a.Broken.Error()
		}
		list = append(list, one)
	}
	return list, nil
}
