package ledger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/ledger"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// ripe is when November 2026 is over its term, and December is not.
var ripe = keep.Public.Keep.After(time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC))

// fillMore fills November with a summary and an amendment besides, begins December, and
// purges what is personal of November.
func (h *house) fillMore() {
	h.t.Helper()
	h.fill()                                                                  // 0 to 3
	h.turn(noon, noting(0, ledger.NoteAmendment, noon.Add(time.Minute)))      // 4
	h.turn(noon, summing(1, noon.Add(time.Hour)))                             // 5
	h.turn(noon, refusal(6, called[0], noon, policy.BlacklistListed))         // 6
	december := noon.AddDate(0, 0, 10)                                        //
	h.turn(december, refusal(7, called[0], december, policy.BlacklistListed)) // 7
	h.turn(december, refusal(8, called[0], noon, policy.BlacklistListed))     // 8, of November
	h.turn(december, noting(9, ledger.NoteAmendment, december))               // 9
	h.turn(december, noting(10, ledger.NoteHold, december))                   // 10
	h.move()
	h.purge(ripe.Add(-time.Hour)) // 11, 12
}

// purge purges, and moves the notes of it.
func (h *house) purge(now time.Time) []ledger.Purge {
	h.t.Helper()
	took, err := h.purger(now).Purge(h.t.Context(), now)
	if err != nil {
		h.t.Fatal(err)
	}
	h.move()
	return took
}

// walked writes what Records yields: numbers, and what is amiss.
func (h *house) walked() string {
	var out []string
	for s, err := range h.reader.Records(0) {
		if err != nil {
			out = append(out, err.Error())
		} else {
			out = append(out, strconv.FormatUint(s.Seq, 10))
		}
	}
	return strings.Join(out, ", ")
}

// spaces counts the rows of a month by space.
func spaces(t *testing.T, st *memory.Store) map[byte]int {
	t.Helper()
	n := map[byte]int{}
	for row, err := range st.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		n[row.Key[0]]++
	}
	return n
}

// TestRemoval: when the term of a month is over nothing is left of its records but what a
// purge says of them; notes and counters stay, and the ledger verifies.
func TestRemoval(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.fillMore()
	before, err := h.reader.Counters()
	if err != nil {
		t.Fatal(err)
	}
	if took := h.purge(ripe.Add(-time.Second)); len(took) > 0 {
		t.Fatalf("a second early: %+v", took)
	}
	due, err := h.purger(ripe).Due(t.Context(), ripe)
	if err != nil || len(due) != 1 || due[0].Month != "2026-11" || due[0].Removed == nil || due[0].Removed.Records != 7 {
		t.Fatalf("due: %+v, %v", due, err)
	}
	longer := h.purger(ripe)
	longer.Terms[keep.Silent] = keep.Term{Months: 120}
	if took, err := longer.Purge(t.Context(), ripe); err != nil || len(took) > 0 {
		t.Fatalf("with a longer term of a class: %+v, %v", took, err)
	}
	took := h.purge(ripe)
	if len(took) != 1 || took[0].Removed == nil || took[0].Removed.First != 0 || took[0].Removed.Last != 8 || took[0].Removed.Records != 7 {
		t.Fatalf("took %+v", took)
	}
	want := "records 0 to 4 of 2026-11 are gone since 2031-11-30, the term was over, 5, " +
		"record 6 of 2026-11 is gone since 2031-11-30, the term was over, 7, " +
		"record 8 of 2026-11 is gone since 2031-11-30, the term was over, 9, 10, 11, 12, 13"
	if got := h.walked(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	// The index key, what was removed; the number and the row of the summary.
	if got, want := spaces(t, h.months["2026-11"]), (map[byte]int{0x01: 2, 0xA2: 1, 0xA6: 1}); !maps.Equal(got, want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	var of policy.AttemptID // a UUIDv7 says when it was made
	binary.BigEndian.PutUint64(of[:], uint64(noon.UnixMilli())<<16)
	if _, err := h.reader.Attempt(of); !errors.Is(err, ledger.ErrNotFound) || !strings.Contains(err.Error(), "the records of 2026-11 are gone since 2031-11-30") {
		t.Errorf("an attempt of then: %v", err)
	}
	for at, want := range map[time.Time]error{noon: ledger.ErrRemoved, noon.AddDate(0, 0, 10): nil} {
		if err := h.reader.Removed(ledger.Span{Since: at, Until: at.Add(time.Hour)}); !errors.Is(err, want) {
			t.Errorf("records of %s: %v", at, err)
		}
	}
	if after, err := h.reader.Counters(); err != nil || !maps.EqualFunc(before, after, ledger.Counters.Equal) {
		t.Errorf("counters were %v and are %v, %v", before, after, err)
	}
	if rep := h.whole(); rep.Records != 1 || rep.Notes != 6 {
		t.Errorf("%d records and %d notes are left", rep.Records, rep.Notes)
	}
	if took := h.purge(ripe.AddDate(0, 0, 1)); len(took) > 0 {
		t.Errorf("a day later again: %+v", took)
	}
	h.purge(ripe.AddDate(0, 2, 0)) // December
	if got := spaces(t, h.months["2026-12"]); got[0xA0]+got[0xA1]+got[0xA7] > 0 || got[0xA6] != 1 {
		t.Errorf("December has rows %v", got)
	}
	h.whole()
}

// TestRemovalCut ends the process at every step of the removal of two months; the next
// purge ends it, and one note for each tells of it. Whenever it ended, what is missing is
// missing for a reason, and what is there is read.
func TestRemovalCut(t *testing.T) {
	t.Parallel()
	now := ripe.AddDate(0, 2, 0)
	for _, how := range []fate{refused, obscure, killed, finished} {
		cuts := 0
		for at := 1; ; at++ {
			h := newHouse(t, 2)
			h.fillMore()
			n := 0
			h.meet(func() fate {
				if n++; n == at {
					return how
				}
				return done
			})
			_, err := h.purger(now).Purge(t.Context(), now)
			h.meet(nil)
			if err == nil {
				break
			}
			cuts++
			h.kill()
			h.start(now)
			h.move()
			got := ", " + h.walked() + ","
			if strings.Contains(got, "missing") {
				t.Errorf("fate %d at step %d: %s", how, at, got)
			}
			for v, err := range h.reader.Each() {
				if err != nil || !strings.Contains(got, fmt.Sprintf(", %d,", v.Seq)) {
					t.Errorf("fate %d at step %d: record %d is there, and who reads all gets %s %v", how, at, v.Seq, got, err)
				}
			}
			h.whole()
			h.purge(now.AddDate(0, 0, 1))
			told := 0
			for _, n := range h.notes(ledger.NotePurge, time.Time{}, time.Time{}) {
				if bytes.Contains(n.Body, []byte(`"removed"`)) {
					told++
				}
			}
			left := spaces(t, h.months["2026-11"])[0xA0] + spaces(t, h.months["2026-12"])[0xA0]
			if told != 2 || left > 0 {
				t.Errorf("fate %d at step %d: told %d times, %d records are left", how, at, told, left)
			}
			h.whole()
		}
		if cuts < 10 {
			t.Errorf("fate %d: cut at %d steps, five for each month at least", how, cuts)
		}
	}
}

// TestRemovalWaits: what a hold covers stays, and what the log does not have yet.
func TestRemovalWaits(t *testing.T) {
	t.Parallel()
	november := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		hold   ledger.LegalHold
		proved uint64
		gone   bool
	}{
		"nothing":          {proved: 9, gone: true},
		"not in the log":   {proved: 8},
		"a number":         {hold: ledger.LegalHold{Number: called[keep.Refused]}, proved: 9},
		"another number":   {hold: ledger.LegalHold{Number: 393999999999}, proved: 9, gone: true},
		"a period":         {hold: ledger.LegalHold{From: november, To: noon.AddDate(0, 0, -9)}, proved: 9},
		"a period before":  {hold: ledger.LegalHold{To: november.AddDate(0, 0, -1)}, proved: 9, gone: true},
		"a campaign":       {hold: ledger.LegalHold{Campaign: 12}, proved: 9},
		"it is over since": {hold: ledger.LegalHold{Campaign: 12, Until: ripe}, proved: 9, gone: true},
	} {
		h := newHouse(t, 3)
		h.fill()
		var id policy.AttemptID
		if c.hold != (ledger.LegalHold{}) {
			c.hold.Order, c.hold.At, c.hold.Actor = "Garante 9", noon, "1:anna"
			hold, err := h.purger(noon).Lay(t.Context(), c.hold)
			if err != nil {
				t.Fatal(err)
			}
			id = hold.ID
		} else {
			h.turn(noon, noting(1, ledger.NoteHold, noon)) // so that each has as many records
		}
		for n := range 4 {
			h.turn(noon, refusal(10+n, called[0], noon, policy.BlacklistListed))
		}
		h.move()
		purge := func() {
			p := h.purger(ripe)
			p.Proved = func() uint64 { return c.proved }
			if _, err := p.Purge(t.Context(), ripe); err != nil {
				t.Fatal(err)
			}
			h.move()
		}
		if purge(); (spaces(t, h.months["2026-11"])[0xA0] == 0) != c.gone {
			t.Errorf("%s: rows %v", name, spaces(t, h.months["2026-11"]))
		}
		if c.proved = 100; id != (policy.AttemptID{}) {
			if _, err := h.purger(ripe).Lift(t.Context(), id, ripe, "1:anna", "over"); err != nil {
				t.Fatal(err)
			}
		}
		if purge(); spaces(t, h.months["2026-11"])[0xA0] > 0 {
			t.Errorf("%s, lifted: rows %v", name, spaces(t, h.months["2026-11"]))
		}
		h.whole()
	}
}

// TestRemovalOfOthers: somebody with the disk removes records as a purge would, or brings
// them back.
func TestRemovalOfOthers(t *testing.T) {
	t.Parallel()
	november := func(h *house) *memory.Store { return h.months["2026-11"] }
	row := func(h *house) store.Row {
		for row, err := range november(h).Scan([]byte("\x01removed"), nil) {
			if err != nil {
				t.Fatal(err)
			}
			return row
		}
		t.Fatal("the month does not say what was removed")
		return store.Row{}
	}
	for name, c := range map[string]struct {
		do     func(h *house)
		verify time.Time // when, if not later
		want   string
	}{
		"the month does not say so": {
			do:   func(h *house) { _ = november(h).Commit(store.Batch{Delete: [][]byte{row(h).Key}}) },
			want: "none were: the month is of an older copy",
		},
		"other records": {
			do: func(h *house) {
				r := row(h)
				_ = november(h).Commit(store.Batch{Put: []store.Row{{Key: r.Key, Value: bytes.Replace(r.Value, []byte{0x82, 0, 4}, []byte{0x82, 0, 3}, 1)}}})
			},
			want: "does not tell of it",
		},
		"another purge": {
			do: func(h *house) {
				r := row(h)
				other := slices.Concat(r.Key[:len(r.Key)-16], bytes.Repeat([]byte{9}, 16))
				_ = november(h).Commit(store.Batch{Put: []store.Row{{Key: other, Value: r.Value}}, Delete: [][]byte{r.Key}})
			},
			want: "does not tell of it",
		},
		"before the law lets": {
			do: func(h *house) {
				p := h.purger(noon.AddDate(0, 3, 0))
				p.Term, p.Terms = keep.Term{Days: 1}, keep.Terms{{Days: 1}, {Days: 1}, {Days: 1}, {Days: 1}}
				if _, err := p.Purge(t.Context(), noon.AddDate(0, 3, 0)); err != nil {
					t.Fatal(err)
				}
				h.move()
			},
			want: "everybody keeps them for 24 months",
		},
		"in years to come": {do: func(*house) {}, verify: ripe.Add(-1), want: "everybody keeps them for 24 months"},
	} {
		h := newHouse(t, 4)
		if name == "before the law lets" {
			h.fill()
		} else {
			h.fillMore()
			h.purge(ripe)
		}
		c.do(h)
		if c.verify.IsZero() {
			c.verify = ripe.AddDate(1, 0, 0)
		}
		faults, err := h.reader.VerifyPurges(c.verify)
		if err != nil || len(faults) == 0 || !strings.Contains(errors.Join(faults...).Error(), c.want) {
			t.Errorf("%s: %v, %v", name, faults, err)
		}
	}
}
