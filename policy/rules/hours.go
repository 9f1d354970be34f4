package rules

import (
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// hours refuses a call outside the windows of the profile, by the clock on the
// wall of the called person: by each of them where the number may be in several
// zones, as a mobile one of Spain or one of an American area with two. It is
// active only when the profile has hours.
func hours() policy.Rule {
	w := walls{locations(), calendars()}
	return policy.Rule{
		Name:    "hours",
		Law:     policy.HoursClosed.Law(),
		Reasons: []policy.Reason{policy.HoursClosed, policy.HoursHoliday, policy.ClockUnsynced, policy.DataBad},
		Judge: func(p *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			h := &p.Hours
			if !h.Enforce {
				return abstain("the profile has no hours")
			}
			found := w.open(h, a, a.At)
			if found.Reason != policy.OK || a.Synced {
				return found
			}
			// The true time may be a little before or after: both must do.
			margin := p.Clock.Margin.Value
			if w.open(h, a, a.At.Add(-margin)).Reason != policy.OK || w.open(h, a, a.At.Add(margin)).Reason != policy.OK {
				return refuse(policy.ClockUnsynced, "the window is about to open or close")
			}
			return found
		},
	}
}

// walls are the clocks and calendars on them.
type walls struct {
	zones map[string]*time.Location
	days  map[string]*calendar
}

// open says whether t lies in a window of its kind of day in every zone that the
// called number may be in. What is closed in a further zone only names it.
func (w *walls) open(h *policy.HoursParams, a *policy.Attempt, t time.Time) policy.Finding {
	found := w.openIn(h, a.Zone, t)
	for zone := range strings.FieldsSeq(a.OtherZones) {
		if found.Reason != policy.OK {
			break
		}
		if found = w.openIn(h, zone, t); found.Reason != policy.OK && found.Note == "" {
			found.Note = zone
		}
	}
	return found
}

func (w *walls) openIn(h *policy.HoursParams, name string, t time.Time) policy.Finding {
	zone := w.zones[name]
	if zone == nil {
		zone = w.zones[h.Zone]
	}
	table := w.days[h.Calendar]
	if zone == nil || table == nil && h.Calendar != "" {
		return refuse(policy.DataBad, "the zone or the calendar of the profile is not known")
	}
	return open(h, table, t.In(zone))
}

// open says whether the local time t lies in a window of its kind of day.
func open(h *policy.HoursParams, table *calendar, t time.Time) policy.Finding {
	windows, closed := h.Weekday.Value, policy.HoursClosed
	switch {
	case holiday(h, table, t):
		windows, closed = h.Holiday.Value, policy.HoursHoliday
	case t.Weekday() == time.Sunday:
		windows = h.Sunday.Value
	case holiday(h, table, t.AddDate(0, 0, 1)):
		if windows = h.Eve.Value; t.Weekday() == time.Saturday && !within(h.Saturday.Value, t) {
			return refuse(closed, "") // it is a Saturday too
		}
	case t.Weekday() == time.Saturday:
		windows = h.Saturday.Value
	}
	if within(windows, t) {
		return abstain("open")
	}
	return refuse(closed, "")
}

func within(windows []policy.Window, t time.Time) bool {
	hour, minute, second := t.Clock()
	return slices.ContainsFunc(windows, func(w policy.Window) bool { return w.Holds(hour, minute, second) })
}

// holiday reports whether the day of t is a holiday of the calendar or of the
// profile's own list.
func holiday(h *policy.HoursParams, table *calendar, t time.Time) bool {
	year, month, day := t.Date()
	for _, d := range h.Holidays.Value {
		if d.Is(year, month, day) {
			return true
		}
	}
	return table.has(year, t.YearDay())
}

// locations loads the zones that a number can be in, once: loading reads files.
func locations() map[string]*time.Location {
	zones := map[string]*time.Location{}
	for _, name := range numbers.Zones() {
		// A zone that this machine does not know counts as none.
		if l, err := time.LoadLocation(name); err == nil {
			zones[name] = l
		}
	}
	return zones
}
