package book_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// openParties is the book of acme with more data.
func openParties(t testing.TB, text string) *desk {
	t.Helper()
	d := openAcme(t)
	d.apply(text)
	return d
}

func (d *desk) apply(text string) {
	d.t.Helper()
	if _, err := d.Apply(d.t.Context(), "anna", []byte(text), false); err != nil {
		d.t.Fatal(err)
	}
}

// attempt is one of a campaign by a trunk.
func (d *desk) attempt(campaign, trunk string, at time.Time) policy.Attempt {
	d.t.Helper()
	c, ok := d.Current().Campaign(campaign)
	if !ok {
		d.t.Fatalf("no campaign %q", campaign)
	}
	a := d.Current().AttemptFor(c, policy.Dialled{At: at, User: callee.String()})
	a.Trunk, a.CallerID = trunk, ""
	return a
}

// TestCallCentre: it was entered when it was first named, whatever changed since.
func TestCallCentre(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.at(day(3))
	d.apply(`call_centres: [{name: ccx, country: AL, roc: 123, notice: 2026-01-31}, {name: new, country: "NO"}, {name: here, country: RO}]`)
	notice := time.Date(2026, 1, 30, 23, 0, 0, 0, time.UTC)
	for range 2 {
		for id, want := range []policy.CallCentreFact{
			{},
			{Known: policy.Present, Country: "AL", Outside: true, ROC: "123", NoticeAt: notice, Since: monday},
			{Known: policy.Present, Since: monday},
			{Known: policy.Present, Country: "NO", Outside: true, Since: day(3)},
			{Known: policy.Present, Country: "RO", Since: day(3)},
			{},
		} {
			if got := d.Current().CallCentre(policy.CallCentreID(id)); got != want {
				t.Errorf("call centre %d: got %+v, want %+v", id, got, want)
			}
		}
		d.reopen()
	}
}

const callerIDs = `
caller_ids:
  - {number: "061234567x", call_centre: ccx, roc: true}
  - {number: "0612345678", call_centre: ccx, principal: beta, roc: true}
  - {number: "0612345679", call_centre: ccx, principal: acme, roc: false}
  - {number: "06123456xxx", call_centre: ccy, roc: true, tested: 2026-02-27, answered: true}
  - {number: "0698765432", call_centre: ccx, roc: true, tested: 2026-02-27, answered: false}
  - {number: "+3544101234", call_centre: ccx, roc: true}
`

// TestCaller: which number an INVITE shows, and what is on file of it. The words
// are number, call centre, principal, what is against it.
func TestCaller(t *testing.T) {
	t.Parallel()
	d := openParties(t, callerIDs)
	for _, c := range []struct {
		id, others string
		private    bool
		want       string
	}{
		{id: "+390612345670", want: "+390612345670 IT of 1"},
		{id: "0612345677", want: "+390612345677 IT of 1"}, // by the plan of the trunk, in its country
		{id: "06-1234 5677", want: " digits"},             // no user part has a blank
		{id: "(06)1234-5677", want: "+390612345677 IT of 1"},
		{id: "0039061234567", want: "+39061234567 IT not on file"},
		{id: "0612345678", want: "+390612345678 IT of 1 for 2"},            // the smallest block that has it
		{id: "0612345679", want: "+390612345679 IT of 1 for 1 not at ROC"}, // here the number alone
		{id: "0612345680", want: "+390612345680 IT not on file"},
		{id: "06123456180", want: "+3906123456180 IT of 2 tested"},
		{id: "0698765432", want: "+390698765432 IT of 1 dead"},
		{id: "+3544101234", want: "+3544101234 IS of 1"},
		{id: "3331234567", want: "+393331234567 IT not on file"},

		// Nothing that could be a number
		{id: "", want: " withheld"},
		{id: "anonymous", want: " withheld"},
		{id: "operatore12", want: " withheld"},
		{id: "201", others: "12\ncc", want: " withheld"},
		{id: "123456", want: " withheld"},

		// Digits that are none
		{id: "1234567", want: " digits"},
		{id: "+99999999999", want: " digits"},
		{id: "112", want: " digits"}, // nobody calls from there
		{id: "0612345670;rn=0698765432", want: " digits"},

		// Each identity must stand.
		{id: "0612345670", others: "0612345671\n201\nanna", want: "+390612345670 IT of 1"},
		{id: "0612345670", others: "0612345680", want: "+390612345680 IT not on file"},
		{id: "0612345680", others: "0612345670", want: "+390612345680 IT not on file"},
		{id: "201", others: "0612345670", want: "+390612345670 IT of 1"},
		{id: "201", others: "0612345680", want: "+390612345680 IT not on file"},
		{id: "0612345670", others: "112", want: " digits"},
		{id: "0612345670", others: "0698765432\n0612345679", want: "+390612345679 IT of 1 for 1 not at ROC"},
		{id: "0612345670", others: "0698765432", want: "+390698765432 IT of 1 dead"},

		// Privacy hides what is registered, too.
		{id: "0612345670", private: true, want: "+390612345670 IT of 1 withheld"},
		{id: "0612345680", private: true, want: "+390612345680 IT not on file withheld"},
	} {
		a := d.attempt("acme/energia", "dialer-1", monday)
		a.CallerID, a.OtherIDs, a.Private = c.id, c.others, c.private
		if got := callerWords(d.Current().Caller(&a)); got != c.want {
			t.Errorf("%q, %q: got %q, want %q", c.id, c.others, got, c.want)
		}
	}
}

func callerWords(f policy.CallerFact) string {
	words := []string{strings.TrimSpace(f.Number.String() + " " + f.Country)}
	for _, w := range []struct {
		is   bool
		word string
	}{
		{f.Known == policy.Absent && f.Number != 0, "not on file"},
		{f.Known == policy.Absent && f.Number == 0 && !f.Withheld, "digits"},
		{f.CallCentre != 0, fmt.Sprintf("of %d", f.CallCentre)},
		{f.Principal != 0, fmt.Sprintf("for %d", f.Principal)},
		{f.Known == policy.Present && !f.ROC, "not at ROC"},
		{!f.TestedAt.IsZero(), "tested"},
		{f.Dead, "dead"},
		{f.Withheld, "withheld"},
	} {
		if w.is {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, " ")
}

// TestCallerByPlan: the country is the trunk's; its strip and prefixes belong to
// called numbers.
func TestCallerByPlan(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.config.Trunks = []book.Trunk{
		{Name: "french", CallCentre: "ccx", Country: "FR"},
		{Name: "stripped", CallCentre: "ccx", Strip: "06", Prefixes: map[string]string{"1234": "acme/energia"}},
	}
	d.reopen()
	d.apply(acme + callerIDs)
	for _, c := range []struct{ trunk, want string }{
		{"french", "+33612345670 FR not on file"},
		{"stripped", "+390612345670 IT of 1"},
		{"nobody's", "+390612345670 IT of 1"},
	} {
		a := d.attempt("acme/energia", c.trunk, monday)
		a.CallerID = "0612345670"
		if got := callerWords(d.Current().Caller(&a)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.trunk, got, c.want)
		}
	}
}

// TestAttemptForShows: a look shows a number that may be shown.
func TestAttemptForShows(t *testing.T) {
	t.Parallel()
	d := openParties(t, callerIDs)
	for _, c := range []struct{ campaign, said, want string }{
		{"acme/energia", "", "+390612345670"},
		{"acme/energia", "0698765432", "0698765432"},
		{"acme/gas", "", "+3906123456000"},
		{"beta/old", "", "+3906123456000"},
	} {
		campaign, _ := d.Current().Campaign(c.campaign)
		if a := d.Current().AttemptFor(campaign, policy.Dialled{CallerID: c.said}); a.CallerID != c.want || a.Carrier != "IT" {
			t.Errorf("%s: shows %q by a carrier of %q, want %q", c.campaign, a.CallerID, a.Carrier, c.want)
		}
	}
	d.apply(`caller_ids: [{number: "06123456xxx", call_centre: ccy, roc: false}]`)
	campaign, _ := d.Current().Campaign("acme/gas")
	if a := d.Current().AttemptFor(campaign, policy.Dialled{}); a.CallerID != "" {
		t.Errorf("it has no number left and shows %q", a.CallerID)
	}
	d.apply(`caller_ids: [{number: "061234567x", call_centre: ccx, roc: true, tested: 2026-03-01, answered: false}]`)
	campaign, _ = d.Current().Campaign("acme/energia")
	if a := d.Current().AttemptFor(campaign, policy.Dialled{}); a.CallerID != "+3544101234" {
		t.Errorf("all numbers of the country are dead or of others, and it shows %q", a.CallerID)
	}
}

// TestSector: the sector of a campaign is that of its attempts.
func TestSector(t *testing.T) {
	t.Parallel()
	d := openParties(t, "campaigns:\n  - {name: gas, principal: acme, call_centre: ccy, account: acme-rpo, purpose: energy, channel: automated, ground: consent, sector: energy}")
	if a := d.Current().Attempt(policy.Dialled{Trunk: "dialer-2", User: "3331234567"}); a.Sector != "energy" {
		t.Errorf("sector %q", a.Sector)
	}
}

func TestBecause(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	text := []byte(`call_centres: [{name: ccx, country: IT, roc: 7}]`)
	if _, err := d.ApplyBecause(t.Context(), "bruno", strings.Repeat("x", 1001), text, false); !errors.Is(err, book.ErrInput) {
		t.Errorf("a long reason: %v", err)
	}
	if _, err := d.ApplyBecause(t.Context(), "bruno", "PEC of 2 March", text, false); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	versions, err := d.History("call_centre", "ccx")
	if err != nil || len(versions) != 2 {
		t.Fatalf("%+v, %v", versions, err)
	}
	if v := versions[0]; v.Because != "PEC of 2 March" || v.Actor != "bruno" || v.Change != "country: none -> IT, roc: none -> 7" {
		t.Errorf("%+v", v)
	}
	if v := versions[1]; v.Because != "" || v.Change != "new" {
		t.Errorf("%+v", v)
	}
	if untouched, err := d.History("call_centre", "ccy"); err != nil || len(untouched) != 1 {
		t.Errorf("what did not change has a new line: %+v, %v", untouched, err)
	}
}

// TestPartiesHistory: what changed of a mandate or caller id is said in words.
func TestPartiesHistory(t *testing.T) {
	t.Parallel()
	d := openParties(t, callerIDs+`mandates: [{principal: acme, call_centre: ccx, from: 2026-01-01, purposes: energy}]`)
	d.apply(`
mandates: [{principal: acme, call_centre: ccx, from: 2026-01-02, to: 2026-12-31, purposes: [energy, fibre]}]
caller_ids: [{number: "061234567x", call_centre: ccy, principal: beta, roc: false, tested: 2026-03-01, answered: true}]
`)
	for _, c := range []struct{ what, name, want string }{
		{"mandate", "acme/ccx", "from: 2026-01-01 -> 2026-01-02, to: none -> 2026-12-31, purposes: energy -> energy,fibre"},
		{"caller_id", "+39061234567x", "call_centre: ccx -> ccy, principal: none -> beta, roc: true -> false, tested: none -> 2026-03-01, answered: false -> true"},
	} {
		versions, err := d.History(c.what, c.name)
		if err != nil || len(versions) != 2 || versions[0].Change != c.want {
			t.Errorf("%s: %+v, %v", c.name, versions, err)
		}
	}
}
