package main

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/access/register"
	"tregua/policy/backup"
	"tregua/policy/keep"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// pastCall is a call of the past, each to a number of its own.
type pastCall struct {
	id    policy.AttemptID
	class keep.Class
	at    time.Time
	to    policy.Number
	stays bool // a legal hold or an open complaint keeps it
}

// The numbers that are not purged while somebody needs their records.
const heldNumber, complainedNumber policy.Number = 393332009001, 393332009002

// TestNodePurge: a node of each role, with calls of every class over two years, purges
// day by day for eight months. What is personal is gone of what is due, on its day, and
// of nothing else; what counts, proves and reports is as it was.
func TestNodePurge(t *testing.T) {
	t.Parallel()
	for _, role := range []keep.Role{keep.CallCentre, keep.Telco} {
		t.Run(role.String(), func(t *testing.T) {
			t.Parallel()
			c := parse(t, twoTenants+"ledger: {role: "+role.String()+"}\n")
			c.Admin.Socket = filepath.Join(t.TempDir(), "admin.sock")
			h := &tenants{t: t, secrets: map[string]string{}, attempts: map[string]string{}, submissions: map[string]string{}, versions: map[string][2]string{}}
			today := time.Now().UTC().Truncate(24 * time.Hour)
			h.during(c, h.work)
			var calls []pastCall
			var old bytes.Buffer
			terms := c.Ledger.Keep
			h.working(c, func() {
				calls = h.past(today)
				h.summarise(calls[0].at)
				if text := h.must("ada", "POST /v1/ledger/holds", `{"order":"Tribunale 12/26","number":"`+heldNumber.String()+`"}`); strings.Contains(text, `"gone"`) {
					t.Errorf("before any purge something is gone: %s", text)
				}
				id := h.complain(complainedNumber, today.AddDate(-1, 0, 0), today)
				h.settle()
				before := h.figures(calls)
				source := backup.Source{Dir: c.Node.Data, Name: "n", Program: "test", Keys: h.keys, State: h.store, Months: h.months, Shelf: h.shelf}
				if _, err := source.Write(t.Context(), &old, time.Now()); err != nil {
					t.Fatal(err)
				}
				about := h.tellsCall(&calls[0])
				for _, at := range instants(calls, terms, today) {
					if _, err := h.keeper.purger.Purge(t.Context(), at); err != nil {
						t.Fatal(err)
					}
					h.thereAt(calls, terms, at)
				}
				h.settle()
				if diff := cmp.Diff(before, h.figures(calls)); diff != "" {
					t.Errorf("the purges change what is counted: %s", diff)
				}
				h.tellsGone(about, &calls[0])
				h.soldIn(calls, terms, today)
				h.released(id, calls, terms)
				h.yearsLater()
			})
			c.Node.Data = filepath.Join(t.TempDir(), "restored")
			if _, err := backup.Restore(bytes.NewReader(old.Bytes()), backup.Target{Dir: c.Node.Data, Keys: h.keys}); err != nil {
				t.Fatal(err)
			}
			h.working(c, func() {
				h.start() // the daily purge begins with one
				h.thereAt(calls, terms, time.Now())
				h.settle()
				h.audited()
			})
		})
	}
}

// instants are the days of eight months, and both sides of the end of each term in them.
func instants(calls []pastCall, terms keep.Terms, today time.Time) []time.Time {
	first, all := today.AddDate(0, -8, 0), map[time.Time]bool{}
	for at := first; !at.After(today); at = at.AddDate(0, 0, 1) {
		all[at] = true
	}
	for _, c := range calls {
		if ends := terms[c.class].After(c.at); ends.After(first) && ends.Before(today) {
			all[ends.Add(-time.Second)], all[ends] = true, true
		}
	}
	return slices.SortedFunc(maps.Keys(all), time.Time.Compare)
}

// thereAt holds what is left against what is due at a time.
func (h *tenants) thereAt(calls []pastCall, terms keep.Terms, at time.Time) {
	h.t.Helper()
	for _, c := range calls {
		v, err := h.reader.Attempt(c.id)
		if err != nil {
			h.t.Fatal(err)
		}
		want := c.stays || at.Before(terms[c.class].After(c.at))
		if v.Personal != want || (v.Record.Attempt.Called == c.to) != want {
			h.t.Fatalf("%s: of %s of %s what is personal is there: %t, want %t", at, c.class, c.at, v.Personal, want)
		}
	}
}

// audited holds the whole ledger against itself.
func (h *tenants) audited() {
	h.t.Helper()
	var r console.AuditAnswer
	if h.read(h.must("ada", "POST /v1/ledger/audit", "{}"), &r); len(r.Findings) > 0 || r.Records < 40 || r.Leaves != r.Records {
		h.t.Errorf("the audit found %+v", r)
	}
}

// figures are what counts calls: it is the same whatever is purged. The audit passes.
func (h *tenants) figures(calls []pastCall) (all []string) {
	h.t.Helper()
	h.audited()
	all = h.counted(h.t)
	days := map[string]bool{}
	for _, c := range calls {
		day := c.at.Format(time.DateOnly)
		days["day?form=csv&first="+day], days["month?form=csv&first="+day[:7]+"-01"] = true, true
	}
	for _, report := range slices.Sorted(maps.Keys(days)) {
		all = append(all, unerased(h.must("otto", "GET /v1/reports/"+report, ""))...)
	}
	var file strings.Builder
	file.WriteString("contract,number,signed_at,attempt\n")
	for i, c := range calls {
		fmt.Fprintf(&file, "k-%d,%s,%s,%s\n", i, c.to, c.at.Add(time.Minute).Format(time.RFC3339), c.id)
	}
	var r console.ContractsReport
	h.read(h.must("anna", "POST /v1/principals/acmeline/contracts/check", file.String()), &r)
	return append(all, fmt.Sprintf("%+v", r.Total))
}

// tellsCall opens a complaint about a call and closes it, and returns it: an answer tells
// of the call, and nothing is gone.
func (h *tenants) tellsCall(c *pastCall) (id string) {
	h.t.Helper()
	id = h.complain(c.to, c.at.Add(-time.Hour), c.at.Add(time.Hour))
	h.must("anna", "POST /v1/complaints/"+id+"/close", `{"outcome":"rejected"}`)
	if rec := h.ask("anna", "GET /v1/complaints/"+id+"/statement", ""); rec.Code != 409 || !strings.Contains(rec.Body.String(), "there were calls") {
		h.t.Errorf("a statement before the purge: %d %s", rec.Code, rec.Body)
	}
	for _, request := range h.tellings(id, c.to) {
		if text := h.must("anna", request, ""); !strings.Contains(text, c.id.String()) || !strings.Contains(text, `"gone":[]`) && !strings.Contains(text, `"gone": []`) {
			h.t.Errorf("%s before the purge: %s", request, text)
		}
	}
	return id
}

// tellings are where somebody reads what there is about a number.
func (h *tenants) tellings(complaint string, n policy.Number) []string {
	return []string{"GET /v1/lookup/" + n.String(), "GET /v1/subjects/" + n.String(), "GET /v1/complaints/" + complaint + "/sheet"}
}

// tellsGone: who asks about the call of tellsCall learns that it cannot be told any more,
// and no statement says that there was none.
func (h *tenants) tellsGone(id string, c *pastCall) {
	h.t.Helper()
	if rec := h.ask("anna", "GET /v1/complaints/"+id+"/statement", ""); rec.Code != 409 || !strings.Contains(rec.Body.String(), "are over their term, and whom they called is gone") {
		h.t.Errorf("a statement after the purge: %d %s", rec.Code, rec.Body)
	}
	for _, request := range h.tellings(id, c.to) {
		var told struct{ Gone []ledger.Gone }
		text := h.must("anna", request, "")
		h.read(text, &told)
		if strings.Contains(text, c.id.String()) || !slices.ContainsFunc(told.Gone, func(g ledger.Gone) bool {
			return g.Month == ledger.MonthOf(c.at) && g.Class == c.class.String() && !g.Until.Before(c.at)
		}) {
			h.t.Errorf("%s after the purge says %+v is gone", request, told.Gone)
		}
	}
	month := ledger.MonthOf(c.at)
	if text := h.must("otto", "GET /v1/reports/month?form=csv&first="+month+"-01", ""); !strings.Contains(text, "report,"+month+",purged,"+c.class.String()+",") {
		h.t.Errorf("the report of %s does not tell of the purge: %s", month, text)
	}
}

// soldIn: a contract that names only a number came from a lawful call while its record
// is there; then nobody can tell, and nothing is clawed back.
func (h *tenants) soldIn(calls []pastCall, terms keep.Terms, today time.Time) {
	h.t.Helper()
	for _, c := range calls {
		if c.class != keep.Connected {
			continue
		}
		want := "lawful"
		if !c.stays && !today.Before(terms[c.class].After(c.at)) {
			want = "over_term"
		}
		var r console.ContractsReport
		h.read(h.must("anna", "POST /v1/principals/acmeline/contracts/check", fmt.Sprintf("contract,number,signed_at\nk,%s,%s\n", c.to, c.at.Add(time.Minute).Format(time.RFC3339))), &r)
		if got := r.Contracts[0].Verdict; got != want || r.Total.ClawBack > 0 {
			h.t.Errorf("a contract of %s is %s, want %s: %+v", c.at, got, want, r.Total)
		}
	}
}

// released ends the complaint and the hold: the next purge takes what they kept.
func (h *tenants) released(complaint string, calls []pastCall, terms keep.Terms) {
	h.t.Helper()
	h.must("anna", "POST /v1/complaints/"+complaint+"/close", `{"outcome":"rejected"}`)
	var holds []console.LegalHold
	h.read(h.must("ada", "GET /v1/ledger/holds", ""), &holds)
	h.must("ada", "POST /v1/ledger/holds/"+holds[0].ID+"/lift", `{"reason":"the order ended"}`)
	h.must("ada", "POST /v1/ledger/purge", "{}")
	all := slices.Clone(calls)
	for i := range all {
		all[i].stays = false
	}
	h.thereAt(all, terms, time.Now())
	h.settle()
	h.audited()
}

// yearsLater: complaints that were answered go, and who read what, but for what is held.
func (h *tenants) yearsLater() {
	h.t.Helper()
	h.must("anna", "GET /v1/lookup/"+heldNumber.String(), "") // leaves an access record
	if text := h.must("ada", "POST /v1/ledger/holds", `{"order":"Tribunale 13/26","number":"`+heldNumber.String()+`"}`); !strings.Contains(text, `"gone":[{"month":"`) {
		h.t.Errorf("a hold that comes after purges does not say so: %s", text)
	}
	open := h.complain(complainedNumber, time.Now().AddDate(0, 0, -2), time.Now())
	if reads, err := h.access.Reads(everything, register.ReadQuery{Number: heldNumber, Limit: 10}); err != nil || !slices.ContainsFunc(reads, func(r access.Read) bool { return r.Kind == "legal-holds" }) {
		h.t.Errorf("who read the legal hold of a number is not told: %v, %v", reads, err)
	}
	const takenBack = ",energy,operator,2020-01-01,2021-01-01\n"
	h.must("anna", "POST /v1/imports/consents?file=taken.csv&principal=acmeline", "number,purpose,channels,given_at,revoked_at\n"+
		heldNumber.String()+takenBack+(complainedNumber+1).String()+takenBack)
	h.must("berta", "POST /v1/imports/consents?file=taken.csv&principal=betaline", // at whom nothing else holds the number
		"number,purpose,channels,given_at,revoked_at\n"+complainedNumber.String()+takenBack)
	h.must("ada", "POST /v1/apply", "principals: [{name: oldline}]\nmandates: [{principal: oldline, call_centre: southdesk, from: 2020-01-01, to: 2020-12-31, purposes: energy}]")
	var olga struct{ Token string }
	h.read(h.must("ada", "POST /v1/tokens", `{"name":"olga","role":"compliance","principal":"oldline"}`), &olga)
	h.secrets["olga"] = olga.Token
	h.must("olga", "POST /v1/imports/blacklist?file=no.csv&principal=oldline", "number\n"+(complainedNumber+2).String())
	for _, n := range []policy.Number{heldNumber, complainedNumber, complainedNumber + 2} {
		h.must("olga", "POST /v1/principals/oldline/blacklist", `{"number":"`+n.String()+`"}`)
	}
	later := time.Now().AddDate(6, 0, 0)
	due, err := h.keeper.beside(h.t.Context(), later, true, nil)
	if err != nil || len(due) != 1 || due[0].Records["complaints"] != 2 || due[0].Records["access records"] == 0 || due[0].Records["consents"] != 1 ||
		due[0].Records["blacklist entries"] != 1 || due[0].Records["blacklist numbers"] != 1 {
		h.t.Fatalf("due is %+v, %v", due, err)
	}
	bad := []byte{0x31} // no row about a person: the consents cannot be read
	if err := h.store.Commit(store.Batch{Put: []store.Row{{Key: bad}}}); err != nil {
		h.t.Fatal(err)
	}
	took, err := h.keeper.beside(h.t.Context(), later, false, nil)
	if err == nil || len(took) != 1 || took[0].Records["complaints"] != 2 || took[0].Records["access records"] == 0 || took[0].Records["consents"] > 0 {
		h.t.Fatalf("one kind that fails holds up others: %+v, %v", took, err)
	}
	if err := h.store.Commit(store.Batch{Delete: [][]byte{bad}}); err != nil {
		h.t.Fatal(err)
	}
	rest, err := h.keeper.beside(h.t.Context(), later, false, nil)
	for _, p := range rest {
		maps.Copy(took[0].Records, p.Records)
	}
	maps.DeleteFunc(due[0].Records, func(_ string, n int) bool { return n == 0 })
	if diff := cmp.Diff(due, took); diff != "" || err != nil {
		h.t.Errorf("it was due and not taken: %s, %v", diff, err)
	}
	if more, err := h.keeper.beside(h.t.Context(), later, true, nil); err != nil || slices.Max(slices.Collect(maps.Values(more[0].Records))) > 0 {
		h.t.Errorf("then %+v is due, %v", more, err)
	}
	var left []struct{ ID, Outcome string }
	h.read(h.must("anna", "GET /v1/complaints", ""), &left)
	if len(left) == 0 || left[len(left)-1].ID != open || slices.ContainsFunc(left, func(c struct{ ID, Outcome string }) bool { return c.Outcome != "" }) {
		h.t.Errorf("the complaints %+v are left, want the open ones", left)
	}
	if reads, err := h.access.Reads(everything, register.ReadQuery{Number: heldNumber, Limit: 10}); len(reads) == 0 || err != nil {
		h.t.Errorf("who read the number that is held is gone, %v", err)
	}
	told := 0
	for n, err := range h.reader.Notes(ledger.NotePurge, time.Time{}, time.Time{}) {
		if err != nil {
			h.t.Fatal(err)
		}
		if strings.Contains(string(n.Body), `"complaints":2`) {
			told++
		}
	}
	if told != 1 {
		h.t.Errorf("%d notes tell of it", told)
	}
	h.must("anna", "POST /v1/complaints/"+open+"/close", `{"outcome":"rejected"}`)
	h.settle()
	h.audited()
}
