package main

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy/ledger"
)

// hourlyOf returns an hourly that begins at a time, and what they write.
func hourlyOf(told ledger.Hour) (h *hourly, sums *[]ledger.Hour, beats *int, fail *error) {
	sums, beats, fail = new([]ledger.Hour), new(int), new(error)
	h = &hourly{
		log: slog.New(slog.DiscardHandler), told: told,
		modes:  func(time.Time) []ledger.ModeSpan { return nil },
		submit: func(ledger.Entry) bool { *beats++; return true },
		sum: func(_ context.Context, n ledger.Note, h ledger.Hour) (uint64, error) {
			if n.Kind != ledger.NoteSummary || *fail != nil {
				return 0, *fail
			}
			*sums = append(*sums, h)
			return 0, nil
		},
	}
	return h, sums, beats, fail
}

// TestHourly follows a clock over full hours, a store that fails over one, and steps
// of the clock both ways.
func TestHourly(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	start := ledger.Start{Boot: 1, At: at(10), Program: "1.0", Policy: "it"}
	h, sums, beats, fail := hourlyOf(ledger.Hour{}.Started(start))
	look := func(minutes int) { h.look(t.Context(), at(minutes)) }
	look(10)
	look(59)
	look(60)
	look(61)
	*fail = errors.New("the disk is full")
	look(120)
	look(130)
	*fail = nil
	look(140)
	look(85) // set back
	look(141)
	look(241) // set on
	*fail = ledger.ErrNote
	look(300)
	*fail = nil
	look(360)
	want := []ledger.Hour{
		{To: at(60), Starts: []ledger.Start{start}},
		{From: at(60), To: at(120), Late: true},
		{From: at(120), To: at(240), Late: true},
		{From: at(300), To: at(360)},
	}
	if d := cmp.Diff(want, *sums); d != "" {
		t.Error(d)
	}
	if *beats < 8 {
		t.Errorf("%d signs of life", *beats)
	}
}

// TestHourlyAfterACrash: the hours since the last summary are summed up at the start.
func TestHourlyAfterACrash(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	start := ledger.Start{Boot: 2, At: noon.Add(200 * time.Minute)}
	alive := noon.Add(30 * time.Minute)
	h, sums, _, _ := hourlyOf(ledger.Hour{From: noon, Alive: alive}.Started(start))
	h.look(t.Context(), start.At)
	hours3 := noon.Add(3 * time.Hour)
	want := []ledger.Hour{{From: noon, To: hours3, Late: true, Gaps: []ledger.Gap{{From: alive, To: hours3}}}}
	if d := cmp.Diff(want, *sums); d != "" {
		t.Error(d)
	}
}
