package ledger_test

import (
	"encoding/binary"
	"errors"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// timedID is an attempt id that names its time, as UUIDv7 does.
func timedID(at time.Time, n byte) (id policy.AttemptID) {
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|7<<12)
	id[8], id[15] = 0x80, n
	return id
}

// scans counts the scans of a store.
type scans struct {
	store.Reader
	n int
}

func (s *scans) Scan(prefix, from []byte) iter.Seq2[store.Row, error] {
	s.n++
	return s.Reader.Scan(prefix, from)
}

// TestAttemptIsFoundByItsTime: the month that an id names is the first that is
// opened, and when the record is there the outbox is not read.
func TestAttemptIsFoundByItsTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	day := func(month time.Month, d, hour int) time.Time {
		return time.Date(2026, month, d, hour, 30, 0, 0, time.UTC)
	}
	cases := []struct {
		name   string
		at     time.Time // of the record
		id     time.Time // that the id names
		opened []string
		scans  int
	}{
		{"in the middle", day(8, 12, 9), day(8, 12, 9), []string{"2026-08"}, 0},
		{"just before the edge", day(8, 31, 21), day(8, 31, 21), []string{"2026-08"}, 0},
		{"just after the edge, which is Rome's", day(8, 31, 22), day(8, 31, 22), []string{"2026-09"}, 0},
		{"named just before the edge, stands after it", day(8, 31, 22), day(8, 31, 21), []string{"2026-08", "2026-09"}, 0},
		{"named just after the edge, stands before it", day(9, 30, 21), day(9, 30, 22), []string{"2026-09", "2026-10"}, 0},
		{"another time altogether", day(10, 12, 9), day(1, 3, 9), []string{"2026-10"}, 1},
		{"another month", day(8, 12, 9), day(10, 12, 9), []string{"2026-08", "2026-09", "2026-10"}, 1},
	}
	for i, c := range cases {
		e := refusal(0, 393331234567, c.at, policy.BlacklistListed)
		e.Record.Attempt.ID = timedID(c.id, byte(i))
		h.turn(c.at, e)
	}
	h.move()
	e := refusal(0, 393331234567, noon, policy.BlacklistListed)
	e.Record.Attempt.ID = timedID(day(8, 12, 9), 99)
	h.turn(noon, e) // in the outbox
	for i, c := range cases {
		opened := map[string]bool{}
		shelf := ledger.NewShelf(func(month string) (store.Store, error) { opened[month] = true; return h.open(month) },
			func() ([]string, error) { return slices.Collect(maps.Keys(h.months)), nil })
		state := &scans{Reader: h.state}
		v, err := ledger.NewReader(state, shelf, h.keys, h.subjects).Attempt(timedID(c.id, byte(i)))
		if err != nil || !v.Record.Attempt.At.Equal(c.at) {
			t.Errorf("%s: a record of %v, %v", c.name, v.Record.Attempt.At, err)
		}
		if got := slices.Sorted(maps.Keys(opened)); !slices.Equal(got, c.opened) || state.n != c.scans {
			t.Errorf("%s: opened %v and scanned %d times, want %v and %d", c.name, got, state.n, c.opened, c.scans)
		}
	}
	if v, err := h.reader.Attempt(timedID(day(8, 12, 9), 99)); err != nil || v.Seq != uint64(len(cases)) {
		t.Errorf("in the outbox: record %d, %v", v.Seq, err)
	}
	if _, err := h.reader.Attempt(timedID(day(2, 12, 9), 98)); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if len(h.months) != 3 {
		t.Errorf("reading made months: %v", slices.Sorted(maps.Keys(h.months)))
	}
}

// TestBetween finds the records of a span of time, in the months of the span only,
// and those that no month has yet.
func TestBetween(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 9, 0, 0, 0, time.UTC) }
	for i, at := range []time.Time{day(7, 3), day(8, 30), day(9, 2), day(11, 3)} {
		e := refusal(0, 393331234567, at, policy.BlacklistListed)
		e.Record.Attempt.ID = timedID(at, byte(i))
		h.turn(at, e)
	}
	h.move()
	waits := refusal(0, 393331234567, day(9, 3), policy.BlacklistListed)
	waits.Record.Attempt.ID = timedID(day(9, 3), 9)
	other := refusal(0, 393331234568, day(9, 3), policy.BlacklistListed)
	other.Record.Attempt.ID = timedID(day(9, 3), 10)
	h.turn(day(9, 3), waits, other)
	opened := map[string]bool{}
	shelf := ledger.NewShelf(func(month string) (store.Store, error) { opened[month] = true; return h.open(month) },
		func() ([]string, error) { return slices.Sorted(maps.Keys(h.months)), nil })
	reader := ledger.NewReader(h.state, shelf, h.keys, h.subjects)
	views, err := reader.Between(393331234567, day(8, 30), day(9, 3))
	if err != nil {
		t.Fatal(err)
	}
	batch, err := reader.Batch()
	if err != nil {
		t.Fatal(err)
	}
	if same, err := batch.Between(393331234567, day(8, 30), day(9, 3)); err != nil || len(same) != len(views) {
		t.Errorf("a batch finds %d records, err %v, want the %d", len(same), err, len(views))
	}
	var got []time.Time
	for _, v := range views {
		got = append(got, v.Record.Attempt.At.UTC())
	}
	if want := []time.Time{day(9, 3), day(9, 2), day(8, 30)}; !slices.EqualFunc(got, want, time.Time.Equal) {
		t.Errorf("found %v, want %v", got, want)
	}
	if got := slices.Sorted(maps.Keys(opened)); !slices.Equal(got, []string{"2026-08", "2026-09"}) {
		t.Errorf("opened %v", got)
	}
}
