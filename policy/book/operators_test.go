package book_test

import (
	"errors"
	"strings"
	"testing"

	"tregua/policy/book"
)

// TestOperators: a campaign declares how many operators it has, and a file that says
// nothing of them declares none.
func TestOperators(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	with := func(rest string) string {
		return `campaigns: [{name: energia, principal: acme, call_centre: ccx, account: acme-rpo, purpose: energy, channel: operator, ground: directory` + rest + `}]`
	}
	want := func(n int) {
		t.Helper()
		if c, ok := d.Current().Campaign("acme/energia"); !ok || c.Operators != n {
			t.Errorf("%d operators, want %d", c.Operators, n)
		}
	}
	d.apply(with(", operators: 20"))
	want(20)
	d.reopen()
	want(20)
	for _, wrong := range []string{"-1", "10001", "many", "70000"} {
		_, err := d.Apply(t.Context(), "anna", []byte(with(", operators: "+wrong)), false)
		if !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), `operators "`+wrong+`": write how many there are`) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	changes, err := d.Apply(t.Context(), "anna", []byte(with("")), true)
	if err != nil || len(changes.Edits) != 1 || changes.Edits[0].Change != "operators: 20 -> 0" {
		t.Errorf("a dry run says %+v, %v", changes.Edits, err)
	}
	d.apply(with(""))
	want(0)
}

// TestOperatorsDeclared: what is declared while a campaign calls stands in its history
// and changes nothing else.
func TestOperatorsDeclared(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	before := d.Current()
	if err := d.DeclareOperators("anna", "acme/energia", 20); err != nil {
		t.Fatal(err)
	}
	h, err := d.History("campaign", "acme/energia")
	if err != nil || len(h) == 0 || h[0].Actor != "anna" || h[0].Change != "" || !strings.HasPrefix(h[0].Because, "20 operators declared") {
		t.Errorf("history %+v, %v", h, err)
	}
	if d.Current() != before {
		t.Error("another generation is in force")
	}
	for _, c := range []struct {
		name string
		n    int
		want error
	}{{"acme/none", 1, book.ErrUnknown}, {"acme/energia", -1, book.ErrInput}, {"acme/energia", 10001, book.ErrInput}} {
		if err := d.DeclareOperators("anna", c.name, c.n); !errors.Is(err, c.want) {
			t.Errorf("%s %d: %v", c.name, c.n, err)
		}
	}
}
