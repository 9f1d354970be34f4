//go:build testbed

package sipp

import (
	"net/http"
	"testing"
	"time"
)

// TestKillInTheWatch kills the daemon while answered calls wait for an operator
// and others are cut. Whoever had answered met silence: after the restart every
// answered call is class A, whether it was cut or not, and its number is barred.
func TestKillInTheWatch(t *testing.T) {
	const calls, perSecond = 200, 40
	s, d := watched(t, "enforce")
	rows := Allowed(calls)
	carrier, err := Start(t.Context(), Config{Name: "carrier", Dir: s.Dir, Scenario: "three_uas", Listen: s.Carrier, Lossy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(carrier.Kill)
	dialer, err := Start(t.Context(), Config{
		Name: "dialer", Dir: s.Dir, Scenario: "three_uac_wait", Listen: s.sites().Dialer, Target: s.PBX,
		Rows: Rows(rows), Rate: perSecond, Lossy: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dialer.Kill)
	time.Sleep(4500 * time.Millisecond) // real time: the first calls are cut, the last still under watch
	d.Kill()
	dialer.Kill()
	carrier.Kill()
	if d, err = s.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	for ended := -1; ended < s.gauge(t, "tregua_attempts_total"); {
		ended = s.gauge(t, "tregua_attempts_total")
		time.Sleep(500 * time.Millisecond) // what the start has ended is on its way into the store
	}
	records, err := s.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]int{}
	for i, r := range records {
		if r.Ending.AnsweredAt.IsZero() {
			continue
		}
		outcomes[r.Ending.Outcome]++
		if r.Ending.Class != "A" {
			t.Errorf("%s, answered, is %s, class %s", r.Number, r.Ending.Outcome, r.Ending.Class)
		}
		if i%10 == 0 {
			s.barred(t, r.Number)
		}
	}
	t.Logf("answered calls by outcome: %v", outcomes)
	if outcomes["silent"] < perSecond/2 || outcomes["interrupted"] < perSecond || outcomes["silent"]+outcomes["interrupted"] < calls/2 {
		t.Error("the kill did not fall into the watch of enough calls")
	}
	counters, err := s.Counters(t.Context())
	if n := uint64(outcomes["silent"] + outcomes["interrupted"]); err != nil || counters["silent"] != n {
		t.Errorf("the counters say %d silent calls, the records %d; %v", counters["silent"], n, err)
	}
}

// barred sees that a number may not be called now because of a silent call.
func (s *Site) barred(t *testing.T, number string) {
	t.Helper()
	var page struct {
		Verdicts []struct {
			Reason string `json:"reason"`
		} `json:"verdicts"`
	}
	if err := s.ask(t.Context(), http.MethodGet, "/v1/lookup/"+number, nil, &page); err != nil {
		t.Fatal(err)
	}
	if len(page.Verdicts) != 1 || page.Verdicts[0].Reason != "bar.silent" {
		t.Errorf("%s: %+v, want bar.silent", number, page.Verdicts)
	}
}
