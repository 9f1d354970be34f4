package book_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

func TestEntries(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	var told []book.Change
	d.config.Changed = func(_ context.Context, c book.Change) error {
		if now, ok := d.single(c.Principal, c.Number); !ok || now != c {
			t.Errorf("told of %+v, which is not there", c)
		}
		told = append(told, c)
		return nil
	}
	d.reopen()
	acme := d.principal("acme")
	first, err := d.AddBlacklist(t.Context(), "anna", "acme", "333 123 4567", "by mail")
	if err != nil {
		t.Fatal(err)
	}
	want := book.Entry{
		Principal: acme, Number: callee, Since: first.Since, Source: "entry 1 by anna",
		Seq: 1, Actor: "anna", Reason: "by mail",
	}
	if first != want || !first.Since.After(monday) {
		t.Errorf("got %+v, want %+v", first, want)
	}
	d.at(day(2))
	again, err := d.AddBlacklist(t.Context(), "bruno", "acme", "+393331234567", "")
	if want.Existed = true; err != nil || again != want {
		t.Errorf("again: %+v, %v", again, err)
	}
	d.reopen()
	for range 2 {
		if _, err := d.AddBlacklist(t.Context(), "bruno", "beta", "+393331234567", ""); err != nil {
			t.Fatal(err)
		}
	}
	if second, err := d.AddBlacklist(t.Context(), "bruno", "acme", "0612345678", ""); err != nil || second.Seq != 2 {
		t.Errorf("the second: %+v, %v", second, err)
	}
	listed := policy.BlacklistFact{Known: policy.Present, Since: first.Since, Source: "entry 1 by anna"}
	if len(told) != 5 || told[0].Listed != listed || told[1].Listed != listed || !told[1].At.After(told[0].At) {
		t.Errorf("told of %+v", told)
	}
	d.reopen()
	found := map[string]bool{}
	for c := range d.Changes() {
		found[fmt.Sprint(c.Principal, c.Number)] = true
	}
	if len(found) != 3 {
		t.Errorf("after reopening: %v", found)
	}
	for range d.Changes() {
		break // stopping early must not panic
	}
	if d.Current().Generation() != 1 {
		t.Error("a single entry made a generation")
	}
}

// TestEntryNotInForce: what the desk could not be told is not called done.
func TestEntryNotInForce(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	busy := errors.New("busy")
	d.config.Changed = func(context.Context, book.Change) error { return busy }
	d.reopen()
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", "+393331234567", ""); !errors.Is(err, busy) {
		t.Errorf("got %v", err)
	}
}

func TestEntryRefused(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.config.Changed = func(_ context.Context, c book.Change) error { t.Errorf("told of %+v", c); return nil }
	d.reopen()
	for _, c := range []struct {
		principal, number, reason, want string
		is                              error
	}{
		{"gamma", "3331234567", "", `blacklist: there is no principal "gamma": apply it first`, book.ErrUnknown},
		{"acme", "nobody", "", "blacklist: number: no number: write it as +39…, 0039… or as it is dialled in the country", book.ErrInput},
		{"acme", "113", "", "blacklist: number: an emergency number: nothing can be said of it", book.ErrInput},
		{"acme", "3331234567", "wrote from 333/12.34.567", "blacklist: the reason holds the number, and reasons are kept in clear: leave it out", book.ErrInput},
	} {
		if _, err := d.AddBlacklist(t.Context(), "anna", c.principal, c.number, c.reason); err == nil || err.Error() != c.want || !errors.Is(err, c.is) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	d.config.Store = &failing{Store: d.config.Store}
	d.reopen()
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", "3331234567", ""); !errors.Is(err, errGone) || errors.Is(err, book.ErrInput) {
		t.Errorf("a store that fails: %v", err)
	}
	if _, ok := d.single(d.principal("acme"), callee); ok {
		t.Error("an entry that was not committed is there")
	}
}

// TestEntryAndConsent: an entry and the consents of a number share a row.
func TestEntryAndConsent(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	consent := func(given string) {
		d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", callee.String()+",energy,operator,"+given)
	}
	consent("2026-01-01")
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", callee.String(), ""); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, "energy"); f.Part != 1 || err != nil {
		t.Errorf("the entry dropped the consent: %+v, %v", f, err)
	}
	consent("2026-02-01")
	key := ""
	for k, v := range rows(t, d.config.Store) {
		if k[0] == 0x31 {
			key = k
			if !strings.Contains(v, "entry 1 by anna") {
				t.Error("the import dropped the objection")
			}
		}
	}
	if key == "" {
		t.Error("no row of the number")
	}
	f, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, "energy")
	if err != nil || f.Part != 2 || !f.GivenAt.Equal(time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v, %v", f, err)
	}
}

// TestEntryOfOneWhoLeft: a change that is written comes into force, also when
// whoever asked for it does not wait.
func TestEntryOfOneWhoLeft(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	ctx, leave := context.WithCancel(t.Context())
	d.config.Store = &crossing{Store: d.config.Store, start: func() func() bool { leave(); return func() bool { return true } }}
	told := 0
	d.config.Changed = func(ctx context.Context, _ book.Change) error { told++; return ctx.Err() }
	d.reopen()
	saying := book.Saying{Verb: book.Refuse, Actor: "anna", Principal: "acme", Number: callee.String()}
	if _, err := d.Say(ctx, saying); err != nil || ctx.Err() == nil || told != 1 {
		t.Errorf("%v, told %d times", err, told)
	}
	if _, err := d.Say(ctx, saying); !errors.Is(err, context.Canceled) || told != 1 {
		t.Errorf("a change of one who has left already: %v, told %d times", err, told)
	}
}
