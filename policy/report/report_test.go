package report

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// randomCall makes a record of one of a few campaigns.
func randomCall(dice *rand.Rand, at time.Time) policy.Record {
	var r policy.Record
	r.Attempt.At = at
	r.Attempt.CampaignName = []string{"acme/energy", "acme/gas", "beta/loans", ""}[dice.IntN(4)]
	r.Attempt.Mode, r.Attempt.Synced = policy.Mode(dice.IntN(3)), dice.IntN(9) > 0
	r.Decision.Verdict, r.Decision.Claim = policy.Verdict(dice.IntN(2)), policy.Claim(dice.IntN(3))
	r.Decision.Trail = []policy.Finding{{Rule: "list", Reason: policy.Reason(dice.IntN(3)), Shadow: dice.IntN(2) > 0}}
	e := &r.Ending
	e.Outcome, e.Reason, e.Forwarded = policy.Outcome(dice.IntN(int(policy.OutcomeHandedOn)+2)), policy.Reason(dice.IntN(3)), dice.IntN(2) > 0
	r.Repeat.Count = uint32(dice.IntN(3))
	if dice.IntN(2) > 0 {
		e.AnsweredAt = at.Add(time.Second)
		e.Ratio, e.Watch, e.Machine = policy.Ratio(dice.IntN(3)), policy.Watch(dice.IntN(3)), policy.Machine(dice.IntN(3))
		for _, one := range []*time.Time{&e.CutAt, &e.OperatorAt, &e.AmbienceAt} {
			if dice.IntN(2) > 0 {
				*one = e.AnsweredAt.Add(time.Duration(dice.IntN(12_000)-100) * time.Millisecond)
			}
		}
	}
	return r
}

// FuzzCounts: an attempt stands in one place, whatever its record says, and counts
// are the same however records are dealt among those who count.
func FuzzCounts(f *testing.F) {
	f.Add(uint64(1), uint64(2))
	f.Fuzz(func(t *testing.T, a, b uint64) {
		dice := rand.New(rand.NewPCG(a, b))
		c := rome(t)
		one, parts := NewDays(c, names), []*Days{NewDays(c, names), NewDays(c, names), NewDays(c, names)}
		at := time.Date(2026, 10, 24, 21, 0, 0, 0, time.UTC)
		for range 100 {
			at = at.Add(time.Duration(dice.IntN(3600)) * time.Second)
			rec, personal := randomCall(dice, at), dice.IntN(5) > 0
			one.Add(&rec, personal)
			parts[dice.IntN(3)].Add(&rec, personal)
		}
		parts[1].Merge(parts[2])
		parts[1].Merge(parts[0])
		var days []DayLines
		for date := "2026-10-24"; date < "2026-10-30"; date = c.Next(date) {
			lines := one.Lines(date)
			if d := cmp.Diff(lines, parts[1].Lines(date)); d != "" {
				t.Error(d)
			}
			for i := range lines {
				checkSums(t, &lines[i].Figures)
			}
			days = append(days, DayLines{Date: date, Lines: lines})
		}
		checkReport(t, c, days)
	})
}

// checkSums: the figures are what the doc of [Figure] says.
func checkSums(t *testing.T, f *Figures) {
	t.Helper()
	sum := func(list ...Figure) (n uint64) {
		for _, one := range list {
			n += f[one]
		}
		return n
	}
	if got := sum(Refused, Cancelled, Failed, Unreachable, Interrupted, HandedOn, Unended, Answered); got != f[Dialled] {
		t.Errorf("%d ends of %d attempts", got, f[Dialled])
	}
	if got := sum(Silent, Connected, MachineCarrier, MachineDialer, HungUp, Unwatched, Deaf, Unclassed); got != f[Answered] {
		t.Errorf("%d classes of %d answered calls", got, f[Answered])
	}
	if f[Bars]+f[BarsShadow] != f[Silent] {
		t.Errorf("%d and %d bars of %d silent calls", f[Bars], f[BarsShadow], f[Silent])
	}
}

// checkReport: a report that was read is the one that was written, and the sums of a
// month are those of its days.
func checkReport(t *testing.T, c Calendar, days []DayLines) {
	t.Helper()
	frame := Frame{Kind: OfSpan, First: days[0].Date, Last: days[len(days)-1].Date, Zone: "Europe/Rome", Revision: 1, Made: time.Unix(0, 0).UTC()}
	whole := func(Key) bool { return true }
	r := New(&frame, c, days, whole)
	first, err := r.JSON()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Read(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := read.JSON()
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("%v, %s", err, cmp.Diff(string(first), string(second)))
	}
	if d := cmp.Diff(r, read); d != "" {
		t.Error(d)
	}
	var apart Counts
	for i := range days {
		one := New(&frame, c, days[i:i+1], whole)
		apart.Merge(&one.Total.Counts)
	}
	apart.settle()
	if d := cmp.Diff(r.Total.Counts, apart); d != "" {
		t.Error(d)
	}
	if strings.Contains(string(first), "+39333") {
		t.Error("a number")
	}
}

// TestSubject: a report counts the calls of its subject, and of these what is taken.
func TestSubject(t *testing.T) {
	t.Parallel()
	line := func(principal, centre, campaign string, silent, connected uint64) Line {
		l := Line{Key: Key{principal, centre, principal + "/ads/" + centre, principal + "/" + campaign}}
		l.Figures[Dialled], l.Figures[Answered] = silent+connected+1, silent+connected
		l.Figures[Silent], l.Figures[Connected] = silent, connected
		return l
	}
	days := []DayLines{
		{Date: "2026-11-21", Lines: []Line{line("acme", "north", "gas", 1, 50), line("acme", "south", "gas-s", 2, 50), line("beta", "south", "loans", 0, 90)}},
		{Date: "2026-11-22", Lines: []Line{line("acme", "north", "gas", 3, 100), line("acme", "north", "wood", 0, 1)}},
		{Date: "2026-11-23", Missing: "the records are gone"},
		{Date: "2026-11-24", Lines: []Line{line("beta", "south", "loans", 1, 0)}},
	}
	all := func(Key) bool { return true }
	limits := New(&Frame{Limits: []Limits{{Profile: "it"}, {Profile: "gb"}, {Profile: "us"}}}, rome(t), days, all).Limits
	if len(limits) != 1 || limits[0].Profile != "it" {
		t.Errorf("the limits of no profile are %+v", limits)
	}
	days[0].Lines[0].Profiles = Names{"gb": 1, "us": 2}
	limits = New(&Frame{Limits: []Limits{{Profile: "it"}, {Profile: "gb"}, {Profile: "us"}}}, rome(t), days, all).Limits
	if len(limits) != 2 || limits[0].Profile != "gb" {
		t.Errorf("the limits are %+v", limits)
	}
	for _, c := range []struct {
		name    string
		subject Subject
		takes   func(Key) bool
		want    string // A, B, ratio, lines, groups, peak, worst
	}{
		{"all", Subject{}, all, "A7 B291 0.024055 4 3 2026-11-21 2026-11-24"},
		{"principal", Subject{Principal: "acme"}, all, "A6 B201 0.029851 3 2 2026-11-22 2026-11-21"},
		{"campaign", Subject{Campaign: "acme/gas"}, all, "A4 B150 0.026667 1 1 2026-11-22 2026-11-22"},
		{"group", Subject{Group: "acme/ads/north"}, all, "A4 B151 0.026490 2 1 2026-11-22 2026-11-22"},
		{"call centre, of its scope", Subject{Principal: "acme"}, func(k Key) bool { return k.CallCentre == "south" }, "A2 B50 0.040000 1 1 2026-11-21 2026-11-21"},
		{"nobody", Subject{Campaign: "acme/none"}, all, "A0 B0  0 0  "},
	} {
		frame := Frame{Kind: OfSpan, Subject: c.subject, First: "2026-11-21", Last: "2026-11-24"}
		r := New(&frame, rome(t), days, c.takes)
		f := &r.Total.Figures
		got := strings.Join([]string{
			"A" + decimal(f[Silent]), "B" + decimal(f[Connected]), ratioOf(r.Total.AofB),
			decimal(uint64(len(r.Lines))), decimal(uint64(len(r.Groups))), r.Peak, r.Worst,
		}, " ")
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if len(r.Days) != 4 || r.Days[2].Missing == "" {
			t.Errorf("%s: the days are %+v", c.name, r.Days)
		}
	}
}

// TestCSV: a table has every figure of a line, and a row of the same width.
func TestCSV(t *testing.T) {
	t.Parallel()
	d := NewDays(rome(t), names)
	rec, personal := readCall(t, "2026-10-25T09:00:00Z acme/gas operator=0.9 end=60 caller=390211110001")
	d.Add(&rec, personal)
	frame := Frame{
		Kind: OfDay, First: "2026-10-25", Last: "2026-10-25", Limits: []Limits{{Profile: "it", Enforced: "a_of_b", Ratio: 3, Day: 4, SilentMS: 3000}},
		Intervals: []Interval{{What: Bypassed, Trunk: "dialer-1", From: rec.Attempt.At}},
		Purged:    []Purged{{Month: "2026-10", Class: "refused", Until: rec.Attempt.At}},
	}
	r := New(&frame, rome(t), []DayLines{{Date: "2026-10-25", Lines: d.Lines("2026-10-25")}}, func(Key) bool { return true })
	data, err := r.CSV()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for _, want := range []string{
		"total,,calls,connected,1", "campaign,acme/gas,calls,connected,1", "group,acme/ads/north,ratio,a_of_b,0.000000",
		"campaign,acme/gas,seconds_to_operator,0.5-1,1", "campaign,acme/gas,callers,+39021111····,1", "day,2026-10-25,day,hours,25",
		"report,it,limit,a_of_b,3%", "report,dialer-1,bypass,2026-10-25T09:00:00Z,", "report,2026-10,purged,refused,2026-10-25T09:00:00Z",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no row %s", want)
		}
	}
	perLine := int(figureEnds) + 2 + len(OperatorBins) + len(AmbienceBins) + len(CutBins) + 3
	if want := 1 + 19 + 3 + 2 + 3*perLine + 8; len(lines) != want {
		t.Errorf("%d rows, want %d", len(lines), want)
	}
}

// TestRead: what is not a report of this form is said to be none.
func TestRead(t *testing.T) {
	t.Parallel()
	good, err := New(&Frame{}, rome(t), nil, nil).JSON()
	if err != nil {
		t.Fatal(err)
	}
	for want, data := range map[string]string{
		"":                             string(good),
		"more follows":                 string(good) + "{}",
		`the format "tregua/report/0"`: strings.Replace(string(good), Format, "tregua/report/0", 1),
		`"silent" is missing`:          strings.Replace(string(good), `"silent"`, `"quiet"`, 1),
		`there are`:                    strings.Replace(string(good), `"silent":`, `"quiet": 1, "silent":`, 1),
		`unknown field "more"`:         strings.Replace(string(good), `"first"`, `"more"`, 1),
		"EOF":                          "",
	} {
		_, err := Read([]byte(data))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// BenchmarkMonth sums a month of 31 days with 40 campaigns.
func BenchmarkMonth(b *testing.B) {
	dice := rand.New(rand.NewPCG(1, 2))
	c := rome(b)
	d := NewDays(c, names)
	for range 50_000 {
		rec := randomCall(dice, time.Date(2026, 10, 1+dice.IntN(31), 9, 0, 0, 0, time.UTC))
		d.Add(&rec, true)
	}
	days := []DayLines{}
	for date := "2026-10-01"; date <= "2026-10-31"; date = c.Next(date) {
		days = append(days, DayLines{Date: date, Lines: d.Lines(date)})
	}
	b.ReportAllocs()
	for b.Loop() {
		New(&Frame{}, c, days, func(Key) bool { return true })
	}
}

// BenchmarkAdd counts one record.
func BenchmarkAdd(b *testing.B) {
	dice := rand.New(rand.NewPCG(1, 2))
	d := NewDays(rome(b), names)
	rec := randomCall(dice, time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC))
	b.ReportAllocs()
	for b.Loop() {
		d.Add(&rec, true)
	}
}
