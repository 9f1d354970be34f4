package gate

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// TestDoubtful: after two silent calls with no operator between, nothing is risked
// until one is heard, however large the credit.
func TestDoubtful(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.history(1, 1, 0, 1000)
	talks := r.ask()
	r.turn(Resumed{Ask: talks, Joined: true})
	for range 2 {
		r.want("on credit", r.turn(r.ask()), "credit")
		r.turn(r.ended(r.last, policy.RatioA))
	}
	for range 20 {
		r.want("in doubt", r.after(30*time.Second, r.ask()))
	}
	r.turn(r.ask())
	r.turn(r.ended(1001, policy.RatioB))
	r.want("one who is proven", r.after(startWrap, r.ask()), "operator")
	r.want("heard", r.turn(Joined{id(r.last)}, r.ask()), "credit")
}

// TestYoungest: the operator who became free last is taken, so that the token of
// one who has left grows stale while others work.
func TestYoungest(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.Probe = false
	r.proven(2)
	team := r.gate.teams[teamKey{1, 1}]
	left := r.now.Add(-time.Minute)
	team.tokens[0].at = left
	for r.now.Before(left.Add(stale)) {
		if team.known() != 2 {
			t.Fatalf("%d known", team.known())
		}
		r.turn(r.ask())
		r.turn(Joined{id(r.last)}, r.ended(r.last, policy.RatioB))
		r.after(startWrap)
	}
	if f := r.look(); f.Free != 1 {
		t.Errorf("one has left, and %d count as free", f.Free)
	}
}

// TestTogether: what the campaigns of a group risk together is no more than the
// group can spare.
func TestTogether(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.DayLimit = 100
	r.history(1, 1, 0, 150)
	r.history(2, 1, 0, 150)
	r.history(3, 1, 5, 10)
	of := func(c policy.CampaignID) Ask {
		a := r.ask()
		a.Campaign = c
		return a
	}
	// Somebody talks for each, or there would be a probe.
	r.turn(Resumed{Ask: of(1), Joined: true}, Resumed{Ask: of(2), Joined: true})
	r.want("the first", r.turn(of(1)), "credit")
	r.figures.Probe = false
	r.want("the group has no more", r.turn(of(2)))
	r.want("given back", r.turn(Gone{id(r.last - 1)}), "credit")
}

// TestAcrossTeams: those who wait are served in order of arrival, at whatever call
// centre.
func TestAcrossTeams(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.Probe, r.figures.StartCredit = false, 1
	at := func(c policy.CallCentreID) Ask {
		a := r.ask()
		a.CallCentre = c
		return a
	}
	r.want("one place", r.turn(at(1), at(2), at(1)), "credit")
	r.want("the next", r.turn(Gone{id(1)}), "credit")
	if got := r.out.Granted[0].ID; got != id(2) {
		t.Errorf("granted %v, not the second", got)
	}
}

// TestBackwards: a clock that goes back holds nobody longer and ages nobody less.
func TestBackwards(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.Probe = false
	r.proven(1)
	r.turn(r.asks(2)...)
	r.want("an hour earlier", r.after(-time.Hour, Gone{id(r.last - 1)}), "operator")
	if held := r.out.Granted[0].Fact.Held; held != 0 {
		t.Errorf("held for %v", held)
	}
}

// TestStatus says what each team is and how many good calls its next silent one
// needs, in order.
func TestStatus(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.history(2, 1, 0, 40)
	called := r.gate.Status(r.now)[0].LastAsked
	r.history(1, 1, 2, 50)
	r.turn(r.asks(2)...)
	var got []Status
	for _, s := range r.gate.Status(r.now) {
		s.Fact = policy.GateFact{Credit: s.Fact.Credit, Bound: s.Fact.Bound, InFlight: s.Fact.InFlight}
		got = append(got, s)
	}
	want := []Status{
		// 3 of 100 is 50 more for the campaign; the group has 90 and needs 10.
		{Campaign: 1, Group: 1, CallCentre: 1, Waiting: 1, Wrap: startWrap, Needed: 50, LastAsked: r.now, Fact: policy.GateFact{Credit: -1, InFlight: 1}},
		{Campaign: 2, Group: 1, CallCentre: 1, Wrap: startWrap, Needed: 10, LastAsked: called, Fact: policy.GateFact{Bound: policy.BoundGroup}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestExpected: a campaign that has not called since the start has its status, by the
// figures that it is expected with, and what is declared for it until it is disproved.
func TestExpected(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.history(2, 1, 2, 40) // it calls, and owes
	r.gate.Load(&State{Kind: OfCampaign, ID: 7, Count: Count{Total: policy.GateCount{A: 1, B: 60}}})
	of := func() Status {
		for _, s := range r.gate.Status(r.now) {
			if s.Campaign == 7 {
				return s
			}
		}
		return Status{}
	}
	if s := of(); s != (Status{}) {
		t.Errorf("nobody expects it: %+v", s)
	}
	r.turn(Expected{7, 0, 1, r.figures}, Declared{7, 0, 1, 3})
	s := of()
	if f := s.Fact; f.Campaign != (policy.GateCount{A: 1, B: 60}) || f.Credit != 0 || f.Free != 3 || s.Needed != 25 || s.Declared != 3 || !s.LastAsked.IsZero() {
		t.Errorf("expected: %+v", s)
	}
	a := r.ask()
	a.Campaign, a.Group = 7, 0
	r.want("its first call", r.turn(a), "declared")
	r.turn(Ended{ID: a.ID, Ratio: policy.RatioA, AnsweredAt: r.now})
	r.turn(Expected{7, 0, 1, Figures{Limit: 100}})
	if s := of(); s.Declared != 0 || s.LastAsked.IsZero() || s.Fact.Credit != -1 {
		t.Errorf("after a silent call: %+v", s)
	}
}
