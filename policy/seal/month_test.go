package seal_test

import (
	"errors"
	"testing"

	"tregua/policy"
	"tregua/policy/seal"
)

// TestMonth: the wrapped key gives the same month, and only that; and what is sealed
// for an attempt opens for it alone.
func TestMonth(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	month, wrapped, err := k.NewMonth("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	number, id := k.Index(39333), policy.AttemptID{1}
	sealed, err := month.Seal(id, number)
	if err != nil {
		t.Fatal(err)
	}
	again, err := k.Month("2026-11", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if h, err := again.Open(id, sealed); err != nil || h != number || again.Index(number) != month.Index(number) {
		t.Errorf("the index comes back as %x, %v; in the month it is %x and was %x", h, err, again.Index(number), month.Index(number))
	}
	if _, err := k.Month("2026-12", wrapped); !errors.Is(err, seal.ErrGone) {
		t.Errorf("it opens as that of another month: %v", err)
	}
	for name, open := range map[string]func() (seal.Index, error){
		"another attempt": func() (seal.Index, error) { return again.Open(policy.AttemptID{2}, sealed) },
		"no key":          func() (seal.Index, error) { return (*seal.Month)(nil).Open(id, sealed) },
	} {
		if h, err := open(); !errors.Is(err, seal.ErrGone) {
			t.Errorf("%s: %x, %v", name, h, err)
		}
	}
}
