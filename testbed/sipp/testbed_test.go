//go:build testbed

package sipp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const (
	rate    = 100 // calls a second
	seconds = 30  // of the clean load
)

// program is the tregua under test.
func program(t *testing.T) string {
	t.Helper()
	path := os.Getenv("TREGUA")
	if path == "" {
		t.Fatal("TREGUA does not name a tregua binary; run `make testbed`")
	}
	return path
}

// loopback addresses of the two SIPps.
var dialerAt = netip.MustParseAddrPort("127.0.0.1:25080")

// measureRig gives the load to two SIPps with nothing between them.
func measureRig() error {
	dir, err := os.MkdirTemp("", "tregua-rig-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	carrierAt := netip.MustParseAddrPort("127.0.0.1:25070")
	carrier, err := Start(ctx, Config{Name: "uas", Dir: dir, Scenario: "uas", Listen: carrierAt})
	if err != nil {
		return err
	}
	defer carrier.Kill()
	calls := Plan(rate * seconds)
	for i := range calls {
		calls[i].Status, calls[i].Reason = 200, "-" // nobody forbids anything here
	}
	dialer, err := Start(ctx, Config{Name: "uac", Dir: dir, Scenario: "uac", Listen: dialerAt, Target: carrierAt, Rows: Rows(calls), Rate: rate})
	if err != nil {
		return err
	}
	defer dialer.Kill()
	return clean(ctx, calls, dialer, carrier)
}

// tries is how often a load is repeated when it is the rig that is not clean.
const tries = 5

// standstill of the machine makes a load no result: SIP repeats after 500 ms.
const standstill = 200 * time.Millisecond

// rigOnce measures the rig before the first test that needs it.
var rigOnce = sync.OnceValue(func() (err error) {
	for range tries {
		if err = measureRig(); err == nil {
			return nil
		}
	}
	return err
})

// rig ends a test on a rig that is not clean: there no figure means anything.
func rig(t *testing.T) {
	t.Helper()
	if err := rigOnce(); err != nil {
		t.Fatalf("the rig without tregua is not clean, so there is no result: %v", err)
	}
}

// clean waits for the dialer and says what is not as planned at either SIPp.
func clean(ctx context.Context, calls []Planned, dialer, carrier *Peer) error {
	atDialer, err := dialer.Wait(ctx)
	if err != nil {
		return err
	}
	atCarrier, err := carrier.Stop()
	if err != nil {
		return err
	}
	forwarded := 0
	for _, c := range calls {
		if c.Status == 200 {
			forwarded++
		}
	}
	if err := atDialer.Clean(len(calls)); err != nil {
		return fmt.Errorf("dialer: %w", err)
	}
	if err := atCarrier.Clean(forwarded); err != nil {
		return fmt.Errorf("carrier: %w", err)
	}
	dialed, err := dialer.Log()
	if err != nil {
		return err
	}
	if err := CheckDialer(calls, dialed); err != nil {
		return err
	}
	arrived, err := carrier.Log()
	if err != nil {
		return err
	}
	return CheckCarrier(calls, arrived)
}

// site makes a site with its data entered, and its daemon running.
func site(t *testing.T, sync string, wrap ...string) (*Site, *Daemon) {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		if t.Failed() {
			keep := filepath.Join(t.ArtifactDir(), "site")
			_ = os.CopyFS(keep, os.DirFS(dir)) // the failure itself is told elsewhere
			t.Logf("the site is kept in %s (go test -artifacts)", keep)
		}
	})
	s, err := NewSite(dir, program(t), sync, "off")
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Serve(t.Context(), wrap...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	if err := s.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, d
}

func start(t *testing.T, c Config) *Peer {
	t.Helper()
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Kill)
	return p
}

// between starts a carrier, and a dialer that sends rows through s.
func between(t *testing.T, s *Site, rows [][]string, lossy bool) (dialer, carrier *Peer) {
	t.Helper()
	carrier = start(t, Config{Name: "uas", Dir: s.Dir, Scenario: "uas", Listen: s.Carrier, Lossy: lossy})
	dialer = start(t, Config{Name: "uac", Dir: s.Dir, Scenario: "uac", Listen: dialerAt, Target: s.PBX, Rows: rows, Rate: rate, Lossy: lossy})
	return dialer, carrier
}

// TestRig: the load without tregua.
func TestRig(t *testing.T) {
	rig(t)
	t.Logf("%d calls at %d/s from SIPp to SIPp: 0 failed, 0 repeated, 0 unexpected", rate*seconds, rate)
}

// TestLoad: 100 calls a second for half a minute, a fifth of them forbidden.
// Nothing fails, nothing is repeated, nothing unexpected comes, and no
// forbidden INVITE reaches the carrier. A load that is not clean counts against
// tregua unless the machine stood still meanwhile, or the rig alone is not clean
// right after it.
func TestLoad(t *testing.T) {
	rig(t)
	calls := Plan(rate * seconds)
	for range tries {
		watch := StartWatch()
		err := oneLoad(t, calls)
		still := watch.Stop()
		if err == nil {
			t.Logf("%d calls at %d/s: 0 failed, 0 repeated, 0 unexpected", len(calls), rate)
			return
		}
		if still > standstill {
			t.Logf("no result, the machine stood still for %v: %v", still, err)
			continue
		}
		rigErr := measureRig()
		if rigErr == nil {
			t.Fatal(err)
		}
		t.Logf("no result, the rig is not clean either: %v; %v", err, rigErr)
	}
	t.Error("the rig is not clean: run it on a quieter machine")
}

func oneLoad(t *testing.T, calls []Planned) error {
	s, d := site(t, "batch")
	dialer, carrier := between(t, s, Rows(calls), false)
	return errors.Join(clean(t.Context(), calls, dialer, carrier), d.Stop())
}
