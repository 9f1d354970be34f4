package main

import (
	"maps"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/ledger"
)

// TestTally counts what comes to the counters, by group, hour and reason.
func TestTally(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	counters := map[ledger.Tally]ledger.Counters{}
	attempts := func(g policy.GroupID, day ledger.Day, n uint64, reason string, refused uint64) {
		of := ledger.Tally{Group: g, Day: day}
		c := counters[of]
		c.Attempts += n
		c.Refused = maps.Clone(c.Refused)
		if c.Refused == nil {
			c.Refused = map[string]uint64{}
		}
		c.Refused[reason] += refused
		counters[of] = c
	}
	var y tally
	attempts(1, 20260301, 1000, "bar.silent", 1000) // before the process: not counted
	y.take(noon, counters, 1000)
	attempts(1, 20260302, 10, "bar.silent", 4)
	attempts(2, 20260302, 5, "bar.silent", 5)
	y.take(noon.Add(5*time.Minute), counters, 990)
	attempts(1, 20260302, 10, "hours.closed", 1)
	y.take(noon.Add(6*time.Minute), counters, 990)
	attempts(1, 20260303, 20, "bar.silent", 2)
	y.take(noon.Add(2*time.Hour), counters, 900)

	one := func(g policy.GroupID) bool { return g == 1 }
	first := y.between(noon, noon.Add(5*time.Minute), one)
	if first.attempts != 10 || first.refused != 4 || first.by["bar.silent"] != 4 || first.long != 5*time.Minute || first.share() != 40 {
		t.Errorf("the first minutes: %+v", first)
	}
	if got := y.between(noon.Add(time.Minute), noon.Add(3*time.Hour), everyGroup); got.attempts != 30 || got.by["hours.closed"] != 1 || got.by["bar.silent"] != 2 {
		t.Errorf("after them: %+v", got)
	}
	if left, fills := y.shrinks(noon.Add(2*time.Hour), 900); !fills || left != 18*time.Hour {
		t.Errorf("the disk lasts %s, %t", left, fills)
	}
	if _, fills := y.shrinks(noon.Add(30*time.Minute), 900); fills {
		t.Error("half an hour says when a disk is full")
	}
	y.take(noon.Add(27*time.Hour), counters, 900)
	if got := y.between(noon, noon.Add(30*time.Hour), everyGroup); got.attempts != 0 {
		t.Errorf("a day later: %+v", got)
	}
}

// TestBoardRows holds the rows that rest on figures alone.
func TestBoardRows(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	of := func(attempts, refused uint64) tallySpan {
		return tallySpan{attempts: attempts, refused: refused, by: map[string]uint64{"bar.silent": refused}}
	}
	for _, c := range []struct {
		got   []console.BoardRow
		light console.Light
		text  string
	}{
		{refusalRow(tallySpan{}, tallySpan{}), console.Green, "0 of 0 attempts in the last hour (0 %)"},
		{refusalRow(of(100, 80), of(99, 1)), console.Green, "80 of 100 attempts in the last hour (80 %): bar.silent 80"},
		{refusalRow(of(100, 80), of(1000, 300)), console.Red, "80 of 100 attempts in the last hour (80 %), usually 30 %: bar.silent 80"},
		{refusalRow(of(100, 59), of(1000, 300)), console.Green, "59 of 100 attempts in the last hour (59 %), usually 30 %: bar.silent 59"},
		{refusalRow(of(100, 9), of(1000, 10)), console.Green, "9 of 100 attempts in the last hour (9 %), usually 1 %: bar.silent 9"},
		{refusalRow(of(49, 49), of(1000, 10)), console.Green, "49 of 49 attempts in the last hour (100 %), usually 1 %: bar.silent 49"},
		{registryRow(&book.AccountStatus{Broken: book.ErrBroken}, noon), console.Red, "data.broken"},
		{registryRow(&book.AccountStatus{}, noon), console.Green, "no numbers to ask about"},
		{registryRow(&book.AccountStatus{Listed: 7, Unchecked: 7}, noon), console.Red, "no answer holds for any of 7 numbers"},
		{registryRow(&book.AccountStatus{Listed: 7, Ends: noon.Add(50 * time.Hour)}, noon), console.Green, "the oldest answer ends in 2 days; of 7 numbers 0 have none"},
		{registryRow(&book.AccountStatus{Listed: 7, Ends: noon.Add(5 * time.Hour), EndLast: 1}, noon), console.Yellow, "the oldest answer ends in 5 hours; of 7 numbers 0 have none"},
	} {
		if len(c.got) != 1 || c.got[0].Light != c.light || c.got[0].Text != c.text {
			t.Errorf("got %+v, want %s %s", c.got, c.light, c.text)
		}
	}
}
