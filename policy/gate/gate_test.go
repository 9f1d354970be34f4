package gate

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// rig is a gate with a clock; campaign 1 of group 1 at call centre 1 unless a test
// says otherwise.
type rig struct {
	t       testing.TB
	gate    *Gate
	now     time.Time
	figures Figures
	next    time.Time
	out     Outputs
	last    uint32
}

func rome(t testing.TB) policy.Zone {
	t.Helper()
	z, err := policy.ParseZone("Europe/Rome")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func newRig(t testing.TB) *rig {
	t.Helper()
	return &rig{
		t: t, gate: New(), now: time.Date(2026, 11, 18, 9, 0, 0, 0, time.UTC),
		figures: Figures{Limit: 3, DayLimit: 4, Hold: 4 * time.Second, Probe: true, Zone: rome(t)},
	}
}

func id(n uint32) (a policy.AttemptID) {
	binary.BigEndian.PutUint32(a[12:], n)
	return a
}

func (r *rig) turn(in ...Input) *Outputs {
	r.next = r.gate.Turn(r.now, in, &r.out)
	return &r.out
}

func (r *rig) after(d time.Duration, in ...Input) *Outputs {
	r.now = r.now.Add(d)
	return r.turn(in...)
}

func (r *rig) ask() Ask {
	r.last++
	return Ask{ID: id(r.last), Campaign: 1, Group: 1, CallCentre: 1, Figures: r.figures}
}

func (r *rig) asks(n int) (in []Input) {
	for range n {
		in = append(in, r.ask())
	}
	return in
}

// ended is the end of a call that was answered a moment ago.
func (r *rig) ended(n uint32, ratio policy.Ratio) Ended {
	return Ended{ID: id(n), Ratio: ratio, AnsweredAt: r.now, Wanted: ratio != policy.RatioNone}
}

// history lets so many silent and connected calls of a campaign and group end, with
// nothing learnt of operators.
func (r *rig) history(c policy.CampaignID, g policy.GroupID, a, b int) {
	r.t.Helper()
	for i := range a + b {
		q := r.ask()
		q.Campaign, q.Group, q.Pledged = c, g, true
		ratio := policy.RatioB
		if i < a {
			ratio = policy.RatioA
		}
		r.turn(q, r.ended(r.last, ratio))
	}
}

// proven leaves n operators who are free, of calls that nothing is counted of.
func (r *rig) proven(n int) {
	r.t.Helper()
	var in, out []Input
	for range n {
		in = append(in, Resumed{Ask: r.ask(), Joined: true})
		out = append(out, Ended{ID: id(r.last)})
	}
	r.turn(append(in, out...)...)
	r.now = r.now.Add(startWrap)
}

func places(out *Outputs) (p []string) {
	for _, g := range out.Granted {
		p = append(p, g.Fact.Place.String())
	}
	return p
}

func (r *rig) want(name string, out *Outputs, granted ...string) {
	r.t.Helper()
	if d := cmp.Diff(granted, places(out)); d != "" {
		r.t.Errorf("%s: granted %s", name, d)
	}
}

// TestOnePlace: of a thousand calls at a gate with one place one passes, and the
// next in line has the place when that one gives it back.
func TestOnePlace(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.Probe = false
	r.proven(1)
	first := r.last + 1
	r.want("a thousand", r.turn(r.asks(1000)...), "operator")
	if got := r.out.Granted[0].ID; got != id(first) {
		t.Errorf("granted %v, not the first", got)
	}
	r.want("cancelled", r.after(time.Second, Gone{id(first)}), "operator")
	if got := r.out.Granted[0]; got.ID != id(first+1) || got.Fact.Held != time.Second {
		t.Errorf("granted %+v, not the second", got)
	}
	r.want("one that waits is cancelled", r.turn(Gone{id(first + 2)}))
	r.want("not answered", r.turn(r.ended(first+1, policy.RatioNone)), "operator")
	if got := r.out.Granted[0].ID; got != id(first+3) {
		t.Errorf("granted %v, not the fourth", got)
	}
	r.after(3 * time.Second)
	if len(r.out.Turned) != 996 || len(r.out.Granted) != 0 {
		t.Errorf("at the end of the wait %d turned away, %d granted", len(r.out.Turned), len(r.out.Granted))
	}
	if got := r.out.Turned[0]; got.Fact.Place != policy.NoPlace || got.Fact.Held != 4*time.Second || got.RetryAfter < minRetry {
		t.Errorf("turned away with %+v", got)
	}
}

// TestTwice: what is said twice or of nobody changes nothing.
func TestTwice(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.figures.Probe = false
	r.proven(2)
	a := r.ask()
	r.want("asked twice", r.turn(a, a), "operator", "operator")
	if d := cmp.Diff(r.out.Granted[0], r.out.Granted[1]); d != "" {
		t.Errorf("two answers: %s", d)
	}
	b := r.ask()
	r.turn(Joined{a.ID}, Joined{a.ID}, b)
	r.turn(r.ended(2+1, policy.RatioB), r.ended(2+1, policy.RatioB), r.ended(2+1, policy.RatioA), Gone{a.ID}, Joined{a.ID})
	r.turn(Gone{id(99)}, Joined{id(99)}, r.ended(99, policy.RatioA))
	f := r.look()
	want := policy.GateCount{B: 1}
	if f.Campaign != want || f.InFlight != 1 || f.Talking != 0 {
		t.Errorf("got %+v", f)
	}
	w := r.ask()
	r.turn(r.ask(), w)
	r.turn(Joined{w.ID}, r.ended(r.last, policy.RatioB)) // it waits: it has not ended
	if f := r.look(); f.Campaign != want {
		t.Errorf("a call that waits was counted: %+v", f)
	}
}

// look returns what the gate sees of campaign 1.
func (r *rig) look() policy.GateFact {
	return r.gate.teams[teamKey{1, 1}].fact(r.now)
}

// TestLimit: the limit is A of 100·B, to the call. With one proven operator the
// second call goes on credit, if there is any to spare.
func TestLimit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		a, b   int
		credit int
		bound  policy.GateBound
		level  policy.GateLevel
	}{
		{"nothing yet", 0, 0, 0, policy.BoundCampaign, policy.LevelProbing},
		{"33: a third less than one", 0, 33, 0, policy.BoundCampaign, policy.LevelProbing},
		{"34", 0, 34, 1, policy.BoundCampaign, policy.LevelProbing},
		{"a silent one of 33 is a breach", 1, 33, -1, policy.BoundCampaign, policy.LevelProbing},
		{"a silent one of 34 is none", 1, 34, 0, policy.BoundCampaign, policy.LevelProbing},
		{"3 of 99", 3, 99, -1, policy.BoundCampaign, policy.LevelProbing},
		{"3 of 100 exactly", 3, 100, 0, policy.BoundCampaign, policy.LevelProbing},
		{"4 of 133", 4, 133, -1, policy.BoundCampaign, policy.LevelProbing},
		{"4 of 134", 4, 134, 0, policy.BoundCampaign, policy.LevelProbing},
	} {
		r := newRig(t)
		r.history(1, 1, tt.a, tt.b)
		r.gate.team(1, 1, 1)
		f := r.look()
		if f.Credit != tt.credit || f.Bound != tt.bound || f.Level != tt.level || f.Campaign != (policy.GateCount{A: tt.a, B: tt.b}) {
			t.Errorf("%s: got %+v", tt.name, f)
		}
		if breach := 100*tt.a > 3*tt.b; breach != (f.Credit < 0) {
			t.Errorf("%s: credit %d contradicts the law", tt.name, f.Credit)
		}
	}
}

// TestDay: the day's own limit holds until midnight by the clock of the profile.
func TestDay(t *testing.T) {
	t.Parallel()
	moment := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for _, tt := range []struct {
		name, call, now string
		day             policy.GateCount
		credit          int
		bound           policy.GateBound
	}{
		// 1000 good calls long before give the campaign a credit of 29.
		{"the same day", "2026-11-18T09:00:00+01:00", "2026-11-18T23:59:59+01:00", policy.GateCount{A: 1}, -1, policy.BoundDay},
		{"midnight", "2026-11-18T09:00:00+01:00", "2026-11-19T00:00:00+01:00", policy.GateCount{}, 0, policy.BoundDay},
		{"midnight in Rome, not in Greenwich", "2026-11-18T23:30:00Z", "2026-11-18T23:45:00Z", policy.GateCount{A: 1}, -1, policy.BoundDay},
		{"the last second", "2026-11-18T23:59:59+01:00", "2026-11-19T00:00:00+01:00", policy.GateCount{}, 0, policy.BoundDay},
		// The clock goes back on 25 October 2026 (25 hours) and forward on 28 March 2027 (23).
		{"a long day", "2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59+01:00", policy.GateCount{A: 1}, -1, policy.BoundDay},
		{"after a long day", "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", policy.GateCount{}, 0, policy.BoundDay},
		{"a short day", "2027-03-28T00:00:00+01:00", "2027-03-28T23:59:59+02:00", policy.GateCount{A: 1}, -1, policy.BoundDay},
		{"after a short day", "2027-03-28T00:00:00+01:00", "2027-03-29T00:00:00+02:00", policy.GateCount{}, 0, policy.BoundDay},
	} {
		r := newRig(t)
		r.now = moment("2026-10-01T09:00:00Z")
		r.history(1, 1, 0, 1000)
		r.now = moment(tt.call)
		r.history(1, 1, 1, 0)
		r.now = moment(tt.now)
		r.turn()
		f := r.look()
		if f.Day != tt.day || f.GroupDay != tt.day || f.Credit != tt.credit || f.Bound != tt.bound {
			t.Errorf("%s: got %+v", tt.name, f)
		}
		if want := (policy.GateCount{A: 1, B: 1000}); f.Campaign != want {
			t.Errorf("%s: the campaign forgot: %+v", tt.name, f.Campaign)
		}
	}
}

// TestAcrossMidnight: a call counts on the day on which it was answered; what is
// told after midnight changes the day that is over no more.
func TestAcrossMidnight(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.now = time.Date(2026, 11, 18, 22, 59, 59, 0, time.UTC)
	late := r.now
	a, b := r.ask(), r.ask()
	a.Pledged, b.Pledged = true, true
	r.turn(a, b)
	r.after(time.Minute, Ended{ID: b.ID, Ratio: policy.RatioB, AnsweredAt: r.now.Add(time.Minute), Wanted: true})
	r.turn(Ended{ID: a.ID, Ratio: policy.RatioA, AnsweredAt: late, Wanted: true})
	f := r.look()
	if f.Day != (policy.GateCount{B: 1}) || f.Campaign != (policy.GateCount{A: 1, B: 1}) {
		t.Errorf("got %+v", f)
	}
}

// TestGroup: a new campaign of a group starts with the group's debt and never
// with its surplus, a renamed one is the same, and a good one hides no bad one.
func TestGroup(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before [3]int // campaign, silent, connected; all of group 1
		of     policy.CampaignID
		credit int
		bound  policy.GateBound
	}{
		{"a new campaign after a good one", [3]int{2, 0, 1000}, 1, 0, policy.BoundCampaign},
		{"a new campaign after a bad one", [3]int{2, 5, 100}, 1, -2, policy.BoundGroup},
		{"the bad one, by another name", [3]int{1, 5, 100}, 1, -2, policy.BoundCampaign},
	} {
		r := newRig(t)
		r.history(policy.CampaignID(tt.before[0]), 1, tt.before[1], tt.before[2])
		r.now = r.now.Add(24 * time.Hour) // the day alone would bind
		r.figures.DayLimit = 100
		r.history(tt.of, 1, 0, 0)
		r.gate.team(tt.of, 1, 1).campaign.figures = r.figures
		r.gate.group(1, 0).figures = r.figures
		if f := r.look(); f.Credit != tt.credit || f.Bound != tt.bound {
			t.Errorf("%s: got %+v", tt.name, f)
		}
	}
	r := newRig(t)
	r.history(1, 1, 4, 100)
	r.history(2, 1, 0, 1000)
	if f := r.look(); f.Credit != -1 || f.Bound != policy.BoundCampaign || f.Group != (policy.GateCount{A: 4, B: 1100}) {
		t.Errorf("a bad campaign beside a good one: got %+v", f)
	}
}
