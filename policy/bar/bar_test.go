package bar

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// italy is the part of the profile that bars are reckoned by.
func italy(t testing.TB) *policy.Params {
	return figures(t, "Europe/Rome")
}

func figures(t testing.TB, zone string) *policy.Params {
	t.Helper()
	z, err := policy.ParseZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	p := new(policy.Params)
	p.Bar.Zone = z
	p.Bar.Days.Value, p.Bar.AtLeast.Value = 5, 120*time.Hour
	p.Bar.Scope.Value = policy.ScopeParties
	p.Operator.Months.Value = 24
	return p
}

// at reads a time of Rome's clock, or one with a zone of its own.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	if v, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return v.UTC()
	}
	v, err := time.ParseInLocation("2006-01-02 15:04:05", s, italy(t).Bar.Zone.Location())
	if err != nil {
		t.Fatal(err)
	}
	return v.UTC()
}

// TestUntil: five days to midnight and 120 hours, the later of them; at the
// changes of the clock one of the two is an hour behind the other.
func TestUntil(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, at, want string }{
		{"a plain week", "2026-11-18 10:00:00", "2026-11-24 00:00:00"},
		{"the first moment of a day", "2026-11-18 00:00:00", "2026-11-24 00:00:00"},
		{"the last moment of a day", "2026-11-18 23:59:59", "2026-11-24 00:00:00"},
		{"the day by Rome's clock, not by UTC's", "2026-11-17T23:30:00Z", "2026-11-24 00:00:00"},
		{"end of a month", "2026-11-27 12:00:00", "2026-12-03 00:00:00"},
		{"end of February", "2026-02-25 12:00:00", "2026-03-03 00:00:00"},
		{"a leap day", "2028-02-25 12:00:00", "2028-03-02 00:00:00"},
		{"end of the year", "2026-12-28 12:00:00", "2027-01-03 00:00:00"},
		// The clock goes forward on 29 March 2026: that day has 23 hours, so
		// the five days may be an hour shorter than 120 hours.
		{"the day before it goes forward", "2026-03-28 12:00:00", "2026-04-03 00:00:00"},
		{"late before it goes forward", "2026-03-28 23:59:59", "2026-04-03 00:59:59"},
		{"just late enough", "2026-03-28 23:00:01", "2026-04-03 00:00:01"},
		{"just not late enough", "2026-03-28 23:00:00", "2026-04-03 00:00:00"},
		{"in the hour that is not", "2026-03-29T01:00:00Z", "2026-04-04 00:00:00"},
		{"forward on the fifth day", "2026-03-24 23:30:00", "2026-03-30 00:30:00"},
		{"forward after the fifth day", "2026-03-23 23:30:00", "2026-03-29 00:00:00"},
		// It goes back on 25 October 2026: that day has 25 hours.
		{"late before it goes back", "2026-10-24 23:59:59", "2026-10-30 00:00:00"},
		{"in the hour that is twice, first", "2026-10-25T00:30:00Z", "2026-10-31 00:00:00"},
		{"in the hour that is twice, second", "2026-10-25T01:30:00Z", "2026-10-31 00:00:00"},
		{"back on the fifth day", "2026-10-20 00:00:00", "2026-10-26 00:00:00"},
	} {
		got, want := Until(at(t, tt.at), &italy(t).Bar), at(t, tt.want)
		if !got.Equal(want) {
			t.Errorf("%s: %s\n\tgot  %s\n\twant %s", tt.name, tt.at, got, want)
		}
	}
}

// TestUntilFigures: each of the two figures counts, also alone.
func TestUntilFigures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		days  int
		least time.Duration
		want  string
	}{
		{0, 0, "2026-11-19 00:00:00"},
		{0, 72 * time.Hour, "2026-11-21 10:00:00"},
		{2, 72 * time.Hour, "2026-11-21 10:00:00"},
		{3, 72 * time.Hour, "2026-11-22 00:00:00"},
	} {
		p := italy(t)
		p.Bar.Days.Value, p.Bar.AtLeast.Value = tt.days, tt.least
		if got := Until(at(t, "2026-11-18 10:00:00"), &p.Bar); !got.Equal(at(t, tt.want)) {
			t.Errorf("%d days, %s: got %s, want %s", tt.days, tt.least, got, tt.want)
		}
	}
}

// TestUntilEverywhere holds the law of a bar for every hour of four years, also
// where the clock changes at midnight: it ends when the sixth day begins, or
// after the hours.
func TestUntilEverywhere(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Rome", "UTC", "Asia/Beirut", "America/Santiago", "America/Havana", "Africa/Cairo", "Atlantic/Azores", "Australia/Lord_Howe"} {
		p := figures(t, zone)
		l := p.Bar.Zone.Location()
		for s := at(t, "2024-01-01 00:00:00"); s.Year() < 2028; s = s.Add(time.Hour) {
			end := Until(s, &p.Bar)
			year, month, day := s.In(l).Date()
			sixth := time.Date(year, month, day+6, 12, 0, 0, 0, time.UTC).Format(time.DateOnly)
			begun, before := end.In(l).Format(time.DateOnly), end.Add(-1).In(l).Format(time.DateOnly)
			switch {
			case end.Sub(s) < 120*time.Hour:
				t.Errorf("%s: %s has %s", zone, s, end.Sub(s))
			case begun != sixth:
				t.Errorf("%s: %s ends on %s, not on %s", zone, s, begun, sixth)
			case before == sixth && end.Sub(s) != 120*time.Hour:
				t.Errorf("%s: %s ends at %s, in the sixth day, and not for the hours", zone, s, end.In(l))
			}
		}
	}
}

func TestFact(t *testing.T) {
	t.Parallel()
	none := policy.BarFact{Known: policy.Absent}
	bar := func(id byte, when string, cc policy.CallCentreID, pr policy.PrincipalID) Bar {
		s := at(t, when)
		return Bar{Of: policy.AttemptID{id}, At: s, Until: Until(s, &italy(t).Bar), CallCentre: cc, Principal: pr}
	}
	one := bar(1, "2026-11-18 10:00:00", 1, 1)
	shadow := func(b Bar) Bar { b.Shadow = true; return b }
	late := bar(2, "2026-11-19 10:00:00", 1, 2)
	long := one
	long.Of, long.Until = policy.AttemptID{3}, at(t, "2026-12-24 00:00:00")
	says := func(b Bar, pending bool) policy.BarFact {
		return policy.BarFact{Known: policy.Present, Of: b.Of, Since: b.At, Until: b.Until, Shadow: b.Shadow, Pending: pending}
	}
	shared := func(f policy.BarFact) policy.BarFact { f.Shared = true; return f }
	longest := says(late, true)
	longest.Until = long.Until
	merged := says(late, true)
	for _, tt := range []struct {
		name string
		bars Bars
		now  string
		cc   policy.CallCentreID
		pr   policy.PrincipalID
		all  bool // scope platform
		want policy.BarFact
	}{
		{"none", nil, "2026-11-20 10:00:00", 1, 1, false, none},
		{"both parties", Bars{one}, "2026-11-20 10:00:00", 1, 1, false, says(one, true)},
		{"the same call centre", Bars{one}, "2026-11-20 10:00:00", 1, 9, false, says(one, true)},
		{"the same principal", Bars{one}, "2026-11-20 10:00:00", 9, 1, false, says(one, true)},
		{"others", Bars{one}, "2026-11-20 10:00:00", 9, 9, false, none},
		{"others on the platform", Bars{one}, "2026-11-20 10:00:00", 9, 9, true, shared(says(one, true))},
		{"nobody is not nobody", Bars{bar(1, "2026-11-18 10:00:00", 0, 0)}, "2026-11-20 10:00:00", 0, 0, false, none},
		{"nobody on the platform", Bars{bar(1, "2026-11-18 10:00:00", 0, 0)}, "2026-11-20 10:00:00", 0, 0, true, shared(says(bar(1, "2026-11-18 10:00:00", 0, 0), true))},
		{"the same call centre on the platform", Bars{one}, "2026-11-20 10:00:00", 1, 9, true, says(one, true)},
		{"others on the platform, after the days", Bars{one}, "2026-11-24 00:00:00", 9, 9, true, shared(says(one, true))},
		{"ours and others' newer", Bars{one, late}, "2026-11-20 10:00:00", 9, 1, true, merged},
		{"ours over, others' not", Bars{one, late}, "2026-11-24 00:00:00", 9, 1, true, shared(merged)},
		{"both over", Bars{one, late}, "2026-11-25 00:00:00", 9, 1, true, merged},
		{"ours in shadow, others' not", Bars{shadow(one), late}, "2026-11-20 10:00:00", 9, 1, true, shared(says(late, true))},
		{"after the days", Bars{one}, "2026-11-24 00:00:00", 1, 1, false, says(one, true)},
		{"the last second of the guarantee", Bars{one}, "2028-11-18 09:59:59", 1, 1, false, says(one, true)},
		{"the end of the guarantee", Bars{one}, "2028-11-18 10:00:00", 1, 1, false, none},
		{"a day that outlasts the guarantee", Bars{{At: one.At, Until: at(t, "2029-01-01 00:00:00"), CallCentre: 1}}, "2028-12-01 00:00:00", 1, 1, false, policy.BarFact{Known: policy.Present, Since: one.At, Until: at(t, "2029-01-01 00:00:00")}},
		{"the newest", Bars{one, late}, "2026-11-20 10:00:00", 1, 1, false, says(late, true)},
		{"the newest, whatever the order", Bars{late, one}, "2026-11-20 10:00:00", 1, 1, false, says(late, true)},
		{"the newest in scope", Bars{one, late}, "2026-11-20 10:00:00", 9, 1, false, says(one, true)},
		{"the newest, until the last ends", Bars{long, late}, "2026-11-20 10:00:00", 1, 1, false, longest},
		{"shadow", Bars{shadow(one)}, "2026-11-20 10:00:00", 1, 1, false, says(shadow(one), true)},
		{"shadow newer", Bars{one, shadow(late)}, "2026-11-20 10:00:00", 1, 1, false, says(one, true)},
		{"shadow older", Bars{shadow(one), late}, "2026-11-20 10:00:00", 1, 1, false, says(late, true)},
		{"shadow in scope, the other not", Bars{bar(1, "2026-11-18 10:00:00", 7, 7), shadow(late)}, "2026-11-20 10:00:00", 1, 1, false, says(shadow(late), true)},
	} {
		p := italy(t)
		if tt.all {
			p.Bar.Scope.Value = policy.ScopePlatform
		}
		got := tt.bars.Fact(at(t, tt.now), &policy.Attempt{CallCentre: tt.cc, Principal: tt.pr}, p)
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestFactAllocates(t *testing.T) {
	p, a := italy(t), &policy.Attempt{CallCentre: 1}
	now := at(t, "2026-11-18 10:00:00")
	b := Bars{{At: now, Until: Until(now, &p.Bar), CallCentre: 1}}
	if n := testing.AllocsPerRun(100, func() { b.Fact(now, a, p); Until(now, &p.Bar) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
