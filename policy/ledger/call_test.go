package ledger_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// keeping is what is kept of the call of an attempt.
func keeping(n int, call string) ledger.Entry {
	r := record(n, 393331234567, noon)
	return ledger.Entry{Kind: ledger.Keep, Record: policy.Record{Attempt: r.Attempt}, Call: call}
}

func dropping(n int) ledger.Entry { return ledger.Entry{Kind: ledger.Drop, ID: attemptID(n)} }

// calls returns the call rows by attempt.
func (h *house) calls() map[policy.AttemptID]string {
	h.t.Helper()
	all := map[policy.AttemptID]string{}
	for row, err := range h.state.Scan([]byte{0x72}, nil) {
		if err != nil {
			h.t.Fatal(err)
		}
		all[policy.AttemptID(row.Key[1:])] = string(row.Value)
	}
	return all
}

// restart kills the process and starts it with who takes calls; the names of
// those that it is offered are returned.
func (h *house) restart(now time.Time, take func(ledger.Left) bool) (offered []string) {
	h.t.Helper()
	h.kill()
	h.adopt = func(l ledger.Left) bool {
		word := strconv.Itoa(int(l.Attempt.ID[7]) - 1)
		switch {
		case errors.Is(l.Err, seal.ErrGone):
			word += " erased"
		case l.Err != nil:
			word += " unreadable"
		case l.Open && l.Attempt.Called == 0:
			word += " without its number"
		case l.Leaving:
			word += " leaving " + l.Call
		case l.Open:
			word += " open " + l.Call
		default:
			word += " inbound " + l.Call
		}
		offered = append(offered, word)
		return take(l)
	}
	h.start(now)
	return offered
}

func TestCallRowLivesWithItsCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)))
	h.turn(noon, keeping(0, "first"), keeping(1, "inbound"))
	first := h.calls()
	h.turn(noon, keeping(0, "second"))
	if second := h.calls(); len(first) != 2 || len(second) != 2 || first[attemptID(0)] == second[attemptID(0)] {
		t.Errorf("rows %q, then %q", first, second)
	}
	h.turn(noon, keeping(0, strings.Repeat("x", 1<<20))) // no call needs so much: it stays as it was
	h.turn(noon, closing(0, connected(noon)), dropping(1), dropping(2))
	h.turn(noon, keeping(0, "too late"))
	if got := h.calls(); len(got) != 0 {
		t.Errorf("rows after the end: %q", got)
	}
	h.verify()
}

// TestCallsAreSealed: neither the text nor the caller of an inbound call stands
// in clear, and with the key of the person it is gone.
func TestCallsAreSealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	in := keeping(1, "call-1@10.0.0.20")
	in.Record.Attempt.CallerID = "+393339999999"
	h.turn(noon, opening(record(0, 393331234567, noon)), keeping(0, "call-0@10.0.0.20"), in, keeping(2, "call-2"))
	for row, err := range h.state.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range []string{"call-0@", "call-1@", "call-2", "3339999999", "390612345678"} {
			if bytes.Contains(row.Value, []byte(trace)) || bytes.Contains(row.Key, []byte(trace)) {
				t.Errorf("row %x has %s in clear", row.Key, trace)
			}
		}
	}
	for _, n := range []policy.Number{393331234567, 393339999999} {
		if err := h.subjects.Erase(h.keys.Index(n)); err != nil {
			t.Fatal(err)
		}
	}
	got := h.restart(noon, func(ledger.Left) bool { return false })
	if want := []string{"0 erased", "1 erased", "2 inbound call-2"}; !slices.Equal(got, want) {
		t.Errorf("offered %q, want %q", got, want)
	}
}

// TestCallOfWhichASideHasHungUp is told to the next start, until the call is
// kept anew; of a call of which nothing is kept there is nothing to tell.
func TestCallOfWhichASideHasHungUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	leave := func(n int) ledger.Entry { return ledger.Entry{Kind: ledger.Leave, ID: attemptID(n)} }
	for i := range 3 {
		h.turn(noon, opening(record(i, 393331234567, noon)))
	}
	h.turn(noon, keeping(0, "first"), leave(0), keeping(1, "first"), leave(1), leave(2))
	h.turn(noon, keeping(1, "second"))
	take := func(ledger.Left) bool { return true }
	if got := h.restart(noon, take); !slices.Equal(got, []string{"0 leaving first", "1 open second"}) {
		t.Errorf("offered %q", got)
	}
}

// TestFailedTurnAndCalls: rows whose commit failed are as they were.
func TestFailedTurnAndCalls(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, opening(record(0, 393331234567, noon)), opening(record(1, 393331234568, noon)))
		h.turn(noon, keeping(0, "first"), keeping(1, "first"), keeping(2, "inbound"))
		before := h.calls()
		rows, _ := h.committer.Turn(noon, asEntries(
			keeping(0, "second"), closing(1, connected(noon)), dropping(2), keeping(3, "inbound"),
		))
		if how == obscure {
			if err := h.state.Commit(rows); err != nil {
				t.Fatal(err)
			}
		}
		h.committer.Failed()
		h.turn(noon)
		if got := h.calls(); !maps.Equal(got, before) {
			t.Errorf("fate %d: %q, want %q", how, got, before)
		}
		h.verify()
	}
}

// TestRecoverOffersCalls: what is taken stays open with its row and is closed by
// its end; what is not is closed at once.
func TestRecoverOffersCalls(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	for i := range 5 {
		h.turn(noon, opening(record(i, 393331234567, noon)))
	}
	h.turn(noon, answered(1, noon, policy.WatchEnforce, false), keeping(1, "taken"))
	h.turn(noon, answered(2, noon, policy.WatchEnforce, true), keeping(2, "left"))
	h.turn(noon, answered(3, noon, policy.WatchOff, false), keeping(3, "spoilt"), keeping(5, "taken"), keeping(6, "left"))
	if err := h.state.Commit(store.Batch{Put: []store.Row{{Key: append([]byte{0x72}, idBytes(3)...), Value: []byte("no row")}}}); err != nil {
		t.Fatal(err)
	}
	take := func(l ledger.Left) bool { return l.Call == "taken" }
	offers := []string{"1 open taken", "2 open left", "3 unreadable", "5 inbound taken", "6 inbound left"}
	if got := h.restart(noon.Add(time.Hour), take); !slices.Equal(got, offers) {
		t.Errorf("offered %q, want %q", got, offers)
	}
	if rep := h.verify(); rep.Records != 4 || rep.Open != 1 {
		t.Errorf("%+v", rep)
	}
	if b := h.bars(393331234567); len(b) != 1 || b[0].Of != attemptID(2) {
		t.Errorf("bars %v", b)
	}
	if got := h.restart(noon.Add(time.Hour), take); !slices.Equal(got, []string{"1 open taken", "5 inbound taken"}) {
		t.Errorf("offered again %q", got)
	}
	h.turn(noon.Add(2*time.Hour), closing(1, connected(noon)), dropping(5))
	v, err := h.reader.Attempt(attemptID(1))
	if err != nil || v.Record.Ending.Outcome != policy.OutcomeConnected || v.Boot != 1 || len(h.calls())+len(h.ups()) != 0 {
		t.Errorf("%+v, %v; %d rows left", v.Record.Ending, err, len(h.calls())+len(h.ups()))
	}
	h.verify()
}

func idBytes(n int) []byte { id := attemptID(n); return id[:] }

// TestWriterKeepsTheOrderOfACall: the end of a call waits behind what was kept
// of it and is to be tried again.
func TestWriterKeepsTheOrderOfACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, opening(record(0, 393331234567, noon)))
		w, _, stop := writing(t, h, flaky{h.state, h}, 0)
		h.meet(func() fate { return refused })
		w.Submit(keeping(0, "first"))
		w.Submit(keeping(1, "inbound"))
		time.Sleep(time.Second / 10)
		h.meet(nil)
		w.Submit(keeping(0, "second"))
		w.Submit(ledger.Entry{Kind: ledger.Close, ID: attemptID(0), Ending: connected(noon)})
		w.Submit(dropping(1))
		time.Sleep(3 * time.Second)
		if got := h.calls(); len(got) != 0 || w.Rejected.Load() != 0 || w.Waiting() != 0 {
			t.Errorf("rows %q, %d rejected, %d wait", got, w.Rejected.Load(), w.Waiting())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		h.verify()
	})
}
