package silence

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tregua/policy"
)

const limit = 3 * time.Second

var answered = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// after is a moment of a call, in milliseconds from its answer.
func after(ms int) time.Time { return answered.Add(time.Duration(ms) * time.Millisecond) }

// call is an ending with the times that tests are about; 0 is a time that
// there was not.
func call(o policy.Outcome, r policy.Ratio, w policy.Watch, l policy.LineState, operator, cut, ambience int) policy.Ending {
	e := policy.Ending{Outcome: o, Ratio: r, Watch: w, Line: l, AnsweredAt: answered}
	for _, t := range []struct {
		at *time.Time
		ms int
	}{{&e.OperatorAt, operator}, {&e.CutAt, cut}, {&e.AmbienceAt, ambience}} {
		if t.ms != 0 {
			*t.at = after(t.ms)
		}
	}
	e.Due = cut != 0
	return e
}

func TestAdd(t *testing.T) {
	t.Parallel()
	const (
		enforce, shadow = policy.WatchEnforce, policy.WatchShadow
		op, quiet       = policy.LineOperator, policy.LineQuiet
	)
	due := func(e policy.Ending) policy.Ending { e.Due = true; return e }
	deaf := func(e policy.Ending) policy.Ending { e.Deaf = true; return e }
	spread := func(ms int) Spread {
		d := time.Duration(ms) * time.Millisecond
		return Spread{Count: 1, Min: d, Max: d}
	}
	for name, c := range map[string]struct {
		ending policy.Ending
		want   Trunk
	}{
		"not answered": {policy.Ending{Outcome: policy.OutcomeFailed}, Trunk{}},
		"open":         {call(policy.OutcomeOpen, 0, enforce, op, 0, 0, 0), Trunk{}},
		"operator": {
			call(policy.OutcomeConnected, policy.RatioB, enforce, op, 250, 0, 12),
			Trunk{Answered: 1, Connected: 1, Operator: [Bins]uint64{0: 1}, Ambience: spread(12)},
		},
		"operator in early media": {
			call(policy.OutcomeConnected, policy.RatioB, enforce, op, -40, 0, 0),
			Trunk{Answered: 1, Connected: 1, Operator: [Bins]uint64{0: 1}},
		},
		"operator at 251 ms": {
			call(policy.OutcomeConnected, policy.RatioB, enforce, op, 251, 0, 0),
			Trunk{Answered: 1, Connected: 1, Operator: [Bins]uint64{1: 1}},
		},
		"operator at the limit": {
			call(policy.OutcomeConnected, policy.RatioB, shadow, op, 3000, 0, 0),
			Trunk{Answered: 1, Connected: 1, Operator: [Bins]uint64{6: 1}, Lawful: 1},
		},
		"operator recognised late, in shadow": {
			due(call(policy.OutcomeConnected, policy.RatioB, shadow, op, 2800, 0, 0)),
			Trunk{Answered: 1, Connected: 1, Operator: [Bins]uint64{6: 1}, Lawful: 1, WouldCut: 1},
		},
		"operator too late, in shadow": {
			due(call(policy.OutcomeSilent, policy.RatioA, shadow, op, 3001, 0, 0)),
			Trunk{Answered: 1, Silent: [3][Lines]uint64{shadow: {op: 1}}, Operator: [Bins]uint64{Later: 1}},
		},
		"silent": {
			call(policy.OutcomeSilent, policy.RatioA, enforce, policy.LineDead, 0, 2905, 18),
			Trunk{Answered: 1, Silent: [3][Lines]uint64{enforce: {policy.LineDead: 1}}, Operator: [Bins]uint64{Never: 1}, Cut: spread(2905), Ambience: spread(18)},
		},
		"quiet and late": {
			call(policy.OutcomeSilentQuiet, policy.RatioA, enforce, quiet, 0, 3001, 0),
			Trunk{Answered: 1, Silent: [3][Lines]uint64{enforce: {quiet: 1}}, Operator: [Bins]uint64{Never: 1}, Cut: spread(3001), Late: 1},
		},
		"interrupted": {
			call(policy.OutcomeInterrupted, policy.RatioA, enforce, policy.LineNone, 0, 0, 0),
			Trunk{Answered: 1, Silent: [3][Lines]uint64{enforce: {policy.LineNone: 1}}, Operator: [Bins]uint64{Never: 1}},
		},
		"hung up": {
			call(policy.OutcomeHungUp, 0, enforce, quiet, 0, 0, 0),
			Trunk{Answered: 1, HungUp: 1, Operator: [Bins]uint64{Never: 1}},
		},
		"hung up, strict": {
			call(policy.OutcomeHungUp, policy.RatioA, enforce, quiet, 0, 0, 0),
			Trunk{Answered: 1, Silent: [3][Lines]uint64{enforce: {quiet: 1}}, Operator: [Bins]uint64{Never: 1}},
		},
		"machine": {
			call(policy.OutcomeMachine, 0, enforce, quiet, 0, 0, 0),
			Trunk{Answered: 1, Machine: 1, Operator: [Bins]uint64{Never: 1}},
		},
		"off":     {call(policy.OutcomeExcluded, 0, policy.WatchOff, op, 500, 0, 0), Trunk{Answered: 1, Unwatched: 1}},
		"deaf":    {deaf(call(policy.OutcomeExcluded, 0, enforce, quiet, 0, 0, 0)), Trunk{Answered: 1, Deaf: 1}},
		"neither": {call(policy.OutcomeInterrupted, 0, enforce, quiet, 0, 0, 0), Trunk{Answered: 1, Other: 1, Operator: [Bins]uint64{Never: 1}}},
		"values of a later version": {
			call(policy.OutcomeSilent, policy.RatioA, 9, 9, 0, 0, 0),
			Trunk{Answered: 1, Silent: [3][Lines]uint64{enforce: {op: 1}}, Operator: [Bins]uint64{Never: 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := New(limit)
			r.Add(&policy.Record{Attempt: policy.Attempt{Dialled: policy.Dialled{Trunk: "d"}}, Ending: c.ending})
			if diff := cmp.Diff(c.want, r.Total, cmpopts.IgnoreUnexported(Spread{})); diff != "" {
				t.Errorf("counted (-want +got):\n%s", diff)
			}
			for _, one := range r.Trunks() {
				c.want.Name = "d"
				if diff := cmp.Diff(c.want, *one, cmpopts.IgnoreUnexported(Spread{})); diff != "" {
					t.Errorf("trunk (-want +got):\n%s", diff)
				}
			}
			if got := r.Total.ClassA() + r.Total.Connected + r.Total.Machine + r.Total.HungUp + r.Total.Excluded(); got != r.Total.Answered {
				t.Errorf("the parts are %d, the whole is %d", got, r.Total.Answered)
			}
		})
	}
}

func TestBinName(t *testing.T) {
	t.Parallel()
	var names []string
	for i := range Bins {
		names = append(names, BinName(i))
	}
	want := "0-0.25 0.25-0.5 0.5-1 1-1.5 1.5-2 2-2.5 2.5-3 later never"
	if got := strings.Join(names, " "); got != want {
		t.Errorf("bins %s, want %s", got, want)
	}
}

func TestTrunks(t *testing.T) {
	t.Parallel()
	r := New(limit)
	for i, trunk := range []string{"b", "a", "b", "c", "b"} {
		ratio := policy.RatioB
		if i == 0 {
			ratio = policy.RatioA
		}
		r.Add(&policy.Record{
			Attempt: policy.Attempt{Dialled: policy.Dialled{Trunk: trunk}},
			Ending:  call(policy.OutcomeConnected, ratio, policy.WatchEnforce, policy.LineQuiet, 0, 0, 0),
		})
	}
	var got []string
	for _, one := range r.Trunks() {
		got = append(got, one.Name)
	}
	if !slices.Equal(got, []string{"a", "b", "c"}) || r.Trunks()[1].Answered != 3 || r.Total.Answered != 5 {
		t.Errorf("trunks %s, %+v", got, r.Total)
	}
	b := r.Trunks()[1]
	if ofB, ok := b.OfB(); !ok || ofB != 0.5 {
		t.Errorf("A/B %v %v", ofB, ok)
	}
	if ofBoth, ok := b.OfBoth(); !ok || ofBoth != 1.0/3 {
		t.Errorf("A/(A+B) %v %v", ofBoth, ok)
	}
	var none Trunk
	if _, ok := none.OfB(); ok {
		t.Error("A/B of nothing")
	}
	if _, ok := none.OfBoth(); ok {
		t.Error("A/(A+B) of nothing")
	}
}

func TestSpread(t *testing.T) {
	t.Parallel()
	var s Spread
	if got := s.Quantile(0.5); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
	for ms := 100; ms >= 1; ms-- {
		s.add(time.Duration(ms)*time.Millisecond - 300*time.Microsecond)
	}
	for q, want := range map[float64]time.Duration{
		0: 1 * time.Millisecond, 0.01: 1 * time.Millisecond, 0.5: 50 * time.Millisecond,
		0.99: 99 * time.Millisecond, 1: 99700 * time.Microsecond,
	} {
		if got := s.Quantile(q); got != want {
			t.Errorf("quantile %g: %v, want %v", q, got, want)
		}
	}
	if s.Min != 700*time.Microsecond || s.Max != 99700*time.Microsecond || s.Count != 100 {
		t.Errorf("%v %v %d", s.Min, s.Max, s.Count)
	}
	var long Spread
	for _, d := range []time.Duration{-time.Second, time.Hour, 2 * time.Hour} {
		long.add(d)
	}
	if long.Min != 0 || long.Quantile(0.3) != 0 || long.Quantile(0.5) != 2*time.Hour || len(long.ms) != most+1 {
		t.Errorf("%v %v %d", long.Min, long.Quantile(0.5), len(long.ms))
	}
}
