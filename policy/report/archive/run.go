package archive

import (
	"context"
	"errors"
	"time"

	"tregua/policy/report"
)

// after is how long after midnight the reports of a day are made: the records of its
// last calls are written by then, but for calls that go on.
const after = 10 * time.Minute

// retry is how long Run waits after an error.
const retry = 10 * time.Minute

// Run makes what is due: at once, since the program may not have run when it was, and
// then after each midnight, until ctx ends. An error is logged and tried again.
func (a *Archive) Run(ctx context.Context) error {
	for {
		wait := a.untilNext(time.Now())
		if err := a.CatchUp(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("reports were not made", "err", err)
			wait = min(wait, retry)
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// untilNext returns how long it is to the next time reports are due.
func (a *Archive) untilNext(now time.Time) time.Duration {
	local := now.In(a.config.Zone)
	due := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, a.config.Zone).Add(after)
	if !due.After(now) {
		due = time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, a.config.Zone).Add(after)
	}
	return due.Sub(now)
}

// CatchUp makes the reports that are due and not kept, and those of which records came
// since: of each day that is over, of each month, of each campaign that is closed. The
// first day is the first one that the counters know.
func (a *Archive) CatchUp(ctx context.Context) error {
	c, err := a.counted()
	if err != nil || c.first == "" {
		return err
	}
	yesterday := a.calendar.Previous(a.calendar.Date(time.Now().Add(-after)))
	if c.first > yesterday {
		return nil
	}
	dates, err := a.dates(c.first, yesterday)
	if err != nil {
		return err
	}
	days, err := a.days(ctx, dates, c)
	if err != nil {
		return err
	}
	return errors.Join(a.dailies(ctx, days), a.monthlies(ctx, days), a.finals(ctx, days))
}

func (a *Archive) dailies(ctx context.Context, days []report.DayLines) error {
	for i := range days {
		q := Query{Kind: report.OfDay, First: days[i].Date, Last: days[i].Date}
		if err := a.revise(ctx, q, dayName(days[i].Date), days[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}

// monthlies makes the reports of the months that are over.
func (a *Archive) monthlies(ctx context.Context, days []report.DayLines) error {
	for len(days) > 0 {
		month, n := days[0].Date[:7], 0
		for n < len(days) && days[n].Date[:7] == month {
			n++
		}
		if last := days[n-1].Date; a.calendar.Next(last)[:7] == month {
			return nil // it goes on
		}
		q := Query{Kind: report.OfMonth, First: days[0].Date, Last: days[n-1].Date}
		if err := a.revise(ctx, q, monthName(month), days[:n]); err != nil {
			return err
		}
		days = days[n:]
	}
	return nil
}

// finals makes the reports of the campaigns that are closed. One is not made on the
// day of the last call, which may go on.
func (a *Archive) finals(ctx context.Context, days []report.DayLines) error {
	for _, campaign := range a.config.Closed() {
		q := Query{Kind: report.OfFinal, Subject: report.Subject{Campaign: campaign}}
		span := spanOf(days, &q.Subject)
		if err := a.revise(ctx, q, finalName(campaign, span[len(span)-1].Date), span); err != nil {
			return err
		}
	}
	return nil
}

// revise keeps the report of some days unless the one that is kept counts the same.
func (a *Archive) revise(ctx context.Context, q Query, n name, days []report.DayLines) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	kept, revision, err := a.newest(n)
	if err != nil || kept != nil && checkOf(kept.Lines) == checkDays(days, &q.Subject) {
		return err
	}
	r, err := a.make(q, days, func(report.Key) bool { return true })
	if err != nil {
		return err
	}
	r.Revision = revision + 1
	return a.keep(ctx, n, r)
}
