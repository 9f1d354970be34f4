package rules

import (
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/it"
)

// The years a calendar covers; outside of them every day counts as a holiday,
// so that a clock gone wild calls nobody.
const firstYear, lastYear = 2000, 2199

// calendar is a table of public holidays: a bit per day of each year.
type calendar [lastYear - firstYear + 1][6]uint64

// calendars returns the calendar of each country that has one.
func calendars() map[string]*calendar {
	return map[string]*calendar{
		"IT": newCalendar(italy()),
		"FR": newCalendar(fr.Holidays), // Code du travail art. L3133-1
		"ES": newCalendar(es.Holidays), // RD 2001/1983 art. 45, without the days that a community may change but 6 January
		"DE": newCalendar(de.Holidays), // those of every Land
	}
}

// italy returns the public holidays of Italy (L. 260/1949 art. 2): the
// library's, and the two it leaves out.
func italy() []*cal.Holiday {
	easter := &cal.Holiday{Name: "Pasqua", Type: cal.ObservancePublic, Func: cal.CalcEasterOffset}
	francesco := &cal.Holiday{
		Name: "San Francesco d'Assisi", Type: cal.ObservancePublic,
		StartYear: 2026, Month: time.October, Day: 4, Func: cal.CalcDayOfMonth,
	} // L. 151/2025
	return append([]*cal.Holiday{easter, francesco}, it.Holidays...)
}

func newCalendar(holidays []*cal.Holiday) *calendar {
	c := new(calendar)
	for year := firstYear; year <= lastYear; year++ {
		for _, h := range holidays {
			if actual, _ := h.Calc(year); !actual.IsZero() {
				d := actual.YearDay()
				c[year-firstYear][d/64] |= 1 << (d % 64)
			}
		}
	}
	return c
}

// has reports whether that day of the year is a holiday. A nil calendar has none.
func (c *calendar) has(year, yearDay int) bool {
	if c == nil {
		return false
	}
	if year < firstYear || year > lastYear {
		return true
	}
	return c[year-firstYear][yearDay/64]&(1<<(yearDay%64)) != 0
}
