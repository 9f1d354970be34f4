package report

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"time"

	"tregua/policy"
)

// Key says whose calls a line counts. The words are slugs, which are never used
// again; "" is none.
type Key struct {
	Principal  string `json:"principal"`
	CallCentre string `json:"call_centre"`
	Group      string `json:"group"`    // principal/purpose/call centre: whose silent calls count together
	Campaign   string `json:"campaign"` // principal/campaign
}

func compareKeys(a, b Key) int {
	return cmp.Or(cmp.Compare(a.Campaign, b.Campaign), cmp.Compare(a.Group, b.Group), cmp.Compare(a.CallCentre, b.CallCentre),
		cmp.Compare(a.Principal, b.Principal))
}

// Namer says whose an attempt is.
type Namer func(a *policy.Attempt) Key

// Calendar tells days apart.
type Calendar struct{ Zone *time.Location }

// Date returns the day of a time, as 2026-11-22.
func (c Calendar) Date(t time.Time) string { return t.In(c.Zone).Format(time.DateOnly) }

// Start returns the first moment of a day; of a text that is no date, an error.
func (c Calendar) Start(date string) (time.Time, error) {
	return time.ParseInLocation(time.DateOnly, date, c.Zone)
}

// Next returns the day after a day that [Calendar.Date] has written.
func (c Calendar) Next(date string) string { return c.add(date, 1).Format(time.DateOnly) }

// Previous returns the day before it.
func (c Calendar) Previous(date string) string { return c.add(date, -1).Format(time.DateOnly) }

// LastOfMonth returns the last day of its month.
func (c Calendar) LastOfMonth(date string) string {
	t := c.add(date, 0)
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, c.Zone).Format(time.DateOnly)
}

// Hours returns how many hours a day has: 24, but 23 and 25 when the clock changes.
func (c Calendar) Hours(date string) float64 { return c.add(date, 1).Sub(c.add(date, 0)).Hours() }

func (c Calendar) add(date string, days int) time.Time {
	t, err := c.Start(date)
	if err != nil {
		return time.Time{} // no day that Date has written
	}
	return time.Date(t.Year(), t.Month(), t.Day()+days, 0, 0, 0, 0, c.Zone)
}

// Days counts records by day and line. It is for one goroutine; several are joined
// by [Days.Merge].
type Days struct {
	calendar Calendar
	names    Namer
	days     map[string]map[Key]*Counts
}

// NewDays returns days without calls.
func NewDays(c Calendar, names Namer) *Days {
	return &Days{calendar: c, names: names, days: map[string]map[Key]*Counts{}}
}

// Add counts one record; see [Counts.Add].
func (d *Days) Add(r *policy.Record, personal bool) {
	d.line(d.calendar.Date(r.Attempt.At), d.names(&r.Attempt)).Add(r, personal)
}

func (d *Days) line(date string, k Key) *Counts {
	if d.days[date] == nil {
		d.days[date] = map[Key]*Counts{}
	}
	c := d.days[date][k]
	if c == nil {
		c = &Counts{}
		d.days[date][k] = c
	}
	return c
}

// Merge adds what another has counted.
func (d *Days) Merge(o *Days) {
	for date, lines := range o.days { // order: sums
		for k, c := range lines { // order: sums
			d.line(date, k).Merge(c)
		}
	}
}

// Lines returns the lines of a day, sorted.
func (d *Days) Lines(date string) []Line {
	lines := make([]Line, 0, len(d.days[date]))
	for _, k := range slices.SortedFunc(maps.Keys(d.days[date]), compareKeys) {
		lines = append(lines, Line{Key: k, Counts: d.days[date][k].clone()})
	}
	return lines
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
