// Package report counts what became of calls, and makes the statistical reports that
// are kept for two years (Garante provv. 83/2014; regulation.md R24): of a day, of a
// month, and of the whole of a campaign. [Days] is given records one by one and keeps
// none of them; [New] makes a [Report] of the lines of its days. A report tells no
// number, names nobody, and is a function of what it is given: the same records make
// the same bytes.
package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

// Format names the form of a report in JSON. Another form has another number.
const Format = "tregua.report/1"

// Kind is what span of time a report is of.
type Kind string

// The kinds.
const (
	OfDay   Kind = "day"
	OfMonth Kind = "month"
	OfSpan  Kind = "span"  // some days
	OfFinal Kind = "final" // all days of a campaign that is closed
)

// Subject is whose calls a report counts. Fields that are "" take all.
type Subject Key

// Takes reports whether a line is the subject's.
func (s *Subject) Takes(k Key) bool {
	return (s.Principal == "" || s.Principal == k.Principal) && (s.CallCentre == "" || s.CallCentre == k.CallCentre) &&
		(s.Group == "" || s.Group == k.Group) && (s.Campaign == "" || s.Campaign == k.Campaign)
}

// Line is what was counted of the calls of one key. In the total of a report the key
// is empty.
type Line struct {
	Key
	Counts
	AofB    *float64 `json:"a_of_b,omitempty"`    // A/B to six digits; left out without class B
	AofBoth *float64 `json:"a_of_both,omitempty"` // A/(A+B); left out without either
}

// rate fills in the ratios.
func (l *Line) rate() {
	l.AofB, l.AofBoth = rounded(l.Counts.AofB()), rounded(l.Counts.AofBoth())
}

func rounded(f float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	f = math.Round(f*1e6) / 1e6
	return &f
}

// Day is what a report tells of each of its days.
type Day struct {
	Date      string   `json:"date"`
	Hours     float64  `json:"hours"` // 23 and 25 when the clock changes
	Dialled   uint64   `json:"dialled"`
	Answered  uint64   `json:"answered"`
	Silent    uint64   `json:"silent"`
	Connected uint64   `json:"connected"`
	AofB      *float64 `json:"a_of_b,omitempty"`
	AofBoth   *float64 `json:"a_of_both,omitempty"`
	Missing   string   `json:"missing,omitempty"` // why nothing is known of the day
}

// Limits are the figures of the profile that ratios are held to.
type Limits struct {
	Profile  string `json:"profile"`
	Enforced string `json:"enforced"`    // the reading that counts: a_of_b
	Ratio    int    `json:"percent"`     // silent calls to a hundred connected ones, of a campaign and of a group
	Day      int    `json:"day_percent"` // the same, on one day
	SilentMS int64  `json:"silent_ms"`   // how long after the answer an operator may begin to speak
	Source   string `json:"source"`
}

// Interval is a time in which not everything was as always.
type Interval struct {
	What  string    `json:"what"` // bypass: a trunk was not held up; outage: tregua did not run
	Trunk string    `json:"trunk,omitempty"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"` // zero: it goes on
	Who   string    `json:"who,omitempty"`
}

// Purged says that records of a class of a month name nobody any more, because their
// term is over. They are counted as before.
type Purged struct {
	Month string    `json:"month"` // 2026-11
	Class string    `json:"class"` // silent, connected, refused, unanswered
	Until time.Time `json:"until"` // when the newest of them was attempted
}

// Intervals that are told.
const (
	Bypassed = "bypass"
	Outage   = "outage"
)

// Anchor says how far the records are anchored outside of the house.
type Anchor struct {
	UpTo  uint64    `json:"up_to,omitempty"` // the first record that is not
	At    time.Time `json:"at,omitzero"`     // of the newest anchor
	Since time.Time `json:"not_anchored_since,omitzero"`
}

// Frame is what a report says besides its counts.
type Frame struct {
	Kind      Kind       `json:"kind"`
	Subject   Subject    `json:"of"`
	First     string     `json:"first"` // day, as 2026-11-22
	Last      string     `json:"last"`
	Zone      string     `json:"zone"`
	Made      time.Time  `json:"made"`
	Revision  int        `json:"revision"`  // 1; more when calls of the time have ended since it was made
	Open      uint64     `json:"open"`      // calls that had not ended when it was made: they will be in the next revision
	Node      string     `json:"node"`      // whose records these are
	Program   string     `json:"program"`   // version
	Limits    []Limits   `json:"limits"`    // of the profiles that were used
	Intervals []Interval `json:"intervals"` // that touch the time
	Anchor    Anchor     `json:"anchored"`  // when it was made
	Purged    []Purged   `json:"purged"`    // of the time, when it was made
}

// Report is the counts of some days and what they are to be held against.
type Report struct {
	Format string `json:"format"`
	Frame
	Total  Line   `json:"total"`
	Lines  []Line `json:"lines"`  // by campaign
	Groups []Line `json:"groups"` // by ratio group: sums of lines
	Days   []Day  `json:"days"`
	Peak   string `json:"peak,omitempty"`    // the day with the most attempts
	Worst  string `json:"highest,omitempty"` // the day with the highest A/B
}

// DayLines are the lines of a day; Missing says why there are none.
type DayLines struct {
	Date    string
	Lines   []Line
	Missing string
}

// New makes the report of some days, whose lines it does not change: of those that
// the subject takes and takes takes.
func New(f *Frame, c Calendar, days []DayLines, takes func(Key) bool) *Report {
	r := &Report{Format: Format, Frame: *f, Lines: []Line{}, Groups: []Line{}, Days: []Day{}}
	r.Intervals, r.Purged = orEmpty(r.Intervals), orEmpty(r.Purged)
	lines, groups := map[Key]*Line{}, map[Key]*Line{}
	for i := range days {
		day := Line{}
		for _, l := range days[i].Lines {
			if !r.Subject.Takes(l.Key) || !takes(l.Key) {
				continue
			}
			day.Merge(&l.Counts)
			mergeLine(lines, l.Key, &l.Counts)
			if l.Group != "" {
				mergeLine(groups, Key{Principal: l.Principal, CallCentre: l.CallCentre, Group: l.Group}, &l.Counts)
			}
		}
		r.addDay(c, &days[i], &day)
		r.Total.Merge(&day.Counts)
	}
	r.Total.rate()
	r.Total.settle()
	r.Lines, r.Groups = sorted(lines), sorted(groups)
	r.Limits = limitsOf(r.Limits, r.Total.Profiles)
	return r
}

// limitsOf returns the limits of the profiles by which calls were judged; of the first
// one where there were none.
func limitsOf(all []Limits, used Names) []Limits {
	list := []Limits{}
	for _, l := range all {
		if used[l.Profile] > 0 {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		return append(list, all[:min(1, len(all))]...)
	}
	return list
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func mergeLine(all map[Key]*Line, k Key, c *Counts) {
	if all[k] == nil {
		all[k] = &Line{Key: k}
	}
	all[k].Merge(c)
}

func sorted(all map[Key]*Line) []Line {
	lines := make([]Line, 0, len(all))
	for _, l := range all { // order: sorted below
		l.rate()
		l.settle()
		lines = append(lines, *l)
	}
	slices.SortFunc(lines, func(a, b Line) int { return compareKeys(a.Key, b.Key) })
	return lines
}

// settle makes what has counted nothing an empty object, so that a report that was
// read is one that was written.
func (c *Counts) settle() {
	for _, n := range []*Names{&c.Refusals, &c.Shadow, &c.Profiles, &c.Generations, &c.Callers} {
		if *n == nil {
			*n = Names{}
		}
	}
}

func (r *Report) addDay(c Calendar, of *DayLines, l *Line) {
	l.rate()
	d := Day{
		Date: of.Date, Hours: c.Hours(of.Date), Missing: of.Missing, AofB: l.AofB, AofBoth: l.AofBoth,
		Dialled: l.Figures[Dialled], Answered: l.Figures[Answered], Silent: l.Figures[Silent], Connected: l.Figures[Connected],
	}
	r.Days = append(r.Days, d)
	if peak := r.day(r.Peak); d.Dialled > 0 && (peak == nil || d.Dialled > peak.Dialled) {
		r.Peak = d.Date
	}
	if worst := r.day(r.Worst); d.Silent > 0 && (worst == nil || d.over(worst)) {
		r.Worst = d.Date
	}
}

// over reports whether A/B is higher than that of another day; without class B it is
// higher than any.
func (d *Day) over(o *Day) bool {
	return d.Silent*o.Connected > o.Silent*d.Connected || d.Connected+o.Connected == 0 && d.Silent > o.Silent
}

func (r *Report) day(date string) *Day {
	for i := range r.Days {
		if r.Days[i].Date == date {
			return &r.Days[i]
		}
	}
	return nil
}

// JSON writes the report.
func (r *Report) JSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Read reads a report that [Report.JSON] has written.
func Read(data []byte) (*Report, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	r := &Report{}
	if err := d.Decode(r); err != nil {
		return nil, fmt.Errorf("the report: %w", err)
	}
	if r.Format != Format {
		return nil, fmt.Errorf("the report has the format %q; this program reads %s", r.Format, Format)
	}
	if d.More() {
		return nil, errors.New("the report: more follows after its end")
	}
	return r, nil
}
