package page

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/report"
)

// month is a report with something in every section.
func month(t *testing.T, kind report.Kind) *report.Report {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	c := report.Calendar{Zone: zone}
	names := func(a *policy.Attempt) report.Key {
		principal, name, _ := strings.Cut(a.CampaignName, "/")
		group := principal + "/" + name + "/callcentre-nord"
		if a.CampaignName == "" {
			group = ""
		}
		return report.Key{Principal: principal, CallCentre: "callcentre-nord", Group: group, Campaign: a.CampaignName}
	}
	days := report.NewDays(c, names)
	frame := report.Frame{
		Kind: kind, Subject: report.Subject{Principal: "acme"}, First: "2026-10-01", Last: "2026-10-31", Zone: "Europe/Rome",
		Made: time.Date(2026, 11, 1, 0, 10, 0, 0, zone), Revision: 2, Open: 3, Node: "mi-edge-1 (1)", Program: "1.4.0",
		Limits: []report.Limits{{Profile: "it", Enforced: "a_of_b", Ratio: 3, Day: 4, SilentMS: 3000, Source: "Garante provv. 83/2014"}},
		Intervals: []report.Interval{
			{What: report.Bypassed, Trunk: "dialer-1", From: time.Date(2026, 10, 7, 9, 0, 0, 0, zone), Until: time.Date(2026, 10, 7, 13, 0, 0, 0, zone), Who: "token:anna, confirmed by token:otto"},
			{What: report.Outage, From: time.Date(2026, 10, 25, 2, 30, 0, 0, zone)},
		},
		Purged: []report.Purged{{Month: "2026-10", Class: "unanswered", Until: time.Date(2026, 10, 2, 20, 59, 58, 0, zone)}},
		Anchor: report.Anchor{UpTo: 1_204_511, At: time.Date(2026, 11, 1, 0, 0, 4, 0, zone)},
	}
	var list []report.DayLines
	for date := frame.First; date <= frame.Last; date = c.Next(date) {
		start, err := c.Start(date)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 900 {
			rec := call(n, start.Add(9*time.Hour+time.Duration(n)*time.Second))
			days.Add(&rec, n%100 != 0)
		}
		list = append(list, report.DayLines{Date: date, Lines: days.Lines(date)})
	}
	list[11] = report.DayLines{Date: list[11].Date, Missing: "the records are gone"}
	return report.New(&frame, c, list, func(report.Key) bool { return true })
}

// call is the nth call of a day.
func call(n int, at time.Time) policy.Record {
	var r policy.Record
	r.Attempt.At, r.Attempt.Synced, r.Attempt.Profile, r.Attempt.Mode = at, true, "it", policy.Enforce
	r.Attempt.CampaignName = []string{"acme/energia-elettrica", "acme/gas", "acme/energia-elettrica", ""}[n%4]
	if r.Attempt.CampaignName == "" {
		r.Attempt.CampaignName = "acme/fibra"
	}
	r.Facts.Generation = 41 + uint64(at.Day()/15)
	r.Facts.Caller = policy.CallerFact{Known: policy.Present, Number: policy.Number(390211110000 + 10000*(n%2))}
	e := &r.Ending
	e.Outcome, e.Forwarded = policy.OutcomeFailed, true
	reasons := []policy.Reason{policy.RegistryOpposed, policy.HoursClosed, policy.BlacklistListed, policy.FrequencyAttempts, policy.BarSilent}
	switch {
	case n%5 == 0:
		e.Outcome, e.Forwarded, r.Decision.Reason = policy.OutcomeRefused, false, reasons[n/5%5*(n/25%2)]
	case n%5 == 1:
		e.Outcome = policy.OutcomeCancelled
	case n%5 > 2:
		answered(e, n, at)
	}
	if n%50 == 9 {
		r.Decision.Verdict = policy.Allow
		r.Decision.Trail = []policy.Finding{{Rule: "hours", Reason: policy.HoursClosed, Shadow: true}}
		r.Decision.Claim = policy.ClaimContact
	}
	return r
}

func answered(e *policy.Ending, n int, at time.Time) {
	e.AnsweredAt, e.Watch, e.Rang = at.Add(9*time.Second), policy.WatchEnforce, true
	after := func(ms int) time.Time { return e.AnsweredAt.Add(time.Duration(ms) * time.Millisecond) }
	e.AmbienceAt, e.EndedAt = after(15+n%60), after(60_000)
	switch {
	case n%90 == 8 && at.Day()%3 > 0:
		e.Outcome, e.Ratio, e.CutAt, e.EndedBy = policy.OutcomeSilent, policy.RatioA, after(2890+n%3*20), policy.Tregua
	case n%7 == 0:
		e.Outcome, e.Machine = policy.OutcomeMachine, policy.DialerMachine
	case n%31 == 0:
		e.Outcome = policy.OutcomeHungUp
	default:
		e.Outcome, e.Ratio, e.OperatorAt = policy.OutcomeConnected, policy.RatioB, after(n*37%2900)
	}
}

var proof = Proof{Digest: strings.Repeat("0123456789abcdef", 4), Signature: strings.Repeat("Ab3/", 22)}

// TestPages: both forms are written in both languages, the same each time, and load
// nothing. Set REPORT_PAGES to a directory to look at them.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, kind := range []report.Kind{report.OfDay, report.OfMonth} {
		for _, l := range []Lang{English, Italian} {
			html, err := HTML(month(t, kind), proof, l)
			if err != nil {
				t.Fatal(err)
			}
			pdf, err := PDF(month(t, kind), proof, l)
			if err != nil {
				t.Fatal(err)
			}
			again, err := PDF(month(t, kind), proof, l)
			if err != nil || !bytes.Equal(pdf, again) {
				t.Errorf("%s: the same report makes another PDF (%v)", l, err)
			}
			if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
				t.Errorf("%s: no PDF", l)
			}
			if bad := regexp.MustCompile(`(?i)<(script|link|img|iframe)|https?:|url\(|@import`).Find(html); bad != nil {
				t.Errorf("%s: the page has %q", l, bad)
			}
			if dir := os.Getenv("REPORT_PAGES"); dir != "" {
				name := filepath.Join(dir, fmt.Sprintf("%s-%s", kind, l))
				if err := os.WriteFile(name+".html", html, 0o600); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(name+".pdf", pdf, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestSheet: what must not be overlooked is on the page.
func TestSheet(t *testing.T) {
	t.Parallel()
	for l, wants := range map[Lang][]string{
		English: {
			"Month, 1 October 2026 – 31 October 2026: Principal acme", "(745 hours)", "2; 3 calls had not ended", "enforced, limit 3 %: within the limit",
			"25 October 2026 (25 hours", "no data", "12 October 2026 (no data)", "bypass: calls judged, not held up", "goes on", "registry.opposed: The number stands",
			"DPR 26/2022", "+39021111····", "up to record 1204511", "hours hours.closed", "within 3 s of the answer",
		},
		Italian: {"Mese, 01/10/2026 – 31/10/2026: Committente acme", "(745 ore)", "entro il limite", "25/10/2026 (25 ore", "dati mancanti", "in corso", "27.000", "2,39 %"},
	} {
		r := month(t, report.OfMonth)
		html, err := HTML(r, proof, l)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(html), "&#43;", "+")
		for _, want := range append(wants, proof.Digest) {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q", l, want)
			}
		}
	}
}

// TestLimit: a ratio over the limit of its time is marked, on a day by that of a day.
func TestLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind              report.Kind
		silent, connected uint64
		bad               bool
	}{
		{report.OfMonth, 3, 100, false},
		{report.OfMonth, 4, 100, true},
		{report.OfDay, 4, 100, false},
		{report.OfDay, 5, 100, true},
		{report.OfMonth, 1, 0, true},
		{report.OfMonth, 0, 0, false},
	} {
		r := month(t, c.kind)
		r.Total.Figures[report.Silent], r.Total.Figures[report.Connected] = c.silent, c.connected
		s, err := newSheet(r, Proof{}, English)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Tiles[4]; got.Bad != c.bad {
			t.Errorf("%+v: %+v", c, got)
		}
		if over(0, c.silent, c.connected) {
			t.Errorf("%+v: over no limit", c)
		}
	}
}

// TestWords: every figure has its words, and each word both languages.
func TestWords(t *testing.T) {
	t.Parallel()
	for f := range report.Figure(len(report.Figures{})) {
		if _, ok := words[f.String()]; !ok {
			t.Errorf("figure %s has no word", f)
		}
	}
	for key, w := range words {
		if w[0] == "" || w[1] == "" || strings.Count(w[0], "%") != strings.Count(w[1], "%") {
			t.Errorf("%s: %q", key, w)
		}
	}
	for text, want := range map[string]string{"": "it <nil>", "en": "en <nil>", "it": "it <nil>", "fr": ` language "fr": it is it or en`} {
		l, err := ParseLang(text)
		if got := fmt.Sprint(l, " ", err); got != want {
			t.Errorf("%q: %s", text, got)
		}
	}
	if got := English.count(1234567) + " " + Italian.count(999) + " " + Italian.count(1000); got != "1,234,567 999 1.000" {
		t.Error(got)
	}
}

// TestZone: a report of a zone that there is not is an error, not a page.
func TestZone(t *testing.T) {
	t.Parallel()
	r := month(t, report.OfDay)
	r.Zone = "Europe/Roma"
	if _, err := HTML(r, proof, English); err == nil {
		t.Error("a page")
	}
	if _, err := PDF(r, proof, English); err == nil {
		t.Error("a PDF")
	}
}
