package keep_test

import (
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
)

// TestDue looks at every class over thirty months: present the day before, gone the
// day after.
func TestDue(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for _, role := range []keep.Role{keep.CallCentre, keep.Processor, keep.Telco} {
		terms := role.Terms()
		for c := range keep.Classes {
			end := terms[c].After(at)
			for now := at; now.Before(at.AddDate(0, 30, 0)); now = now.AddDate(0, 0, 1) {
				due := terms.Due(c, at, now)
				if due == now.Before(end) {
					t.Fatalf("%s, %s on %s: due %t, its term ends %s", role, c, now, due, end)
				}
				if due && !at.Before(terms.First(now)) {
					t.Fatalf("%s, %s on %s: due, and not before %s", role, c, now, terms.First(now))
				}
			}
			if terms.Due(c, at, end.AddDate(0, 0, -1)) || !terms.Due(c, at, end.AddDate(0, 0, 1)) {
				t.Errorf("%s, %s: not by the day", role, c)
			}
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	for _, role := range []keep.Role{keep.CallCentre, keep.Processor, keep.Telco} {
		for c := range keep.Classes {
			line := role.Of(c)
			if err := role.Check(c, line.Keep); err != nil || line.Source == "" || line.AsOf == "" {
				t.Errorf("%s, %s: %v, %q of %q", role, c, err, line.Source, line.AsOf)
			}
		}
	}
}

// TestBesideTerms: what is kept beside records has bounds too, and keeps within them.
func TestBesideTerms(t *testing.T) {
	t.Parallel()
	for k, term := range keep.BesideTerms() {
		if err := keep.Kind(k).Check(term); err != nil {
			t.Errorf("%s: %v", keep.Kind(k), err)
		}
	}
	for _, c := range []struct {
		kind keep.Kind
		term keep.Term
		err  string
	}{
		{keep.Complaints, keep.Term{Months: 23}, "less than 24 months"},
		{keep.Complaints, keep.Term{Months: 24}, ""},
		{keep.Complaints, keep.Term{Months: 120}, ""},
		{keep.Reads, keep.Term{Months: 5}, "less than 6 months, which everybody keeps at least (Garante, provv. 27 November 2008"},
		{keep.Reads, keep.Term{Months: 6}, ""},
		{keep.Reads, keep.Term{Months: 61}, "more than 60 months"},
	} {
		if err := c.kind.Check(c.term); (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s, %s: %v, want %q", c.kind, c.term, err, c.err)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role  keep.Role
		class keep.Class
		term  string
		err   string
	}{
		{keep.CallCentre, keep.Silent, "24 months", ""},
		{keep.CallCentre, keep.Silent, "36 months", ""},
		{keep.CallCentre, keep.Silent, "23 months", "less than 24 months"},
		{keep.Processor, keep.Silent, "30 days", "which a processor keeps at least (Garante, provv. 83/2014"},
		{keep.CallCentre, keep.Unanswered, "29 days", "less than 30 days"},
		{keep.Telco, keep.Connected, "7 months", "more than 6 months, which a telco keeps at most (Codice art. 123"},
		{keep.Telco, keep.Silent, "1 month", "less than 30 days"}, // in February
		{keep.Telco, keep.Silent, "2 months", ""},
		{keep.Telco, keep.Silent, "181 days", ""},
		{keep.Telco, keep.Silent, "182 days", "more than 6 months"}, // from September on
		{keep.Telco, keep.Silent, "2 years", "write as 24 months or 30 days"},
		{keep.Telco, keep.Silent, "-1 days", "is no term"},
		{keep.CallCentre, keep.Silent, "121 months", "at most 120 months"},
		{keep.CallCentre, keep.Silent, "999999999999999999 months", "at most 120 months"},
	} {
		term, err := keep.ParseTerm(c.term)
		if err == nil {
			err = c.role.Check(c.class, term)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s, %s, %s: %v, want %q", c.role, c.class, c.term, err, c.err)
		}
	}
}

func TestClassOf(t *testing.T) {
	t.Parallel()
	up := time.Unix(1, 0)
	for want, r := range map[keep.Class]policy.Record{
		keep.Silent:     {Ending: policy.Ending{Ratio: policy.RatioA, AnsweredAt: up}},
		keep.Connected:  {Ending: policy.Ending{AnsweredAt: up}},
		keep.Refused:    {Decision: policy.Decision{Verdict: policy.Refuse}},
		keep.Unanswered: {Decision: policy.Decision{Verdict: policy.Allow}},
	} {
		if got := keep.ClassOf(&r); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestEnds: whenever a term of an attempt of the month ends between two times, Ends
// says so; and over two years it says so of few days.
func TestEnds(t *testing.T) {
	t.Parallel()
	for _, first := range []time.Time{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 11, 1, 0, 0, 0, 0, time.UTC)} {
		for _, role := range []keep.Role{keep.CallCentre, keep.Telco} {
			terms, days := role.Terms(), 0
			for now := first; now.Before(first.AddDate(0, 30, 0)); now = now.AddDate(0, 0, 1) {
				before := now.AddDate(0, 0, -1)
				ends := terms.Ends(first, before, now)
				if ends {
					days++
				}
				for at := first.Add(-time.Hour); at.Before(first.AddDate(0, 1, 0).Add(2 * time.Hour)); at = at.Add(7 * time.Hour) {
					for c := range keep.Classes {
						if due := terms.Due(c, at, now) && !terms.Due(c, at, before); due && !ends {
							t.Fatalf("%s: %s of %s ends on %s", role, c, at, now)
						}
					}
				}
			}
			if days > 4*42 {
				t.Errorf("%s: a month is read on %d days", role, days)
			}
		}
	}
}

// TestBefore: what began before it is over its term, and no term is cut short.
func TestBefore(t *testing.T) {
	t.Parallel()
	for _, term := range []keep.Term{{Months: 1}, {Months: 24}, {Months: 60}, {Days: 30}} {
		now := time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)
		for range 800 { // with a leap day, and all ends of months
			before := term.Before(now)
			if term.After(before).After(now) || now.Sub(term.After(before)) > 4*24*time.Hour {
				t.Errorf("%s before %s is %s, and that ends at %s", term, now, before, term.After(before))
			}
			now = now.AddDate(0, 0, 1)
		}
	}
}
