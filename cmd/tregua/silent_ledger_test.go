package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/ledger"
)

// everything is the scope that leaves nothing out.
var everything = access.Scope{Actor: "0:root", Role: access.Local}

// TestSilentOfLedger holds which records of a ledger a report counts.
func TestSilentOfLedger(t *testing.T) {
	t.Parallel()
	n := built(t, "29000-29999")
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := n.writer.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	for i, trunk := range []string{"a", "a", "b", "b"} {
		r := answered(trunk, policy.Ending{Watch: policy.WatchEnforce}, 100*(i+1), 0, 0)
		r.Attempt.ID = policy.AttemptID{byte(i + 1), 6: 0x70, 8: 0x80}
		r.Attempt.At = noon.Add(time.Duration(i) * time.Hour)
		n.writer.Submit(ledger.Entry{Kind: ledger.Open, Record: policy.Record{Attempt: r.Attempt}})
		if i < 3 { // the last one has not ended
			n.writer.Submit(ledger.Entry{Kind: ledger.Close, ID: r.Attempt.ID, Ending: r.Ending})
		}
	}
	stop()
	wg.Wait()
	records := n.adminRecords()
	for name, c := range map[string]struct {
		query console.SilentQuery
		want  uint64
	}{
		"all":         {console.SilentQuery{}, 3},
		"a trunk":     {console.SilentQuery{Trunk: "b"}, 1},
		"since":       {console.SilentQuery{Since: noon.Add(time.Hour)}, 2},
		"until":       {console.SilentQuery{Until: noon.Add(time.Hour)}, 1},
		"in between":  {console.SilentQuery{Since: noon.Add(1), Until: noon.Add(2 * time.Hour)}, 1},
		"none so far": {console.SilentQuery{Since: noon.Add(3 * time.Hour)}, 0},
	} {
		r, err := records.Silent(t.Context(), everything, c.query)
		if err != nil || r.Total.Connected != c.want {
			t.Errorf("%s: %+v %v, want %d", name, r, err, c.want)
		}
	}
	if _, err := records.Silent(t.Context(), everything, console.SilentQuery{Trunk: "c"}); err == nil || !strings.Contains(err.Error(), `no pbx trunk "c"`) {
		t.Errorf("a trunk that there is not: %v", err)
	}
	if _, err := records.Silent(ctx, everything, console.SilentQuery{}); !errors.Is(err, context.Canceled) {
		t.Errorf("nobody waits for the answer: %v", err)
	}
}
