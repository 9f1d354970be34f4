package ledger_test

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// eve is the last hour of November in Rome.
var eve = time.Date(2026, 11, 30, 22, 30, 0, 0, time.UTC)

// overMonths writes records whose months alternate, among them the notes 4 and 18,
// and leaves the last three in the outbox.
func overMonths(h *house) {
	h.start(noon)
	for n := range 20 {
		at := eve.Add(time.Duration(n%3) * 30 * time.Minute)
		if n == 7 {
			at = eve.AddDate(0, -2, 0) // a call of long ago, closed after a restart
		}
		e := refusal(n, 393331234567, at, policy.BlacklistListed)
		if isNote(n) {
			e = ledger.Entry{Kind: ledger.Noted, Note: ledger.Note{ID: attemptID(n), At: at, Kind: ledger.NoteHold, Body: []byte("{}")}}
		}
		h.turn(noon, e)
		if n == 16 {
			h.move()
		}
	}
}

func isNote(n int) bool { return n == 4 || n == 18 }

// told writes what Records yields: numbers, and what is amiss.
func told(t *testing.T, h *house, from uint64) string {
	t.Helper()
	var out []string
	for s, err := range h.reader.Records(from) {
		if err != nil {
			out = append(out, err.Error())
			continue
		}
		if s.ID != attemptID(int(s.Seq)) || s.Note != isNote(int(s.Seq)) || ledger.LeafOf(s.Public, s.Commitment) != s.Leaf {
			t.Errorf("record %d: attempt %s, leaf %x", s.Seq, s.ID, s.Leaf)
		}
		r, seq, err := ledger.ReadPublic(s.Public)
		if err != nil || seq != s.Seq || ledger.MonthOf(r.Attempt.At) != s.Month || r.Attempt.Called != 0 {
			t.Errorf("record %d of %s is %d of %v to %v: %v", s.Seq, s.Month, seq, r.Attempt.At, r.Attempt.Called, err)
		}
		out = append(out, strconv.FormatUint(s.Seq, 10))
	}
	return strings.Join(out, " ")
}

func TestRecordsInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	overMonths(h)
	if len(h.months) != 3 {
		t.Fatalf("%d months", len(h.months))
	}
	all := "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"
	for from, want := range map[uint64]string{0: all, 7: all[14:], 18: "18 19", 20: "", 99: ""} {
		if got := told(t, h, from); got != want {
			t.Errorf("from %d: %q", from, got)
		}
	}
	h.move()
	if got := told(t, h, 0); got != all {
		t.Errorf("all in months: %q", got)
	}
}

// TestViewsInOrder: who wants attempts gets no notes.
func TestViewsInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	overMonths(h)
	var got []uint64
	for v, err := range h.reader.Views(2) {
		if err != nil || v.Record.Attempt.ID != attemptID(int(v.Seq)) || v.Record.Attempt.Called == 0 {
			t.Fatalf("record %d: attempt %s, %v", v.Seq, v.Record.Attempt.ID, err)
		}
		got = append(got, v.Seq)
	}
	if want := []uint64{2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 19}; !slices.Equal(got, want) {
		t.Errorf("records %v", got)
	}
}

// TestRecordsWhileTheyMove lets the month writer work between two records.
func TestRecordsWhileTheyMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	overMonths(h)
	want := uint64(0)
	for s, err := range h.reader.Records(0) {
		if err != nil || s.Seq != want {
			t.Fatalf("record %d where %d must be, %v", s.Seq, want, err)
		}
		want++
		h.turn(noon, refusal(100+int(s.Seq), 393331234567, eve, policy.BlacklistListed))
		if s.Seq%4 == 1 {
			h.move()
		}
		if s.Seq == 60 {
			break // else it never ends
		}
	}
	if want != 61 {
		t.Fatalf("it ended before %d", want)
	}
}

func TestRecordsThatAreMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	overMonths(h)
	drop := func(st store.Store, keys ...[]byte) {
		t.Helper()
		if err := st.Commit(store.Batch{Delete: keys}); err != nil {
			t.Fatal(err)
		}
	}
	five := attemptID(5) // its row of the order stays
	drop(h.months["2026-12"], append([]byte{0xA0}, five[:]...))
	delete(h.months, "2026-10") // 7
	drop(h.months["2026-12"], seqKey(0xA2, 11), seqKey(0xA2, 10))
	drop(h.state, seqKey(0x50, 18))
	want := "0 1 2 3 4 record 5 is missing 6 record 7 is missing 8 9 records 10 to 11 are missing 12 13 14 15 16 17 record 18 is missing 19"
	if got := told(t, h, 0); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	delete(h.months, "2026-12")
	var missing *ledger.MissingError
	for _, err := range h.reader.Records(4) {
		if errors.As(err, &missing) {
			break
		}
	}
	if missing == nil || missing.From != 4 || missing.To != 5 {
		t.Errorf("missing %+v", missing)
	}
}

func seqKey(space byte, seq uint64) []byte { return binary.BigEndian.AppendUint64([]byte{space}, seq) }

// TestRecordsEndEarly: who has had enough gets no more.
func TestRecordsEndEarly(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	overMonths(h)
	for _, from := range []uint64{0, 18} {
		var got []uint64
		for s, err := range h.reader.Records(from) {
			if err != nil {
				t.Fatal(err)
			}
			if got = append(got, s.Seq); len(got) == 2 {
				break
			}
		}
		if !slices.Equal(got, []uint64{from, from + 1}) {
			t.Errorf("from %d: %d", from, got)
		}
	}
}
