package desk

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store/memory"
)

// TestTryIsTurn: a desk that tries each attempt first says the same, in the same
// order, as one that is always turned, and does nothing where a row is needed.
func TestTryIsTurn(t *testing.T) {
	t.Parallel()
	v, rows := view{generation: 1, listed: 7, row: 8}, memory.New()
	tried := map[bool]int{}
	for seed := range uint64(50) {
		dice := rand.New(rand.NewPCG(seed, 2))
		turned, trying := New(judge(t)), New(judge(t))
		now := start
		for id := range 200 {
			now = now.Add(time.Duration(dice.IntN(2000)) * time.Millisecond)
			q := ask(byte(id), policy.Number(5+dice.IntN(5)), []string{"", "late"}[dice.IntN(2)])
			q.Attempt.At = now
			var want, got Outputs
			if dice.IntN(4) == 0 {
				c := silent(q, policy.WatchEnforce)
				turned.Turn(now, v, rows, []Input{c}, &want)
				trying.Turn(now, v, rows, []Input{c}, &got)
			} else {
				turned.Turn(now, v, rows, []Input{q}, &want)
				ok := trying.Try(now, v, &q, &got)
				if tried[ok]++; !ok {
					var rest Outputs
					trying.Turn(now, v, rows, []Input{q}, &rest)
					got.Entries, got.Answers = append(got.Entries, rest.Entries...), append(got.Answers, rest.Answers...)
				}
				if needs := q.Attempt.Called == v.row; ok && needs && len(got.Entries) > 0 && slices.ContainsFunc(got.Entries, func(e ledger.Entry) bool { return e.Kind != ledger.Repeat }) {
					t.Fatalf("seed %d: attempt %d was judged without its row", seed, id)
				}
			}
			if got, want := told(&got)+fmt.Sprint(got.Answers), told(&want)+fmt.Sprint(want.Answers); got != want {
				t.Fatalf("seed %d, input %d: tried %s, turned %s", seed, id, got, want)
			}
		}
	}
	if tried[true] < 1000 || tried[false] < 100 {
		t.Errorf("%d were judged at once and %d were not", tried[true], tried[false])
	}
}

// TestTryDoesNotOvertake: an attempt that is judged where its caller is comes after
// what the caller put to the desk before, as the bar that a silent call leaves.
func TestTryDoesNotOvertake(t *testing.T) {
	t.Parallel()
	o := openBarred(t, 64, nil)
	stop := o.work(t)
	defer stop()
	for n := range 2000 {
		q := dial(0, policy.Number(100+n), start, policy.Predictive)
		binary.BigEndian.PutUint32(q.Attempt.ID[:], uint32(2*n+1))
		c := silent(q, policy.WatchEnforce)
		for !o.Close(&c.Attempt, c.Ending) {
			runtime.Gosched() // until there is room
		}
		binary.BigEndian.PutUint32(q.Attempt.ID[:], uint32(2*n+2))
		q.Attempt.At = start.Add(time.Second)
		o.Ask(q.Attempt, q.Return)
	}
	stop()
	if got := o.opened(); len(got) > 0 {
		t.Errorf("%d calls overtook the bar, the first to %v", len(got), got[0].Called)
	}
}
