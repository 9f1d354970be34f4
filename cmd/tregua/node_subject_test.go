package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/backup"
	"tregua/policy/complaint"
	"tregua/policy/ledger"
	"tregua/policy/rights"
	"tregua/testbed/dump"
)

const sharedPerson policy.Number = 393331110000

// planted is every place where the work of two tenants and the test put a
// number. What the table does not have fails the test.
var planted = []string{
	"column blacklist", "column consents", "column contacts", "column contracts", "column list", "column registry",
	"column requests", "column submissions", "file a.csv",
	"state blacklist", "state complaint", "state contact", "state proposal", "state said", "state sample",
}

// finds searches the data and the keys of a node that is closed, and its folders.
func finds(t *testing.T, h *tenants, folder string) (all []dump.Find) {
	t.Helper()
	n := &dump.Needle{Number: sharedPerson, Keys: h.keys, National: "3331110000", Notes: []string{"proposal", complaint.Purpose}}
	for _, dir := range []string{h.config.Node.Data, h.config.Node.Keys} {
		found, err := dump.Dir(dir, n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	found, err := dump.Files(folder, n)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, found...)
}

// onlySealed wants each number in a complaint under its seal.
func onlySealed(t *testing.T, all []dump.Find) {
	t.Helper()
	for _, f := range all {
		if f.Place == "state complaint" && !strings.HasPrefix(f.Form, "note, ") {
			t.Errorf("a complaint has the number as %s", f.Form)
		}
	}
}

// readable counts the records that tell of a person.
func (h *tenants) readable(t *testing.T, n policy.Number) (count int) {
	t.Helper()
	views, err := h.reader.ByNumber(n, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range views {
		if views[i].Personal {
			count++
		}
	}
	return count
}

// counted is what an erasure must leave as it is: what reports count of the past,
// and that the ledger agrees with itself.
func (h *tenants) counted(t *testing.T) (all []string) {
	t.Helper()
	r, err := h.reader.Verify()
	if err != nil || len(r.Faults) > 0 {
		t.Errorf("the ledger: %v, %v", r.Faults, err)
	}
	for _, request := range []string{"GET /v1/statistics", "GET /v1/counters", "GET /v1/silent", "GET /v1/reports/span?form=csv"} {
		all = append(all, unerased(h.must("otto", request, ""))...)
	}
	return all
}

// unerased are the lines of a report that an erasure leaves: it says how many are
// erased, and caller ids stand in the personal part.
func unerased(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if !strings.Contains(line, "calls,erased,") && !strings.Contains(line, ",callers,") && !strings.Contains(line, "frame,made,") && !strings.Contains(line, ",purged,") {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestEraseEverywhere plants a person in every place where a node keeps numbers,
// erases, restores an older backup and erases by the register: the number is left
// in the suppression rows, the register and, sealed, in the complaints that were
// answered, as the reply says. One that is open forbids the erasure.
func TestEraseEverywhere(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var open string
	c := parse(t, strings.Replace(twoTenants, "store: ", "dispositions: [{call_centre: northdesk, folder: "+folder+"}]\nstore: ", 1))
	c.Admin.Socket = filepath.Join(t.TempDir(), "admin.sock")
	h := &tenants{t: t, secrets: map[string]string{}, attempts: map[string]string{}, submissions: map[string]string{}, versions: map[string][2]string{}}
	h.during(c, func() {
		h.work()
		h.must("anna", "POST /v1/imports/contacts?principal=acmeline", "number,contact\n"+sharedNumber+",1\n"+acmeNumber+",1\n")
		h.must("anna", "POST /v1/imports/contracts?principal=acmeline", "number,contract,from\n"+sharedNumber+",c-1,2026-01-03\n")
		h.must("anna", "POST /v1/imports/requests?principal=acmeline", "number,at,until,evidence\n"+sharedNumber+",2026-11-20T10:00:00Z,2026-11-27T10:00:00Z,web\n")
		h.must("anna", "POST /v1/imports/blacklist?principal=acmeline", "number\n"+sharedNumber+"\n")
		h.must("anna", "POST /v1/imports/list?principal=acmeline&list=acmebought", "number\n"+sharedNumber+"\n")
		h.must("anna", "POST /v1/providers/shareddata/sample", `{"count":5,"seed":7}`)
		now := time.Now()
		answered := h.complain(sharedPerson, now.AddDate(0, 0, -1), now)
		open = h.complain(sharedPerson, now.AddDate(0, 0, -2), now)
		h.must("anna", "POST /v1/complaints/"+answered+"/close", `{"outcome":"upheld","answer":"we called by mistake"}`)
		if err := os.WriteFile(filepath.Join(folder, "done", "a.csv"), []byte("code,number\nko,333 111 0000\nko,3331110000\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	before := finds(t, h, folder)
	if diff := cmp.Diff(planted, dump.Places(before)); diff != "" {
		t.Errorf("the number is not where it was planted, or elsewhere: %s", diff)
	}
	onlySealed(t, before)

	var old bytes.Buffer
	h.during(c, func() {
		if _, err := h.months.Step(); err != nil {
			t.Fatal(err)
		}
		s := backup.Source{Dir: c.Node.Data, Name: "n", Program: "test", Keys: h.keys, State: h.store, Months: h.months, Shelf: h.shelf}
		if _, err := s.Write(t.Context(), &old, time.Now()); err != nil {
			t.Fatal(err)
		}
		if h.readable(t, sharedPerson) < 4 {
			t.Error("no record tells of the person: the test shows nothing")
		}
		counted := h.counted(t)
		letter := console.Erasure{Number: sharedNumber, Reason: "letter"}
		if _, err := (adminSubjects{h.node}).EraseSubject(t.Context(), everything, letter); err == nil || !strings.Contains(err.Error(), "complaint "+open) {
			t.Errorf("with an open complaint an erasure answers %v", err)
		}
		h.must("anna", "POST /v1/complaints/"+open+"/close", `{"outcome":"rejected"}`)
		done, err := adminSubjects{h.node}.EraseSubject(t.Context(), everything, letter)
		if err != nil || !slices.Equal(done.Suppressed, []string{"acmeline", "betaline"}) || done.Records < 4 || done.Places != 2 {
			t.Fatalf("%+v, %v", done, err)
		}
		if diff := cmp.Diff(counted, h.counted(t)); diff != "" {
			t.Errorf("the erasure changes what is counted: %s", diff)
		}
		if n := h.readable(t, sharedPerson); n > 0 {
			t.Errorf("%d records tell of the person", n)
		}
	})
	left := []string{"register erased", "state blacklist", "state complaint"}
	after := finds(t, h, folder)
	if diff := cmp.Diff(left, dump.Places(after)); diff != "" {
		t.Errorf("after the erasure: %s", diff)
	}
	onlySealed(t, after)
	if !strings.Contains(console.KeptText, "complaints that were answered stay, sealed") {
		t.Error("the reply does not say that complaints stay")
	}

	c.Node.Data = filepath.Join(t.TempDir(), "restored")
	if _, err := backup.Restore(bytes.NewReader(old.Bytes()), backup.Target{Dir: c.Node.Data, Keys: h.keys}); err != nil {
		t.Fatal(err)
	}
	if got := dump.Places(finds(t, h, folder)); len(got) < len(left)+5 {
		t.Errorf("the backup has it in %v only: the test shows nothing", got)
	}
	h.during(c, func() {
		if n := h.readable(t, sharedPerson); n > 0 {
			t.Errorf("after the restore %d records tell of the person", n)
		}
		if o := h.overruled; len(o) != 1 || o[0].Why != evidenceOf(open) {
			t.Errorf("the backup has the complaint open, and the start overrules %+v", o)
		}
	})
	if diff := cmp.Diff(left, dump.Places(finds(t, h, folder))); diff != "" {
		t.Errorf("after the restore: %s", diff)
	}
	h.working(c, func() { h.toldAgain(open) })
}

// toldAgain: the note of an erasure from before the ledger was restored is written
// again, once, and that it overruled a complaint.
func (h *tenants) toldAgain(held string) {
	h.t.Helper()
	h.node.start = time.Now().Add(time.Minute) // the register's time is rounded up
	for range 2 {
		if err := h.noteUntold(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
	h.overruled = []rights.Overruled{{At: h.node.start, Why: evidenceOf(held)}}
	for range 2 {
		if err := h.noteOverruled(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
	}
	var told []string
	for n, err := range h.reader.Notes(ledger.NoteErasure, time.Time{}, time.Time{}) {
		if err != nil {
			h.t.Fatal(err)
		}
		told = append(told, n.Actor+": "+string(n.Body))
	}
	if len(told) != 2 || !strings.HasPrefix(told[0], `register of erasures: {"reason":"its note was missing`) ||
		!strings.HasPrefix(told[1], `register of erasures: {"reason":"ended at a start although `+evidenceOf(held)+" holds the number") {
		h.t.Errorf("erasures are noted by %q", told)
	}
}
