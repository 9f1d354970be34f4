package desk

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/rings"
)

// untold ends an attempt on a carrier that tells nobody of the ringing: it was
// tried for long, and counts.
func untold(q Ask) Closing {
	c := failed(q)
	c.Ending.Rang = true
	return c
}

// useful ends an attempt as a talk of a minute.
func useful(q Ask) Closing {
	c := rung(q)
	c.Ending.Outcome, c.Ending.Line, c.Ending.Ratio = policy.OutcomeConnected, policy.LineOperator, policy.RatioB
	c.Ending.AnsweredAt, c.Ending.OperatorAt = q.Attempt.At, q.Attempt.At
	c.Ending.EndedAt = q.Attempt.At.Add(time.Minute)
	return c
}

// answered tells that the person gave an answer in an attempt.
func answered(q Ask) Useful { return Useful{q.Attempt, q.Index} }

// TestRings plays turns of a desk with a cap of two a day.
func TestRings(t *testing.T) {
	t.Parallel()
	const n = 393330000010
	day := start.Truncate(24 * time.Hour).Add(10 * time.Hour)
	at := func(id int, after time.Duration) Ask { return call(id, n, day.Add(after)) }
	centre := func(q Ask, cc policy.CallCentreID) Ask { q.Attempt.CallCentre = cc; return q }
	principal := func(q Ask, p policy.PrincipalID) Ask { q.Attempt.Principal = p; return q }
	for name, c := range map[string]struct {
		in   []Input
		want string // what is said of each ask
	}{
		"what may ring yet counts": {[]Input{at(1, 0), at(2, 0), at(3, 0)}, "ok ok attempts"},
		"what rang counts, the useful one for a month": {
			[]Input{at(1, 0), rung(at(1, 0)), at(2, 0), useful(at(2, 0)), at(3, 0), at(4, 29*24*time.Hour), at(5, 31*24*time.Hour)},
			"ok ok contacts contacts ok",
		},
		"a short talk in which the person answered, told late and twice": {
			[]Input{at(1, 0), rung(at(1, 0)), answered(at(1, 0)), answered(at(1, 0)), at(2, 13*time.Hour), at(3, 29*24*time.Hour), at(4, 31*24*time.Hour)},
			"ok contacts contacts ok",
		},
		"an answer of a call that is over": {
			[]Input{at(1, 0), rung(at(1, 0)), answered(at(2, -32*24*time.Hour)), at(3, 0), at(4, 0)}, "ok ok attempts",
		},
		"what did not ring is given back": {[]Input{at(1, 0), failed(at(1, 0)), at(2, 0), failed(at(2, 0)), at(3, 0), at(4, 0), at(5, 0)}, "ok ok ok ok attempts"},
		"the end told twice":              {[]Input{at(1, 0), rung(at(1, 0)), rung(at(1, 0)), at(2, 0), at(3, 0)}, "ok ok attempts"},
		"the end of another":              {[]Input{at(1, 0), at(2, 0), failed(at(7, 0)), at(3, 0)}, "ok ok attempts"},
		"asked twice is one":              {[]Input{at(1, 0), at(1, 0), at(2, 0), at(3, 0)}, "ok ok ok attempts"},
		"the next day": {
			[]Input{at(1, 0), rung(at(1, 0)), at(2, 0), rung(at(2, 0)), at(3, 12*time.Hour+59*time.Minute), at(4, 13*time.Hour)},
			"ok ok attempts ok",
		},
		"another principal":                    {[]Input{at(1, 0), at(2, 0), principal(at(3, 0), 2), at(4, 0)}, "ok ok ok attempts"},
		"another call centre of the principal": {[]Input{at(1, 0), centre(at(2, 0), 2), centre(at(3, 0), 3)}, "ok ok attempts"},
		// INVITEs within two seconds after a failure that was not heard to ring.
		"the dial goes on by another trunk": {
			[]Input{at(1, 0), untold(at(1, 0)), at(2, 3*time.Second), untold(at(2, 3*time.Second)), at(3, 6*time.Second), at(4, 6*time.Second), at(5, 6*time.Second)},
			"ok ok ok ok attempts",
		},
		"later it is another": {
			[]Input{at(1, 0), untold(at(1, 0)), at(2, 3*time.Second+1), at(3, 3*time.Second+1)}, "ok ok attempts",
		},
		"of another call centre too": {
			[]Input{at(1, 0), untold(at(1, 0)), centre(at(2, time.Second), 2), centre(at(3, time.Second), 2)}, "ok ok attempts",
		},
		"one that rang is not gone on with": {
			[]Input{at(1, 0), rung(at(1, 0)), at(2, 9*time.Second), at(3, 9*time.Second)}, "ok ok attempts",
		},
		"a dial that goes on and fails at once counts as it did": {
			[]Input{at(1, 0), untold(at(1, 0)), at(2, time.Second), failed(at(2, time.Second)), at(3, time.Minute), at(4, time.Minute)},
			"ok ok ok attempts",
		},
		"a dial that goes on and rings counts once": {
			[]Input{at(1, 0), untold(at(1, 0)), at(2, time.Second), rung(at(2, time.Second)), at(3, time.Minute), at(4, time.Minute)},
			"ok ok ok attempts",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := New(capped(t, 2))
			var said []string
			for _, in := range c.in {
				var out Outputs
				now := day
				if q, ok := in.(Ask); ok {
					now = q.Attempt.At
				}
				d.Turn(now, view{generation: 1}, nil, []Input{in}, &out)
				for _, e := range out.Entries {
					if e.Kind == ledger.Open || e.Kind == ledger.Closed {
						said = append(said, strings.TrimPrefix(e.Record.Decision.Reason.String(), "frequency."))
					}
				}
			}
			if got := strings.Join(said, " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestRowsOfRings: an end says what reached its number when that changed, and
// what is over is taken out of the store and out of memory.
func TestRowsOfRings(t *testing.T) {
	t.Parallel()
	const n = 393330000010
	d := New(capped(t, 9))
	var out Outputs
	turn := func(at time.Time, in ...Input) (rows []string) {
		d.Turn(at, view{generation: 1}, nil, in, &out)
		for _, e := range out.Entries {
			if len(e.Rings.Key) == 0 {
				continue
			}
			r, err := rings.Decode(e.Rings.Value)
			if e.Rings.Value != nil && err != nil {
				t.Fatal(err)
			}
			rows = append(rows, e.Kind.String()+strings.Repeat(" I", len(r)))
		}
		return rows
	}
	first, second := call(1, n, start), call(2, n, start.Add(time.Hour))
	for i, step := range []struct {
		got  []string
		want []string
	}{
		{turn(start, first, failed(first)), nil},
		{turn(start, rung(first)), []string{"close I"}},
		{turn(start, rung(first)), nil},
		{turn(start, second, rung(second)), []string{"close I I"}},
		{turn(start, answered(first)), []string{"reach I I"}},
		{turn(start, answered(first)), nil},
		{turn(start, answered(call(3, n, start.Add(-rings.Keep-time.Hour)))), nil},
	} {
		if !slices.Equal(step.got, step.want) {
			t.Errorf("step %d: rows %q, want %q", i, step.got, step.want)
		}
	}
	over := start.Add(time.Hour + rings.Keep)
	for i := range stripesOf { // every part once, a minute each, and nothing is over yet
		if got := turn(over.Add(-time.Hour + time.Duration(i)*time.Minute/2)); got != nil {
			t.Fatalf("forgotten too early: %v", got)
		}
	}
	var got []string
	for i := range stripesOf {
		got = append(got, turn(over.Add(time.Hour+time.Duration(i)*time.Minute))...)
	}
	if !slices.Equal(got, []string{"forget"}) || d.shared.Reached() != 0 {
		t.Errorf("when all is over: rows %q, %d numbers are remembered", got, d.shared.Reached())
	}
}

// TestVetoesOfAPerson: what a person said at one number holds for all.
func TestVetoesOfAPerson(t *testing.T) {
	t.Parallel()
	disk := errors.New("disk")
	for name, c := range map[string]struct {
		view view
		in   []Input
		want string
		fact policy.Known
	}{
		"nothing":                           {view{person: five}, nil, "ok", policy.Absent},
		"imported":                          {view{person: five, listed: five[3]}, nil, "blacklist.principal", policy.Present},
		"imported, of another person":       {view{person: five[:3], listed: five[3]}, nil, "ok", policy.Absent},
		"said singly":                       {view{person: five}, []Input{objectionTo(1, five[2])}, "blacklist.principal", policy.Present},
		"said to another principal":         {view{person: five}, []Input{objectionTo(2, five[2])}, "ok", policy.Absent},
		"said at the number":                {view{person: five}, []Input{objectionTo(1, five[0])}, "blacklist.principal", policy.Present},
		"who is the same is not known":      {view{err: disk}, nil, "store.failed", policy.Unknown},
		"the number is listed all the same": {view{err: disk, listed: five[0]}, nil, "blacklist.principal", policy.Present},
	} {
		d, other := New(judge(t)), New(judge(t))
		shared := NewShared(2)
		d.Share(shared, 0)
		other.Share(shared, 1)
		var out Outputs
		other.Turn(start, c.view, nil, c.in, &out) // it need not be the desk of the number
		q := call(0, five[0], start)
		look := &Look{Attempt: q.Attempt, Index: q.Index}
		d.Turn(start, c.view, nil, []Input{look}, &out)
		if got := look.Decision.Reason.String(); got != c.want || look.Facts.Blacklist.Known != c.fact {
			t.Errorf("%s: %s, the fact is %s; want %s, %s", name, got, look.Facts.Blacklist.Known, c.want, c.fact)
		}
		if unknown := look.Facts.Rings.Known == policy.Unknown; unknown != (c.view.err != nil) {
			t.Errorf("%s: what reached the person is unknown: %t", name, unknown)
		}
	}
}

// TestChangeFreesAll: a change at one number makes the desks forget what they
// refused at every number of the person.
func TestChangeFreesAll(t *testing.T) {
	t.Parallel()
	d := New(judge(t))
	var out Outputs
	d.Turn(start, view{person: five}, nil, []Input{Change{Principal: 1, Number: five[0]}}, &out)
	var freed []policy.Number
	for _, f := range out.Freed {
		freed = append(freed, f.Number)
	}
	if !slices.Equal(freed, five[1:]) {
		t.Errorf("freed %v, want %v", freed, five[1:])
	}
}

// TestHoldsOfAPerson: a hold at one number, and that the person said "not now"
// there, are known at the others, and whether there are any is not known when
// those are not.
func TestHoldsOfAPerson(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		view view
		want policy.Known
	}{
		"none":                         {view{person: five}, policy.Absent},
		"at the number":                {view{person: five, held: five[0]}, policy.Present},
		"at another":                   {view{person: five, held: five[4]}, policy.Present},
		"at one of another person":     {view{person: five[:4], held: five[4]}, policy.Absent},
		"which are one's is not known": {view{err: errors.New("disk")}, policy.Unknown},
	} {
		q := call(0, five[0], start)
		f := gathered(&q, c.view, nil, NewShared(1))
		if f.Hold.Known != c.want || f.Refusal.Known != c.want {
			t.Errorf("%s: hold %s, refusal %s, want %s", name, f.Hold.Known, f.Refusal.Known, c.want)
		}
		if known := f.Fault == policy.NoFault; known != (c.want != policy.Unknown) {
			t.Errorf("%s: fault %v", name, f.Fault)
		}
	}
}

// TestGraver: of two entries of one person the newer one counts, and what is
// said against service calls holds whichever says it.
func TestGraver(t *testing.T) {
	t.Parallel()
	unknown, absent := policy.BlacklistFact{}, policy.BlacklistFact{Known: policy.Absent}
	old := policy.BlacklistFact{Known: policy.Present, Since: start.Add(-time.Hour), Source: "phone", All: true}
	late := policy.BlacklistFact{Known: policy.Present, Since: start, Source: "import"}
	both := late
	both.All = true
	for name, c := range map[string]struct{ x, y, want policy.BlacklistFact }{
		"none":               {absent, absent, absent},
		"one":                {absent, late, late},
		"one not known":      {absent, unknown, unknown},
		"known all the same": {unknown, late, late},
		"two":                {old, late, both},
	} {
		for _, got := range []policy.BlacklistFact{graver(c.x, c.y), graver(c.y, c.x)} {
			if got != c.want {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
		}
	}
}
