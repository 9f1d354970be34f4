package book_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/book"
)

// TestSet: a mode holds from the moment on at which Set returns, over a start of
// the program too, and its generation says who set it and why.
func TestSet(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	mode := func(at time.Time) policy.Mode {
		return d.Current().Attempt(policy.Dialled{Trunk: "dialer-1", User: "977393331234567", At: at}).Mode
	}
	if got := mode(monday); got != policy.Enforce {
		t.Fatalf("nobody has set anything, and it is %v", got)
	}
	until := monday.Add(4 * time.Hour)
	bypass := book.Setting{Trunk: "dialer-1", Mode: policy.Bypass, Until: until, Why: "the carrier changes its switch"}
	before := d.Current().Generation()
	generation, err := d.Set(t.Context(), "anna", bypass)
	if err != nil || generation != before+1 {
		t.Fatalf("generation %d behind %d, %v", generation, before, err)
	}
	if _, err := d.Set(t.Context(), "bert", book.Setting{Rule: "hours", Trunk: "dialer-2", Lots: 100, Why: "slowly"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := [2]policy.Mode{mode(until.Add(-1)), mode(until)}; got != [2]policy.Mode{policy.Bypass, policy.Enforce} {
			t.Errorf("before its end and at it: %v", got)
		}
		want := policy.RuleMode{Lots: 100}
		if got := d.Current().Rollout().Rules[policy.RuleOn{Rule: "hours", Trunk: "dialer-2"}]; got != want {
			t.Errorf("hours on dialer-2: %+v", got)
		}
		var said []string
		for _, s := range d.Current().Settings() {
			said = append(said, strings.Join([]string{s.Rule, s.Trunk, s.Mode.String(), s.Actor, s.Why}, "|"))
		}
		if diff := cmp.Diff([]string{
			"hours|dialer-2|enforce|bert|slowly", "|dialer-1|bypass|anna|the carrier changes its switch",
			"|dialer-2|enforce||", "|dialer-3|enforce||", "|dialer-4|enforce||",
		}, said); diff != "" {
			t.Error(diff)
		}
		d.reopen()
	}
	bypass.Mode, bypass.Until = policy.Enforce, time.Time{}
	if _, err := d.Set(t.Context(), "anna", bypass); err != nil || mode(monday) != policy.Enforce {
		t.Errorf("set back it is %v, %v", mode(monday), err)
	}
}

// TestTighten: one person may enforce more, and what enforces less waits for
// another.
func TestTighten(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	all := book.Setting{Rule: "blacklist", Lots: policy.Lots, Why: "x"}
	less := book.Setting{Rule: "blacklist", Lots: policy.Lots - 1, Why: "x"}
	shadow := book.Setting{Trunk: "dialer-1", Mode: policy.Shadow, Why: "x"}
	enforce := book.Setting{Trunk: "dialer-1", Why: "x"}
	for i, step := range []struct {
		s    book.Setting
		want error
	}{{all, nil}, {less, book.ErrLoosens}, {enforce, nil}, {shadow, book.ErrLoosens}} {
		before := d.Current().Generation()
		_, err := d.Tighten(t.Context(), "anna", step.s)
		if !errors.Is(err, step.want) {
			t.Fatalf("%d: %v, want %v", i, err, step.want)
		}
		if changed := d.Current().Generation() != before; changed != (step.want == nil) {
			t.Errorf("%d: changed %v", i, changed)
		}
		if step.want != nil {
			if _, err := d.Set(t.Context(), "anna, confirmed by bert", step.s); err != nil {
				t.Errorf("%d, with two: %v", i, err)
			}
			if _, err := d.Tighten(t.Context(), "anna", step.s); err != nil {
				t.Errorf("%d, again: %v", i, err)
			}
		}
	}
	if _, err := d.Tighten(t.Context(), "anna", book.Setting{Trunk: "dialer-9", Mode: policy.Shadow, Why: "x"}); !errors.Is(err, book.ErrUnknown) {
		t.Errorf("a mistake is told before: %v", err)
	}
	// The test's book ships hours in shadow, so that a share of it is more.
	if _, err := d.Tighten(t.Context(), "anna", book.Setting{Rule: "hours", Lots: 1, Why: "x"}); err != nil {
		t.Errorf("a rule that is shipped in shadow: %v", err)
	}
}

// TestSetRefuses: a mistake changes nothing and says what to do.
func TestSetRefuses(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	for _, tt := range []struct {
		s    book.Setting
		want string
	}{
		{book.Setting{Trunk: "dialer-9", Why: "x"}, `there is no trunk "dialer-9" whose calls are judged`},
		{book.Setting{Rule: "wish", Lots: 1, Why: "x"}, `there is no rule "wish": it is blacklist, hours`},
		{book.Setting{Trunk: "dialer-1", Mode: policy.Shadow}, "why is missing"},
		{book.Setting{Why: "x"}, "name a trunk or a rule"},
		{book.Setting{Trunk: "dialer-1", Mode: policy.Bypass, Why: "x"}, "a bypass ends: say until when"},
		{book.Setting{Trunk: "dialer-1", Mode: policy.Bypass, Until: monday, Why: "x"}, "a bypass ends: say until when"},
		{book.Setting{Trunk: "dialer-1", Mode: policy.Bypass, Until: monday.Add(24*time.Hour + 1), Why: "x"}, "a bypass lasts 24h0m0s at most"},
		{book.Setting{Trunk: "dialer-1", Mode: policy.Shadow, Until: monday.Add(time.Hour), Why: "x"}, "until is for a bypass only"},
		{book.Setting{Rule: "hours", Mode: policy.Bypass, Why: "x"}, "a rule is enforced or in shadow"},
		{book.Setting{Rule: "hours", Lots: 0, Why: "x"}, "the share of the numbers"},
		{book.Setting{Rule: "hours", Lots: policy.Lots + 1, Why: "x"}, "the share of the numbers"},
	} {
		before := d.Current().Generation()
		_, err := d.Set(t.Context(), "anna", tt.s)
		if err == nil || !errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %q", tt.s, err, tt.want)
		}
		if d.Current().Generation() != before {
			t.Errorf("%+v: something was changed", tt.s)
		}
	}
}
