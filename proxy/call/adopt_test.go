package call

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// upRig is a rig whose call was answered and acknowledged.
func upRig(t testing.TB, w Watch) *rig {
	r := watchedRig(t, offer, w)
	r.allow()
	r.answer(1, 200, "x", reply)
	r.fromA("ACK", 1, "x", "")
	return r
}

// kept is the state of the rig's call now.
func (r *rig) kept() State {
	r.t.Helper()
	r.call.stale = true
	s, ok := r.call.Kept()
	if !ok {
		r.t.Fatal("nothing is kept of the call")
	}
	if err := s.Check(); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// restarted is a rig of the call that another process kept, some time later.
func restarted(r *rig, s State, after time.Duration, change func(*Adoption)) *rig {
	next := &rig{
		t: r.t, now: r.now + after, timers: map[Timer]time.Duration{}, open: map[Ref]*wire.Message{},
		oks: map[Ref]bool{}, answers: map[txn.ID][]int{}, acks: map[string]int{}, byes: map[string]int{}, txName: map[txn.ID]string{},
	}
	a := Adoption{
		Times: DefaultTimes(), Legs: r.call.legs, Tag: "ours", MachineHeader: "X-Machine", State: s,
		Branch: func() string { next.branches++; return "z9hG4bKn" + string(rune('a'+next.branches)) },
		Anchor: media.Anchor{ID: 9, Addr: [2]netip.AddrPort{s.Sides[0].Anchor, s.Sides[1].Anchor}},
	}
	if change != nil {
		change(&a)
	}
	next.call = Adopt(next.now, a, &next.effects)
	next.carryOut()
	return next
}

func (r *rig) said() string {
	w := strings.Join(r.words, ", ")
	r.words = nil
	return w
}

func (r *rig) want(step, want string) {
	r.t.Helper()
	if got := r.said(); got != want {
		r.t.Errorf("%s: %s, want %s", step, got, want)
	}
}

var states = cmp.Options{
	cmpopts.IgnoreUnexported(State{}, Side{}, Body{}), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b }),
}

// TestAdoptIsTheSameCall: what is kept of an adopted call is what it was made
// from, over any number of restarts.
func TestAdoptIsTheSameCall(t *testing.T) {
	t.Parallel()
	shadow := Watch{Mode: policy.WatchShadow, CutAfter: 2900 * time.Millisecond, Limit: 3 * time.Second}
	for name, r := range map[string]*rig{
		"not watched": upRig(t, Watch{}), "in shadow": upRig(t, shadow), "delayed offer": delayedOffer(t),
		"an operator was heard": heardRig(t),
	} {
		first := r.kept()
		again := restarted(r, first, time.Second, nil).kept()
		if name == "an operator was heard" { // the line that covered is gone with its process
			first.Sides[media.A].Mode = media.Pass
		}
		if d := cmp.Diff(first, again, states); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func delayedOffer(t testing.TB) *rig {
	r := newRig(t, "")
	r.allow()
	r.answer(1, 200, "x", reply)
	r.fromA("ACK", 1, "x", offer)
	return r
}

func heardRig(t testing.TB) *rig {
	r := upRig(t, Watch{Mode: policy.WatchEnforce, CutAfter: 2900 * time.Millisecond, Limit: 3 * time.Second})
	r.in(Heard{State: media.Operator, Onset: r.now, Decided: r.now + 1})
	return r
}

// TestAdoptedCallGoesOn: it is hung up from either side, and its record says
// what was known before.
func TestAdoptedCallGoesOn(t *testing.T) {
	t.Parallel()
	for _, side := range []string{"A", "B"} {
		r := heardRig(t)
		s := r.kept()
		n := restarted(r, s, 4*time.Second, nil)
		n.want("adopted", "flow A, flow B")
		if side == "A" {
			n.fromA("BYE", 2, "x", "")
		} else {
			n.fromB("BYE", 7, "x", "")
		}
		n.want("BYE of "+side, map[string]string{"A": ">B BYE", "B": ">A BYE"}[side])
		n.answer(1, 200, "", "")
		n.want("its answer", map[string]string{"A": "BYE:200", "B": "BYE':200"}[side]+", record connected, release")
		e := n.records[0].Ending
		if e.Answered != s.Answered || e.Forwarded != s.Forwarded || e.Heard == nil || *e.Heard != *s.Word || e.Watch != policy.WatchEnforce {
			t.Errorf("ending %+v", e)
		}
	}
}

// TestAdoptedRequestsCross: a re-INVITE within the adopted call changes its
// media as before.
func TestAdoptedRequestsCross(t *testing.T) {
	t.Parallel()
	r := upRig(t, Watch{})
	n := restarted(r, r.kept(), time.Second, nil)
	n.said()
	n.fromA("INVITE", 2, "x", strings.Replace(offer, "4000", "4100", 1))
	n.want("re-INVITE", "INVITE:100, >B INVITE, +a.c")
	n.answer(1, 200, "x", reply)
	n.fromA("ACK", 2, "x", "")
	n.want("answered", "flow A, flow B, INVITE:200, -a.c, +a.repeat, +a.noack, -a.repeat, -a.noack, >B ACK")
	if s := n.kept(); s.Sides[media.A].Peer.Port() != 4100 || s.Sides[media.A].CSeq != 2 {
		t.Errorf("kept %+v", s.Sides[media.A])
	}
}

// TestAdoptedByeLeaps: what crossed after the state was kept is not known, so
// the number of our own BYE is higher than any such request can have.
func TestAdoptedByeLeaps(t *testing.T) {
	t.Parallel()
	r := upRig(t, Watch{})
	s := r.kept()
	for seen := uint32(2); seen < 3000; seen += 300 {
		r.fromA("INFO", int(seen), "x", "")
		if changed, ok := r.call.Kept(); ok {
			s = changed
		}
		next := restarted(r, s, time.Second, nil)
		next.in(Kick{Reason: policy.Interrupted})
		for _, m := range next.open {
			if m.Method == "BYE" && m.To.Tag == "x" && m.CSeq.N <= seen {
				t.Errorf("a BYE with %d after a request with %d", m.CSeq.N, seen)
			}
		}
	}
	s.Sides[media.A].CSeq = maxCSeq - 1
	restarted(r, s, time.Second, nil).in(Kick{Reason: policy.Interrupted}) // it can be read: see openTo
}

// TestAdoptedIsEnded: both sides get their BYE, but for one that is gone. A
// callee without an ACK repeats its 2xx, and gets it then.
func TestAdoptedIsEnded(t *testing.T) {
	t.Parallel()
	over := func(a *Adoption) { a.Over, a.Anchor = true, media.Anchor{} }
	r := upRig(t, Watch{})
	restarted(r, r.kept(), time.Second, over).want("acknowledged", ">B BYE, >A BYE, record interrupted")
	unacked := watchedRig(t, offer, Watch{})
	unacked.allow()
	unacked.answer(1, 200, "x", reply)
	late := restarted(unacked, unacked.kept(), time.Second, over)
	late.want("not acknowledged", ">B BYE, >A BYE, record interrupted")
	late.in(Response{Msg: late.read(response(unacked.open[1], 200, "x", reply))})
	late.want("its 2xx is repeated", ">B ACK")
	for leg, want := range []string{">B BYE, record interrupted", ">A BYE, record interrupted"} {
		n := restarted(unacked, unacked.kept(), time.Second, func(a *Adoption) { over(a); a.Gone[leg] = true })
		n.want("one side is gone", want)
		for ref := range n.open {
			n.answer(ref, 200, "", "")
		}
		n.want("and then", "release")
	}
}

// TestAdoptedRepeats2xx: the ACK is known to have crossed, and was lost.
func TestAdoptedRepeats2xx(t *testing.T) {
	t.Parallel()
	r := delayedOffer(t)
	n := restarted(r, r.kept(), time.Second, nil)
	n.said()
	ok := n.read(response(r.open[1], 200, "x", reply))
	if !n.call.Repeats(ok) || n.call.Repeats(n.read(response(r.open[1], 200, "y", reply))) {
		t.Error("not what repeats")
	}
	n.in(Response{Msg: ok})
	n.want("repeated", ">B ACK")
	if body, is := n.lastAck.SDP(); !is || !strings.Contains(body, "c=IN IP4 198.51.100.254") || n.lastAck.CSeq.N != 1 {
		t.Errorf("ACK %d with %q", n.lastAck.CSeq.N, body)
	}
	ok.CSeq.N = 5
	n.in(Response{Msg: ok})
	n.want("of a re-INVITE", ">B ACK")
	if n.lastAck.CSeq.N != 5 || n.lastAck.Body != "" {
		t.Errorf("ACK %+v", n.lastAck)
	}
}

// TestAdoptedSession: its deadline stays what it was.
func TestAdoptedSession(t *testing.T) {
	t.Parallel()
	r := upRig(t, Watch{})
	s := r.kept()
	s.Session = r.now + 90*time.Second
	n := restarted(r, s, 30*time.Second, nil)
	if n.timers[TimerSession] != s.Session {
		t.Errorf("it expires at %v, want %v", n.timers[TimerSession], s.Session)
	}
	n.said()
	n.expire()
	n.want("expired", ">B BYE, >A BYE, record connected")
}

// TestAdoptedShadow goes on with the watch: nothing on the wire changes by it.
func TestAdoptedShadow(t *testing.T) {
	t.Parallel()
	r := upRig(t, Watch{Mode: policy.WatchShadow, CutAfter: 2900 * time.Millisecond, Limit: 3 * time.Second})
	n := restarted(r, r.kept(), time.Second, nil)
	n.want("adopted", "+cut, tap A, flow B")
	n.in(Heard{State: media.Operator, Onset: n.now, Decided: n.now})
	n.want("an operator", "-cut, up, flow A")
	late := restarted(r, r.kept(), time.Minute, nil)
	late.said()
	late.expire()
	late.expire()
	late.want("nobody", "+cut, flow A")
	if !late.call.Ending().Due {
		t.Error("nobody was heard in time, and that is not noted")
	}
}

func TestStateShift(t *testing.T) {
	t.Parallel()
	s := heardRig(t).kept()
	back := s
	back.Shift(-time.Hour)
	if back.Answered >= 0 || back.Session != 0 || back.Word.Onset >= 0 || s.Word.Onset < 0 {
		t.Errorf("an hour earlier: %+v", back)
	}
	back.Shift(time.Hour)
	if d := cmp.Diff(s, back, states); d != "" {
		t.Error(d)
	}
	back.Shift(-back.Answered)
	if back.Answered == 0 {
		t.Error("a time became never")
	}
}

func TestStateCheck(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(*State){
		"no Call-ID":            func(s *State) { s.CallID = "" },
		"leg 1: target":         func(s *State) { s.Sides[1].Target = "" },
		"leg 0: target":         func(s *State) { s.Sides[0].Target = "nowhere" },
		"leg 1: no address":     func(s *State) { s.Sides[1].Remote = netip.AddrPort{} },
		"leg 0: mode 9":         func(s *State) { s.Sides[0].Mode = 9 },
		"leg 1: its media":      func(s *State) { s.Sides[1].Anchor = netip.AddrPort{} },
		"it was never answered": func(s *State) { s.Answered = 0 },
		"watch 9":               func(s *State) { s.Watch.Mode = 9 },
	} {
		s := upRig(t, Watch{}).kept()
		spoil(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
