//go:build testbed

package sipp

import (
	"bytes"
	"os"
	"syscall"
	"testing"
	"time"
)

// configure stops a daemon, puts keys into the node section of its config, and
// starts it again.
func (s *Site) configure(t *testing.T, d *Daemon, keys string) *Daemon {
	t.Helper()
	if err := d.Stop(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(s.file("tregua.yaml"))
	if err == nil {
		err = os.WriteFile(s.file("tregua.yaml"), bytes.Replace(text, []byte("node: {"), []byte("node: {"+keys+", "), 1), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d, err = s.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	return d
}

// TestStopKeeps: SIGTERM leaves the calls to the next start, on which they are
// hung up from either side.
func TestStopKeeps(t *testing.T) {
	const calls = 100
	s, d := watched(t, "off")
	d = s.configure(t, d, "stop: keep, drain_max: 300ms")
	carrier := start(t, Config{Name: "carrier", Dir: s.Dir, Scenario: "up_uas", Listen: s.Carrier})
	dialer := start(t, Config{
		Name: "dialer", Dir: s.Dir, Scenario: "up_uac", Listen: s.sites().Dialer, Target: s.PBX, Rows: Rows(Allowed(calls)), Rate: 100,
	})
	time.Sleep(3 * time.Second) // real time: the load is real
	begun := time.Now()
	if err := d.Stop(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	t.Logf("SIGTERM took %v; calls up after the start: %d", took.Round(time.Millisecond), s.gauge(t, "tregua_calls_open"))
	s.allEnd(t, dialer, carrier, calls)
}

// TestDrain: after SIGTERM no call begins, those that are up go on to their end,
// and then the daemon ends.
func TestDrain(t *testing.T) {
	const calls = 100
	s, d := watched(t, "off")
	d = s.configure(t, d, "drain_max: 1m")
	carrier := start(t, Config{Name: "carrier", Dir: s.Dir, Scenario: "up_uas", Listen: s.Carrier})
	dialer := start(t, Config{
		Name: "dialer", Dir: s.Dir, Scenario: "up_uac", Listen: s.sites().Dialer, Target: s.PBX, Rows: Rows(Allowed(calls)), Rate: 100,
	})
	time.Sleep(3 * time.Second) // real time: the load is real
	stopped := make(chan error, 1)
	go func() { stopped <- d.Stop() }()
	for s.ready(t.Context()) {
		time.Sleep(10 * time.Millisecond) // SIGTERM is on its way
	}
	if err := s.askFirst(t.Context(), "SIP/2.0 480"); err != nil {
		t.Errorf("a new call while it drains: %v", err)
	}
	if open := s.gauge(t, "tregua_calls_open"); open != calls {
		t.Errorf("%d calls go on", open)
	}
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	s.allEnd(t, dialer, carrier, calls)
}

// allEnd waits for the end of every call at both SIPps, and its record.
func (s *Site) allEnd(t *testing.T, dialer, carrier *Peer, calls int) {
	t.Helper()
	atDialer, err := dialer.Wait(t.Context())
	if err != nil {
		t.Error(err)
	}
	atCarrier, err := carrier.Stop()
	if err != nil {
		t.Error(err)
	}
	if atDialer.Succeeded != calls || atCarrier.Succeeded != calls {
		t.Errorf("dialer %+v, carrier %+v", atDialer, atCarrier)
	}
	if outcomes := s.outcomes(t, calls); outcomes["excluded none"] != calls {
		t.Errorf("records: %v", outcomes)
	}
}

// TestDrainCutShort: a second SIGTERM ends all calls at both SIPps.
func TestDrainCutShort(t *testing.T) {
	const calls = 100
	s, d := watched(t, "off")
	d = s.configure(t, d, "drain_max: 1m, stop: keep")
	carrier := start(t, Config{Name: "carrier", Dir: s.Dir, Scenario: "three_uas", Listen: s.Carrier})
	dialer := start(t, Config{
		Name: "dialer", Dir: s.Dir, Scenario: "three_uac_wait", Listen: s.sites().Dialer, Target: s.PBX, Rows: Rows(Allowed(calls)), Rate: 100,
	})
	time.Sleep(3 * time.Second) // real time: the load is real
	if err := d.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for s.ready(t.Context()) {
		time.Sleep(10 * time.Millisecond) // it is on its way
	}
	begun := time.Now()
	if err := d.Stop(); err != nil {
		t.Fatal(err)
	}
	t.Logf("the second SIGTERM took %v", time.Since(begun).Round(time.Millisecond))
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	s.allEnd(t, dialer, carrier, calls)
}
