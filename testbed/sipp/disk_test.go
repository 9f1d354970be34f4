//go:build testbed

package sipp

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestDiskFull fills the disk of the data under a daemon that takes calls. None
// leaves while it is full, the alarm says so, nothing ends, and once there is room
// calls leave again and have their records. It mounts a tmpfs: it needs root.
func TestDiskFull(t *testing.T) {
	const calls, perSecond = 40, 20
	s, err := NewSite(t.TempDir(), program(t), "batch", "off")
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(s.Dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", data, "tmpfs", 0, "size=512m"); err != nil {
		t.Fatalf("mount a disk to fill: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(data, unix.MNT_DETACH) }) // the daemon is dead by then
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	if err := s.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	carrier := start(t, Config{Name: "uas", Dir: s.Dir, Scenario: "uas", Listen: s.Carrier})
	left := func() int {
		log, err := carrier.Log()
		if err != nil {
			t.Fatal(err)
		}
		return len(log)
	}
	rows := Rows(Allowed(3 * calls))
	load := func(n int) {
		dialer := start(t, Config{
			Name: "uac", Dir: s.Dir, Scenario: "uac", Listen: dialerAt, Target: s.PBX, Rows: rows[n*calls : (n+1)*calls], Rate: perSecond,
		})
		if _, err := dialer.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	low := `tregua_trouble{trouble="disk.low"}`
	load(0)
	if n := left(); n != calls {
		t.Fatalf("%d of %d calls left before the disk was full", n, calls)
	}
	filler := filepath.Join(data, "filler")
	fill(t, filler)
	load(1)
	s.awaits(t, low, 1)
	if n := left(); n != calls {
		t.Errorf("%d calls left while the disk was full", n-calls)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.awaits(t, low, 0)
	load(2)
	if n := left(); n != 2*calls {
		t.Errorf("%d of %d calls left when there was room again", n-calls, calls)
	}
	log, err := carrier.Log()
	if err != nil {
		t.Fatal(err)
	}
	for records := -1; records < s.gauge(t, "tregua_attempts_total"); {
		records = s.gauge(t, "tregua_attempts_total")
		time.Sleep(2 * time.Second) // real time: what was kept is tried once a second
	}
	if n := s.recount(t, log); n != 3*calls {
		t.Errorf("%d records of %d calls", n, 3*calls)
	}
	if err := d.Stop(); err != nil {
		t.Error(err)
	}
}

// fill writes a file until the disk takes no more.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 1<<20); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("fill the disk: %v", err)
	}
}

// awaits waits for the value of a metric.
func (s *Site) awaits(t *testing.T, name string, want int) {
	t.Helper()
	for range 200 {
		if s.gauge(t, name) == want {
			return
		}
		time.Sleep(100 * time.Millisecond) // real time: the daemon looks every five seconds
	}
	t.Fatalf("%s is not %d", name, want)
}
