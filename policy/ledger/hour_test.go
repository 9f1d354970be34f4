package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy/ledger"
)

// TestHour tells of a process that was killed in a bypass, and of the next one,
// over two full hours.
func TestHour(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	shadow, bypass := ledger.ModeSpan{Trunk: "a", Mode: "shadow"}, ledger.ModeSpan{Trunk: "b", Mode: "bypass"}
	first, second := ledger.Start{Boot: 1, At: at(0), Program: "1.0", Policy: "it"}, ledger.Start{Boot: 2, At: at(130), Program: "1.1", Policy: "it"}
	h := ledger.Hour{}.Started(first)
	h = h.Observe(at(10), []ledger.ModeSpan{shadow})
	h = h.Observe(at(20), []ledger.ModeSpan{shadow, bypass})
	h = h.Observe(at(30), []ledger.ModeSpan{bypass})
	h = h.Observe(at(40), []ledger.ModeSpan{bypass})
	h = h.Started(second)
	h = h.Observe(at(135), []ledger.ModeSpan{shadow})
	past, rest := h.Cut(at(60))
	want := ledger.Hour{
		To: at(60), Starts: []ledger.Start{first}, Gaps: []ledger.Gap{{From: at(40), To: at(60)}},
		Modes: []ledger.ModeSpan{{Trunk: "a", Mode: "shadow", From: at(10), To: at(30)}, {Trunk: "b", Mode: "bypass", From: at(20), To: at(40)}},
	}
	if d := cmp.Diff(want, past); d != "" {
		t.Errorf("the first hour: %s", d)
	}
	past, rest = rest.Cut(at(180))
	want = ledger.Hour{
		From: at(60), To: at(180), Starts: []ledger.Start{second}, Gaps: []ledger.Gap{{From: at(60), To: at(130)}},
		Modes: []ledger.ModeSpan{{Trunk: "a", Mode: "shadow", From: at(135), To: at(180)}},
	}
	if d := cmp.Diff(want, past); d != "" {
		t.Errorf("the next two: %s", d)
	}
	want = ledger.Hour{From: at(180), Alive: at(135), Modes: []ledger.ModeSpan{{Trunk: "a", Mode: "shadow", From: at(180)}}}
	if d := cmp.Diff(want, rest); d != "" {
		t.Errorf("the rest: %s", d)
	}
}

// TestHourOutlivesTheProcess: what was told comes back after a crash, and what a
// summary has said already does not.
func TestHourOutlivesTheProcess(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	told := ledger.Hour{}.Started(ledger.Start{Boot: 1, At: noon, Program: "1.0", Policy: "it"}).
		Started(ledger.Start{Boot: 2, At: noon.Add(70 * time.Minute), Program: "1.0", Policy: "it"}).
		Observe(noon.Add(80*time.Minute), []ledger.ModeSpan{{Trunk: "a", Mode: "shadow"}})
	h.turn(noon, ledger.Entry{Kind: ledger.Beat, Hour: &told})
	for _, want := range []ledger.Hour{told, func() ledger.Hour { _, rest := told.Cut(noon.Add(time.Hour)); return rest }()} {
		h.kill()
		h.start(noon)
		got, err := h.committer.Told()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		if want.From.IsZero() {
			h.turn(noon, summing(0, noon.Add(time.Hour)))
		}
	}
}
