package policy

import "testing"

// TestJudged: a re-dial with another pledge, dial mode, caller id, campaign or
// number is another dial; the time and the ids of the call make no difference.
func TestJudged(t *testing.T) {
	t.Parallel()
	base := Attempt{
		Dialled: Dialled{Trunk: "d", User: "393331234567", CallerID: "0844", CallID: "a", FromTag: "b"},
		Called:  393331234567, Campaign: 1, Mapping: Mapped,
	}
	for _, tt := range []struct {
		name   string
		change func(*Attempt)
		same   bool
	}{
		{"nothing", func(*Attempt) {}, true},
		{"ids of the call", func(a *Attempt) { a.ID[0], a.CallID, a.FromTag = 1, "x", "y" }, true},
		{"clock", func(a *Attempt) { a.At, a.Synced = answer, true }, true},
		{"how the number is written", func(a *Attempt) { a.User = "+393331234567" }, true},
		{"pledge", func(a *Attempt) { a.Pledged = true }, false},
		{"dial mode", func(a *Attempt) { a.DialMode = Preview }, false},
		{"caller id", func(a *Attempt) { a.CallerID = "0843" }, false},
		{"another identity", func(a *Attempt) { a.OtherIDs = "0843" }, false},
		{"privacy", func(a *Attempt) { a.Private = true }, false},
		{"campaign", func(a *Attempt) { a.Campaign = 2 }, false},
		{"mapping", func(a *Attempt) { a.Mapping = Ambiguous }, false},
		{"trunk", func(a *Attempt) { a.Trunk = "e" }, false},
		{"number", func(a *Attempt) { a.Called++ }, false},
		{"an ISUP that says the same", func(a *Attempt) { a.ISUP.Form, a.ISUPCalled = ISUPNational, a.Called }, true},
		{"an ISUP that says another", func(a *Attempt) { a.ISUP.Form, a.ISUPCalled = ISUPNational, a.Called+1 }, false},
		{"an ISUP that says none", func(a *Attempt) { a.ISUP.Form = ISUPUnreadable }, false},
		{"what cannot be read", func(a *Attempt) { a.Called = 0 }, false},
	} {
		a := base
		tt.change(&a)
		if same := a.Judged() == base.Judged(); same != tt.same {
			t.Errorf("%s: the same dial: %v", tt.name, same)
		}
	}
	one, two := base, base
	one.Called, two.Called, two.User = 0, 0, "x"
	if one.Judged() == two.Judged() {
		t.Error("without a number the user part tells dials apart")
	}
}
