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

// listed is what the desk of a number makes of the blacklists of acme.
func (d *desk) listed(n policy.Number) policy.BlacklistFact {
	own, _ := d.single(d.principal("acme"), n)
	f := d.Current().Blacklist(d.principal("acme"), n, own.Removed)
	if own.Listed.Known == policy.Present {
		f.Known, f.Since, f.Source, f.All = own.Listed.Known, own.Listed.Since, own.Listed.Source, own.Listed.All
	}
	f.Synced = time.Time{}
	return f
}

// TestUnlist: who asked to be called again is off what was listed until then,
// and on again by what is listed later.
func TestUnlist(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	absent := policy.BlacklistFact{Known: policy.Absent}
	off := func() {
		t.Helper()
		if _, err := d.Unlist(t.Context(), "bruno", "acme", callee.String(), "letter 4"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if f := d.listed(callee); f != absent {
				t.Errorf("off the list: %+v", f)
			}
			d.reopen()
		}
	}
	d.object("")
	off()
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String(), (callee + 1).String())
	if f := d.listed(callee); f.Known != policy.Present || f.Source != "import 1 test.csv" {
		t.Errorf("listed by an import after the removal: %+v", f)
	}
	off()
	if f := d.listed(callee + 1); f.Known != policy.Present {
		t.Errorf("another number of the import: %+v", f)
	}
	d.object("")
	if f := d.listed(callee); f.Known != policy.Present || f.Source != "entry 4 by anna" {
		t.Errorf("listed again: %+v", f)
	}
	for _, c := range []struct{ number, evidence, want string }{
		{(callee + 2).String(), "letter", "blacklist of acme: the number is not on it"},
		{callee.String(), "", "blacklist: say by what evidence the person asked to be called again: nobody else can"},
		{callee.String(), "tape 3331234567", "blacklist: the reason holds the number, and reasons are kept in clear: leave it out"},
	} {
		if _, err := d.Unlist(t.Context(), "bruno", "acme", c.number, c.evidence); err == nil || err.Error() != c.want || !errors.Is(err, book.ErrInput) {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

// TestListAll: who wants no service calls either says so also of an entry that
// is there.
func TestListAll(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.object("")
	all := book.Objection{Actor: "anna", Principal: "acme", Number: callee.String(), All: true, Source: "607 of the carrier"}
	for _, existed := range []bool{false, true} {
		e, err := d.Object(t.Context(), all)
		if err != nil || !e.All || e.Existed != existed || e.Source != "entry 2, 607 of the carrier" {
			t.Errorf("%+v, %v", e, err)
		}
		d.reopen()
	}
	if f := d.listed(callee); !f.All {
		t.Errorf("%+v", f)
	}
	if e := d.object(""); !e.All || !e.Existed {
		t.Errorf("a plain entry took it back: %+v", e)
	}
}

// TestFeed: every single change after a seq, in order, of that principal alone.
func TestFeed(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for i := range 300 { // the order is that of the numbers, not of their text
		if _, err := d.AddBlacklist(t.Context(), "anna", "acme", (callee + policy.Number(i)).String(), ""); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Unlist(t.Context(), "anna", "acme", callee.String(), "letter"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.AddBlacklist(t.Context(), "anna", "beta", callee.String(), ""); err != nil {
		t.Fatal(err)
	}
	d.reopen()
	words := func(after uint64, limit int) string {
		lines, err := d.Feed("acme", after, limit)
		if err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, l := range lines {
			words = append(words, fmt.Sprint(l.Seq, " ", uint64(l.Number-callee), " ", l.Removed))
		}
		return strings.Join(words, "; ")
	}
	if got, want := words(254, 3), "255 254 false; 256 255 false; 257 256 false"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := words(299, 10), "300 299 false; 301 0 true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := words(301, 10); got != "" {
		t.Errorf("after the last: %s", got)
	}
	if _, err := d.Feed("gamma", 0, 1); !errors.Is(err, book.ErrUnknown) {
		t.Errorf("of nobody: %v", err)
	}
}

// TestSynced: the newest of the imports and of what was noted, an empty import
// too.
func TestSynced(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	synced := func() time.Time { return d.Current().Blacklist(d.principal("acme"), callee, time.Time{}).Synced }
	if !synced().IsZero() {
		t.Error("synchronised before it ever was")
	}
	d.load(book.Blacklist, "acme", time.Time{}, "number")
	if at := synced(); !at.Equal(d.Current().Parts()[0].At) {
		t.Errorf("after an empty import: %s", at)
	}
	d.at(day(1))
	at, err := d.Synced(t.Context(), "anna", "acme")
	if err != nil || !at.Equal(day(1)) {
		t.Fatal(at, err)
	}
	for range 2 {
		if got := synced(); !got.Equal(day(1)) {
			t.Errorf("noted at %s, known %s", at, got)
		}
		d.reopen()
	}
	if other := d.Current().Blacklist(d.principal("beta"), callee, time.Time{}); !other.Synced.IsZero() {
		t.Errorf("another principal: %+v", other)
	}
	d.at(day(2))
	d.load(book.Blacklist, "acme", time.Time{}, "number")
	if got := synced(); !got.Equal(day(2)) {
		t.Errorf("a newer import: %s", got)
	}
	if _, err := d.Synced(t.Context(), "anna", "gamma"); !errors.Is(err, book.ErrUnknown) {
		t.Errorf("of nobody: %v", err)
	}
}
