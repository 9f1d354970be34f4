package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/policy"
)

// A day's file of a carrier holds the calls that were let through and one that went
// round: that one is found, and counted in the metrics.
func TestReconcileDay(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	var file strings.Builder
	file.WriteString("TEL;begin;sec;cli\n")
	calls := 0
	for v, err := range h.reader.Each() {
		if err != nil {
			t.Fatal(err)
		}
		if e := &v.Record.Ending; e.Forwarded {
			calls++
			fmt.Fprintf(&file, "%s;%s;%.3f;%s\n", v.Record.Attempt.Called, cmpTime(e.ForwardedAt, v.Record.Attempt.At).Format(time.RFC3339Nano),
				talked(e).Seconds(), v.Record.Attempt.CallerID)
		}
	}
	fmt.Fprintf(&file, "%s;%s;30;0212345678\nnobody;never;1;\n", freeNumber, time.Now().Format(time.RFC3339))
	var r console.Reconciled
	h.read(h.must("ada", "POST /v1/carriers/telco-a/reconcile?delimiter=%3B&column=number%3DTEL&column=started_at%3Dbegin&column=duration%3Dsec&column=caller_id%3Dcli", file.String()), &r)
	if calls == 0 || r.Rows != calls+1 || r.Pairs != calls || len(r.Missing) != 0 || len(r.Differences) != 0 || len(r.Bad) != 1 {
		t.Errorf("of %d calls: %+v", calls, r)
	}
	if len(r.Leaks) != 1 || r.Leaks[0].Line != calls+2 || r.Leaks[0].Called != policy.Number(393331110003).Masked() {
		t.Errorf("leaks %+v, want the one that went round", r.Leaks)
	}
	if got := gathered(t, h.leaks, "tregua_reconcile_leaks"); got != 1 {
		t.Errorf("tregua_reconcile_leaks is %g, want 1", got)
	}
	if rec := h.ask("ada", "POST /v1/carriers/dialer-north/reconcile", "number\n"); rec.Code != http.StatusNotFound || !strings.Contains(rec.Body.String(), "no carrier trunk") {
		t.Errorf("a dialer: %d %s", rec.Code, rec.Body)
	}
}

func cmpTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

// talked is how long a call was answered.
func talked(e *policy.Ending) time.Duration {
	if e.AnsweredAt.IsZero() {
		return 0
	}
	return e.EndedAt.Sub(e.AnsweredAt)
}

// gathered is the value of a metric that has one.
func gathered(t *testing.T, c prometheus.Collector, name string) float64 {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	r.MustRegister(c)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name && len(f.GetMetric()) == 1 {
			return f.GetMetric()[0].GetGauge().GetValue()
		}
	}
	t.Fatalf("no metric %s with one value in %v", name, families)
	return 0
}

func TestTalkOf(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"63": 63 * time.Second, "0": 0, "1.5": 1500 * time.Millisecond, "00:01:03": 63 * time.Second, "1:00:00": time.Hour,
		"": -1, "x": -1, "-1": -1, "1e99": -1, "NaN": -1, "-1:00:00": -1, "1:2": -1, "1:2:3:4": -1,
	} {
		d, err := talkOf(text)
		if (err != nil) != (want < 0) || err == nil && d != want {
			t.Errorf("%q: %s, err %v, want %s", text, d, err, want)
		}
	}
}
