package main

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/ledger"
	statistics "tregua/policy/report"
)

// TestIntervals: a report has the bypasses and outages that the summaries of the hours
// tell of, those that lie outside of its days left out.
func TestIntervals(t *testing.T) {
	t.Parallel()
	n := built(t, "25000-25099")
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- n.writer.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 22, hour, minute, 0, 0, time.UTC) }
	bypass := func(from, to time.Time) ledger.ModeSpan {
		return ledger.ModeSpan{Trunk: "dialer", Mode: policy.Bypass.String(), From: from, To: to}
	}
	for _, h := range []ledger.Hour{
		{To: at(10, 0), Modes: []ledger.ModeSpan{bypass(at(9, 40), at(10, 0)), {Trunk: "dialer", Mode: "shadow", From: at(9, 0), To: at(9, 40)}}},
		{From: at(10, 0), To: at(11, 0), Modes: []ledger.ModeSpan{bypass(at(10, 0), at(10, 20))}, Gaps: []ledger.Gap{{From: at(10, 30), To: at(10, 50)}}},
		{From: at(11, 0), To: at(12, 0), Modes: []ledger.ModeSpan{bypass(at(11, 30), at(11, 40))}},
	} {
		note := ledger.Note{ID: policy.AttemptID(uuid.Must(uuid.NewV7())), At: h.To, Kind: ledger.NoteSummary}
		if _, err := n.writer.Summarise(ctx, note, h); err != nil {
			t.Fatal(err)
		}
	}
	got, err := n.intervals(at(9, 0), at(11, 30))
	want := []statistics.Interval{
		{What: statistics.Bypassed, Trunk: "dialer", From: at(9, 40), Until: at(10, 20)},
		{What: statistics.Outage, From: at(10, 30), Until: at(10, 50)},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}
