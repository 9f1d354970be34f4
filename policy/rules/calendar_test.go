package rules

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCalendar holds each calendar against a table checked by hand: a line of it
// names the days of every year, the others a year and its further ones. It fails
// when this year or the next is not in a table.
func TestCalendar(t *testing.T) {
	t.Parallel()
	for _, country := range slices.Sorted(maps.Keys(calendars())) {
		t.Run(country, func(t *testing.T) {
			t.Parallel()
			file := "testdata/holidays-" + country + ".txt"
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("a calendar has a table checked by hand: %v", err)
			}
			every, years := "", map[int]bool{}
			for line := range strings.Lines(string(b)) {
				if days, ok := strings.CutPrefix(line, "# Every year:"); ok {
					every = days
				}
				if !strings.HasPrefix(line, "#") {
					years[holdsYear(t, calendars()[country], line, every)] = true
				}
			}
			for _, y := range []int{time.Now().Year(), time.Now().Year() + 1} {
				if !years[y] {
					t.Errorf("%s does not cover %d: add its Easter, and look for new law", file, y)
				}
			}
		})
	}
}

// holdsYear holds a calendar against the line of a year, which it returns.
func holdsYear(t *testing.T, days *calendar, line, every string) int {
	t.Helper()
	first, err := time.Parse("2006", line[:4])
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Fields(every + line[4:])
	for d := first; d.Year() == first.Year(); d = d.AddDate(0, 0, 1) {
		if got, is := days.has(d.Year(), d.YearDay()), slices.Contains(want, d.Format("01-02")); got != is {
			t.Errorf("%s: a holiday: %v, want %v", d.Format(time.DateOnly), got, is)
		}
	}
	return first.Year()
}
