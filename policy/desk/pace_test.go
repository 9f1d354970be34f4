package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/gate"
	"tregua/policy/ledger"
	"tregua/policy/rules"
)

// room is a desk and the gate behind it, without goroutines.
type room struct {
	*testing.T
	desk *Desk
	pace *Pace
	now  time.Time
}

// newRoom makes one by the profile it, changed by figures.
func newRoom(t *testing.T, figures func(*policy.GateParams)) *room {
	t.Helper()
	p, err := configs.Policy{Profile: "it"}.Params()
	if err != nil {
		t.Fatal(err)
	}
	figures(&p.Gate)
	pol, err := policy.New(policy.Table{Pace: rules.Table().Pace}, p)
	if err != nil {
		t.Fatal(err)
	}
	r := &room{T: t, desk: New(pol), pace: NewPace(pol, gate.New()), now: start}
	r.desk.Pace(func(*policy.Attempt) bool { return true })
	return r
}

// dial asks for n attempts at once, each of a number of its own.
func (r *room) dial(from, n int) (out PaceOutputs) {
	r.Helper()
	var in []PaceInput
	for i := range n {
		q := ask(byte(from+i), policy.Number(393330000000+from+i), "")
		q.Attempt.ID = policy.AttemptID{byte((from + i) >> 8), byte(from + i), 1}
		q.Attempt.Channel, q.Attempt.At = policy.ChannelOperator, r.now
		q.Return = policy.Return{Shard: 1, Call: uint64(from + i)}
		var o Outputs
		r.desk.Turn(r.now, view{generation: 1}, nil, []Input{q}, &o)
		if len(o.Entries) != 0 || len(o.Answers) != 0 || len(o.Wanting) != 1 {
			r.Fatalf("the desk said %d entries, %d answers, %d for the gate", len(o.Entries), len(o.Answers), len(o.Wanting))
		}
		in = append(in, o.Wanting[0])
	}
	r.pace.Turn(r.now, in, &out)
	return out
}

func (r *room) tell(i gate.Input) (out PaceOutputs) {
	r.pace.Turn(r.now, []PaceInput{Told{i}}, &out)
	return out
}

// said puts the outputs in words: which calls went, and which were turned away.
func said(o *PaceOutputs) string {
	var words []string
	for _, e := range o.Entries {
		switch e.Kind {
		case ledger.Open:
			words = append(words, fmt.Sprintf("%d goes as %s", e.Return.Call, e.Record.Facts.Gate.Place))
		case ledger.Closed:
			words = append(words, fmt.Sprintf("%s %s", e.Record.Ending.Outcome, e.Record.Decision.Reason))
		default:
		}
	}
	for i, a := range o.Answers {
		words = append(words, fmt.Sprintf("%d hears %s, number %s is free", a.Return.Call, a.Decision.Reason, o.Releases[i].Number.Masked()))
	}
	return strings.Join(words, "; ")
}

func usual(*policy.GateParams) {}

// TestOnePlace: of a thousand calls that want the one place there is, one goes;
// the others wait, and are turned away when their time is over.
func TestOnePlace(t *testing.T) {
	t.Parallel()
	r := newRoom(t, usual)
	out := r.dial(1, 1000)
	if got := said(&out); got != "1 goes as probe" || r.pace.Held() != 999 {
		t.Fatalf("%s; %d wait", got, r.pace.Held())
	}
	r.now = r.now.Add(4*time.Second - 1)
	if next := r.pace.Turn(r.now, nil, &out); said(&out) != "" || !next.Equal(start.Add(4*time.Second)) {
		t.Fatalf("before the end of the hold: %s, next at %s", said(&out), next)
	}
	r.now = start.Add(4 * time.Second)
	r.pace.Turn(r.now, nil, &out)
	if len(out.Entries) != 999 || len(out.Answers) != 999 || len(out.Releases) != 999 || r.pace.Held() != 0 {
		t.Fatalf("%d entries, %d answers, %d released, %d wait", len(out.Entries), len(out.Answers), len(out.Releases), r.pace.Held())
	}
	e := &out.Entries[0]
	if f := e.Record.Facts.Gate; e.Kind != ledger.Closed || e.Record.Decision.Reason != policy.GateThrottled ||
		e.Return != (policy.Return{}) || f.Held != 4*time.Second || f.InFlight != 1 || !e.Record.Ending.EndedAt.Equal(r.now) {
		t.Errorf("%s %s, %+v", e.Kind, e.Record.Decision.Reason, f)
	}
	if a := out.Answers[0]; a.Return != (policy.Return{Shard: 1, Call: 2}) || a.Open {
		t.Errorf("%+v", a)
	}
}

// TestPlaceGivenBack: what a call that ends or is given up had goes to the next in
// line.
func TestPlaceGivenBack(t *testing.T) {
	t.Parallel()
	id := func(n int) policy.AttemptID { return policy.AttemptID{0, byte(n), 1} }
	for name, c := range map[string]struct {
		tell gate.Input
		want string
	}{
		"it failed":                     {gate.Ended{ID: id(1)}, "2 goes as probe"},
		"its row could not be written":  {gate.Gone{ID: id(1)}, "2 goes as probe"},
		"an operator was heard":         {gate.Joined{ID: id(1)}, "2 goes as probe"}, // nothing is owed yet
		"a call that waits is given up": {gate.Gone{ID: id(2)}, "cancelled ok; 2 hears gate.throttled, number +39333000···· is free"},
		"nobody knows it":               {gate.Ended{ID: id(9)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoom(t, usual)
			if out := r.dial(1, 3); said(&out) != "1 goes as probe" {
				t.Fatal(said(&out))
			}
			out := r.tell(c.tell)
			if got := said(&out); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestGateInShadow: where the rule decides nothing all calls go, and the record
// says which would not have.
func TestGateInShadow(t *testing.T) {
	t.Parallel()
	r := newRoom(t, usual)
	r.desk.policy = shadowed(t)
	r.pace.policy = r.desk.policy
	out := r.dial(1, 3)
	if got := said(&out); got != "1 goes as probe; 2 goes as none; 3 goes as none" {
		t.Fatal(got)
	}
	trail := out.Entries[1].Record.Decision.Trail
	if f := trail[len(trail)-1]; f.Rule != "gate" || !f.Shadow || f.Reason != policy.GateThrottled {
		t.Errorf("%+v", f)
	}
}

func shadowed(t *testing.T) *policy.Policy {
	t.Helper()
	p, err := configs.Policy{Profile: "it"}.Params()
	if err != nil {
		t.Fatal(err)
	}
	p.Shadow = []string{"gate"}
	pol, err := policy.New(policy.Table{Pace: rules.Table().Pace}, p)
	if err != nil {
		t.Fatal(err)
	}
	return pol
}

// TestGateEnds: who waits when tregua stops is turned away, and written down.
func TestGateEnds(t *testing.T) {
	t.Parallel()
	r := newRoom(t, usual)
	r.dial(1, 2)
	var out PaceOutputs
	r.pace.End(r.now, &out)
	if got := said(&out); got != "refused draining; 2 hears draining, number +39333000···· is free" {
		t.Error(got)
	}
}

// TestReservedOrNot: who is owed an operator is not called without one, also where
// rule gate decides nothing.
func TestReservedOrNot(t *testing.T) {
	t.Parallel()
	p, err := configs.Policy{Profile: "it"}.Params()
	if err != nil {
		t.Fatal(err)
	}
	p.Shadow, p.Operator.Reservation.Value = []string{"gate"}, true
	table := rules.Table()
	pol, err := policy.New(policy.Table{NotNow: table.NotNow[:2], Pace: table.Pace}, p) // bar, operator
	if err != nil {
		t.Fatal(err)
	}
	r := newRoom(t, usual)
	r.pace.policy = pol
	var e ledger.Entry
	e.Kind = ledger.Open
	rec := &e.Record
	rec.Attempt = ask(1, 393330000001, "").Attempt
	rec.Attempt.Channel, rec.Attempt.At, rec.Attempt.DialMode = policy.ChannelOperator, r.now, policy.Predictive
	rec.Facts.Bar = policy.BarFact{Known: policy.Present, Pending: true}
	rec.Facts.Rings.Known = policy.Absent
	rec.Facts.Gate = policy.GateFact{Known: policy.Present, Place: policy.PlaceUnasked}
	if rec.Decision = pol.Judge(&rec.Attempt, &rec.Facts); rec.Decision.Claim != policy.ClaimOperator {
		t.Fatalf("%+v", rec.Decision)
	}
	var out PaceOutputs
	r.pace.Turn(r.now, []PaceInput{Wanting{Entry: e}}, &out)
	if got := said(&out); got != "refused operator.unpledged; 0 hears operator.unpledged, number +39333000···· is free" {
		t.Error(got)
	}
}

// TestJudgedAnew: what was written down of an attempt that waited comes to the same
// decision when it is replayed.
func TestJudgedAnew(t *testing.T) {
	t.Parallel()
	r := newRoom(t, usual)
	entries := slices.Clone(r.dial(1, 3).Entries)                                          // one goes
	entries = append(entries, r.tell(gate.Gone{ID: policy.AttemptID{0, 2, 1}}).Entries...) // one is given up
	r.now = r.now.Add(4 * time.Second)
	var out PaceOutputs
	r.pace.Turn(r.now, nil, &out) // one is turned away
	entries = append(entries, out.Entries...)
	if len(entries) != 3 {
		t.Fatalf("%d entries", len(entries))
	}
	for _, e := range entries {
		was := &e.Record.Decision
		if d := r.pace.policy.Judge(&e.Record.Attempt, &e.Record.Facts); d.Verdict != was.Verdict || d.Reason != was.Reason {
			t.Errorf("%s: now %s, was %s", e.Record.Ending.Outcome, d.Reason, was.Reason)
		}
	}
}
