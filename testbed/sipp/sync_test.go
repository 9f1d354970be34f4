//go:build testbed

package sipp

import (
	"os"
	"testing"
)

// TestSync: under store.sync batch the store is synced between the coming of an
// INVITE and its leaving for the carrier, each time; under off no call waits
// for a sync. Calls stand alone here, so that no sync serves two.
func TestSync(t *testing.T) {
	const calls = 10
	for sync, want := range map[string]int{"batch": calls, "off": 0} {
		t.Run(sync, func(t *testing.T) {
			trace := t.TempDir() + "/strace"
			// -D: the traced program is our child and gets our signals. The names
			// of files (-y) tell the store from the ledger, the log and the keys.
			s, d := site(t, sync, "strace", "-D", "-f", "-y", "-s", "64", "-e", "signal=none",
				"-e", "trace=mmap,recvmsg,recvmmsg,sendmsg,msync,fsync,fdatasync", "-o", trace)
			carrier := start(t, Config{Name: "uas", Dir: s.Dir, Scenario: "uas", Listen: s.Carrier})
			dialer := start(t, Config{
				Name: "uac", Dir: s.Dir, Scenario: "uac", Listen: dialerAt, Target: s.PBX,
				Rows: Rows(Allowed(calls)), Rate: 2,
			})
			stats, err := dialer.Wait(t.Context())
			if err != nil || stats.Clean(calls) != nil {
				t.Errorf("%+v, %v", stats, err)
			}
			if _, err := carrier.Stop(); err != nil {
				t.Error(err)
			}
			if err := d.Stop(); err != nil {
				t.Error(err)
			}
			text, err := os.ReadFile(trace)
			if err != nil {
				t.Fatal(err)
			}
			left, err := ReadTrace(string(text))
			if err != nil {
				t.Fatal(err)
			}
			synced := 0
			for _, l := range left {
				if l.Synced {
					synced++
				}
			}
			if len(left) != calls || synced != want {
				t.Errorf("%d INVITEs left, %d of them after a sync; want %d and %d: %+v", len(left), synced, calls, want, left)
			}
			t.Logf("store.sync %s: %d of %d INVITEs left after a sync", sync, synced, len(left))
		})
	}
}
