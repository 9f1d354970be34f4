package gate

import (
	"slices"
	"testing"
	"time"

	"tregua/policy"
)

// TestPlaces: by which right each of some calls that come at once goes.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before func(*rig)
		calls  int
		want   []string
	}{
		{"nothing known: one probe", func(*rig) {}, 5, []string{"probe"}},
		{"no probes wanted", func(r *rig) { r.figures.Probe = false }, 5, nil},
		{"three proven, and a probe while nothing was silent", func(r *rig) { r.proven(3) }, 5, []string{"operator", "operator", "operator", "probe"}},
		{"three proven and a silent call to regain", func(r *rig) { r.history(1, 1, 1, 40); r.proven(3); r.after(2 * time.Minute) }, 5, []string{"operator", "operator", "operator"}},
		{"the same: who has no credit must be surer", func(r *rig) { r.history(1, 1, 1, 40); r.proven(3) }, 5, nil},
		{"proven a quarter of an hour ago: nobody knows", func(r *rig) { r.proven(3); r.after(stale) }, 5, []string{"probe"}},
		{"declared", func(r *rig) { r.turn(Declared{1, 1, 1, 3}) }, 5, []string{"declared", "declared", "declared", "probe"}},
		{"declared, of whom two are proven", func(r *rig) { r.proven(2); r.turn(Declared{1, 1, 1, 3}) }, 5, []string{"operator", "operator", "declared", "probe"}},
		{"credit beyond the reserve", func(r *rig) { r.history(1, 1, 0, 150); r.proven(1) }, 8, []string{"operator", "credit"}},
		{"much credit, a small team", func(r *rig) { r.history(1, 1, 0, 1000); r.proven(7) }, 16, append(slices.Repeat([]string{"operator"}, 7), "credit", "credit")},
		{"much credit, a larger team", func(r *rig) { r.history(1, 1, 0, 1000); r.proven(8) }, 16, append(slices.Repeat([]string{"operator"}, 8), "credit", "credit", "credit")},
		{"the last credit, for a team that lost most", func(r *rig) { r.history(1, 1, 1, 67); r.lost(3) }, 5, []string{"operator", "operator", "operator", "probe"}},
		{"no credit", func(r *rig) { r.history(1, 1, 1, 66); r.lost(3); r.after(startWrap / 2) }, 5, []string{"operator", "operator", "operator"}},
		{"half of it is there: not the last", func(r *rig) { r.history(1, 1, 1, 67); r.lost(4) }, 5, slices.Repeat([]string{"operator"}, 4)},
		{"the last but one", func(r *rig) { r.history(1, 1, 1, 100); r.lost(4) }, 5, append(slices.Repeat([]string{"operator"}, 4), "probe")},
		{"credit, on a new day", func(r *rig) { r.history(1, 1, 0, 150); r.after(24 * time.Hour); r.proven(1) }, 8, []string{"operator", "probe"}},
		{"a credit that may be begun with", func(r *rig) { r.figures.StartCredit = 1; r.proven(1) }, 8, []string{"operator", "credit"}},
		{"little credit", func(r *rig) { r.history(1, 1, 1, 67); r.proven(1) }, 8, nil},
		{"little credit, and surer", func(r *rig) { r.history(1, 1, 1, 67); r.proven(1); r.now = r.now.Add(startWrap / 2) }, 8, []string{"operator"}},
		{"all of it in reserve", func(r *rig) { r.history(1, 1, 0, 34); r.proven(1) }, 8, []string{"operator", "probe"}},
	} {
		r := newRig(t)
		tt.before(r)
		r.want(tt.name, r.turn(r.asks(tt.calls)...), tt.want...)
	}
}

// lost leaves so many of eight operators who were known, surely free.
func (r *rig) lost(left int) *team {
	r.t.Helper()
	r.proven(8)
	t := r.gate.teams[teamKey{1, 1}]
	t.tokens = t.tokens[:left]
	r.now = r.now.Add(2 * startWrap)
	t.lastAsked = r.now
	return t
}

// TestReserve: a call that needs a guaranteed operator goes only with one that is
// proven free, and nobody else gets that one.
func TestReserve(t *testing.T) {
	t.Parallel()
	reserve := func(r *rig) Ask {
		a := r.ask()
		a.Reserve = true
		return a
	}
	r := newRig(t)
	r.turn(Declared{1, 1, 1, 3})
	r.want("declared is not proven", r.turn(reserve(r)))

	r = newRig(t)
	r.figures.Probe = false
	r.proven(2)
	a := reserve(r)
	r.want("proven", r.turn(a), "reserved")
	r.want("one is left for others", r.turn(r.asks(3)...), "operator")
	r.want("not answered: given back", r.turn(Ended{ID: a.ID}), "operator")

	r = newRig(t)
	r.figures.Probe = false
	r.proven(1)
	b := reserve(r)
	r.want("the only one", r.turn(b), "reserved")
	r.want("nobody else has it", r.turn(r.asks(3)...))
	r.turn(Joined{b.ID})
	r.want("nor while it talks", r.after(time.Second, r.ended(r.last+9, policy.RatioB)))
	r.want("nor before the wrap-up", r.turn(r.ended(2, policy.RatioB)))
	r.want("all are turned away", r.after(4*time.Second, r.asks(1)...))
	r.want("free again", r.after(startWrap, r.asks(1)...), "operator")
}

// TestProbes: while probes end silent the next waits twice as long; an operator, a
// declaration or a pause of the dialer starts the series again.
func TestProbes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	silent := func() (waited time.Duration) {
		t.Helper()
		for range 10000 {
			if out := r.turn(r.ask()); len(out.Granted) == 1 {
				r.turn(r.ended(r.last, policy.RatioA))
				return waited
			}
			r.now = r.now.Add(10 * time.Second)
			waited += 10 * time.Second
		}
		t.Fatal("closed for good")
		return 0
	}
	for i, want := range []time.Duration{0, 1, 2, 4, 8, 16, 30, 30} {
		if got := silent(); got != want*time.Minute {
			t.Errorf("probe %d waited %v, want %v min", i, got, want)
		}
	}
	r.want("a pause soon after says nothing", r.after(lunch, r.ask()))
	r.after(calm)
	r.want("after a pause", r.turn(r.ask()), "probe")
	r.turn(Ended{ID: id(r.last)})
	r.want("not answered: the next at once", r.turn(r.ask()), "probe")
	r.turn(r.ended(r.last, policy.RatioA))
	r.want("a short pause soon after", r.after(firstWait-time.Second, r.ask()))
	r.want("a declaration", r.turn(Declared{1, 1, 1, 1}), "declared")
	r.turn(r.ended(r.last, policy.RatioA))
	if f := r.look(); f.Free != 0 {
		t.Errorf("a silent call did not disprove it: %+v", f)
	}
}

// TestSilent: a silent call is proof that nobody was free.
func TestSilent(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.history(1, 1, 0, 1000)
	r.proven(8)
	r.want("one to one and on credit", r.turn(r.asks(9)...), append(slices.Repeat([]string{"operator"}, 8), "credit")...)
	team, first, beyond := r.gate.teams[teamKey{1, 1}], r.last-8, r.last
	r.turn(r.ended(first, policy.RatioA))
	if f := r.look(); f.Free != 0 || f.InFlight != 8 || f.Credit != 29 {
		t.Errorf("after one: %+v", f)
	}
	wrap := team.centre.wrap
	if wrap <= startWrap || team.window != 6 {
		t.Errorf("wrap-up %v, window %d", wrap, team.window)
	}
	r.want("perhaps they have left: one more is not risked", r.turn(r.ended(beyond, policy.RatioA), r.ask()))
	if team.centre.wrap != wrap {
		t.Error("a call beyond one to one that fails says nothing of the wrap-up")
	}
	r.after(wrap, Joined{id(first + 1)})
	if f := r.look(); f.Free != 7 || f.Talking != 1 {
		t.Errorf("in doubt once, and one was there: %+v", f)
	}
	r.turn(r.ended(first+2, policy.RatioA))
	r.after(2 * wrap)
	if f := r.look(); f.Free != 0 || team.known() != 1 {
		t.Errorf("in doubt twice they are gone: %+v", f)
	}
}

// TestGone: three silent calls and nobody between: everybody has left, and one call
// at a time finds out.
func TestGone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.history(1, 1, 0, 1000)
	r.proven(20)
	r.turn(r.asks(20)...)
	for i := range uint32(3) {
		r.turn(r.ended(r.last-i, policy.RatioA))
	}
	team := r.gate.teams[teamKey{1, 1}]
	if team.window != 1 || team.probeAt.Sub(r.now) != 4*time.Minute {
		t.Errorf("window %d, next probe in %v", team.window, team.probeAt.Sub(r.now))
	}
	for i := range uint32(17) {
		r.turn(Ended{ID: id(r.last - 3 - i)})
	}
	for range 7 {
		r.want("too soon", r.after(30*time.Second, r.ask()))
	}
	r.want("one at a time", r.after(30*time.Second, r.asks(5)...), "probe")
	r.want("somebody is there", r.turn(Joined{id(r.last - 4)}), "credit")
}

// TestReturn: when a dialer is back from a pause its team is looked for without
// credit, until the first silent call, and up to half of what it was.
func TestReturn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		pause time.Duration
		want  []string
	}{
		{"back from lunch", time.Hour, []string{"operator", "probe"}},
		{"no pause", lunch - time.Second, []string{"operator"}},
	} {
		r := newRig(t)
		r.history(1, 1, 2, 40) // a debt
		r.lost(1).tokens[0].at = r.now.Add(tt.pause - 3*startWrap)
		r.want(tt.name, r.after(tt.pause, r.asks(3)...), tt.want...)
	}
}

// TestShadow: in shadow all is counted, nothing is held, and it says what would
// have been.
func TestShadow(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.Shadow = true
	r.proven(1)
	r.want("all go", r.turn(r.asks(4)...), "operator", "probe", "none", "none")
	r.turn(r.ended(r.last, policy.RatioA))
	if f := r.look(); f.InFlight != 3 || f.Campaign.A != 1 {
		t.Errorf("got %+v", f)
	}
	if len(r.out.Turned) != 0 || !r.next.IsZero() {
		t.Errorf("turned away %v, next %v", r.out.Turned, r.next)
	}
}

// TestWakes: a call that waits is served when an operator counts as free, without
// any other input, and the gate says when that is.
func TestWakes(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.Probe = false
	r.proven(1)
	r.now = r.now.Add(-2 * time.Second)
	r.gate.now = r.now
	r.want("not yet", r.turn(r.asks(2)...))
	if want := r.now.Add(2 * time.Second); !r.next.Equal(want) {
		t.Errorf("wants the next turn at %v, not %v", r.next, want)
	}
	r.want("ripe", r.after(2*time.Second), "operator")
	if want := r.now.Add(2 * time.Second); !r.next.Equal(want) {
		t.Errorf("wants the next turn at %v, not at the end of the wait, %v", r.next, want)
	}
	r.after(2 * time.Second)
	if len(r.out.Turned) != 1 || !r.next.IsZero() {
		t.Errorf("turned away %v, next %v", r.out.Turned, r.next)
	}
}

// TestWanting: of calls in flight no more than all want an operator, and no fewer
// than expected.
func TestWanting(t *testing.T) {
	t.Parallel()
	for n := range 400 {
		for p := 0; p <= 1000; p += 10 {
			got := wanting(n, p, safety)
			if got > n || got*1000 < n*p {
				t.Fatalf("%d calls at %d: %d", n, p, got)
			}
		}
	}
	for _, tt := range []struct{ n, permille, want int }{{1, 300, 1}, {2, 300, 2}, {10, 300, 6}, {100, 300, 40}, {50, 1000, 50}, {5, 0, 0}} {
		if got := wanting(tt.n, tt.permille, 20); got != tt.want {
			t.Errorf("%d calls at %d: %d, want %d", tt.n, tt.permille, got, tt.want)
		}
	}
	if got := (Answers{}).atMost(); got != 1000 {
		t.Errorf("nothing known: %d", got)
	}
	if got := (Answers{200, 60}).atMost(); got < 300 || got > 400 {
		t.Errorf("60 of 200: %d", got)
	}
}
