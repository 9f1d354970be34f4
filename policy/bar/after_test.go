package bar

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// ended makes an attempt of the parties that was answered then.
func ended(t testing.TB, id byte, when string, r policy.Ratio, cc policy.CallCentreID, pr policy.PrincipalID) (*policy.Attempt, *policy.Ending) {
	t.Helper()
	s := at(t, when)
	return &policy.Attempt{Dialled: policy.Dialled{ID: policy.AttemptID{id}, At: s.Add(-10 * time.Second)}, CallCentre: cc, Principal: pr},
		&policy.Ending{Ratio: r, Watch: policy.WatchEnforce, AnsweredAt: s, EndedAt: s.Add(3 * time.Second)}
}

func TestAfter(t *testing.T) {
	t.Parallel()
	made := func(id byte, when string, cc policy.CallCentreID, pr policy.PrincipalID) Bar {
		s := at(t, when)
		return Bar{Of: policy.AttemptID{id}, At: s, Until: Until(s, &italy(t).Bar), CallCentre: cc, Principal: pr}
	}
	shadow := func(b Bar) Bar { b.Shadow = true; return b }
	met := func(b Bar) Bar { b.Met = true; return b }
	const first, second = "2026-11-18 10:00:00", "2026-11-25 10:00:00"
	one, two := made(1, first, 1, 1), made(2, second, 2, 2)
	long := one
	long.Until = at(t, "2026-12-24 00:00:00")
	for _, tt := range []struct {
		name  string
		bars  Bars
		id    byte
		when  string
		ratio policy.Ratio
		watch policy.Watch
		cc    policy.CallCentreID
		pr    policy.PrincipalID
		want  Bars
		same  bool
	}{
		{"a silent call", nil, 1, first, policy.RatioA, policy.WatchEnforce, 1, 1, Bars{one}, false},
		{"in shadow", nil, 1, first, policy.RatioA, policy.WatchShadow, 1, 1, Bars{shadow(one)}, false},
		{"the same again", Bars{one}, 1, first, policy.RatioA, policy.WatchEnforce, 1, 1, Bars{one}, true},
		{"the same, told otherwise", Bars{one}, 1, second, policy.RatioA, policy.WatchShadow, 1, 1, Bars{one}, true},
		{"after one of older figures", Bars{long}, 3, second, policy.RatioA, policy.WatchEnforce, 1, 1, Bars{long, made(3, second, 1, 1)}, false},
		{"of others", Bars{one}, 2, second, policy.RatioA, policy.WatchEnforce, 2, 2, Bars{one, two}, false},
		{"told late", Bars{two}, 1, first, policy.RatioA, policy.WatchEnforce, 1, 1, Bars{one, two}, false},
		{"of the same parties", Bars{one}, 3, second, policy.RatioA, policy.WatchEnforce, 1, 1, Bars{made(3, second, 1, 1)}, false},
		{"of the same parties, told late", Bars{made(3, second, 1, 1)}, 1, first, policy.RatioA, policy.WatchEnforce, 1, 1, Bars{made(3, second, 1, 1)}, true},
		{"of one of the parties", Bars{one}, 3, second, policy.RatioA, policy.WatchEnforce, 1, 2, Bars{one, made(3, second, 1, 2)}, false},
		{"in shadow, of the same parties", Bars{one}, 3, second, policy.RatioA, policy.WatchShadow, 1, 1, Bars{one, shadow(made(3, second, 1, 1))}, false},
		{"after one in shadow", Bars{shadow(one)}, 3, second, policy.RatioA, policy.WatchEnforce, 1, 1, Bars{shadow(one), made(3, second, 1, 1)}, false},

		{"a contact", Bars{one}, 2, second, policy.RatioB, policy.WatchEnforce, 1, 1, Bars{}, false},
		{"a contact of the call centre", Bars{one}, 2, second, policy.RatioB, policy.WatchEnforce, 1, 9, Bars{}, false},
		{"a contact of the principal", Bars{one}, 2, second, policy.RatioB, policy.WatchEnforce, 9, 1, Bars{}, false},
		{"a contact of others", Bars{one}, 2, second, policy.RatioB, policy.WatchEnforce, 9, 9, Bars{one}, true},
		{"a contact in shadow", Bars{one}, 2, second, policy.RatioB, policy.WatchShadow, 1, 1, Bars{}, false},
		{"a contact after one in shadow", Bars{shadow(one)}, 2, second, policy.RatioB, policy.WatchEnforce, 1, 1, Bars{}, false},
		{"a contact, one of two in scope", Bars{one, two}, 3, second, policy.RatioB, policy.WatchEnforce, 1, 1, Bars{two}, false},
		{"a contact that began before", Bars{one}, 2, "2026-11-18 09:59:59", policy.RatioB, policy.WatchEnforce, 1, 1, Bars{one}, true},
		{"a contact within the days", Bars{one}, 2, "2026-11-20 10:00:00", policy.RatioB, policy.WatchEnforce, 1, 1, Bars{met(one)}, false},
		{"another within the days", Bars{met(one)}, 2, "2026-11-21 10:00:00", policy.RatioB, policy.WatchEnforce, 1, 1, Bars{met(one)}, true},
		{"silent again within the days", Bars{met(one)}, 3, "2026-11-20 10:00:00", policy.RatioA, policy.WatchEnforce, 1, 1, Bars{made(3, "2026-11-20 10:00:00", 1, 1)}, false},
		{"a contact with nothing to end", nil, 2, second, policy.RatioB, policy.WatchEnforce, 1, 1, nil, true},

		{"neither", Bars{one}, 2, second, policy.RatioNone, policy.WatchEnforce, 1, 1, Bars{one}, true},
		{"neither, on the last day", Bars{one}, 2, "2028-11-18 09:59:56", policy.RatioNone, policy.WatchEnforce, 1, 1, Bars{one}, true},
		{"neither, when all is over", Bars{one, two}, 3, "2028-11-18 09:59:57", policy.RatioNone, policy.WatchEnforce, 9, 9, Bars{two}, false},
	} {
		a, e := ended(t, tt.id, tt.when, tt.ratio, tt.cc, tt.pr)
		e.Watch = tt.watch
		before := append(Bars{}, tt.bars...)
		got, changed := tt.bars.After(a, e, italy(t))
		if d := cmp.Diff(tt.want, got); d != "" || changed == tt.same {
			t.Errorf("%s: changed: %v\n%s", tt.name, changed, d)
		}
		if d := cmp.Diff(before, append(Bars{}, tt.bars...)); d != "" {
			t.Errorf("%s: the bars before were changed: %s", tt.name, d)
		}
	}
}

// TestAfterNoMonths: without a guarantee the days hold all the same.
func TestAfterNoMonths(t *testing.T) {
	t.Parallel()
	p := italy(t)
	p.Operator.Months.Value = 0
	a, e := ended(t, 1, "2026-11-18 10:00:00", policy.RatioA, 1, 1)
	b, _ := Bars(nil).After(a, e, p)
	for when, want := range map[string]bool{"2026-11-23 23:59:56": true, "2026-11-23 23:59:57": false} {
		a, e := ended(t, 2, when, policy.RatioNone, 1, 1)
		if left, changed := b.After(a, e, p); len(left) == 1 != want || changed == want {
			t.Errorf("%s: left %v", when, left)
		}
	}
	if f := b.Fact(at(t, "2026-11-20 10:00:00"), a, p); f.Known != policy.Present || f.Pending {
		t.Errorf("got %+v", f)
	}
}

// TestHistory holds the laws of bars over random histories of one number: a
// silent call is in force at once for its parties and never for others, an
// operator of the same parties ends what was before, nothing else does, and a
// number never has more bars than there are parties, twice.
func TestHistory(t *testing.T) {
	t.Parallel()
	p := italy(t)
	for seed := range uint64(200) {
		dice := rand.New(rand.NewPCG(seed, 1))
		now := at(t, "2026-11-18 10:00:00")
		var b Bars
		for id := range 200 {
			now = now.Add(time.Duration(dice.Int64N(int64(20 * 24 * time.Hour))))
			cc, pr := policy.CallCentreID(dice.UintN(3)), policy.PrincipalID(dice.UintN(3))
			a := &policy.Attempt{Dialled: policy.Dialled{ID: policy.AttemptID{byte(id), 1}, At: now}, CallCentre: cc, Principal: pr}
			e := &policy.Ending{
				Ratio: policy.Ratio(dice.UintN(3)), Watch: policy.WatchShadow + policy.Watch(dice.UintN(2)),
				AnsweredAt: now, EndedAt: now.Add(3 * time.Second),
			}
			was := b.Fact(now, a, p)
			next, changed := b.After(a, e, p)
			is := next.Fact(now, a, p)
			law(t, a, e, was, is)
			if again, twice := next.After(a, e, p); twice || !slices.Equal(next, again) {
				t.Fatalf("seed %d: twice is not once", seed)
			}
			if !changed && !slices.Equal(b, next) || len(next) > 18 {
				t.Fatalf("seed %d: changed %v, %d bars", seed, changed, len(next))
			}
			if read, err := Decode(Encode(next)); err != nil || !slices.Equal(next, read) {
				t.Fatalf("seed %d: %v\n%s", seed, err, cmp.Diff(next, read))
			}
			b = next
		}
	}
}

// law says what one ending may do to what its parties are told.
func law(t *testing.T, a *policy.Attempt, e *policy.Ending, was, is policy.BarFact) {
	t.Helper()
	somebody := a.CallCentre != 0 || a.Principal != 0
	switch {
	case e.Ratio == policy.RatioA && somebody:
		enforced := e.Watch == policy.WatchEnforce
		hidden := !enforced && was.Known == policy.Present && !was.Shadow // by one that is not of shadow
		if is.Known != policy.Present || !is.Pending && !hidden || enforced && (is.Shadow || is.Of != a.ID) || was.Known == policy.Present && !was.Shadow && is.Shadow {
			t.Fatalf("a silent call is not in force: %+v, then %+v", was, is)
		}
	case e.Ratio == policy.RatioB:
		if is.Pending || is.Known != policy.Absent && is.Shadow == was.Shadow && is.Until != was.Until {
			t.Fatalf("a contact left %+v of %+v", is, was)
		}
	case is != was:
		t.Fatalf("nothing happened, and %+v became %+v", was, is)
	}
}
