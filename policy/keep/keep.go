// Package keep says how long what is personal of a record is kept: a table by role
// and class, with the source of each figure. It is pure.
//
// What is public of a record stays longer: it names nobody, and counters, leaves and
// reports are recounted from it. So a term ends the personal part of one record, to the
// day, and no month waits for its last one.
package keep

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
)

// Role is what the one who runs the node is to those who are called.
type Role uint8

// The roles.
const (
	CallCentre Role = iota
	Processor       // on behalf of a call centre, whose terms hold (GDPR art. 28)
	Telco           // provider of the network: records are traffic data
)

var roles = [...]string{CallCentre: "call_centre", Processor: "processor", Telco: "telco"}

func (r Role) String() string { return roles[r] }

// Class is what a record is to its term.
type Class uint8

// The classes of records.
const (
	Silent     Class = iota // answered, and no operator: class A
	Connected               // answered otherwise: class B, machines, hung up
	Refused                 // by tregua
	Unanswered              // what never was answered
	Classes                 // how many there are
)

var classes = [...]string{Silent: "silent", Connected: "connected", Refused: "refused", Unanswered: "unanswered"}

func (c Class) String() string { return classes[c] }

// ClassOf returns the class of a record.
func ClassOf(r *policy.Record) Class {
	switch {
	case r.Ending.Ratio == policy.RatioA:
		return Silent
	case !r.Ending.AnsweredAt.IsZero():
		return Connected
	case r.Decision.Verdict == policy.Refuse:
		return Refused
	}
	return Unanswered
}

// Term is a length of time as laws give it. The zero Term is no time at all.
type Term struct{ Months, Days int }

// After returns when a term ends that began at a time, in UTC. A month that lacks
// the day gives the first days of the next one: later, never earlier.
func (t Term) After(at time.Time) time.Time { return at.UTC().AddDate(0, t.Months, t.Days) }

// longer reports whether t ends later than o for what begins on some day of a year:
// months differ in length.
func (t Term) longer(o Term) bool {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 365 {
		if t.After(at).After(o.After(at)) {
			return true
		}
		at = at.AddDate(0, 0, 1)
	}
	return false
}

func (t Term) String() string {
	if t.Months > 0 {
		return strconv.Itoa(t.Months) + " months"
	}
	return strconv.Itoa(t.Days) + " days"
}

// maxTerm bounds a term, in months: ten years, after which no claim is left (Codice
// civile art. 2946).
const maxTerm = 120

// ParseTerm reads "24 months" or "30 days".
func ParseTerm(text string) (Term, error) {
	count, unit, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return Term{}, fmt.Errorf("%q is no term; write as 24 months or 30 days", text)
	}
	var t Term
	switch strings.TrimSuffix(unit, "s") {
	case "month":
		t.Months = n
	case "day":
		t.Days = n
	default:
		return Term{}, fmt.Errorf("%q is no term; write as 24 months or 30 days", text)
	}
	if n > 31*maxTerm || t.longer(Term{Months: maxTerm}) {
		return Term{}, fmt.Errorf("%s is longer than any law asks for; use at most %d months", text, maxTerm)
	}
	return t, nil
}

// Line is a line of the table.
type Line struct {
	Keep   Term
	Least  Term   // a configuration gives no less
	Most   Term   // and no more; zero: [ParseTerm] bounds it
	Source string // of the figures
	AsOf   string // when the source was read last
}

// Terms is how long each class is kept.
type Terms [Classes]Term

const (
	silent  = "Garante, provv. 83/2014: statistics of silent calls for two years, and so what they rest on; our own proposal"
	traffic = "Codice art. 123: traffic data six months at most"
	own     = "GDPR art. 5(1)(e): no longer than needed; our own proposal; caps look back 30 days"
	read    = "2026-11-23"
)

var house = [Classes]Line{
	Silent:     {Keep: Term{Months: 24}, Least: Term{Months: 24}, Source: silent, AsOf: read},
	Connected:  {Keep: Term{Months: 12}, Least: Term{Days: 30}, Source: own, AsOf: read},
	Refused:    {Keep: Term{Months: 6}, Least: Term{Days: 30}, Source: own, AsOf: read},
	Unanswered: {Keep: Term{Days: 30}, Least: Term{Days: 30}, Source: own, AsOf: read},
}

var provider = [Classes]Line{
	Silent:     {Keep: Term{Months: 6}, Least: Term{Days: 30}, Most: Term{Months: 6}, Source: traffic, AsOf: read},
	Connected:  {Keep: Term{Months: 6}, Least: Term{Days: 30}, Most: Term{Months: 6}, Source: traffic, AsOf: read},
	Refused:    {Keep: Term{Months: 6}, Least: Term{Days: 30}, Most: Term{Months: 6}, Source: traffic, AsOf: read},
	Unanswered: {Keep: Term{Days: 30}, Least: Term{Days: 30}, Most: Term{Months: 6}, Source: traffic, AsOf: read},
}

// Kind is what is kept beside records.
type Kind uint8

// The kinds.
const (
	Complaints Kind = iota // those that are closed, from then on
	Reads                  // access records: who read which numbers
	Kinds                  // how many there are
)

var kinds = [...]string{Complaints: "complaints", Reads: "reads"}

func (k Kind) String() string { return kinds[k] }

// beside has the same terms in every role.
var beside = [Kinds]Line{
	Complaints: {
		Keep: Term{Months: 60}, Least: Term{Months: 24}, AsOf: read,
		Source: "Codice civile art. 2947: a claim for damages lapses after five years; our own proposal, and no less than records of silent calls",
	},
	Reads: {
		Keep: Term{Months: 24}, Least: Term{Months: 6}, Most: Term{Months: 60}, AsOf: read,
		Source: "Garante, provv. 27 November 2008: accesses of administrators for six months at least; Codice civile art. 2947: a claim lapses after five years; our own proposal",
	},
}

// Proof is what proves that a consent was given and taken back, from when it ended.
var Proof = Line{
	Keep: Term{Months: 24}, AsOf: read,
	Source: "GDPR art. 7(1) and 17(3)(e): who calls must be able to show the consent; our own proposal, as records of silent calls",
}

// Blacklists are what says who is not to be called for a principal, from when its last
// mandate ended: nobody is called for it any more.
var Blacklists = Line{
	Keep: Term{Months: 24}, AsOf: read,
	Source: "GDPR art. 21(3) and 5(1)(e): no longer than there is somebody who could call; our own proposal, as records of silent calls",
}

// Public is what a record says of nobody: what is left when its person is gone. It goes
// by months, from when a month is over.
var Public = Line{
	Keep: Term{Months: 60}, Least: Term{Months: 24}, AsOf: read,
	Source: "Garante, provv. 83/2014: statistics of silent calls for two years, and so what they are counted from; Codice civile art. 2947: a claim for damages lapses after five years; our own proposal",
}

// CheckPublic says why a term for what is public is against the law; nil: it is not.
func CheckPublic(t Term) error { return Public.check(t, "everybody") }

// Beside is how long each kind is kept.
type Beside [Kinds]Term

// BesideTerms returns what holds when nothing else is configured.
func BesideTerms() (t Beside) {
	for k := range Kinds {
		t[k] = beside[k].Keep
	}
	return t
}

// Check says why a term for a kind is against the law; nil: it is not.
func (k Kind) Check(t Term) error { return beside[k].check(t, "everybody") }

// Before returns the time before which whatever began is over its term.
func (t Term) Before(now time.Time) time.Time {
	at := now.UTC().AddDate(0, -t.Months, -t.Days)
	for t.After(at).After(now) { // a month back is not always the way to a month forth
		at = at.AddDate(0, 0, -1)
	}
	return at
}

// Of returns the line of a class.
func (r Role) Of(c Class) Line {
	if r == Telco {
		return provider[c]
	}
	return house[c]
}

// Terms returns what holds when nothing else is configured.
func (r Role) Terms() (t Terms) {
	for c := range Classes {
		t[c] = r.Of(c).Keep
	}
	return t
}

// Check says why a term for a class is against the law; nil: it is not.
func (r Role) Check(c Class, t Term) error {
	line := r.Of(c)
	return line.check(t, "a "+r.String())
}

// check says why a term is outside of a line, for who keeps.
func (l *Line) check(t Term, who string) error {
	switch {
	case l.Least.longer(t):
		return fmt.Errorf("%s is less than %s, which %s keeps at least (%s)", t, l.Least, who, l.Source)
	case l.Most != Term{} && t.longer(l.Most):
		return fmt.Errorf("%s is more than %s, which %s keeps at most (%s)", t, l.Most, who, l.Source)
	}
	return nil
}

// Due reports whether the personal part of a record of an attempt at a time is to go.
func (t Terms) Due(c Class, at, now time.Time) bool { return !t[c].After(at).After(now) }

// First returns the time before which every attempt must lie of which anything is due.
func (t Terms) First(now time.Time) time.Time {
	first := time.Time{}
	for _, term := range t {
		if at := now.UTC().AddDate(0, -term.Months, -term.Days).AddDate(0, 0, 3); at.After(first) {
			first = at // three days, by which months differ
		}
	}
	return first
}

// Ends reports whether a term ends, of some attempt of the month that begins at first,
// after one time and up to another. It is sure only of a no: months differ in length,
// and an attempt may lie a little outside of its month.
func (t Terms) Ends(first, after, until time.Time) bool {
	const apart = 5 // days
	for _, term := range t {
		begins := term.After(first).AddDate(0, 0, -apart)
		ends := term.After(first.AddDate(0, 1, 0)).AddDate(0, 0, apart)
		if !until.Before(begins) && after.Before(ends) {
			return true
		}
	}
	return false
}
