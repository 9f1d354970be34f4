package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
)

// AddBlacklist enters one number.
func (b adminBook) AddBlacklist(ctx context.Context, scope access.Scope, o console.Objection) (console.Entry, error) {
	if !b.Names(scope).HasPrincipal(o.Principal) {
		return console.Entry{}, noPrincipal(o.Principal)
	}
	e, err := b.book.Object(ctx, book.Objection{
		Actor: scope.Actor, Principal: o.Principal, Number: o.Number, Reason: o.Reason, All: o.All,
	})
	if err != nil {
		return console.Entry{}, mistake(err)
	}
	return console.Entry{Number: e.Number.String(), Principal: o.Principal, Since: e.Since, Source: e.Source, Existed: e.Existed}, nil
}

// Unlist takes one number off a blacklist.
func (b adminBook) Unlist(ctx context.Context, scope access.Scope, principal, number, evidence string) (console.Removal, error) {
	if err := b.owns(scope, "blacklist", principal); err != nil {
		return console.Removal{}, err
	}
	n, err := b.book.Current().Number(number)
	if err != nil {
		return console.Removal{}, mistake(err)
	}
	at, err := b.book.Unlist(ctx, scope.Actor, principal, number, evidence)
	return console.Removal{Number: n.String(), Principal: principal, At: at}, mistake(err)
}

// Feed returns the single changes of a blacklist.
func (b adminBook) Feed(_ context.Context, scope access.Scope, principal string, after uint64, limit int) ([]console.FeedLine, error) {
	if err := b.owns(scope, "blacklist", principal); err != nil {
		return nil, err
	}
	changes, err := b.book.Feed(principal, after, limit)
	if err != nil {
		return nil, mistake(err)
	}
	lines := make([]console.FeedLine, len(changes))
	for i, c := range changes {
		lines[i] = console.FeedLine{Seq: c.Seq, At: c.At, Change: "add", Number: c.Number.String(), All: c.All, Source: c.Source, Called: c.Number}
		if c.Removed {
			lines[i].Change = "remove"
		}
	}
	return lines, nil
}

// Synced notes that a blacklist is whole.
func (b adminBook) Synced(ctx context.Context, scope access.Scope, principal string) (time.Time, error) {
	if err := b.owns(scope, "blacklist", principal); err != nil {
		return time.Time{}, err
	}
	at, err := b.book.Synced(ctx, scope.Actor, principal)
	return at, mistake(err)
}

// Say enters one saying. A call centre enters for those whom it calls for what
// speaks against calls; what lets them pass is the principal's to say.
func (b adminBook) Say(ctx context.Context, scope access.Scope, s console.Saying) (console.Said, error) {
	verb, err := book.ParseVerb(s.Change)
	switch {
	case err != nil:
		return console.Said{}, mistake(err)
	case !b.Names(scope).HasPrincipal(s.Principal):
		return console.Said{}, unknownPrincipal(verb.String(), s.Principal)
	case scope.CallCentre != "" && verb != book.Revoke && verb != book.Refuse && verb != book.WrongPerson:
		return console.Said{}, &console.Mistake{Code: http.StatusForbidden, Err: fmt.Errorf("%s is for the principal to enter; a call centre enters revoke, refuse and wrong_person", verb)}
	}
	saying := book.Saying{
		Verb: verb, Actor: scope.Actor, Principal: s.Principal, Number: s.Number, At: s.At, Purpose: s.Purpose,
		Evidence: s.Evidence, Valid: s.Valid, AgreedAt: s.AgreedAt, Reason: s.Reason,
	}
	if s.Channels != "" {
		if saying.Channels, err = book.ParseChannels(s.Channels); err != nil {
			return console.Said{}, mistake(err)
		}
	}
	said, err := b.say(ctx, saying)
	if err != nil {
		return console.Said{}, mistake(err)
	}
	return console.Said{Number: said.Number.String(), Principal: s.Principal, At: said.At, What: said.What}, nil
}

// say enters a saying. An order that holds a number keeps the person from erasure, too.
func (b adminBook) say(ctx context.Context, s book.Saying) (said book.Said, err error) {
	if s.Verb != book.Hold || !strings.HasPrefix(s.Evidence, orderEvidence) {
		return b.book.Say(ctx, s)
	}
	n, err := b.book.Current().Number(s.Number)
	if err != nil {
		return said, err
	}
	err = b.layHold(n, func() (err error) { said, err = b.book.Say(ctx, s); return err })
	return said, err
}

// Standing returns the requests or holds of a principal that stand. A request
// that was served does not.
func (b adminBook) Standing(_ context.Context, scope access.Scope, principal, what string) ([]console.Standing, error) {
	if err := b.owns(scope, what, principal); err != nil {
		return nil, err
	}
	verb, err := book.ParseVerb(what)
	if err != nil {
		return nil, mistake(err)
	}
	found, err := b.book.Standing(principal, verb)
	if err != nil {
		return nil, mistake(err)
	}
	p, err := b.book.Current().Principal(principal)
	if err != nil {
		return nil, mistake(err)
	}
	var list []console.Standing
	for _, f := range found {
		if h := f.Person.Hold; verb == book.Hold {
			list = append(list, console.Standing{Number: f.Number.String(), Since: h.Since, Evidence: h.Why, Called: f.Number})
			continue
		}
		served, err := ledger.ServedAt(b.rows, ledger.Served{Index: b.keys.Index(f.Number), Principal: p})
		if err != nil {
			return nil, err
		}
		if r := f.Person.Request; r.At.After(served) {
			list = append(list, console.Standing{
				Number: f.Number.String(), Since: r.At, Until: r.Until, AgreedAt: r.AgreedAt, Evidence: r.Evidence, Called: f.Number,
			})
		}
	}
	return list, nil
}

// Person returns all that a principal knows of the holder of a number.
func (s adminNames) Person(principal string, n policy.Number) (known []console.PersonLine, history []console.SaidLine, err error) {
	if !s.HasPrincipal(principal) {
		return nil, nil, unknownPrincipal("person", principal)
	}
	p, err := s.snapshot.Principal(principal)
	if err != nil {
		return nil, nil, mistake(err)
	}
	lines, err := s.snapshot.Lines(s.rows, p, n)
	if err != nil {
		return nil, nil, err
	}
	served, err := ledger.ServedAt(s.rows, ledger.Served{Index: s.keys.Index(n), Principal: p})
	if err != nil {
		return nil, nil, err
	}
	for _, l := range lines {
		if l.Kind == "request" && !l.At.After(served) {
			l.Detail = "served " + served.Format(time.RFC3339)
		}
		known = append(known, console.PersonLine(l))
	}
	said, err := s.snapshot.SaidOf(s.rows, p, n)
	for _, l := range said {
		history = append(history, console.SaidLine(l))
	}
	return known, history, err
}
