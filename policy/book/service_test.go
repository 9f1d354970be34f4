package book_test

import (
	"errors"
	"strings"
	"testing"

	"tregua/policy/book"
)

// TestService: a campaign is one of service when it says so and a second person
// has agreed, as long as it says so of the same purpose.
func TestService(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	campaign := func(rest string) {
		d.apply(`campaigns: [{name: energia, principal: acme, call_centre: ccx, account: acme-rpo, channel: operator, ground: directory, ` + rest + `}]`)
	}
	want := func(want bool, why string) {
		t.Helper()
		if got := d.attempt("acme/energia", "", day(0)).Service; got != want {
			t.Errorf("%s: service %t, want %t", why, got, want)
		}
	}
	refused := func(first, second, name, says string) {
		t.Helper()
		before := d.Current().Generation()
		if may := d.MayApproveService(name); (may == nil) != (first == second) {
			t.Errorf("%s may: %v", name, may)
		}
		_, err := d.ApproveService(book.Approval{First: first, Second: second}, name)
		if !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), says) || d.Current().Generation() != before {
			t.Errorf("%s: %v, want %q", name, err, says)
		}
	}
	approve := func() {
		t.Helper()
		if _, err := d.ApproveService(book.Approval{First: "anna", Second: "bruno"}, "acme/energia"); err != nil {
			t.Error(err)
		}
	}
	refused("anna", "bruno", "acme/energia", "does not say")
	campaign("purpose: energy, service: true")
	want(false, "nobody has agreed")
	refused("anna", "anna", "acme/energia", "another person")
	refused("anna", "bruno", "acme/nothing", "there is no campaign")
	approve()
	want(true, "agreed")
	refused("anna", "carla", "acme/energia", "already, by anna, confirmed by bruno")
	d.reopen()
	want(true, "after a restart")
	campaign("purpose: energy, service: true, closed: false")
	want(true, "applied again")
	campaign("purpose: faults, service: true")
	want(false, "for another purpose")
	approve()
	want(true, "agreed to that too")
	campaign("purpose: faults")
	want(false, "it does not say so any more")
	campaign("purpose: faults, service: true")
	want(false, "it says so again")
}
