package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	open := func(p *Params) {
		p.Hours.Enforce, p.Hours.Zone = true, "Europe/Rome"
		w := Windows{Value: []Window{{0, 1}}, Basis: p.Hours.Basis}
		p.Hours.Weekday, p.Hours.Saturday, p.Hours.Sunday, p.Hours.Eve, p.Hours.Holiday = w, w, w, w, w
		p.Hours.Holidays.Basis = p.Hours.Basis
	}
	caps := func(p *Params) {
		b := p.Frequency.Basis
		cap3 := CountParam{3, b}
		p.Frequency = FrequencyParams{b, true, p.Bar.Zone, cap3, cap3, cap3, Span{720 * time.Hour, b}, cap3, SwitchParam{true, b}, Span{time.Second, b}}
	}
	for _, tt := range []struct {
		name string
		harm func(*Params)
		want string
	}{
		{"complete", func(*Params) {}, ""},
		{"with hours", open, ""},
		{"no name", func(p *Params) { p.Name = "" }, "name: missing"},
		{"a run of one", func(p *Params) { p.Scanning.Run.Value = 1 }, "scanning.run: must be 2 numbers or more"},
		{"more than all", func(p *Params) { p.Scanning.InRuns.Value = 101 }, "scanning.in_runs: must be from 0 to 100: it is a share of 100"},
		{"less than none", func(p *Params) { p.Scanning.Unassignable.Value = -1 }, "scanning.unassignable: must be from 0 to 100: it is a share of 100"},
		{"no binding", func(p *Params) { p.Blacklist.Binding = 0 }, "blacklist: binding: missing; use law, code or practice"},
		{"no source", func(p *Params) { p.Registry.ValidFor.Source = "" }, "registry.valid_for: source: missing"},
		{"no day", func(p *Params) { p.Consent.AsOf = "November" }, `consent: as_of "November": use a day like 2026-11-22`},
		{"no margin", func(p *Params) { p.Clock.Margin.Value = 0 }, "clock.margin: must be longer than nothing"},
		{"negative", func(p *Params) { p.Registry.ValidFor.Value = -time.Hour }, "registry.valid_for: must be longer than nothing"},
		{"no precedence", func(p *Params) { p.Registry.ConsentOverOpposition.Value = 0 }, "registry.consent_over_opposition: missing"},
		{"hours without zone", func(p *Params) { open(p); p.Hours.Zone = "" }, "hours.zone: missing"},
		{"hours without basis", func(p *Params) { open(p); p.Hours.Eve.Source = "" }, "hours.eve: source: missing"},
		{"never open", func(p *Params) {
			open(p)
			for _, w := range []*Windows{&p.Hours.Weekday, &p.Hours.Saturday, &p.Hours.Sunday, &p.Hours.Eve, &p.Hours.Holiday} {
				w.Value = nil
			}
		}, "hours: no window on any day; nothing could ever be called"},
		{"no zone", func(p *Params) { p.Bar.Zone = Zone{} }, "bar.zone: missing; use a zone like Europe/Rome"},
		{"negative days", func(p *Params) { p.Bar.Days.Value = -1 }, "bar: days and at_least must not be negative"},
		{"negative hours", func(p *Params) { p.Bar.AtLeast.Value = -1 }, "bar: days and at_least must not be negative"},
		{"no scope", func(p *Params) { p.Bar.Scope.Value = 0 }, "bar.scope: missing"},
		{"negative months", func(p *Params) { p.Operator.Months.Value = -1 }, "operator.months: must not be negative"},
		{"no guarantee", func(p *Params) { p.Operator.Months.Value = 0 }, ""},
		{"no end of a blacklist", func(p *Params) { p.Freshness.StaleAfter.Value = 0 }, "freshness.stale_after: must be longer than nothing"},
		{"negative hops", func(p *Params) { p.Consent.MaxHops.Value = -1 }, "consent.max_hops: must not be negative"},
		{"never warns", func(p *Params) { p.Consent.WarnMonths.Value = 0 }, ""},
		{"negative warning", func(p *Params) { p.Consent.WarnMonths.Value = -1 }, "consent: warn_months and end_months must not be negative"},
		{"negative end", func(p *Params) { p.Consent.EndMonths.Value = -1 }, "consent: warn_months and end_months must not be negative"},
		{"no grace", func(p *Params) { p.Contract.Grace.Value = 0 }, ""},
		{"negative grace", func(p *Params) { p.Contract.Grace.Value = -1 }, "contract.grace: must not be negative"},
		{"nothing around the time agreed on", func(p *Params) { p.Request.Around.Value = 0 }, "request.around: must be longer than nothing"},
		{"no limit", func(p *Params) { p.Silent.Limit.Value = 0 }, "silent.limit: must be longer than nothing"},
		{"negative grace", func(p *Params) { p.CallCentre.Grace.Value = -1 }, "callcentre.grace: must not be negative"},
		{"no grace", func(p *Params) { p.CallCentre.Grace.Value = 0 }, ""},
		{"no country", func(p *Params) { p.Origin.Countries.Value = []string{"IT", "it", "ITA"} }, "origin.countries: write two capital letters of ISO 3166, as IT; not \"it\"\n" +
			"origin.countries: write two capital letters of ISO 3166, as IT; not \"ITA\""},
		{"no territory", func(p *Params) { p.Also = []string{"GP", "guadeloupe"} }, `also: write two capital letters of ISO 3166, as IT; not "guadeloupe"`},
		{"no range", func(p *Params) { p.CallerID.Only.Value = []string{"336", "+336"} }, `callerid.only: write the first digits of E.164 without the plus, as 336; not "+336"`},
		{"a range of all", func(p *Params) { p.CallerID.Never.Value = []string{""} }, `callerid.never: write the first digits of E.164 without the plus, as 336; not ""`},
		{"a national range", func(p *Params) { p.CallerID.Never.Value = []string{"06"} }, `callerid.never: write the first digits of E.164 without the plus, as 336; not "06"`},
		{"asked and banned", func(p *Params) { p.Sector.Banned.Value = []string{"energy"} }, `sector.asked: "energy" is banned too`},
		{"sectors without basis", func(p *Params) { p.Sector.Banned.Source = "" }, "sector.banned: source: missing"},
		{"no column for who hangs up", func(p *Params) { p.Silent.HungUp.Value = 0 }, "silent.hung_up: missing"},
		{"caps", caps, ""},
		{"caps without zone", func(p *Params) { caps(p); p.Frequency.Zone = Zone{} }, "frequency.zone: missing; use a zone like Europe/Rome"},
		{"a cap below nothing", func(p *Params) { caps(p); p.Frequency.Day.Value = -1 }, "frequency.day: must be 0 (no cap) to 200"},
		{"a cap above what is kept", func(p *Params) { caps(p); p.Frequency.Own.Value = 201 }, "frequency.own: must be 0 (no cap) to 200"},
		{"a cap without basis", func(p *Params) { caps(p); p.Frequency.Month.Source = "" }, "frequency.month: source: missing"},
		{"a window longer than what is kept", func(p *Params) { caps(p); p.Frequency.Within.Value++ }, "frequency.within: must be longer than nothing, and 720h at most"},
		{"no window", func(p *Params) { caps(p); p.Frequency.Within.Value = 0 }, "frequency.within: must be longer than nothing, and 720h at most"},
		{"no talk", func(p *Params) { caps(p); p.Frequency.Talk.Value = 0 }, "frequency.talk: must be longer than nothing"},
		{"no cooling", func(p *Params) { p.Refusal.Enforce, p.Refusal.Cooling.Basis = true, p.Refusal.Basis }, "refusal.cooling: must be longer than nothing"},
		{"figures without basis", func(p *Params) {
			for _, b := range []*Basis{
				&p.Bar.Basis, &p.Bar.Days.Basis, &p.Bar.AtLeast.Basis, &p.Bar.Scope.Basis, &p.Operator.Basis,
				&p.Operator.Months.Basis, &p.Silent.Basis, &p.Silent.Limit.Basis, &p.Silent.HungUp.Basis,
			} {
				b.Source = ""
			}
		}, "bar: source: missing\nbar.days: source: missing\nbar.at_least: source: missing\nbar.scope: source: missing\n" +
			"operator: source: missing\noperator.months: source: missing\n" +
			"silent: source: missing\nsilent.limit: source: missing\nsilent.hung_up: source: missing"},
		{"two mistakes", func(p *Params) { p.Name, p.Number.Source = "", "" }, "name: missing\nnumber: source: missing"},
	} {
		p := complete("it")
		tt.harm(&p)
		got := ""
		if err := p.Validate(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestOverlay: each section of an overlay takes the place of the one below it,
// whole, and a section that it has not leaves the base alone.
func TestOverlay(t *testing.T) {
	t.Parallel()
	base, other := complete("it"), complete("code")
	section := func(s string) Basis { return Basis{Binding: BindingCode, Source: s, AsOf: "2026-11-22"} }
	if d := cmp.Diff("it+none", base.Overlay(Params{Name: "none"}).Name); d != "" {
		t.Error(d)
	}
	empty := base.Overlay(Params{Name: "none"})
	empty.Name = "it"
	if d := cmp.Diff(base, empty); d != "" {
		t.Errorf("an empty overlay changes: %s", d)
	}
	other.Clock.Basis, other.Emergency.Basis, other.Number.Basis = section("c"), section("e"), section("n")
	other.Campaign.Basis, other.Blacklist.Basis, other.Ground.Basis = section("ca"), section("b"), section("g")
	other.Registry.Basis, other.Consent.Basis, other.Hours.Basis = section("r"), section("co"), section("h")
	other.Refusal.Basis, other.Frequency.Basis = section("re"), section("f")
	other.Scanning.Basis, other.Provider.Basis, other.List.Basis = section("s"), section("p"), section("l")
	other.Bar.Basis, other.Operator.Basis, other.Silent.Basis = section("ba"), section("o"), section("s")
	other.Freshness.Basis, other.Hold.Basis = section("f"), section("ho")
	other.Contract.Basis, other.Request.Basis = section("ct"), section("rq")
	other.Mandate.Basis, other.CallCentre.Basis, other.CallerID.Basis = section("m"), section("cc"), section("id")
	other.Origin.Basis, other.Sector.Basis = section("or"), section("se")
	other.Hours.Enforce = true
	other.Bar.Days.Value, other.Operator.Months.Value, other.Silent.HungUp.Value = 7, 36, HungUpSilent
	got := base.Overlay(other)
	other.Name = "it+code"
	if d := cmp.Diff(other, got); d != "" {
		t.Errorf("a full overlay leaves: %s", d)
	}
	if base.Hours.Enforce || base.Bar.Days.Value != 5 {
		t.Error("the base was changed")
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want Window
		ok   bool
	}{
		{"09:00-20:00", Window{9 * 3600, 20 * 3600}, true},
		{"00:00-24:00", Window{0, 24 * 3600}, true},
		{"09:30:15-09:30:16", Window{34215, 34216}, true},
		{"20:00-09:00", Window{}, false},
		{"09:00-09:00", Window{}, false},
		{"00:00-24:01", Window{}, false},
		{"9-20", Window{}, false},
		{"9:00-20:00", Window{}, false},
		{"09:60-20:00", Window{}, false},
		{"09:00", Window{}, false},
		{"+9:00-20:00", Window{}, false},
		{"", Window{}, false},
	} {
		var w Window
		if err := w.UnmarshalText([]byte(tt.in)); w != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: got %v, %v", tt.in, w, err)
		}
		if tt.ok && w.String() != tt.in {
			t.Errorf("%q is written %q", tt.in, w)
		}
	}
	w := Window{9 * 3600, 20 * 3600}
	for at, want := range map[[3]int]bool{{8, 59, 59}: false, {9, 0, 0}: true, {19, 59, 59}: true, {20, 0, 0}: false} {
		if got := w.Holds(at[0], at[1], at[2]); got != want {
			t.Errorf("%v: got %v", at, got)
		}
	}
}

// FuzzWindow: a window that is read is written and read to the same.
func FuzzWindow(f *testing.F) {
	for _, s := range []string{"09:00-20:00", "00:00:01-24:00", "9-20", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var w, again Window
		if w.UnmarshalText([]byte(s)) != nil {
			return
		}
		if err := again.UnmarshalText([]byte(w.String())); err != nil || again != w {
			t.Errorf("%q: %v, then %v, %v", s, w, again, err)
		}
		if w.From < 0 || w.From >= w.To || w.To > 24*3600 {
			t.Errorf("%q: %v", s, w)
		}
	})
}

func TestDay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		in   string
		want Day
		ok   bool
	}{
		{"2026-06-24", Day{2026, time.June, 24}, true},
		{"06-24", Day{0, time.June, 24}, true},
		{"02-29", Day{0, time.February, 29}, true},
		{"2026-02-29", Day{}, false},
		{"02-30", Day{}, false},
		{"24/06", Day{}, false},
		{"", Day{}, false},
	} {
		var d Day
		if err := d.UnmarshalText([]byte(tt.in)); d != tt.want || (err == nil) != tt.ok {
			t.Errorf("%q: got %v, %v", tt.in, d, err)
		}
		if b, err := d.MarshalText(); tt.ok && (string(b) != tt.in || err != nil) {
			t.Errorf("%q is written %q, %v", tt.in, b, err)
		}
	}
	every, once := Day{0, time.June, 24}, Day{2026, time.June, 24}
	if !every.Is(2030, time.June, 24) || every.Is(2030, time.June, 25) || every.Is(2030, time.July, 24) {
		t.Error("06-24 is a day of every year")
	}
	if !once.Is(2026, time.June, 24) || once.Is(2027, time.June, 24) {
		t.Error("2026-06-24 is a day of one year")
	}
}

func TestNumberString(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		n            Number
		want, masked string
	}{
		{0, "", "+…"},
		{393331234567, "+393331234567", "+39333123····"},
		{3906123456, "+3906123456", "+390612····"},
		{123456, "+123456", "+…"},
	} {
		if tt.n.String() != tt.want || tt.n.Masked() != tt.masked {
			t.Errorf("%d: got %q, %q", uint64(tt.n), tt.n, tt.n.Masked())
		}
		if tt.n != 0 && strings.Contains(tt.n.Masked(), tt.n.String()[len(tt.n.String())-4:]) {
			t.Errorf("%d: the last four digits show", uint64(tt.n))
		}
	}
}
