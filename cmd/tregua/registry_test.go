package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"tregua/cmd/tregua/console"
	"tregua/policy/book"
)

// TestRegistryFigures holds what a scrape says of accounts that are checked in
// part, not at all, and broken.
func TestRegistryFigures(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	f := registryFigures{
		now: func() time.Time { return now },
		accounts: func() []book.AccountStatus {
			return []book.AccountStatus{
				{Account: "a", Listed: 6, Clear: 1, Opposed: 2, Unchecked: 3, Ends: now.Add(time.Hour), EndSoon: 5, EndLast: 4},
				{Account: "b", Listed: 7, Unchecked: 7},
				{Account: "c", Broken: errors.New("no set")},
			}
		},
	}
	const want = `
# HELP tregua_registry_ending_numbers Numbers whose answer of the registry stops to hold within the time.
# TYPE tregua_registry_ending_numbers gauge
tregua_registry_ending_numbers{account="a",within="24h"} 4
tregua_registry_ending_numbers{account="a",within="72h"} 5
tregua_registry_ending_numbers{account="b",within="24h"} 0
tregua_registry_ending_numbers{account="b",within="72h"} 0
# HELP tregua_registry_expiry_seconds Time until the first answer of the registry that an account rests on stops to hold; none when no answer holds.
# TYPE tregua_registry_expiry_seconds gauge
tregua_registry_expiry_seconds{account="a"} 3600
# HELP tregua_registry_numbers Numbers that a principal means to call, by what its registry account knows of them.
# TYPE tregua_registry_numbers gauge
tregua_registry_numbers{account="a",state="clear"} 1
tregua_registry_numbers{account="a",state="opposed"} 2
tregua_registry_numbers{account="a",state="unchecked"} 3
tregua_registry_numbers{account="b",state="clear"} 0
tregua_registry_numbers{account="b",state="opposed"} 0
tregua_registry_numbers{account="b",state="unchecked"} 7
`
	r := prometheus.NewRegistry()
	r.MustRegister(f)
	rec := httptest.NewRecorder()
	console.Health(r, nil).ServeHTTP(rec, httptest.NewRequest("GET", "/metrics", nil))
	if diff := cmp.Diff(want[1:], rec.Body.String()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if problems, err := promlint.NewWithMetricFamilies(families).Lint(); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
}

func TestDecade(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]int{
		0: {0, 0}, 1: {1, 9}, 9: {1, 9}, 10: {10, 99}, 99: {10, 99}, 100: {100, 999}, 12_345_678: {10_000_000, 99_999_999},
	} {
		if from, to := decade(n); [2]int{from, to} != want {
			t.Errorf("%d: %d to %d, want %v", n, from, to, want)
		}
	}
}

// TestHours: what is written is read, and shown as it is read again.
func TestHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"3d": "72 3d", "36h": "36 36h", "48h": "48 2d", "0h": "0 0d", "0d": "0 0d"} {
		var h hours
		if err := h.Set(text); err != nil || fmt.Sprint(int(h), " ", &h) != want {
			t.Errorf("%s: %d %s %v, want %s", text, int(h), &h, err, want)
		}
	}
	for _, bad := range []string{"", "3", "d", "-1d", "1.5h", "3w", "99999d"} {
		var h hours
		if err := h.Set(bad); err == nil {
			t.Errorf("%q is read as %s", bad, &h)
		}
	}
}

// TestWarnings: the nearer end is the warning, and what is broken is one.
func TestWarnings(t *testing.T) {
	t.Parallel()
	if err := warnings([]console.AccountStatus{{Account: "a", Unchecked: 3}}); err != nil {
		t.Errorf("nothing ends: %v", err)
	}
	err := warnings([]console.AccountStatus{{Account: "a", Within72h: 5, Within24h: 4}, {Account: "b", Within72h: 1}, {Account: "c", Broken: "no set"}})
	const want = "a: 4 answers end within 24 hours, 5 within 72\nb: 1 answers end within 72 hours\nc: no set"
	if c, ok := errors.AsType[*coded](err); !ok || c.code != exitFindings || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
