package reconcile_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/reconcile"
)

var (
	morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	usual   = reconcile.Config{Window: 30 * time.Second, Tolerance: time.Second}
)

func idOf(n int) (id policy.AttemptID) {
	binary.BigEndian.PutUint64(id[:], uint64(n))
	return id
}

// called is a call that was answered after ten seconds and lasted a minute.
func called(id int, n policy.Number, after time.Duration) reconcile.Call {
	at := morning.Add(after)
	return reconcile.Call{ID: idOf(id), Called: n, CallerID: "+390212345678", Forwarded: at, Answered: at.Add(10 * time.Second), Ended: at.Add(70 * time.Second)}
}

// rowOf is the carrier's row of a call, whose clock goes so much before ours.
func rowOf(c *reconcile.Call, clock time.Duration) reconcile.Row {
	r := reconcile.Row{ID: strconv.FormatUint(binary.BigEndian.Uint64(c.ID[:]), 10), Called: c.Called, CallerID: "0212345678", Started: c.Forwarded.Add(clock)}
	if !c.Answered.IsZero() {
		r.Answered, r.Talk = c.Answered.Add(clock), c.Ended.Sub(c.Answered)
	}
	return r
}

// A day of 10,000 calls with re-dials after a few seconds, calls that nobody
// answered, a carrier in another time zone and a clock that trembles: those that
// went round are found, and no other.
func TestMatchDay(t *testing.T) {
	for _, answeredOnly := range []bool{false, true} {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("seed %d answered %v", seed, answeredOnly), func(t *testing.T) { matchDay(t, seed, answeredOnly) })
		}
	}
}

func matchDay(t *testing.T, seed uint64, answeredOnly bool) {
	const calls, clock = 10_000, 2*time.Hour + 7*time.Second
	dice := rand.New(rand.NewPCG(seed, 7))
	tremble := func() time.Duration { return time.Duration(dice.IntN(2000)-1000) * time.Millisecond }
	var ours []reconcile.Call
	var theirs []reconcile.Row
	for len(ours) < calls {
		n, at := policy.Number(393330000000+dice.IntN(20_000)), time.Duration(dice.IntN(28_000))*time.Second
		for range 1 + dice.IntN(3) {
			c := called(len(ours)+1, n, at)
			if dice.IntN(3) == 0 {
				c.Answered, c.Ended = time.Time{}, c.Forwarded.Add(8*time.Second)
			}
			ours = append(ours, c)
			row := rowOf(&c, clock+tremble())
			at = c.Ended.Sub(morning) + time.Duration(3+dice.IntN(20))*time.Second
			if c.Answered.IsZero() && answeredOnly {
				continue
			}
			if answeredOnly {
				row.Started = time.Time{}
			}
			theirs = append(theirs, row)
		}
	}
	// Round us: to a number of nobody, twenty seconds behind the end of a call of
	// ours, and while one goes on, with another caller id. A file of answered calls
	// cannot tell one from a call that we say nobody answered.
	unanswered := map[policy.Number]bool{}
	for _, c := range ours {
		unanswered[c.Called] = unanswered[c.Called] || c.Answered.IsZero()
	}
	whole := slices.DeleteFunc(slices.Clone(ours), func(c reconcile.Call) bool { return unanswered[c.Called] })
	for i, c := range []reconcile.Call{called(90_001, 393339999999, time.Hour), whole[100], whole[200]} {
		at := c.Ended.Add(20 * time.Second)
		if i == 2 {
			at = c.Forwarded.Add(2 * time.Second)
			c.CallerID = "0698765432"
		}
		leak := reconcile.Row{
			ID: "leak", Called: c.Called, CallerID: c.CallerID,
			Started: at.Add(clock), Answered: at.Add(clock + 5*time.Second), Talk: time.Minute,
		}
		theirs = append(theirs, leak)
	}
	dice.Shuffle(len(theirs), func(i, j int) { theirs[i], theirs[j] = theirs[j], theirs[i] })
	r := reconcile.Match(theirs, ours, usual)
	var leaks []string
	for _, l := range r.Leaks {
		leaks = append(leaks, l.ID)
	}
	if got := strings.Join(leaks, " "); got != "leak leak leak" {
		t.Errorf("leaks %s, want the three that went round", got)
	}
	if d := (r.Offset - clock).Abs(); !r.Known || d > 300*time.Millisecond || !r.ByCaller {
		t.Errorf("offset %s known %v by caller %v, want %s", r.Offset, r.Known, r.ByCaller, clock)
	}
	if len(r.Missing) != 0 || r.Pairs != len(theirs)-3 {
		t.Errorf("%d pairs of %d rows, missing %v", r.Pairs, len(theirs), r.Missing)
	}
}

// Each case is a few calls and what is said of them. No clock is found for so few:
// it is taken for ours.
func TestMatch(t *testing.T) {
	const mario, anna = policy.Number(393331234567), policy.Number(393331234568)
	one, two := called(1, mario, time.Hour), called(2, mario, time.Hour+90*time.Second)
	row := func(c reconcile.Call, change func(*reconcile.Row)) reconcile.Row {
		r := rowOf(&c, 0)
		if change != nil {
			change(&r)
		}
		return r
	}
	silent := one
	silent.Answered = time.Time{}
	for _, tt := range []struct {
		name   string
		rows   []reconcile.Row
		calls  []reconcile.Call
		part   bool
		report string
	}{
		{"nothing", nil, nil, false, "0 pairs, leaks [], missing [], differences []"},
		{"the same", []reconcile.Row{row(one, nil), row(two, nil)}, []reconcile.Call{two, one}, false, "2 pairs, leaks [], missing [], differences []"},
		{"no call", []reconcile.Row{row(one, nil)}, nil, false, "0 pairs, leaks [1], missing [], differences []"},
		{"one of two calls", []reconcile.Row{row(one, nil), row(two, nil)}, []reconcile.Call{two}, false, "1 pairs, leaks [1], missing [], differences []"},
		{"no row", []reconcile.Row{row(one, nil), row(called(3, anna, 2*time.Hour), nil)}, []reconcile.Call{one, two, called(3, anna, 2*time.Hour)}, false, "2 pairs, leaks [], missing [2], differences []"},
		{"no row of this carrier", []reconcile.Row{row(one, nil), row(called(3, anna, 2*time.Hour), nil)}, []reconcile.Call{one, two, called(3, anna, 2*time.Hour)}, true, "2 pairs, leaks [], missing [], differences []"},
		{"a call before and one after the file", []reconcile.Row{row(two, nil)}, []reconcile.Call{one, two, called(4, mario, 3*time.Hour)}, false, "1 pairs, leaks [], missing [], differences []"},
		{"too far away", []reconcile.Row{row(one, func(r *reconcile.Row) {
			r.Answered, r.Started = r.Answered.Add(31*time.Second), r.Started.Add(31*time.Second)
		})}, []reconcile.Call{one}, false, "0 pairs, leaks [1], missing [], differences []"},
		{"another number", []reconcile.Row{row(one, func(r *reconcile.Row) { r.Called = anna })}, []reconcile.Call{one}, false, "0 pairs, leaks [1], missing [1], differences []"},
		{"an answer a second later", []reconcile.Row{row(one, func(r *reconcile.Row) { r.Answered = r.Answered.Add(time.Second) })}, []reconcile.Call{one}, false, "1 pairs, leaks [], missing [], differences []"},
		{"an answer later", []reconcile.Row{row(one, func(r *reconcile.Row) { r.Answered = r.Answered.Add(1001 * time.Millisecond) })}, []reconcile.Call{one}, false, "1 pairs, leaks [], missing [], differences [1 answer 1.001s talk 0s]"},
		{"a shorter talk", []reconcile.Row{row(one, func(r *reconcile.Row) { r.Talk -= 3 * time.Second })}, []reconcile.Call{one}, false, "1 pairs, leaks [], missing [], differences [1 answer 0s talk -3s]"},
		{"answered there alone", []reconcile.Row{row(one, nil)}, []reconcile.Call{silent}, false, "1 pairs, leaks [], missing [], differences [1 answer 0s talk 0s unanswered]"},
		{"answered there alone, no begin", []reconcile.Row{row(one, func(r *reconcile.Row) { r.Started = time.Time{} })}, []reconcile.Call{silent}, false, "1 pairs, leaks [], missing [], differences [1 answer 0s talk 0s unanswered]"},
		{"not charged", []reconcile.Row{row(one, func(r *reconcile.Row) { r.Answered, r.Talk = time.Time{}, 0 }), row(called(3, anna, time.Hour), nil)}, []reconcile.Call{one, called(3, anna, time.Hour)}, false, "2 pairs, leaks [], missing [], differences [1 answer 0s talk 0s not charged]"},
		{"a file that does not say what was answered", []reconcile.Row{row(one, func(r *reconcile.Row) { r.Answered, r.Talk = time.Time{}, 0 })}, []reconcile.Call{one}, false, "1 pairs, leaks [], missing [], differences []"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := usual
			c.Part = tt.part
			if got := words(reconcile.Match(tt.rows, tt.calls, c)); got != tt.report {
				t.Errorf("%s\nwant %s", got, tt.report)
			}
		})
	}
}

// words tells a report.
func words(r *reconcile.Report) string {
	leaks, missing, differences := []string{}, []uint64{}, []string{}
	for _, l := range r.Leaks {
		leaks = append(leaks, l.ID)
	}
	for _, c := range r.Missing {
		missing = append(missing, binary.BigEndian.Uint64(c.ID[:]))
	}
	for _, d := range r.Differences {
		text := fmt.Sprintf("%s answer %s talk %s", d.Row.ID, d.Answer, d.Talk)
		if d.Unanswered {
			text += " unanswered"
		}
		if d.NotCharged {
			text += " not charged"
		}
		differences = append(differences, text)
	}
	return fmt.Sprintf("%d pairs, leaks %v, missing %v, differences %v", r.Pairs, leaks, missing, differences)
}

// A carrier that shows caller ids of its own is no leak; where they are ours, a
// call with another one went round us.
func TestMatchCallers(t *testing.T) {
	for _, foreign := range []int{0, 1, 6, 20} {
		var ours []reconcile.Call
		var theirs []reconcile.Row
		for i := range 20 {
			c := called(i+1, policy.Number(393331000000+i), time.Duration(i)*time.Minute)
			row := rowOf(&c, time.Minute)
			if i < foreign {
				row.CallerID = "0698765432"
			}
			ours, theirs = append(ours, c), append(theirs, row)
		}
		leaks := foreign
		if foreign > 10 {
			leaks = 0
		}
		r := reconcile.Match(theirs, ours, usual)
		if len(r.Leaks) != leaks || r.ByCaller != (foreign <= 10) || r.Offset != time.Minute {
			t.Errorf("%d foreign: %d leaks, by caller %v, offset %s", foreign, len(r.Leaks), r.ByCaller, r.Offset)
		}
	}
}

// Leaks alone are no clock: what cannot be explained for half of the rows is not.
func TestMatchNoClock(t *testing.T) {
	var ours []reconcile.Call
	var theirs []reconcile.Row
	for i := range 40 {
		c := called(i+1, policy.Number(393331000000+i), time.Duration(i)*time.Minute)
		clock := time.Duration(0)
		if i%3 > 0 { // every two of three went round us, each at a time of its own
			clock = time.Duration(i+2) * time.Minute
		}
		ours, theirs = append(ours, c), append(theirs, rowOf(&c, clock))
	}
	if r := reconcile.Match(theirs, ours, usual); r.Known || r.Offset != 0 || len(r.Leaks) != 26 {
		t.Errorf("offset %s known %v, %d leaks, want no clock and 26 leaks", r.Offset, r.Known, len(r.Leaks))
	}
}

// A number that is dialled without pause does not take the memory for a table of
// all its calls.
func TestMatchOneNumber(t *testing.T) {
	var ours []reconcile.Call
	var theirs []reconcile.Row
	for i := range 5000 {
		c := called(i+1, 393331234567, time.Duration(i)*time.Second)
		ours, theirs = append(ours, c), append(theirs, rowOf(&c, 0))
	}
	if r := reconcile.Match(theirs, ours[:4999], usual); len(r.Leaks) != 1 || r.Leaks[0].ID != "5000" {
		t.Errorf("leaks %+v, want the last one", r.Leaks)
	}
}

func TestCallers(t *testing.T) {
	got := reconcile.Callers([]reconcile.Row{{CallerID: "b"}, {CallerID: "a"}, {CallerID: "c"}, {CallerID: "c"}})
	if diff := cmp.Diff([]reconcile.CallerCount{{"c", 2}, {"a", 1}, {"b", 1}}, got); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkMatch(b *testing.B) {
	var ours []reconcile.Call
	var theirs []reconcile.Row
	for i := range 10_000 {
		c := called(i+1, policy.Number(393331000000+i%7000), time.Duration(i)*time.Second)
		ours, theirs = append(ours, c), append(theirs, rowOf(&c, time.Hour))
	}
	b.ReportAllocs()
	for b.Loop() {
		reconcile.Match(theirs, ours, usual)
	}
}
