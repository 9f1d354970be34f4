package main

import (
	"strings"
	"testing"
	"time"

	"tregua/testbed/corpus"
)

// TestBars: a detector that finds everybody, or nobody, misses its bars.
func TestBars(t *testing.T) {
	t.Parallel()
	res := result{slack: 1, ours: make([]tally, len(corpus.Classes))}
	for k := range res.ours {
		res.ours[k] = tally{cases: 1000}
	}
	if missed := res.missed(); len(missed) != 0 {
		t.Errorf("nothing went wrong, but %q", missed)
	}
	for k := range corpus.Classes {
		if corpus.Classes[k].Group == corpus.Steady {
			res.ours[k].wrong = make([]int, 6)
		}
	}
	if missed := res.missed(); len(missed) != 1 || !strings.HasPrefix(missed[0], "steady") {
		t.Errorf("60 of 10,000 steady ones kept: %q", missed)
	}
	res.ours[0].wrong = make([]int, 25)
	if missed := res.missed(); len(missed) != 2 {
		t.Errorf("25 of 12,000 lawful ones cut too: %q", missed)
	}
	res.slack = 4
	if missed := res.missed(); len(missed) != 0 {
		t.Errorf("four times the bars: %q", missed)
	}
	res.allocs = 0.01
	if missed := res.missed(); len(missed) != 1 || !strings.Contains(missed[0], "allocations") {
		t.Errorf("allocations: %q", missed)
	}
}

func TestRate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		k, n int
		want string
	}{{0, 0, "-"}, {0, 1000, "0 [0, 38]"}, {20, 10000, "20 [13, 31]"}, {10, 10, "10000 [7225, 10000]"}} {
		if got := strings.TrimSpace(rate(c.k, c.n)); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.k, c.n, got, c.want)
		}
	}
}

func TestTally(t *testing.T) {
	t.Parallel()
	var a tally
	lawful, silent := &corpus.Case{Onset: time.Second}, &corpus.Case{Onset: -1}
	for i, c := range []struct {
		of      *corpus.Case
		decided time.Duration
	}{{lawful, 1200 * time.Millisecond}, {lawful, -1}, {lawful, 500 * time.Millisecond}, {lawful, cut + 1}, {silent, -1}, {silent, 2 * time.Second}} {
		a.count(c.of, i, c.decided)
	}
	if a.cases != 6 || a.found != 3 || a.early != 1 || len(a.wrong) != 3 || a.delay(0.5) != 200*time.Millisecond {
		t.Errorf("%+v", a)
	}
}
