package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Window is a part of a day by the clock on the wall: From inclusive, To
// exclusive, in seconds since midnight as that clock shows them (on a day when
// the clock changes, not as they passed). It is written "09:00-20:00".
type Window struct{ From, To int }

// Holds reports whether the clock shows a time inside w.
func (w Window) Holds(hour, minute, second int) bool {
	s := hour*3600 + minute*60 + second
	return w.From <= s && s < w.To
}

// String writes w as it is read; seconds only if there are any.
func (w Window) String() string { return clock(w.From) + "-" + clock(w.To) }

// UnmarshalText reads "09:00-20:00", "09:00:00-20:00:00"; 24:00 is the end of
// the day.
func (w *Window) UnmarshalText(b []byte) error {
	from, to, ok := strings.Cut(string(b), "-")
	f, okF := readClock(from)
	t, okT := readClock(to)
	if !ok || !okF || !okT || f >= t {
		return fmt.Errorf("window %q: use two times of one day like 09:00-20:00", b)
	}
	*w = Window{f, t}
	return nil
}

// MarshalText writes w as [Window.String].
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

func clock(s int) string {
	t := fmt.Sprintf("%02d:%02d", s/3600, s/60%60)
	if s%60 != 0 {
		t += fmt.Sprintf(":%02d", s%60)
	}
	return t
}

func readClock(s string) (seconds int, ok bool) {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	for i, limit := range []int{24, 59, 59}[:len(parts)] {
		n, err := strconv.ParseUint(parts[i], 10, 8)
		if err != nil || len(parts[i]) != 2 || int(n) > limit {
			return 0, false
		}
		seconds += int(n) * []int{3600, 60, 1}[i]
	}
	return seconds, seconds <= 24*3600
}

// Day is a day of every year (Year 0, written "12-26") or of one year
// ("2026-06-24").
type Day struct {
	Year  int
	Month time.Month
	Day   int
}

// Is reports whether d is that day.
func (d Day) Is(year int, month time.Month, day int) bool {
	return d.Month == month && d.Day == day && (d.Year == 0 || d.Year == year)
}

// UnmarshalText reads "2026-06-24" or "06-24".
func (d *Day) UnmarshalText(b []byte) error {
	if t, err := time.Parse(time.DateOnly, string(b)); err == nil {
		*d = Day{t.Year(), t.Month(), t.Day()}
		return nil
	}
	// 2000 was a leap year, so every day that a year can have is read.
	t, err := time.Parse(time.DateOnly, "2000-"+string(b))
	if err != nil {
		return fmt.Errorf("day %q: use 2026-06-24 for one year or 06-24 for every year", b)
	}
	*d = Day{0, t.Month(), t.Day()}
	return nil
}

// MarshalText writes d as it is read.
func (d Day) MarshalText() ([]byte, error) {
	if d.Year == 0 {
		return fmt.Appendf(nil, "%02d-%02d", d.Month, d.Day), nil
	}
	return fmt.Appendf(nil, "%04d-%02d-%02d", d.Year, d.Month, d.Day), nil
}
