package book_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tregua/policy/book"
)

// TestRemoveBlacklist holds that an entry that is taken back is one no more,
// after a restart too, and that its seq is not given again.
func TestRemoveBlacklist(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	var told []book.Change
	d.config.Removed = func(_ context.Context, c book.Change) error {
		if _, ok := d.entry(c.Principal, c.Number); ok {
			t.Errorf("told of %+v, which is still there", c)
		}
		told = append(told, c)
		return nil
	}
	d.reopen()
	add := func(number, principal string) book.Entry {
		t.Helper()
		e, err := d.AddBlacklist(t.Context(), "anna", principal, number, "")
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	first := add("+393331234567", "acme")
	add("+393331234567", "beta")
	got, err := d.RemoveBlacklist(t.Context(), "bruno", "acme", "333 123 4567", "letter of 2 March")
	if err != nil || got != first || len(told) != 1 || told[0] != first.Change {
		t.Errorf("removed %+v, %v, told %+v; want %+v", got, err, told, first)
	}
	for _, when := range []string{"before", "after"} {
		if _, ok := d.entry(d.principal("acme"), callee); ok {
			t.Errorf("%s the restart the entry is there", when)
		}
		if _, ok := d.entry(d.principal("beta"), callee); !ok {
			t.Errorf("%s the restart the entry of another principal is gone", when)
		}
		d.reopen()
	}
	if again := add("+393331234567", "acme"); again.Existed || again.Seq != 2 {
		t.Errorf("made anew: %+v", again)
	}
	d.reopen()
	if again := add("+393331234567", "acme"); !again.Existed || again.Seq != 2 {
		t.Errorf("made anew, after a restart: %+v", again)
	}
}

// TestRemoveBlacklistNot holds what cannot be taken back.
func TestRemoveBlacklistNot(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Blacklist, "acme", time.Time{}, "number", "+393331234560")
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", "+393331234560", ""); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		principal, number, reason string
		is                        error
		want                      string
	}{
		"not listed":      {"acme", "+393331234567", "", book.ErrUnknown, "the number is not listed"},
		"no principal":    {"nobody", "+393331234567", "", book.ErrUnknown, `there is no principal "nobody"`},
		"no number":       {"acme", "hello", "", book.ErrInput, "number"},
		"a reason tells":  {"acme", "+393331234567", "from 333-1234567", book.ErrInput, "leave it out"},
		"an import's too": {"acme", "+393331234560", "", book.ErrInput, "import 1 test.csv"},
	} {
		_, err := d.RemoveBlacklist(t.Context(), "anna", c.principal, c.number, c.reason)
		if !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, ok := d.entry(d.principal("acme"), 393331234560); !ok {
		t.Error("an entry that may not be taken back is gone")
	}
	gone := errors.New("gone")
	d.config.Removed = func(context.Context, book.Change) error { return gone }
	d.reopen()
	if _, err := d.AddBlacklist(t.Context(), "anna", "beta", "+393331234567", ""); err != nil {
		t.Fatal(err)
	}
	if _, err := d.RemoveBlacklist(t.Context(), "anna", "beta", "+393331234567", ""); !errors.Is(err, gone) || !strings.Contains(err.Error(), "still in force") {
		t.Errorf("the desk was not told: %v", err)
	}
}
