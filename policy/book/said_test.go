package book_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy/book"
)

// TestSayRefused: what is entered must be whole, and nothing too much.
func TestSayRefused(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.config.Changed = func(_ context.Context, c book.Change) error { t.Errorf("told of %+v", c); return nil }
	d.reopen()
	before := rows(t, d.config.Store)
	grant := book.Saying{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form-1"}
	bend := func(f func(*book.Saying)) book.Saying { s := grant; f(&s); return s }
	for _, c := range []struct {
		say  book.Saying
		want string
		is   error
	}{
		{bend(func(s *book.Saying) { s.Principal = "gamma" }), `grant: there is no principal "gamma": apply it first`, book.ErrUnknown},
		{bend(func(s *book.Saying) { s.Number = "nobody" }), "grant: number: no number: write it as +39…, 0039… or as it is dialled in the country", book.ErrInput},
		{bend(func(s *book.Saying) { s.Evidence = "" }), "grant: evidence is missing", book.ErrInput},
		{bend(func(s *book.Saying) { s.Channels = 0 }), "grant: channels is missing", book.ErrInput},
		{bend(func(s *book.Saying) { s.Purpose = "" }), "grant: purpose is missing", book.ErrInput},
		{bend(func(s *book.Saying) { s.Purpose = "En ergy" }), `grant: purpose "En ergy": it is the name that campaigns have as purpose`, book.ErrInput},
		{bend(func(s *book.Saying) { s.Valid = time.Hour }), "grant: the time that it is valid is not for this change: remove it", book.ErrInput},
		{bend(func(s *book.Saying) { s.Evidence = "tape 333.1234567" }), "grant: evidence holds the number, and it is kept in clear: give a reference without it", book.ErrInput},
		{bend(func(s *book.Saying) { s.Reason = "tape 333.1234567" }), "grant: the reason holds the number, and reasons are kept in clear: leave it out", book.ErrInput},
		{bend(func(s *book.Saying) { s.Evidence = strings.Repeat("x", 513) }), "grant: evidence has 513 bytes: give a reference of 512 at most", book.ErrInput},
		{bend(func(s *book.Saying) { s.Reason = strings.Repeat("x", 1001) }), "grant: the reason has 1001 bytes: give one of 1000 at most", book.ErrInput},
		{bend(func(s *book.Saying) { s.At = monday.Add(time.Second) }), "grant: time 2026-03-02T09:00:01Z is in the future", book.ErrInput},
		{bend(func(s *book.Saying) { s.At = monday.AddDate(-60, 0, 0) }), "grant: time 1966-03-02T09:00:00Z is too long ago", book.ErrInput},
		{book.Saying{Verb: book.Request, Evidence: "x"}, "request: the time that it is valid is missing", book.ErrInput},
		{book.Saying{Verb: book.Request, Evidence: "x", Valid: -time.Hour}, "request: until is not after at: a request is for some time from when the person asked", book.ErrInput},
		{book.Saying{Verb: book.Request, Evidence: "x", Valid: 366*24*time.Hour + 1}, "request: the request is for more than 366 days: it is for one call, say until when", book.ErrInput},
		{book.Saying{Verb: book.Request, Evidence: "x", Valid: time.Hour, AgreedAt: monday.Add(time.Hour)}, "request: the agreed time is not within the time that the request is for", book.ErrInput},
		{book.Saying{Verb: book.Release, Reason: "x"}, "release at acme: there is no hold on the number", book.ErrInput},
		{book.Saying{Verb: book.WrongPerson}, "wrong_person: the reason is missing", book.ErrInput},
	} {
		c.say.Actor = "anna"
		if c.say.Principal == "" {
			c.say.Principal = "acme"
		}
		if c.say.Number == "" {
			c.say.Number = callee.String()
		}
		if _, err := d.Say(t.Context(), c.say); err == nil || err.Error() != c.want || !errors.Is(err, c.is) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	if diff := cmp.Diff(before, rows(t, d.config.Store)); diff != "" {
		t.Errorf("something was written:\n%s", diff)
	}
}

// TestSaid: the history says who, when, what and why, newest first, and no row
// holds the number.
func TestSaid(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.say(book.Saying{Verb: book.Request, Evidence: "form-9", Valid: 24 * time.Hour, AgreedAt: monday.Add(time.Hour), Reason: "web form"})
	d.at(day(1))
	last := d.say(book.Saying{Verb: book.Hold, Evidence: "order 7", At: day(0)})
	d.reopen()
	lines, err := d.Current().SaidOf(d.config.Store, d.principal("acme"), callee)
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v, %v", lines, err)
	}
	got := fmt.Sprint(lines[0].Actor, ": ", lines[0].What, "; ", lines[1].What, " (", lines[1].Why, ")")
	if want := "anna: hold order 7 of 2026-03-02T09:00:00Z; request form-9 for 1 days at 2026-03-02T10:00:00Z (web form)"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !lines[0].At.Equal(last.At) || !last.At.After(lines[1].At) {
		t.Errorf("times %s and %s", lines[0].At, lines[1].At)
	}
	held, err := d.Standing("acme", book.Hold)
	if err != nil || len(held) != 1 || held[0].Number != callee {
		t.Errorf("holds %+v, %v", held, err)
	}
	d.at(day(1).Add(time.Second))
	if asked, err := d.Standing("acme", book.Request); err != nil || len(asked) != 0 { // it is over
		t.Errorf("requests %+v, %v", asked, err)
	}
	if _, err := d.Standing("gamma", book.Hold); !errors.Is(err, book.ErrUnknown) {
		t.Errorf("of nobody: %v", err)
	}
}
