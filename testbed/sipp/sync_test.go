//go:build testbed

package sipp

import (
	"os"
	"strings"
	"testing"
)

// TestSync: under store.sync batch a forwarded call costs a sync of the store
// before its INVITE leaves, under off it costs none. Calls stand alone here, so
// no batch holds two.
func TestSync(t *testing.T) {
	const calls = 10
	for _, c := range []struct {
		sync  string
		atMin int
		atMax int
	}{{"batch", calls, 1 << 30}, {"off", 0, calls - 1}} {
		t.Run(c.sync, func(t *testing.T) {
			trace := t.TempDir() + "/strace"
			// -D: the traced program is our child and gets our signals.
			s, d := site(t, c.sync, "strace", "-D", "-f", "-e", "trace=msync,fsync,fdatasync", "-o", trace)
			before := syncs(t, trace)
			carrier := start(t, Config{Name: "uas", Dir: s.Dir, Scenario: "uas", Listen: s.Carrier})
			dialer := start(t, Config{
				Name: "uac", Dir: s.Dir, Scenario: "uac", Listen: dialerAt, Target: s.PBX,
				Rows: Rows(Allowed(calls)), Rate: 2,
			})
			stats, err := dialer.Wait(t.Context())
			if err != nil || stats.Clean(calls) != nil {
				t.Errorf("%+v, %v", stats, err)
			}
			got := syncs(t, trace) - before
			if got < c.atMin || got > c.atMax {
				t.Errorf("%d syncs for %d forwarded calls", got, calls)
			}
			t.Logf("store.sync %s: %d syncs for %d forwarded calls", c.sync, got, calls)
			if _, err := carrier.Stop(); err != nil {
				t.Error(err)
			}
			if err := d.Stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// syncs counts the calls in a trace. One that was interrupted by another
// thread stands on two lines; its second has no parenthesis after the name.
func syncs(t *testing.T, trace string) int {
	t.Helper()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(text), "sync(")
}
