package book_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// purge takes what is due at a time, or says what is due.
func (d *desk) purge(now time.Time, dry bool, held ...seal.Index) map[string]int {
	d.t.Helper()
	d.at(now)
	took, err := d.PurgeConsents(d.t.Context(), &book.Purging{Now: now, Dry: dry, Held: func(h seal.Index) bool {
		return slices.Contains(held, h)
	}})
	if err != nil {
		d.t.Fatal(err)
	}
	maps.DeleteFunc(took, func(_ string, n int) bool { return n == 0 })
	return took
}

// energy is what acme knows of a consent of the number for energy; it opens the book
// anew, so that only what is on the disk counts.
func (d *desk) energy(n policy.Number) policy.ConsentFact {
	d.t.Helper()
	d.reopen()
	fact, err := d.Current().Consent(d.config.Store, d.principal("acme"), n, "energy")
	if err != nil {
		d.t.Fatal(err)
	}
	return fact
}

const (
	consentHeader = "number,purpose,channels,given_at,revoked_at,evidence"
	given         = ",energy,operator,2026-01-01T00:00:00Z,,form-1"
	takenBack     = ",energy,operator,2026-01-01T00:00:00Z,2026-02-01T00:00:00Z,form-1"
)

// ended is when the consents of these tests were taken back.
var ended = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)

// TestRevocationOutlivesImports: however a consent ended, and whichever file brings it
// again after the purge, it is not alive again; one that was given anew is.
func TestRevocationOutlivesImports(t *testing.T) {
	t.Parallel()
	n := callee.String()
	file := func(d *desk, row string) { d.load(book.Consents, "acme", time.Time{}, consentHeader, n+row) }
	revoke := func(purpose string) func(*desk) {
		return func(d *desk) {
			d.say(book.Saying{Verb: book.Revoke, Number: n, Purpose: purpose, At: ended})
		}
	}
	for name, end := range map[string]func(*desk){
		"by a person":           revoke("energy"),
		"all of them":           revoke(""),
		"by the same file":      func(d *desk) { file(d, takenBack) },
		"by another consent":    func(d *desk) { file(d, ",energy,automated,2025-01-01T00:00:00Z,2026-02-01T00:00:00Z,form-0") },
		"the number was passed": func(d *desk) { d.load(book.Reassigned, "acme", time.Time{}, "number,at", n+",2026-02-01T00:00:00Z") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			file(d, given)
			end(d)
			if took := d.purge(ended.AddDate(2, 0, 0).Add(-1), false); len(took) > 0 {
				t.Errorf("before its term %v went", took)
			}
			if f := d.energy(callee); f.Known != policy.Present || f.RevokedAt.IsZero() {
				t.Fatalf("before the purge it is %+v", f)
			}
			due := d.purge(ended.AddDate(2, 0, 0), true)
			if took := d.purge(ended.AddDate(2, 0, 0), false); took["consents"] == 0 || !maps.Equal(due, took) {
				t.Errorf("%v went, %v was due", took, due)
			}
			for key, value := range rows(t, d.config.Store) {
				if key[0] == 0x31 && bytes.Contains([]byte(value), []byte("form-")) || key[0] == 0x35 {
					t.Errorf("row %x still tells %q", key, value)
				}
			}
			if f := d.energy(callee); f.Known != policy.Absent {
				t.Errorf("after the purge there is %+v", f)
			}
			for range 2 { // and again, after the next purge
				file(d, given)
				if f := d.energy(callee); f.Known != policy.Present || !f.RevokedAt.Equal(ended) {
					t.Fatalf("imported anew it is alive: %+v", f)
				}
				if took := d.purge(ended.AddDate(2, 0, 1), false); took["consents"] != 1 {
					t.Errorf("imported anew, %v went", took)
				}
			}
			file(d, ",energy,operator,2026-02-01T00:00:01Z,,form-2")
			if f := d.energy(callee); f.Known != policy.Present || !f.RevokedAt.IsZero() || f.Evidence != "form-2" {
				t.Errorf("given anew it is %+v", f)
			}
			if took := d.purge(ended.AddDate(90, 0, 0), false); took["consents"] != 0 {
				t.Errorf("one that stands went: %v", took)
			}
		})
	}
}

// TestPurgeConsentsStays: what stands, is held, or can still be restored to stays, row by
// row as it was.
func TestPurgeConsentsStays(t *testing.T) {
	t.Parallel()
	n, years := callee.String(), monday.AddDate(5, 0, 0)
	for name, c := range map[string]struct {
		do   func(*desk)
		held bool
	}{
		"it stands": {do: func(*desk) {}},
		"another purpose": {do: func(d *desk) {
			d.say(book.Saying{Verb: book.Revoke, Number: n, Purpose: "fibre"})
			d.purge(years, false)
		}},
		"a legal hold": {do: func(d *desk) { d.say(book.Saying{Verb: book.Revoke, Number: n}) }, held: true},
		"a complaint": {do: func(d *desk) {
			d.say(book.Saying{Verb: book.Revoke, Number: n})
			d.say(book.Saying{Verb: book.Hold, Number: n, Evidence: "c-1"})
		}},
		"a recent mistake": {do: func(d *desk) {
			d.at(years.AddDate(0, 0, -29))
			d.load(book.Consents, "acme", time.Time{}, consentHeader, n+takenBack)
		}},
	} {
		d := openAcme(t)
		d.load(book.Consents, "acme", time.Time{}, consentHeader, n+given)
		c.do(d)
		before := rows(t, d.config.Store)
		var held []seal.Index
		if c.held {
			held = append(held, d.config.Keys.Index(callee))
		}
		if took := d.purge(years, false, held...); len(took) > 0 || !maps.Equal(before, rows(t, d.config.Store)) {
			t.Errorf("%s: %v went", name, took)
		}
	}
}

// TestRevocationEnds: a revocation goes 24 months after the last mandate of its principal
// ended, and not while one is in force, or none is known.
func TestRevocationEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mandates string
		ends     time.Time // when the revocation goes; zero: never
	}{
		"no mandate is known": {"[]", time.Time{}},
		"one is in force":     {"[{principal: acme, call_centre: ccx, from: 2020-01-01, purposes: energy}, {principal: acme, call_centre: ccy, from: 2020-01-01, to: 2028-05-31, purposes: energy}]", time.Time{}},
		"all have ended":      {"[{principal: acme, call_centre: ccx, from: 2020-01-01, to: 2027-01-31, purposes: energy}, {principal: acme, call_centre: ccy, from: 2020-01-01, to: 2028-05-31, purposes: energy}]", time.Date(2030, 5, 31, 22, 0, 0, 0, time.UTC)},
		"long ago":            {"[{principal: acme, call_centre: ccx, from: 2020-01-01, to: 2020-12-31, purposes: energy}]", ended.AddDate(2, 0, 0)},
	} {
		d := openAcme(t)
		d.apply("mandates: " + c.mandates)
		d.load(book.Consents, "acme", time.Time{}, consentHeader, callee.String()+takenBack)
		if !c.ends.IsZero() {
			d.purge(c.ends.Add(-1), false)
		}
		d.load(book.Consents, "acme", time.Time{}, consentHeader, callee.String()+given)
		if f := d.energy(callee); f.RevokedAt.IsZero() {
			t.Errorf("%s: the revocation is gone: %+v", name, f)
		}
		end := c.ends
		if end.IsZero() {
			end = monday.AddDate(60, 0, 0)
		}
		d.purge(end, false)
		if f := d.energy(callee); f.Known != policy.Absent {
			t.Errorf("%s: %+v is left", name, f)
		}
		d.load(book.Consents, "acme", time.Time{}, consentHeader, callee.String()+given)
		if f := d.energy(callee); f.RevokedAt.IsZero() != !c.ends.IsZero() {
			t.Errorf("%s: imported anew it is %+v", name, f)
		}
	}
}

// TestPurgeConsentsCut: batches are bounded, and what a failed one left goes with the next.
func TestPurgeConsentsCut(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	lines := []string{consentHeader}
	const many = 1200
	for i := range many {
		lines = append(lines, (callee+policy.Number(i)).String()+takenBack+strings.Repeat("x", 500))
	}
	d.load(book.Consents, "acme", time.Time{}, lines...)
	whole, later := d.config.Store, ended.AddDate(3, 0, 0)
	d.at(later)
	d.config.Store = &failing{Store: whole, commits: 1}
	d.reopen()
	mark, steps := []byte{0x46}, 0
	counted := func() int {
		value, _, err := whole.Get(mark)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := strconv.Atoi(string(value))
		return n
	}
	took, err := d.PurgeConsents(t.Context(), &book.Purging{
		Now: later, Step: func(take func() error) error { steps++; return take() },
		Told: func(took map[string]int) (store.Row, error) {
			return store.Row{Key: mark, Value: []byte(strconv.Itoa(counted() + took["consents"]))}, nil
		},
	})
	if !errors.Is(err, errGone) || took["consents"] == 0 || took["consents"] >= many || steps == 0 {
		t.Fatalf("%v went in %d steps, %v", took, steps, err)
	}
	if n := counted(); n != took["consents"] {
		t.Errorf("%v went, and what is committed with it tells of %d", took, n)
	}
	d.config.Store = whole
	d.reopen()
	if rest := d.purge(later, false); rest["consents"] != many-took["consents"] {
		t.Errorf("%v went, and then %v", took, rest)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.PurgeConsents(ctx, &book.Purging{Now: later}); !errors.Is(err, context.Canceled) {
		t.Errorf("it does not stop: %v", err)
	}
}

// TestPurgeConsentsLarge: rows at their bound go in commits that the store takes.
func TestPurgeConsentsLarge(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	lines := []string{consentHeader}
	const people = 6
	for i := range 999 {
		for n := range people {
			at := day(-1 - i).Format(time.DateOnly)
			lines = append(lines, (callee+policy.Number(n)).String()+",fibre,operator,"+at+",,"+strings.Repeat("x", 512))
		}
	}
	for n := range people {
		lines = append(lines, (callee+policy.Number(n)).String()+takenBack)
	}
	d.load(book.Consents, "acme", time.Time{}, lines...)
	if took := d.purge(ended.AddDate(3, 0, 0), false); took["consents"] != people {
		t.Errorf("%v went", took)
	}
}

// TestPurgeRunOut: a consent that has an end goes 24 months after it; imported anew it is
// as old as it was.
func TestPurgeRunOut(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Consents, "acme", time.Time{}, consentHeader, callee.String()+given)
	end := time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at   time.Time
		ends int // months
		want int
	}{
		{end.AddDate(2, 0, 0).Add(-1), 24, 0},
		{end.AddDate(90, 0, 0), 0, 0},
		{end.AddDate(2, 0, 0), 24, 1},
	} {
		d.at(c.at)
		if took, err := d.PurgeConsents(t.Context(), &book.Purging{Now: c.at, Ends: c.ends}); err != nil || took["consents"] != c.want {
			t.Errorf("%s, %d months: %v went, %v", c.at, c.ends, took, err)
		}
	}
	d.load(book.Consents, "acme", time.Time{}, consentHeader, callee.String()+given)
	if f := d.energy(callee); f.GivenAt.AddDate(0, 24, 0).After(end) {
		t.Errorf("imported anew it is %+v", f)
	}
}

// TestPurgeUndoable: a consent that a recent import revoked stays, whatever else ended it,
// and so does that, as long as a restore can undo the import.
func TestPurgeUndoable(t *testing.T) {
	t.Parallel()
	d, n := openAcme(t), callee.String()
	d.apply("mandates: [{principal: acme, call_centre: ccx, from: 2020-01-01, to: 2020-12-31, purposes: energy}]")
	revoked := ended.AddDate(0, 0, -7)
	d.say(book.Saying{Verb: book.Revoke, Number: n, Purpose: "energy", At: revoked})
	now := monday.AddDate(5, 0, 0)
	d.at(now)
	before := d.Current().Generation()
	d.load(book.Consents, "acme", time.Time{}, consentHeader, n+takenBack)
	if took := d.purge(now, false); took["consents"] != 0 {
		t.Errorf("%v went", took)
	}
	if _, err := d.Restore(t.Context(), "ben", before); err != nil {
		t.Fatal(err)
	}
	d.load(book.Consents, "acme", time.Time{}, consentHeader, n+given)
	if f := d.energy(callee); !f.RevokedAt.Equal(revoked) {
		t.Errorf("after the restore it is %+v", f)
	}
}

// TestPurgeRevocations: of several revocations what is needed stays, without who entered
// it.
func TestPurgeRevocations(t *testing.T) {
	t.Parallel()
	d, n := openAcme(t), callee.String()
	for i, purpose := range []string{"energy", "", "fibre", "fibre"} {
		d.say(book.Saying{Verb: book.Revoke, Number: n, Purpose: purpose, At: ended.AddDate(0, 0, i)})
	}
	now := monday.AddDate(5, 0, 0)
	if took := d.purge(now, false); took["revocations"] != 4 {
		t.Errorf("%v went", took)
	}
	if took := d.purge(now, false); len(took) > 0 {
		t.Errorf("then %v went", took)
	}
	lines, err := d.Current().Lines(d.config.Store, d.principal("acme"), callee)
	if err != nil || len(lines) != 2 {
		t.Fatalf("%+v are left, %v", lines, err)
	}
	for i, want := range []book.PersonLine{
		{Kind: "revoked", At: ended.AddDate(0, 0, 3), Purpose: "fibre", Source: "entered by purge"},
		{Kind: "revoked", At: ended.AddDate(0, 0, 1), Source: "entered by purge"},
	} {
		if lines[i] != want {
			t.Errorf("%+v is left, want %+v", lines[i], want)
		}
	}
}
