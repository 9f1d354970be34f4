//go:build testbed

package sipp

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// disk is a site whose data lies on a disk of its own, with a daemon that takes
// calls and a carrier that answers them.
type disk struct {
	*testing.T
	site    *Site
	daemon  *Daemon
	data    string
	carrier *Peer
	placed  int // calls so far
}

// batch is how many calls a load has.
const batch = 40

// onDisk starts a daemon on what mount makes of the empty folder of its data. It
// needs root.
func onDisk(t *testing.T, mount func(data string)) *disk {
	t.Helper()
	s, err := NewSite(t.TempDir(), program(t), "batch", "off")
	if err != nil {
		t.Fatal(err)
	}
	d := &disk{T: t, site: s, data: filepath.Join(s.Dir, "data")}
	if err := os.Mkdir(d.data, 0o700); err != nil {
		t.Fatal(err)
	}
	mount(d.data)
	t.Cleanup(func() { _ = unix.Unmount(d.data, unix.MNT_DETACH) }) // the daemon is dead by then
	d.serve()
	if err := s.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.carrier = start(t, Config{Name: "uas", Dir: s.Dir, Scenario: "uas", Listen: s.Carrier})
	return d
}

func (d *disk) serve() {
	d.Helper()
	daemon, err := d.site.Serve(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(daemon.Kill)
	d.daemon = daemon
}

// places places a load, and wants so many of its calls at the carrier.
func (d *disk) places(when string, want int) {
	d.Helper()
	before, rows := d.left(), Rows(Allowed(d.placed + batch))[d.placed:]
	dialer := start(d.T, Config{
		Name: fmt.Sprint("uac", d.placed), Dir: d.site.Dir, Scenario: "uac", Listen: dialerAt, Target: d.site.PBX, Rows: rows, Rate: 20,
	})
	if _, err := dialer.Wait(d.Context()); err != nil {
		d.Fatal(err)
	}
	d.placed += batch
	if n := d.left() - before; n != want {
		d.Errorf("%d of %d calls left %s, want %d", n, batch, when, want)
	}
}

// left is how many calls have reached the carrier.
func (d *disk) left() int {
	d.Helper()
	return len(d.log())
}

func (d *disk) log() []string {
	d.Helper()
	log, err := d.carrier.Log()
	if err != nil {
		d.Fatal(err)
	}
	return log
}

// settles wants so many records, one of every call that left but those to 112, and
// the counters that a recount gives.
func (d *disk) settles(calls int) {
	d.Helper()
	for records := -1; records < d.site.gauge(d.T, "tregua_attempts_total"); {
		records = d.site.gauge(d.T, "tregua_attempts_total")
		time.Sleep(2 * time.Second) // real time: what was kept is tried once a second
	}
	log := slices.DeleteFunc(d.log(), func(line string) bool { return strings.Contains(line, "sip:112@") })
	if n := d.site.recount(d.T, log); n != calls {
		d.Errorf("%d records of %d calls", n, calls)
	}
}

// TestDiskFull fills the disk of the data under a daemon that takes calls. None
// leaves while it is full, the alarm says so, nothing ends, and once there is room
// calls leave again and have their records.
func TestDiskFull(t *testing.T) {
	d := onDisk(t, func(data string) {
		if err := unix.Mount("tmpfs", data, "tmpfs", 0, "size=512m"); err != nil {
			t.Fatalf("mount a disk to fill: %v", err)
		}
	})
	low := `tregua_trouble{trouble="disk.low"}`
	d.places("before the disk was full", batch)
	filler := filepath.Join(d.data, "filler")
	fill(t, filler)
	d.places("while the disk was full", 0)
	d.site.awaits(t, low, 1)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	d.site.awaits(t, low, 0)
	d.places("when there was room again", batch)
	d.settles(3 * batch)
	if err := d.daemon.Stop(); err != nil {
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

// TestDiskReadOnly lets the file system of the data meet an error under a daemon
// that takes calls: ext4 turns read-only then, with every file still open. No new
// call leaves, the alarm says so, the call that goes on goes on, an emergency call
// leaves, and nothing ends. Such a file system is written again only after it was
// unmounted and checked, so the daemon has to be started again: then every call that
// left has its record but the one to 112, and what else is lost the daemon has said.
func TestDiskReadOnly(t *testing.T) {
	image := filepath.Join(t.TempDir(), "disk")
	var loop string
	mount := func(data string) {
		sh(t, "mount", "-o", "loop,errors=remount-ro", image, data)
		loop = filepath.Base(sh(t, "findmnt", "--noheadings", "--output", "SOURCE", data))
	}
	d := onDisk(t, func(data string) {
		sh(t, "truncate", "--size", "1G", image)
		sh(t, "mkfs.ext4", "-q", "-F", image)
		mount(data)
	})
	d.places("before the disk was read-only", batch)
	long := d.calls("long", 25081, Allowed(Numbers)[Numbers-1].User, 15*time.Second)
	d.reaches(batch + 1)
	if err := os.WriteFile(filepath.Join("/sys/fs/ext4", loop, "trigger_fs_error"), []byte("planted by a test\n"), 0o200); err != nil {
		t.Fatal(err)
	}
	d.places("while the disk was read-only", 0)
	d.site.awaits(t, `tregua_trouble{trouble="store.failed"}`, 1)
	urgent := d.calls("urgent", 25082, "112", 200*time.Millisecond)
	for who, call := range map[string]*Peer{"that went on": long, "to 112": urgent} {
		if stats, err := call.Wait(t.Context()); err != nil || stats.Clean(1) != nil {
			t.Errorf("the call %s: %v %v", who, stats.Clean(1), err)
		}
	}
	d.reaches(batch + 2)
	if err := d.daemon.Stop(); err == nil || !strings.Contains(err.Error(), "records are lost") {
		t.Errorf("it does not say that it had records that it could not write: %v", err)
	}
	sh(t, "umount", d.data)
	if out, err := exec.Command("e2fsck", "-fy", image).CombinedOutput(); err != nil && !strings.Contains(string(out), "MODIFIED") {
		t.Fatalf("e2fsck: %v\n%s", err, out)
	}
	mount(d.data)
	d.serve()
	d.places("when the disk was written again", batch)
	d.settles(2*batch + 1)
	if err := d.daemon.Stop(); err != nil {
		t.Error(err)
	}
}

// calls places one call from a port, which lasts so long.
func (d *disk) calls(name string, port uint16, number string, lasts time.Duration) *Peer {
	d.Helper()
	xml, err := scenarios.ReadFile("scenarios/uac.xml")
	if err != nil {
		d.Fatal(err)
	}
	const pause = `<pause milliseconds="%d"/>`
	return start(d.T, Config{
		Name: name, Dir: d.site.Dir, Listen: netip.AddrPortFrom(dialerAt.Addr(), port), Target: d.site.PBX, Rows: [][]string{{number, number}}, Rate: 1,
		XML: strings.Replace(string(xml), fmt.Sprintf(pause, 200), fmt.Sprintf(pause, lasts.Milliseconds()), 1),
	})
}

// reaches waits until so many calls have reached the carrier.
func (d *disk) reaches(calls int) {
	d.Helper()
	for range 100 {
		if d.left() == calls {
			return
		}
		time.Sleep(100 * time.Millisecond) // real time: SIPp's
	}
	d.Fatalf("%d calls have reached the carrier, want %d", d.left(), calls)
}

// sh runs a command and returns what it said.
func sh(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(append([]string{name}, args...), " "), err, out)
	}
	return strings.TrimSpace(string(out))
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
