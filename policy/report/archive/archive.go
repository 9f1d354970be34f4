// Package archive makes reports of the records and keeps them: every day and month,
// and every campaign that was closed, signed and noted in the ledger, in files that
// outlive the records (R24). A day is counted from its records once and is kept; a
// month is the sum of its days. What was kept of a day holds as long as it agrees with
// the counters of the ledger: when a record comes late, a call that went on past
// midnight or was found after a crash, they differ, and the day is counted anew and
// reported in its next revision.
package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/report"
)

// Records is what reports are made of; [ledger.Reader] is one.
type Records interface {
	Sweep(ctx context.Context, span ledger.Span, workers int, visit func(worker int, v *ledger.View) error) error
	Counters() (map[ledger.Tally]ledger.Counters, error)
	Unended(span ledger.Span) (uint64, error)
}

// Notary writes into the ledger what was done, and returns the Seq of the record.
type Notary interface {
	Note(ctx context.Context, n ledger.Note) (seq uint64, err error)
}

// Config is what an archive works with; no field may be nil but Log, and Sign together
// with Notary: without them it makes reports and keeps none, and Run must not be called.
type Config struct {
	Dir     string // the directory of the reports
	Records Records
	Names   report.Namer
	Zone    *time.Location // whose days are told apart: that of the ledger's counters
	// Frame returns what every report of a time says: node, program, limits, intervals
	// and anchor. What is left empty the archive fills in.
	Frame func(from, until time.Time) (report.Frame, error)
	// Closed returns the campaigns that are closed, as principal/campaign.
	Closed func() []string
	Sign   func(text []byte) (signature []byte) // Ed25519, with the key of the log
	Notary Notary
	Log    *slog.Logger
}

// Validate reports what is missing.
func (c *Config) Validate() error {
	var errs []error
	for _, f := range []struct {
		name string
		nil  bool
	}{
		{"directory", c.Dir == ""},
		{"records", c.Records == nil},
		{"names", c.Names == nil},
		{"zone", c.Zone == nil},
		{"frame", c.Frame == nil},
		{"closed campaigns", c.Closed == nil},
		{"signer, and there is a notary", c.Sign == nil && c.Notary != nil},
		{"notary, and there is a signer", c.Notary == nil && c.Sign != nil},
	} {
		if f.nil {
			errs = append(errs, errors.New("archive: no "+f.name))
		}
	}
	return errors.Join(errs...)
}

// Archive makes and keeps reports. Make may be called at any time; Run by one.
type Archive struct {
	config   Config
	calendar report.Calendar
	log      *slog.Logger
}

// New returns an archive. It reads and writes nothing.
func New(c Config) (*Archive, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Archive{config: c, calendar: report.Calendar{Zone: c.Zone}, log: log}, nil
}

// Query says what report is wanted. First and Last are days, as 2026-11-22; left
// out, a day is yesterday, a month the last one, and other reports are of all days.
type Query struct {
	Kind        report.Kind
	Subject     report.Subject
	First, Last string
}

// ErrQuery is wrapped by errors of who asks.
var ErrQuery = errors.New("the report that is asked for")

// maxDays is how many days a report may be of: a little more than records and reports
// are kept (compliance.md 1.16).
const maxDays = 800

// Make makes a report of the lines that takes takes. It keeps nothing.
func (a *Archive) Make(ctx context.Context, q Query, takes func(report.Key) bool) (*report.Report, error) {
	counted, err := a.counted()
	if err != nil {
		return nil, err
	}
	q.First, q.Last = a.ends(&q, counted)
	dates, err := a.dates(q.First, q.Last)
	if err != nil {
		return nil, err
	}
	days, err := a.days(ctx, dates, counted)
	if err != nil {
		return nil, err
	}
	if q.Kind == report.OfFinal { // it begins and ends with its calls
		days = spanOf(days, &q.Subject)
	}
	return a.make(q, days, takes)
}

// ends returns the first and the last day of what was asked for.
func (a *Archive) ends(q *Query, c *counted) (first, last string) {
	today := a.calendar.Date(time.Now())
	yesterday := a.calendar.Previous(today)
	switch first, last = q.First, q.Last; {
	case q.Kind == report.OfDay:
		first = cmp.Or(first, yesterday)
	case q.Kind == report.OfMonth:
		if first == "" {
			first = a.calendar.Previous(today[:7] + "-01")[:7] + "-01"
		}
		last = cmp.Or(last, a.calendar.LastOfMonth(first))
	case first == "":
		return cmp.Or(c.first, today), today
	}
	return first, cmp.Or(last, first)
}

// spanOf cuts the days before the first call of a subject and after its last one.
func spanOf(days []report.DayLines, s *report.Subject) []report.DayLines {
	has := func(d *report.DayLines) bool {
		for i := range d.Lines {
			if s.Takes(d.Lines[i].Key) {
				return true
			}
		}
		return false
	}
	for len(days) > 1 && !has(&days[0]) {
		days = days[1:]
	}
	for len(days) > 1 && !has(&days[len(days)-1]) {
		days = days[:len(days)-1]
	}
	return days
}

// make makes the report of some days, which must not be none.
func (a *Archive) make(q Query, days []report.DayLines, takes func(report.Key) bool) (*report.Report, error) {
	first, last := days[0].Date, days[len(days)-1].Date
	span, err := a.span(first, last)
	if err != nil {
		return nil, err
	}
	frame, err := a.config.Frame(span.Since, span.Until)
	if err != nil {
		return nil, err
	}
	if frame.Open, err = a.config.Records.Unended(span); err != nil {
		return nil, err
	}
	frame.Kind, frame.Subject, frame.First, frame.Last = q.Kind, q.Subject, first, last
	frame.Zone, frame.Made, frame.Revision = a.config.Zone.String(), time.Now().In(a.config.Zone).Truncate(time.Second), 1
	return report.New(&frame, a.calendar, days, takes), nil
}

// span returns the time of some days, from the first to the last.
func (a *Archive) span(first, last string) (ledger.Span, error) {
	from, err := a.calendar.Start(first)
	if err != nil {
		return ledger.Span{}, err
	}
	until, err := a.calendar.Start(a.calendar.Next(last))
	return ledger.Span{Since: from, Until: until}, err
}

// dates returns the days from first to last.
func (a *Archive) dates(first, last string) (list []string, err error) {
	for _, date := range []string{first, last} {
		if _, err := a.calendar.Start(date); err != nil {
			return nil, fmt.Errorf("%w: day %q: write it as 2026-11-22", ErrQuery, date)
		}
	}
	if first > last {
		return nil, fmt.Errorf("%w: the first day %s is after the last one %s", ErrQuery, first, last)
	}
	for date := first; date <= last; date = a.calendar.Next(date) {
		if list = append(list, date); len(list) > maxDays {
			return nil, fmt.Errorf("%w: %s to %s are more than %d days; ask for fewer", ErrQuery, first, last, maxDays)
		}
	}
	return list, nil
}
