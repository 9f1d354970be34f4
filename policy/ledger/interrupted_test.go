package ledger_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// TestCutOffAfterTheAnswer: what a start makes of a call that was answered,
// for every state of its watch.
func TestCutOffAfterTheAnswer(t *testing.T) {
	t.Parallel()
	const number = 393331234567
	at, later := noon.Add(7*time.Second), noon.Add(time.Hour)
	old := bar.Bar{
		Of: policy.AttemptID{9}, At: noon.AddDate(0, 0, -9), Until: bar.Until(noon.AddDate(0, 0, -9), &figures.Bar),
		CallCentre: 13, Principal: 12,
	}
	born := func(shadow bool) bar.Bar {
		return bar.Bar{
			Of: attemptID(0), At: at, Until: bar.Until(at, &figures.Bar), CallCentre: 13, Principal: 12, Shadow: shadow,
		}
	}
	for _, c := range []struct {
		name  string
		ups   []ledger.Entry
		ratio policy.Ratio
		watch policy.Watch
		want  bar.Bars
	}{
		{"not answered", nil, policy.RatioNone, policy.WatchOff, bar.Bars{old}},
		{"not watched", asEntries(answered(0, at, policy.WatchOff, false)), policy.RatioNone, policy.WatchOff, bar.Bars{old}},
		{
			"nobody heard yet", asEntries(answered(0, at, policy.WatchEnforce, true)),
			policy.RatioA, policy.WatchEnforce,
			bar.Bars{born(false)},
		},
		{
			"nobody heard yet, in shadow", asEntries(answered(0, at, policy.WatchShadow, true)),
			policy.RatioA, policy.WatchShadow,
			bar.Bars{old, born(true)},
		},
		{
			"an operator was heard",
			asEntries(answered(0, at, policy.WatchEnforce, true), answered(0, at, policy.WatchEnforce, false)),
			policy.RatioB, policy.WatchEnforce, nil,
		},
	} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, opening(record(0, number, noon)), opening(record(1, 393331234568, noon)))
		for _, e := range c.ups {
			h.turn(noon, e)
		}
		if err := h.state.Commit(store.Batch{Put: []store.Row{ledger.BarRow(h.keys.Index(number), bar.Bars{old})}}); err != nil {
			t.Fatal(err)
		}
		h.kill()
		h.start(later)
		v, err := h.reader.Attempt(attemptID(0))
		if err != nil {
			t.Fatal(err)
		}
		want := policy.Ending{
			Outcome: policy.OutcomeInterrupted, Reason: policy.Interrupted, Forwarded: true, Rang: true,
			EndedBy: policy.Tregua, EndedAt: later, Ratio: c.ratio, Watch: c.watch,
		}
		if c.ups != nil {
			want.AnsweredAt = at
		}
		if d := cmp.Diff(want, v.Record.Ending); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if d := cmp.Diff(c.want, h.bars(number)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if got := h.ups(); len(got) != 0 {
			t.Errorf("%s: up rows are left: %v", c.name, got)
		}
		if rep := h.verify(); rep.Records != 2 || rep.Open != 0 {
			t.Errorf("%s: %+v", c.name, rep)
		}
	}
}

// TestCutOffOnOneNumber: several calls to one number add up, over many batches,
// and a start that is cut off at any of its commits and begun again leaves the
// same bars.
func TestCutOffOnOneNumber(t *testing.T) {
	t.Parallel()
	const n = ledger.MaxTurn + 20
	for _, how := range []fate{killed, finished} {
		for cut := 1; ; cut++ {
			h := newHouse(t, 1)
			h.start(noon)
			for i := range n {
				r := record(i, 393331234567, noon)
				r.Attempt.CallCentre, r.Attempt.Principal = policy.CallCentreID(1+i), 0 // bars that cover none of the others
				at := noon.Add(time.Duration(i) * time.Second)
				h.turn(noon, opening(r), answered(i, at, policy.WatchEnforce, true))
			}
			h.kill()
			last := h.commits + cut
			h.fail = func() fate {
				if h.commits == last {
					return how
				}
				return done
			}
			alive := h.tryStart(noon.Add(time.Hour))
			h.kill()
			h.fail = nil
			h.start(noon.Add(2 * time.Hour))
			got := h.bars(393331234567)
			if len(got) != n || !slices.IsSortedFunc(got, func(x, y bar.Bar) int { return x.At.Compare(y.At) }) {
				t.Fatalf("fate %d at commit %d: %d bars, want %d", how, cut, len(got), n)
			}
			if rep := h.verify(); rep.Records != n || rep.Open != 0 {
				t.Fatalf("fate %d at commit %d: %+v", how, cut, rep)
			}
			if alive {
				if cut < 3 {
					t.Fatalf("the start has only %d commits", cut-1)
				}
				break
			}
		}
	}
}

// TestRecoverWithoutFigures: a start that cannot say what bar a call leaves
// does not begin.
func TestRecoverWithoutFigures(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)), answered(0, noon, policy.WatchEnforce, true))
	h.kill()
	c := h.config()
	c.Params = nil
	if _, _, err := ledger.Recover(c, h.state, noon); err == nil {
		t.Error("a call was closed without its bar")
	}
	h.start(noon)
	if b := h.bars(393331234567); len(b) != 1 {
		t.Errorf("bars %v", b)
	}
}
