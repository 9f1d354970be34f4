package ledger_test

import (
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// TestServedAfterACrash: an operator who was heard when tregua was killed has
// served what the person had asked for, and what was known before is not
// forgotten for a call that was answered earlier.
func TestServedAfterACrash(t *testing.T) {
	t.Parallel()
	const number = 393331234567
	for name, c := range map[string]struct {
		before, answered, want time.Time
		heard                  bool
	}{
		"heard":                      {time.Time{}, noon, noon, true},
		"not yet":                    {time.Time{}, noon, time.Time{}, false},
		"heard, another call before": {noon.Add(-time.Hour), noon, noon, true},
		"heard, another call later":  {noon.Add(time.Hour), noon, noon.Add(time.Hour), true},
	} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, opening(record(0, number, noon)), answered(0, c.answered, policy.WatchEnforce, true))
		if c.heard {
			h.turn(noon, answered(0, c.answered, policy.WatchEnforce, false))
		}
		of := ledger.Served{Index: h.keys.Index(number), Principal: record(0, number, noon).Attempt.Principal}
		if !c.before.IsZero() {
			if err := h.state.Commit(store.Batch{Put: []store.Row{ledger.ServedRow(of.Index, of.Principal, c.before)}}); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			h.kill()
			h.start(noon.Add(2 * time.Hour))
			at, err := ledger.ServedAt(h.state, of)
			if err != nil || !at.Equal(c.want) {
				t.Errorf("%s: served at %s, %v, want %s", name, at, err, c.want)
			}
			all, err := ledger.AllServed(h.state)
			if err != nil || !all[of].Equal(c.want) || len(all) > 1 {
				t.Errorf("%s: all served %v, %v", name, all, err)
			}
		}
	}
}

// TestServedUnreadable: a row that cannot be read is not taken for none.
func TestServedUnreadable(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	row := ledger.ServedRow(h.keys.Index(393331234567), 1, noon)
	row.Value = row.Value[1:]
	if err := h.state.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
		t.Fatal(err)
	}
	if _, err := ledger.AllServed(h.state); err == nil {
		t.Error("it is taken for none")
	}
	if _, err := ledger.ServedAt(h.state, ledger.Served{Index: h.keys.Index(393331234567), Principal: 1}); err == nil {
		t.Error("it is taken for none")
	}
}
