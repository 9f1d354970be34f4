package rules

import (
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// hours refuses a call outside the windows of the profile, by the clock on the
// wall of the called person. It is active only when the profile has hours.
func hours() policy.Rule {
	zones := locations()
	days := calendars()
	return policy.Rule{
		Name:    "hours",
		Law:     policy.HoursClosed.Law(),
		Reasons: []policy.Reason{policy.HoursClosed, policy.HoursHoliday, policy.ClockUnsynced, policy.DataBad},
		Judge: func(p *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			h := &p.Hours
			if !h.Enforce {
				return abstain("the profile has no hours")
			}
			zone := zones[a.Zone]
			if zone == nil {
				zone = zones[h.Zone]
			}
			table := days[h.Calendar]
			if zone == nil || table == nil && h.Calendar != "" {
				return refuse(policy.DataBad, "the zone or the calendar of the profile is not known")
			}
			found := open(h, table, a.At.In(zone))
			if found.Reason != policy.OK || a.Synced {
				return found
			}
			// The true time may be a little before or after: both must do.
			margin := p.Clock.Margin.Value
			if open(h, table, a.At.Add(-margin).In(zone)).Reason != policy.OK ||
				open(h, table, a.At.Add(margin).In(zone)).Reason != policy.OK {
				return refuse(policy.ClockUnsynced, "the window is about to open or close")
			}
			return found
		},
	}
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
		windows = h.Eve.Value
	case t.Weekday() == time.Saturday:
		windows = h.Saturday.Value
	}
	hour, minute, second := t.Clock()
	for _, w := range windows {
		if w.Holds(hour, minute, second) {
			return abstain("open")
		}
	}
	return refuse(closed, "")
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
