package archive

import (
	"context"
	"fmt"
	"runtime"

	"tregua/policy/ledger"
	"tregua/policy/report"
)

// counted is what the counters of the ledger say of each day.
type counted struct {
	first string // the first day; "" without records
	days  map[string]check
}

// check is what tells a day that was counted whole from one of which records came
// later: each record changes one of the first two.
type check struct{ dialled, repeats, answered, silent, connected uint64 }

func (a *Archive) counted() (*counted, error) {
	all, err := a.config.Records.Counters()
	if err != nil {
		return nil, fmt.Errorf("counters: %w", err)
	}
	c := &counted{days: map[string]check{}}
	for of, n := range all { // order: sums
		date := fmt.Sprintf("%04d-%02d-%02d", of.Day/10000, of.Day/100%100, of.Day%100)
		c.days[date] = c.days[date].plus(check{n.Attempts, n.Repeats, n.Answered, n.Silent, n.Connected})
		if c.first == "" || date < c.first {
			c.first = date
		}
	}
	return c, nil
}

func checkOf(lines []report.Line) (c check) {
	for i := range lines {
		f := &lines[i].Figures
		c = c.plus(check{f[report.Dialled], f[report.Repeats], f[report.Answered], f[report.Silent], f[report.Connected]})
	}
	return c
}

// checkDays is the check of all days, of the lines that a subject takes.
func checkDays(days []report.DayLines, s *report.Subject) (c check) {
	for i := range days {
		for j := range days[i].Lines {
			if line := days[i].Lines[j : j+1]; s.Takes(line[0].Key) {
				c = c.plus(checkOf(line))
			}
		}
	}
	return c
}

func (c check) plus(o check) check {
	return check{c.dialled + o.dialled, c.repeats + o.repeats, c.answered + o.answered, c.silent + o.silent, c.connected + o.connected}
}

// days returns the lines of days: those that were kept where they still hold, the
// others from the records.
func (a *Archive) days(ctx context.Context, dates []string, c *counted) ([]report.DayLines, error) {
	days := make([]report.DayLines, len(dates))
	var anew []int
	for i, date := range dates {
		days[i].Date = date
		kept, _, err := a.newest(dayName(date))
		if err != nil {
			return nil, err
		}
		if kept != nil {
			days[i].Lines = kept.Lines
		}
		if want, ok := c.days[date]; ok && want != checkOf(days[i].Lines) {
			anew = append(anew, i)
		}
	}
	if len(anew) == 0 {
		return days, nil
	}
	swept, err := a.sweep(ctx, dates[anew[0]], dates[anew[len(anew)-1]])
	if err != nil {
		return nil, err
	}
	for _, i := range anew {
		a.renew(&days[i], swept.Lines(dates[i]))
	}
	return days, nil
}

// renew puts what the records say of a day in the place of what was kept, unless they
// say less: then records are gone.
func (a *Archive) renew(day *report.DayLines, lines []report.Line) {
	was, is := checkOf(day.Lines), checkOf(lines)
	switch {
	case is.dialled+is.repeats >= was.dialled+was.repeats && len(lines) > 0:
		day.Lines = lines
	case len(day.Lines) == 0:
		day.Missing = "its records are gone, and no report of the day was kept"
	default:
		a.log.Warn("the records of a day say less than the report of it; the report stands", "day", day.Date, "records", is.dialled, "report", was.dialled)
	}
}

// sweep counts the records from one day to another.
func (a *Archive) sweep(ctx context.Context, first, last string) (*report.Days, error) {
	span, err := a.span(first, last)
	if err != nil {
		return nil, err
	}
	parts := make([]*report.Days, runtime.GOMAXPROCS(0))
	for i := range parts {
		parts[i] = report.NewDays(a.calendar, a.config.Names)
	}
	err = a.config.Records.Sweep(ctx, span, len(parts), func(worker int, v *ledger.View) error {
		parts[worker].Add(&v.Record, v.Personal)
		return nil
	})
	for _, part := range parts[1:] {
		parts[0].Merge(part)
	}
	return parts[0], err
}
