package book_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/disposition"
	"tregua/policy/store"
)

// doubtful is a store whose next commit fails; written says that its rows are
// there all the same.
type doubtful struct {
	store.Store
	fail, written bool
}

func (d *doubtful) Commit(b store.Batch) error {
	if !d.fail {
		return d.Store.Commit(b)
	}
	d.fail = false
	if d.written {
		if err := d.Store.Commit(b); err != nil {
			return err
		}
	}
	return errGone
}

// TestCrashSaid ends the process at the commit of every kind of single change:
// the next run finds the change whole or not at all, and it can be made again.
func TestCrashSaid(t *testing.T) {
	t.Parallel()
	say := func(s book.Saying) func(d *desk) error {
		s.Actor, s.Principal, s.Number = "anna", "acme", callee.String()
		return func(d *desk) error { _, err := d.Say(t.Context(), s); return err }
	}
	for name, change := range map[string]func(d *desk) error{
		"grant":   say(book.Saying{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form-2", At: day(-1)}),
		"revoke":  say(book.Saying{Verb: book.Revoke, At: day(-1)}),
		"request": say(book.Saying{Verb: book.Request, Evidence: "form-8", Valid: 1 << 50, At: day(-1)}),
		"release": say(book.Saying{Verb: book.Release, Reason: "done"}),
		"refuse":  say(book.Saying{Verb: book.Refuse, At: day(-1)}),
		"denial": func(d *desk) error {
			x := d.closed(disposition.Denial)
			x.Number++
			_, err := d.Dispose(t.Context(), x)
			return err
		},
		"callback": func(d *desk) error { _, err := d.Dispose(t.Context(), d.closed(disposition.Callback)); return err },
		"wrong":    say(book.Saying{Verb: book.WrongPerson, Reason: "a stranger", At: day(-1)}),
		"object": func(d *desk) error {
			_, err := d.AddBlacklist(t.Context(), "anna", "acme", (callee + 1).String(), "")
			return err
		},
		"unlist": func(d *desk) error {
			_, err := d.Unlist(t.Context(), "anna", "acme", callee.String(), "letter")
			return err
		},
		"synced": func(d *desk) error { _, err := d.Synced(t.Context(), "anna", "acme"); return err },
	} {
		for _, written := range []bool{false, true} {
			d := openAcme(t)
			d.say(book.Saying{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form-1", At: day(-2)})
			d.say(book.Saying{Verb: book.Hold, Evidence: "order 7", At: day(-2)})
			d.object("")
			before := d.everything()
			doubt := &doubtful{Store: d.config.Store, fail: true, written: written}
			d.config.Store = doubt
			d.reopen()
			if err := change(d); !errors.Is(err, errGone) {
				t.Fatalf("%s: %v", name, err)
			}
			if diff := cmp.Diff(before.Changes, d.everything().Changes); diff != "" {
				t.Errorf("%s: in force without its commit:\n%s", name, diff)
			}
			d.reopen()
			if changed := cmp.Diff(before, d.everything()) != ""; changed != written {
				t.Errorf("%s, written %v: after the restart it is there: %v", name, written, changed)
			}
			if written {
				continue
			}
			if err := change(d); err != nil {
				t.Errorf("%s again: %v", name, err)
			}
			again := d.everything()
			d.reopen()
			if diff := cmp.Diff(again, d.everything()); diff != "" || cmp.Diff(before, again) == "" {
				t.Errorf("%s again, after a restart:\n%s", name, diff)
			}
		}
	}
}

// TestSeqOnce: a place in the blacklist whose commit may be written is not given
// to another number.
func TestSeqOnce(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	doubt := &doubtful{Store: d.config.Store, fail: true, written: true}
	d.config.Store = doubt
	d.reopen()
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", (callee + 1).String(), ""); !errors.Is(err, errGone) {
		t.Fatal(err)
	}
	d.object("")
	d.reopen()
	for n := callee; n < callee+2; n++ {
		if c, ok := d.single(d.principal("acme"), n); !ok || c.Listed.Known != policy.Present {
			t.Errorf("%s is lost: %+v", n, c)
		}
	}
}

// everything is what two numbers come to, and the changes that desks are told.
type everything struct {
	People    [2]book.Person
	Blacklist policy.BlacklistFact
	Changes   map[policy.Number]book.Change
}

func (d *desk) everything() (all everything) {
	d.t.Helper()
	all.Changes = map[policy.Number]book.Change{}
	for i := range all.People {
		n := callee + policy.Number(i)
		own, _ := d.single(d.principal("acme"), n)
		all.Changes[n] = own
		var err error
		if all.People[i], err = d.known(d.principal("acme"), n, "energy"); err != nil {
			d.t.Fatal(err)
		}
	}
	all.Blacklist = d.Current().Blacklist(d.principal("acme"), callee, all.Changes[callee].Removed)
	return all
}
