package book_test

import (
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/book"
)

// TestInbound: what a call to a principal's own number says, also after a
// restart, and no more when the number is taken out of the data.
func TestInbound(t *testing.T) {
	t.Parallel()
	d := open(t)
	apply := func(text string) book.Changes {
		t.Helper()
		changes, err := d.Apply(t.Context(), "anna", []byte(text), false)
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}
	const own = `principals: [{name: acme, opt_out: ["0612340000", "0612340009"], callback: ["0612340001"]}, {name: beta, opt_out: ["0612340002"]}]`
	apply(own)
	if again := apply(own); len(again.Edits) != 0 {
		t.Errorf("the same again changes %+v", again.Edits)
	}
	for range 2 {
		for n, want := range map[policy.Number]string{
			390612340000: "acme opt out", 390612340009: "acme opt out", 390612340001: "acme callback",
			390612340002: "beta opt out", 390612340003: " nothing",
		} {
			principal, wish := d.Current().Inbound(n)
			got := principal + map[book.Wish]string{book.NoWish: " nothing", book.OptOut: " opt out", book.Callback: " callback"}[wish]
			if got != want {
				t.Errorf("%s: %s, want %s", n, got, want)
			}
		}
		d.reopen()
	}
	if changes := apply(strings.Replace(own, `"0612340000", `, "", 1)); len(changes.Edits) != 1 ||
		changes.Edits[0].Change != "opt_out: +390612340000 +390612340009 -> +390612340009" {
		t.Errorf("%+v", changes.Edits)
	}
	if _, wish := d.Current().Inbound(390612340000); wish != book.NoWish {
		t.Error("a number that was taken out says something")
	}
}
