package book_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// overAt is when blacklists go whose mandate is that of [over].
var overAt = time.Date(2029, 1, 31, 23, 0, 0, 0, time.UTC)

const over = "mandates: [{principal: acme, call_centre: ccx, from: 2020-01-01, to: 2027-01-31, purposes: energy}]"

// purgeLists takes the blacklists that are due at a time, or says which are.
func (d *desk) purgeLists(now time.Time, dry bool, held ...policy.Number) map[string]int {
	d.t.Helper()
	d.at(now)
	took, err := d.PurgeBlacklists(d.t.Context(), &book.Purging{
		Now: now, Dry: dry, HeldNumbers: func() []policy.Number { return held },
		Held: func(h seal.Index) bool {
			return slices.ContainsFunc(held, func(n policy.Number) bool { return d.config.Keys.Index(n) == h })
		},
	})
	if err != nil {
		d.t.Fatal(err)
	}
	maps.DeleteFunc(took, func(_ string, n int) bool { return n == 0 })
	return took
}

func (d *desk) objects(numbers ...policy.Number) {
	d.t.Helper()
	for _, n := range numbers {
		if _, err := d.AddBlacklist(d.t.Context(), "anna", "acme", n.String(), ""); err != nil {
			d.t.Fatal(err)
		}
	}
}

// blacklistRows are what the store says of blacklists and of persons.
func (d *desk) blacklistRows() map[string]string {
	all := rows(d.t, d.config.Store)
	maps.DeleteFunc(all, func(key, _ string) bool { return key[0] != 0x60 && key[0] != 0x31 })
	return all
}

// TestPurgeBlacklists: what is listed, imported and taken back goes when the last mandate
// is over for 24 months, at once and for every later start; places are given once.
func TestPurgeBlacklists(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	changed := map[policy.Number]book.Change{}
	d.config.Changed = func(_ context.Context, c book.Change) error {
		if !c.At.After(changed[c.Number].At) {
			t.Errorf("%+v comes after %+v", c, changed[c.Number])
		}
		changed[c.Number] = c
		return nil
	}
	d.reopen()
	d.apply(over)
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String(), (callee + 2).String())
	d.objects(callee, callee+1)
	if _, err := d.Unlist(t.Context(), "anna", "acme", callee.String(), "letter"); err != nil {
		t.Fatal(err)
	}
	d.objects(callee)
	before := d.Current().Generation()
	if took := d.purgeLists(overAt.Add(-1), false); len(took) > 0 {
		t.Errorf("before its term %v went", took)
	}
	due := d.purgeLists(overAt, true)
	if want := map[string]int{"blacklist entries": 4, "blacklist numbers": 2}; !maps.Equal(due, want) {
		t.Errorf("%v is due, want %v", due, want)
	}
	if took := d.purgeLists(overAt, false); !maps.Equal(due, took) {
		t.Errorf("%v went, %v was due", took, due)
	}
	for range 2 {
		for i := range policy.Number(3) {
			if f := d.listed(callee + i); f.Known != policy.Absent {
				t.Errorf("+%d is still listed: %+v", i, f)
			}
			if c := changed[callee+i]; i < 2 && (c.Listed.Known == policy.Present || !c.Removed.IsZero()) {
				t.Errorf("whoever judges +%d was told %+v", i, c)
			}
		}
		if left := d.blacklistRows(); len(left) > 0 {
			t.Errorf("%q is left", left)
		}
		d.reopen()
	}
	if g, err := d.Generations(1); err != nil || g[0].Cause != "purge blacklist acme" || g[0].Actor != "purge" {
		t.Errorf("the generation is of %+v, %v", g, err)
	}
	d.at(overAt.Add(time.Hour))
	if e := d.object(""); e.Seq != 5 {
		t.Errorf("a place is given again: %+v", e)
	}
	if _, err := d.Restore(t.Context(), "ben", before); err != nil {
		t.Fatal(err)
	}
	if took := d.purgeLists(overAt.AddDate(0, 0, 1), false); took["blacklist numbers"] != 2 || took["blacklist entries"] > 0 {
		t.Errorf("after a restore %v went", took)
	}
}

// TestPurgeBlacklistsStays: what may be needed stays as it was.
func TestPurgeBlacklistsStays(t *testing.T) {
	t.Parallel()
	imports := func(d *desk) {
		d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String(), (callee + 5).String())
	}
	objects := func(d *desk) { d.objects(callee) }
	later := func(do func(*desk)) func(*desk) {
		return func(d *desk) {
			d.at(overAt.AddDate(0, -1, 0))
			do(d)
		}
	}
	for name, c := range map[string]struct {
		mandates string // "": over
		do       []func(*desk)
		held     []policy.Number
		want     int
	}{
		"one is in force": {mandates: "mandates: [{principal: acme, call_centre: ccx, from: 2020-01-01, purposes: energy}]", do: []func(*desk){imports, objects}},
		"none is known":   {mandates: "mandates: []", do: []func(*desk){imports, objects}},
		"another has ended since": {
			mandates: "mandates: [{principal: acme, call_centre: ccx, from: 2020-01-01, to: 2027-01-31, purposes: energy}, {principal: acme, call_centre: ccy, from: 2020-01-01, to: 2027-02-01, purposes: energy}]",
			do:       []func(*desk){imports, objects},
		},
		"synchronised since": {do: []func(*desk){imports, objects, later(func(d *desk) {
			if _, err := d.Synced(d.t.Context(), "anna", "acme"); err != nil {
				d.t.Fatal(err)
			}
		})}},
		"imported since":            {do: []func(*desk){imports, objects, later(imports)}},
		"listed since":              {do: []func(*desk){later(objects)}},
		"said again since":          {do: []func(*desk){objects, later(objects)}},
		"an order on it":            {do: []func(*desk){objects}, held: []policy.Number{callee}},
		"an order on one of a list": {do: []func(*desk){imports, objects}, held: []policy.Number{callee + 5}},
		"a complaint": {do: []func(*desk){objects, func(d *desk) {
			d.say(book.Saying{Verb: book.Hold, Number: callee.String(), Evidence: "c-1"})
		}}},
		"taken back since": {do: []func(*desk){objects, later(func(d *desk) {
			if _, err := d.Unlist(d.t.Context(), "anna", "acme", callee.String(), "letter"); err != nil {
				d.t.Fatal(err)
			}
		})}, want: 1},
		"a consent": {do: []func(*desk){func(d *desk) {
			d.load(book.Consents, "acme", time.Time{}, consentHeader, callee.String()+given)
		}}},
		"an order on another": {do: []func(*desk){imports, objects}, held: []policy.Number{callee + 7}, want: 3},
	} {
		d := openAcme(t)
		if c.mandates == "" {
			c.mandates = over
		}
		d.apply(c.mandates)
		for _, do := range c.do {
			do(d)
		}
		before, fact := d.blacklistRows(), d.listed(callee)
		took, went := d.purgeLists(overAt, false, c.held...), 0
		for _, n := range took {
			went += n
		}
		if went != c.want {
			t.Errorf("%s: %v went", name, took)
		}
		d.reopen()
		if same := maps.Equal(before, d.blacklistRows()) && fact == d.listed(callee); same != (c.want == 0) {
			t.Errorf("%s: as before is %v: %+v", name, same, d.listed(callee))
		}
	}
}

// TestPurgeBlacklistsCut: every commit tells what it takes, and what a failed one left
// goes with the next.
func TestPurgeBlacklistsCut(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.apply(over)
	const many = 1200
	for i := range policy.Number(many) {
		d.objects(callee + i)
	}
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	d.at(overAt)
	whole := d.config.Store
	mark := []byte{0x46}
	told := func() int {
		value, _, err := whole.Get(mark)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := strconv.Atoi(string(value))
		return n
	}
	gone := 0
	for i, want := range []error{errGone, errGone, errGone, nil} { // nothing, the imported one, a batch, the rest
		d.config.Store = &failing{Store: whole, commits: min(i, 1)}
		d.reopen()
		took, err := d.PurgeBlacklists(t.Context(), &book.Purging{
			Now: overAt, Told: func(took map[string]int) (store.Row, error) {
				return store.Row{Key: mark, Value: []byte(strconv.Itoa(told() + took["blacklist entries"] + took["blacklist numbers"]))}, nil
			},
		})
		if !errors.Is(err, want) {
			t.Errorf("try %d: %v", i, err)
		}
		if gone += took["blacklist entries"] + took["blacklist numbers"]; gone != told() {
			t.Errorf("try %d: %d went, and what is committed with them tells of %d", i, gone, told())
		}
	}
	if gone != many+1 {
		t.Errorf("%d went of %d", gone, many+1)
	}
	d.config.Store = whole
	d.reopen()
	if left := d.blacklistRows(); len(left) > 0 || d.listed(callee).Known != policy.Absent {
		t.Errorf("%d rows are left, and %+v", len(left), d.listed(callee))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d.objects(callee)
	if _, err := d.PurgeBlacklists(ctx, &book.Purging{Now: overAt.AddDate(5, 0, 0)}); !errors.Is(err, context.Canceled) {
		t.Errorf("it does not stop: %v", err)
	}
}
