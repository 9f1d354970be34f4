package book_test

import (
	"testing"
	"time"

	"tregua/policy"
)

// TestMandate: the days are those of Rome, the first and the last included.
func TestMandate(t *testing.T) {
	t.Parallel()
	d := openParties(t, `
mandates:
  - {principal: acme, call_centre: ccx, from: 2026-03-01, to: 2026-03-31, purposes: [energy, fibre]}
  - {principal: acme, call_centre: ccy, sub_contractor_of: ccx, from: 2026-03-10, purposes: energy}
  - {principal: beta, call_centre: ccy, from: 2026-03-01, purposes: energy}
`)
	rome := func(text string) time.Time {
		zone, err := time.LoadLocation("Europe/Rome")
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation(time.DateTime, text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return at.UTC()
	}
	first, second, end := rome("2026-03-01 00:00:00"), rome("2026-03-10 00:00:00"), rome("2026-04-01 00:00:00")
	for range 2 {
		for _, c := range []struct {
			campaign string
			want     policy.MandateFact
		}{
			{"acme/energia", policy.MandateFact{Known: policy.Present, From: first, Until: end}},
			{"acme/fibra", policy.MandateFact{Known: policy.Present, From: first, Until: end}},
			{"acme/gas", policy.MandateFact{Known: policy.Present, From: second, Until: end}}, // no longer than the contractor's
			{"beta/old", policy.MandateFact{Known: policy.Absent}},                            // not for its purpose
		} {
			a := d.attempt(c.campaign, "", monday)
			if got := d.Current().Mandate(&a); got != c.want {
				t.Errorf("%s: got %+v, want %+v", c.campaign, got, c.want)
			}
		}
		d.reopen()
	}
	if got := d.Current().Mandate(&policy.Attempt{Principal: 77}); got != (policy.MandateFact{}) {
		t.Errorf("of a principal that is not there: %+v", got)
	}
}

// TestMandateChoice: of several mandates the one that holds at the time, and else
// the one that holds longest.
func TestMandateChoice(t *testing.T) {
	t.Parallel()
	d := openParties(t, `
call_centres: [{name: ccz}]
mandates:
  - {principal: acme, call_centre: ccy, sub_contractor_of: ccx, from: 2026-03-10, to: 2026-03-15, purposes: energy}
  - {principal: acme, call_centre: ccy, from: 2026-03-01, to: 2026-03-05, purposes: energy}
  - {principal: acme, call_centre: ccx, from: 2026-01-01, purposes: energy}
  - {principal: acme, call_centre: ccy, sub_contractor_of: ccz, from: 2026-03-20, purposes: energy}
`)
	for _, c := range []struct {
		at   time.Time
		from int // day of March
	}{
		{day(0), 1}, {day(2), 1}, {day(5), 10}, {day(9), 10}, {day(13), 10}, {day(20), 10}, // ccz has no mandate to hand on
	} {
		a := d.attempt("acme/gas", "", c.at)
		if got := d.Current().Mandate(&a); got.From.Add(time.Hour).Day() != c.from {
			t.Errorf("at %s: %+v, want the one from March %d", c.at, got, c.from)
		}
	}
}

// TestMandateOver: what a contractor handed on after its own mandate had ended is
// nothing.
func TestMandateOver(t *testing.T) {
	t.Parallel()
	d := openParties(t, `
mandates:
  - {principal: acme, call_centre: ccx, from: 2026-01-01, to: 2026-03-31, purposes: energy}
  - {principal: acme, call_centre: ccy, sub_contractor_of: ccx, from: 2026-04-01, purposes: energy}
`)
	a := d.attempt("acme/gas", "", monday)
	if got := d.Current().Mandate(&a); got != (policy.MandateFact{Known: policy.Absent}) {
		t.Errorf("got %+v", got)
	}
}

// TestMandateRing: contractors that hired each other have nobody's mandate.
func TestMandateRing(t *testing.T) {
	t.Parallel()
	d := openParties(t, `
mandates:
  - {principal: acme, call_centre: ccy, sub_contractor_of: ccx, from: 2026-01-01, purposes: energy}
  - {principal: acme, call_centre: ccx, sub_contractor_of: ccy, from: 2026-01-01, purposes: energy}
`)
	for _, campaign := range []string{"acme/energia", "acme/gas"} {
		a := d.attempt(campaign, "", monday)
		if got := d.Current().Mandate(&a); got != (policy.MandateFact{Known: policy.Absent}) {
			t.Errorf("%s: %+v", campaign, got)
		}
	}
}
