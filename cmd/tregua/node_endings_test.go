package main

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/policy"
)

// TestEndings holds what is counted of an ending, from several shards at once.
func TestEndings(t *testing.T) {
	t.Parallel()
	enforce := policy.Ending{Watch: policy.WatchEnforce}
	due, late := enforce, enforce
	due.Due = true
	late.Due, late.Reason = true, policy.LawLate
	s := newEndings()
	r := prometheus.NewRegistry()
	r.MustRegister(s)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			s.Ended(&answered("d", enforce, 251, 0, 12).Ending)
			s.Ended(&answered("d", enforce, -20, 0, 0).Ending)
			s.Ended(&answered("d", due, 0, 2903, 12).Ending)
			s.Ended(&answered("d", late, 0, 3004, 12).Ending)
			s.Ended(&answered("d", policy.Ending{}, 700, 0, 0).Ending) // off: not watched
			s.Ended(&policy.Ending{Outcome: policy.OutcomeFailed, Reason: policy.PeerTimeout})
			s.Ended(&policy.Ending{Outcome: policy.OutcomeFailed, RingingAt: noon, EndedAt: noon.Add(time.Minute)})
			s.Ended(&policy.Ending{Outcome: policy.OutcomeCancelled, EndedAt: noon}) // before it rang
			s.Ended(&policy.Ending{Outcome: policy.OutcomeCancelled, RingingAt: noon, EndedAt: noon.Add(12 * time.Second)})
		})
	}
	wg.Wait()
	const want = `
# HELP tregua_calls_ended_total Calls that were let through and have ended, by outcome and by class in the ratio of silent calls.
# TYPE tregua_calls_ended_total counter
tregua_calls_ended_total{class="A",outcome="hung_up"} 0
tregua_calls_ended_total{class="A",outcome="interrupted"} 0
tregua_calls_ended_total{class="A",outcome="silent"} 4
tregua_calls_ended_total{class="A",outcome="silent_quiet"} 0
tregua_calls_ended_total{class="B",outcome="connected"} 4
tregua_calls_ended_total{class="none",outcome="cancelled"} 4
tregua_calls_ended_total{class="none",outcome="excluded"} 2
tregua_calls_ended_total{class="none",outcome="failed"} 4
tregua_calls_ended_total{class="none",outcome="handed_on"} 0
tregua_calls_ended_total{class="none",outcome="hung_up"} 0
tregua_calls_ended_total{class="none",outcome="interrupted"} 0
tregua_calls_ended_total{class="none",outcome="machine"} 0
tregua_calls_ended_total{class="none",outcome="refused"} 0
tregua_calls_ended_total{class="none",outcome="unreachable"} 0
# HELP tregua_cut_seconds From the answer to our BYE of a silent call.
# TYPE tregua_cut_seconds histogram
tregua_cut_seconds_bucket{le="1"} 0
tregua_cut_seconds_bucket{le="2"} 0
tregua_cut_seconds_bucket{le="2.5"} 0
tregua_cut_seconds_bucket{le="2.9"} 0
tregua_cut_seconds_bucket{le="2.91"} 2
tregua_cut_seconds_bucket{le="2.925"} 2
tregua_cut_seconds_bucket{le="2.95"} 2
tregua_cut_seconds_bucket{le="2.975"} 2
tregua_cut_seconds_bucket{le="3"} 2
tregua_cut_seconds_bucket{le="3.1"} 4
tregua_cut_seconds_bucket{le="3.5"} 4
tregua_cut_seconds_bucket{le="+Inf"} 4
tregua_cut_seconds_sum 11.814
tregua_cut_seconds_count 4
# HELP tregua_given_up_seconds From the first ringing to the dialer's CANCEL.
# TYPE tregua_given_up_seconds histogram
tregua_given_up_seconds_bucket{le="5"} 0
tregua_given_up_seconds_bucket{le="10"} 0
tregua_given_up_seconds_bucket{le="15"} 2
tregua_given_up_seconds_bucket{le="20"} 2
tregua_given_up_seconds_bucket{le="30"} 2
tregua_given_up_seconds_bucket{le="45"} 2
tregua_given_up_seconds_bucket{le="+Inf"} 2
tregua_given_up_seconds_sum 24
tregua_given_up_seconds_count 2
# HELP tregua_operator_seconds From the answer to the first sound of an operator, of watched calls.
# TYPE tregua_operator_seconds histogram
tregua_operator_seconds_bucket{le="0.25"} 2
tregua_operator_seconds_bucket{le="0.5"} 4
tregua_operator_seconds_bucket{le="1"} 4
tregua_operator_seconds_bucket{le="1.5"} 4
tregua_operator_seconds_bucket{le="2"} 4
tregua_operator_seconds_bucket{le="2.5"} 4
tregua_operator_seconds_bucket{le="3"} 4
tregua_operator_seconds_bucket{le="+Inf"} 4
tregua_operator_seconds_sum 0.502
tregua_operator_seconds_count 4
# HELP tregua_silent_late_total Silent calls that were ended later than the law says. Any of them is a fault.
# TYPE tregua_silent_late_total counter
tregua_silent_late_total 2
`
	rec := httptest.NewRecorder()
	console.Health(r, nil).ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), rec.Body.String()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}
