package book_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tregua/policy"
	"tregua/policy/book"
)

// TestAccounts looks at the status of the accounts through the life of a check:
// one answer of the monday at 10, one of two days later.
func TestAccounts(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.want(callee, callee+1, callee+2)
	first := d.submit()
	d.answer(first, "number,answer", callee.String()+",clear", (callee+1).String()+",opposed")
	d.at(day(2))
	second := d.submit()
	d.load(book.Registry, "acme-rpo", day(2), "number,answer", (callee+3).String()+",clear")
	open := book.Submission{ID: second.ID, Account: "acme-rpo", At: second.At, Actor: "anna", Rows: 1, SHA256: second.SHA256}
	ends, later := day(15), day(17)
	for _, c := range []struct {
		at   time.Time
		want book.AccountStatus
	}{
		{ends.Add(-72*time.Hour - 1), book.AccountStatus{Clear: 2, Opposed: 1, Unchecked: 1, Ends: ends}},
		{ends.Add(-72 * time.Hour), book.AccountStatus{Clear: 2, Opposed: 1, Unchecked: 1, Ends: ends, EndSoon: 2}},
		{ends.Add(-24*time.Hour - 1), book.AccountStatus{Clear: 2, Opposed: 1, Unchecked: 1, Ends: ends, EndSoon: 2}},
		{ends.Add(-24 * time.Hour), book.AccountStatus{Clear: 2, Opposed: 1, Unchecked: 1, Ends: ends, EndSoon: 3, EndLast: 2}},
		{ends, book.AccountStatus{Clear: 2, Opposed: 1, Unchecked: 1, Ends: ends, EndSoon: 3, EndLast: 2}},
		{ends.Add(1), book.AccountStatus{Clear: 1, Unchecked: 3, Ends: later, EndSoon: 1}},
		{later.Add(1), book.AccountStatus{Unchecked: 4}},
	} {
		d.at(c.at)
		c.want.Account, c.want.Principal, c.want.Listed, c.want.Open = "acme-rpo", "acme", 4, []book.Submission{open}
		want := []book.AccountStatus{c.want, {Account: "beta-rpo", Principal: "beta"}}
		if diff := cmp.Diff(want, d.Accounts()); diff != "" {
			t.Errorf("at %s (-want +got):\n%s", c.at, diff)
		}
	}
}

// TestCountsFollow: generations that leave the numbers of an account alone share
// its counts, and those that do not count anew.
func TestCountsFollow(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	listed := func() int { return d.Accounts()[0].Listed }
	d.want(callee)
	if got := listed(); got != 1 {
		t.Errorf("%d listed", got)
	}
	d.load(book.Blacklist, "acme", time.Time{}, "number", (callee + 1).String())
	d.want(callee + 2)
	if got := listed(); got != 2 {
		t.Errorf("%d listed after more consents", got)
	}
	s := d.submit()
	if a := d.Accounts()[0]; len(a.Open) != 1 || a.Unchecked != 2 {
		t.Errorf("after a submission %+v", a)
	}
	d.answer(s, "number,answer", callee.String()+",clear")
	if a := d.Accounts()[0]; len(a.Open) != 0 || a.Clear != 1 || a.Unchecked != 1 {
		t.Errorf("after its answer %+v", a)
	}
}

// TestBrokenChecks: what cannot be read is not counted as anything.
func TestBrokenChecks(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"submissions", "registry", "consents"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			d.want(callee, callee+1)
			d.answer(d.submit(), "number,answer", callee.String()+",clear")
			s := d.submit()
			found, err := filepath.Glob(filepath.Join(d.config.Dir, "sets", kind, "*", "*", "numbers.*"))
			if err != nil || len(found) == 0 {
				t.Fatal(found, err)
			}
			for _, path := range found {
				if err := os.Truncate(path, 1); err != nil {
					t.Fatal(err)
				}
			}
			d.reopen()
			if _, err := d.Due("acme-rpo", 0); !errors.Is(err, book.ErrBroken) {
				t.Errorf("due: %v", err)
			}
			if _, err := d.Submit(t.Context(), "anna", "acme-rpo", 0); !errors.Is(err, book.ErrBroken) {
				t.Errorf("submit: %v", err)
			}
			a := d.Accounts()[0]
			if !errors.Is(a.Broken, book.ErrBroken) {
				t.Errorf("status: %v", a.Broken)
			}
			if diff := cmp.Diff(book.AccountStatus{Account: "acme-rpo", Principal: "acme"}, a, cmpopts.IgnoreFields(a, "Broken")); diff != "" {
				t.Errorf("status (-want +got):\n%s", diff)
			}
			_, err = d.Answer(t.Context(), d.reply(s, "number,answer", (callee+1).String()+",clear"))
			if kind != "consents" != errors.Is(err, book.ErrBroken) {
				t.Errorf("answer: %v", err)
			}
			if kind == "submissions" {
				if f := d.fact(callee); f.Answer != policy.Clear {
					t.Errorf("a broken submission takes its answer away: %+v", f)
				}
			}
		})
	}
}

// TestRegistryCrash ends the process at every commit of a submission and of an
// answer in turn: until the last one nothing of either is in force, and both can
// be made again.
func TestRegistryCrash(t *testing.T) {
	t.Parallel()
	for _, answering := range []bool{false, true} {
		for commits := 0; ; commits++ {
			d := openAcme(t)
			d.want(callee)
			var s book.Submission
			if answering {
				s = d.submit()
			}
			try := func() error {
				if !answering {
					_, err := d.Submit(t.Context(), "anna", "acme-rpo", soon)
					return err
				}
				_, err := d.Answer(t.Context(), d.reply(s, "number,answer", callee.String()+",clear"))
				return err
			}
			state := func() string {
				left, _ := filepath.Glob(filepath.Join(d.config.Dir, "sets", "*", "*", "*"))
				return fmt.Sprintf("generation %d, %d sets, %+v %+v", d.Current().Generation(), len(left), d.Accounts()[0], d.fact(callee))
			}
			before, whole := state(), d.config.Store
			d.config.Store = &failing{Store: whole, commits: commits}
			d.reopen()
			err := try()
			if err == nil {
				if commits != 2 { // id, generation
					t.Errorf("answering %v: %d commits", answering, commits)
				}
				break
			}
			if !errors.Is(err, errGone) {
				t.Fatal(err)
			}
			d.config.Store = whole
			d.reopen()
			if after := state(); after != before {
				t.Errorf("answering %v, %d commits: before\n%s\nafter\n%s", answering, commits, before, after)
			}
			if err := try(); err != nil {
				t.Errorf("answering %v, %d commits: made again: %v", answering, commits, err)
			}
			if after := state(); after == before {
				t.Errorf("answering %v, %d commits: nothing came of it: %s", answering, commits, after)
			}
		}
	}
}

// BenchmarkAccounts counts a million numbers that are listed twice and of which
// the account has two answers.
func BenchmarkAccounts(b *testing.B) {
	d := openAcme(b)
	for _, answer := range []string{",opposed", ",clear"} {
		var text strings.Builder
		text.WriteString("number,answer\n")
		for i := range 1_000_000 {
			fmt.Fprintf(&text, "+39%d%s\n", 3_300_000_000+uint64(i)*2_654_435_761%700_000_000, answer)
		}
		r := request(book.Registry, "acme-rpo", monday, text.String())
		r.MaxRejects = book.Limit{Percent: 100}
		if _, err := d.Import(b.Context(), r); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		d.reopen() // loads the sets, and forgets the counts
		if got := d.Accounts()[0].Listed; got < 900_000 {
			b.Fatal(got)
		}
	}
}
