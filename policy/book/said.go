package book

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Verb is what a person can say of one number at one principal.
type Verb uint8

// The verbs.
const (
	Grant       Verb = iota + 1 // a consent
	Revoke                      // ends every consent for a purpose, or all
	Request                     // the person wants to be called, once
	Hold                        // a complaint or an order: no call
	Release                     // the hold is over
	Refuse                      // the person said "not now"
	WrongPerson                 // the number is somebody else's: ends consents, contracts and requests
)

var verbs = []choice[Verb]{
	{"grant", Grant},
	{"revoke", Revoke},
	{"request", Request},
	{"hold", Hold},
	{"release", Release},
	{"refuse", Refuse},
	{"wrong_person", WrongPerson},
}

// String returns the word as commands write it.
func (v Verb) String() string { return wordOf(verbs, v) }

// ParseVerb reads the word.
func ParseVerb(word string) (Verb, error) {
	for _, c := range verbs {
		if c.word == word {
			return c.value, nil
		}
	}
	return 0, unknown("there is no change %q", word)
}

// Saying is one thing that somebody enters of one number at one principal. What
// its verb does not have must be zero.
type Saying struct {
	Verb      Verb
	Actor     string
	Principal string    // name
	Number    string    // as people write it
	At        time.Time // when the person said so; zero: now
	Purpose   string    // Grant; Revoke: "" is all
	Channels  policy.ChannelSet
	Evidence  string        // Grant, Request, Hold: reference to the proof
	Valid     time.Duration // Request: how long from At
	AgreedAt  time.Time     // Request: the appointment; zero: at any time
	Reason    string        // why it is entered
}

// Said is what a saying has made.
type Said struct {
	Number policy.Number
	At     time.Time // when it was entered
	What   string    // for people
}

// Say enters one saying. It returns when it is on the disk and Config.Changed
// has put it in force.
func (b *Book) Say(ctx context.Context, s Saying) (Said, error) {
	verb := s.Verb.String()
	n, p, err := b.who(ctx, verb, s.Principal, s.Number, s.Reason)
	if err != nil {
		return Said{}, err
	}
	if err := s.check(b.config.Now(), n); err != nil {
		return Said{}, wrong("%s: %v", verb, err)
	}
	said := Said{Number: n, What: s.what()}
	said.At, err = b.change(ctx, p, n, func(at time.Time, row *personRow, now *single) ([]store.Row, error) {
		return b.said(at, p, n, &s, row, now)
	})
	if err != nil {
		return Said{}, fmt.Errorf("%s at %s: %w", verb, s.Principal, err)
	}
	return said, nil
}

// said writes a saying into the row of its number, and returns that of the
// history.
func (b *Book) said(at time.Time, p policy.PrincipalID, n policy.Number, s *Saying, row *personRow, now *single) ([]store.Row, error) {
	if err := s.edit(at, row); err != nil {
		return nil, err
	}
	sealed, err := b.config.Keys.SealNumber(n)
	now.row = true
	return []store.Row{{Key: saidKey(p, b.config.Keys.Index(n), at), Value: encodeKeyed(saidRow{
		At: instantOf(at), Actor: s.Actor, What: s.what(), Why: s.Reason, Sealed: sealed,
	})}}, err
}

// check says what is missing in a saying, or too much.
func (s *Saying) check(now time.Time, n policy.Number) error {
	for _, field := range []struct {
		name   string
		given  bool
		of     []Verb // those that may have it
		needed []Verb // those that must
	}{
		{"purpose", s.Purpose != "", []Verb{Grant, Revoke}, []Verb{Grant}},
		{"channels", s.Channels != 0, []Verb{Grant}, []Verb{Grant}},
		{"evidence", s.Evidence != "", []Verb{Grant, Request, Hold}, []Verb{Grant, Request, Hold}},
		{"the time that it is valid", s.Valid != 0, []Verb{Request}, []Verb{Request}},
		{"the agreed time", !s.AgreedAt.IsZero(), []Verb{Request}, nil},
		{"the reason", s.Reason != "", []Verb{Grant, Revoke, Request, Hold, Release, Refuse, WrongPerson}, []Verb{Release, WrongPerson}},
	} {
		if field.given && !slices.Contains(field.of, s.Verb) {
			return fmt.Errorf("%s is not for this change: remove it", field.name)
		}
		if !field.given && slices.Contains(field.needed, s.Verb) {
			return fmt.Errorf("%s is missing", field.name)
		}
	}
	if s.Purpose != "" && !isSlug(s.Purpose) {
		return fmt.Errorf("purpose %q: it is the name that campaigns have as purpose", s.Purpose)
	}
	if err := checkEvidence(s.Evidence, n); err != nil {
		return err
	}
	return s.checkTimes(now)
}

func (s *Saying) checkTimes(now time.Time) error {
	for _, t := range []time.Time{s.At, s.AgreedAt} {
		if t.IsZero() {
			continue
		}
		if err := within(t); err != nil {
			return fmt.Errorf("time %s %w", t.Format(time.RFC3339), err)
		}
	}
	if s.At.After(now) {
		return fmt.Errorf("time %s is in the future", s.At.Format(time.RFC3339))
	}
	if s.Verb != Request {
		return nil
	}
	at := s.At
	if at.IsZero() {
		at = now
	}
	return s.request(at).check()
}

func (s *Saying) request(at time.Time) request {
	return request{
		At: instantOf(at), Until: instantOf(at.Add(s.Valid)),
		AgreedAt: instantOf(s.AgreedAt), Evidence: s.Evidence,
	}
}

// edit writes a saying into the row of its number.
func (s *Saying) edit(at time.Time, row *personRow) error {
	when := s.At
	if when.IsZero() {
		when = at
	}
	by := instantOf(at)
	switch s.Verb {
	case Grant:
		return enter(&row.Consents, told[consent]{Actor: s.Actor, At: by, Is: consent{
			Purpose: s.Purpose, Channels: s.Channels, GivenAt: instantOf(when), Evidence: s.Evidence,
		}})
	case Revoke:
		return enter(&row.Revocations, told[revocation]{Actor: s.Actor, At: by, Is: revocation{At: instantOf(when), Purpose: s.Purpose}})
	case Request:
		// What is over holds nobody's interest: the history keeps it.
		row.Requests = slices.DeleteFunc(row.Requests, func(t told[request]) bool { return t.At != 0 && t.Is.Until <= by })
		return enter(&row.Requests, told[request]{Actor: s.Actor, At: by, Is: s.request(when)})
	case Hold:
		if row.Hold != nil {
			return wrong("there is a hold already, for %s: remove it first, or let it stand", row.Hold.Why)
		}
		row.Hold = &holdRow{Since: instantOf(when), Why: s.Evidence, Actor: s.Actor}
	case Release:
		if row.Hold == nil {
			return wrong("there is no hold on the number")
		}
		row.Hold = nil
	case Refuse:
		row.RefusedAt = max(row.RefusedAt, instantOf(when))
	case WrongPerson:
		return enter(&row.Passings, told[passing]{Actor: s.Actor, At: by, Is: passing{At: instantOf(when)}})
	}
	return nil
}

// what words a saying for the history.
func (s *Saying) what() string {
	words := []string{s.Verb.String()}
	for _, w := range []string{s.Purpose, strings.Join(channelWords(s.Channels), "+"), s.Evidence} {
		if w != "" {
			words = append(words, w)
		}
	}
	if s.Valid != 0 {
		words = append(words, "for "+days(s.Valid))
	}
	for _, t := range []struct {
		word string
		at   time.Time
	}{{"of ", s.At}, {"at ", s.AgreedAt}} {
		if !t.at.IsZero() {
			words = append(words, t.word+t.at.UTC().Format(time.RFC3339))
		}
	}
	return strings.Join(words, " ")
}

func channelWords(set policy.ChannelSet) (words []string) {
	for _, c := range channels {
		if set&(1<<c.value) != 0 {
			words = append(words, c.word)
		}
	}
	return words
}

// ParseChannels reads "operator", "automated" or "operator+automated".
func ParseChannels(text string) (policy.ChannelSet, error) {
	set, err := readChannels(text)
	if err != nil {
		return 0, wrong("%v", err)
	}
	return set, nil
}
