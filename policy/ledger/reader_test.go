package ledger_test

import (
	"encoding/hex"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/ledger"
)

// TestRecordComesBack wants every field of a record back, at each stage.
func TestRecordComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	want := record(0, 393331234567, noon)
	view := func(stage string, wantView ledger.View) {
		t.Helper()
		v, err := h.reader.Attempt(attemptID(0))
		if err != nil {
			t.Fatalf("%s: %v", stage, err)
		}
		if v.Leaf != ([32]byte{}) {
			wantView.Leaf = v.Leaf // compared by Verify
		}
		if d := cmp.Diff(wantView, v); d != "" {
			t.Errorf("%s: %s", stage, d)
		}
		if views, err := h.reader.ByNumber(393331234567, 9); err != nil || len(views) != 1 || cmp.Diff(v, views[0]) != "" {
			t.Errorf("%s: by number %+v, %v", stage, views, err)
		}
	}
	h.turn(noon, refusal(9, 390612345678, noon, policy.BlacklistListed)) // has Seq 0
	h.turn(noon, opening(want))
	view("open", ledger.View{Record: want, Personal: true, Open: true, Node: 7, Boot: 1})
	want.Ending = connected(noon)
	h.turn(noon, closing(0, want.Ending))
	view("outbox", ledger.View{Record: want, Personal: true, Seq: 1, Node: 7, Boot: 1})
	h.move()
	view("month", ledger.View{Record: want, Personal: true, Seq: 1, Node: 7, Boot: 1})
	h.verify()
}

func TestSpecialRecordsComeBack(t *testing.T) {
	t.Parallel()
	unreadable := refusal(0, 0, noon, policy.NumberUnreadable)
	unreadable.Record.Attempt.User, unreadable.Record.Attempt.Reading = "abc\xff\x00", policy.Unreadable
	emergency := opening(record(1, 0, noon))
	emergency.Record.Attempt.User, emergency.Record.Attempt.Emergency = "112", "112"
	emergency.Record.Attempt.Reading = policy.Emergency
	repeat := redials(2, 0, 393331234567, noon, 7)
	zones := refusal(3, 12085550123, noon, policy.HoursClosed)
	zones.Record.Attempt.OtherIDs, zones.Record.Attempt.Private = "", false
	zones.Record.Attempt.Sector, zones.Record.Attempt.Carrier, zones.Record.Attempt.OtherZones = "", "", "America/Los_Angeles"
	for _, e := range []ledger.Entry{unreadable, emergency, repeat, zones} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, e)
		want := e.Record
		if e.Kind == ledger.Closed {
			want.Ending = policy.Ending{Outcome: policy.OutcomeRefused, EndedAt: noon}
		}
		if e.Kind == ledger.Repeat {
			want.Ending = policy.Ending{Outcome: policy.OutcomeRepeated, EndedAt: noon}
		}
		v, err := h.reader.Attempt(e.Record.Attempt.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, v.Record); d != "" {
			t.Error(d)
		}
	}
}

func TestByNumberIsNewestFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	// The attempts come in no order of time and stand in three months, in the
	// outbox and in an open row.
	for i, day := range []int{-40, 0, -1, -70, -2} {
		at := noon.AddDate(0, 0, day)
		h.turn(at, refusal(i, 393331234567, at, policy.BlacklistListed), refusal(20+i, 393331234568, at, policy.BlacklistListed))
	}
	h.move()
	h.turn(noon, refusal(5, 393331234567, noon.Add(time.Hour), policy.BlacklistListed))
	h.turn(noon, opening(record(6, 393331234567, noon.Add(time.Minute))))
	for limit, want := range [][]int{{}, {5}, {5, 6}, {5, 6, 1}, {5, 6, 1, 2}, {5, 6, 1, 2, 4}, {5, 6, 1, 2, 4, 0}, {5, 6, 1, 2, 4, 0, 3}, {5, 6, 1, 2, 4, 0, 3}} {
		views, err := h.reader.ByNumber(393331234567, limit)
		if err != nil {
			t.Fatal(err)
		}
		got := []int{}
		for _, v := range views {
			got = append(got, int(v.Record.Attempt.ID[7])-1)
		}
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: %v, want %v", limit, got, want)
		}
	}
	h.verify()
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed))
	h.move()
	if _, err := h.reader.Attempt(attemptID(1)); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if views, err := h.reader.ByNumber(393331234568, 9); err != nil || len(views) != 0 {
		t.Errorf("views %v, %v", views, err)
	}
}

func TestEachMayStop(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	for n := range 4 {
		h.turn(noon, refusal(n, 393331234567, noon, policy.BlacklistListed))
		if n == 1 {
			h.move()
		}
	}
	for stop := 1; stop <= 4; stop++ {
		n := 0
		for v, err := range h.reader.Each() {
			if err != nil || v.Seq != uint64(n) {
				t.Fatalf("record %d, %v; want %d", v.Seq, err, n)
			}
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d records, want %d", n, stop)
		}
	}
}

// TestLeafNeverChanges holds the encoding of version 1: a leaf that has left
// the house must be computed alike for ever.
func TestLeafNeverChanges(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)), closing(0, connected(noon)), redials(1, 0, 393331234567, noon, 7))
	for n, want := range []string{
		"bc3adb34ad1c7df2e0cd3fe34cf4907770da021711285ed4b584690b008fade0",
		"dcd5983e308cc5a414cc5af79e6c376089165ff967ef2d078d9c785b72ecc6e0",
	} {
		v, err := h.reader.Attempt(attemptID(n))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(v.Leaf[:]); got != want {
			t.Errorf("leaf %d is %s, want %s", n, got, want)
		}
	}
}
