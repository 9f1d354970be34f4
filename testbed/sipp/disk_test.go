//go:build testbed

package sipp

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestDiskFull fills the disk of the data under a daemon that takes calls. None
// leaves while it is full, the alarm says so, nothing ends, and once there is room
// calls leave again and have their records. It needs root.
func TestDiskFull(t *testing.T) {
	d := newStand(t, func(_ *Site, data string) {
		if err := unix.Mount("tmpfs", data, "tmpfs", 0, "size=512m"); err != nil {
			t.Fatalf("mount a disk to fill: %v", err)
		}
		t.Cleanup(func() { _ = unix.Unmount(data, unix.MNT_DETACH) }) // the daemon is dead by then
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
// It needs root.
func TestDiskReadOnly(t *testing.T) {
	image := filepath.Join(t.TempDir(), "disk")
	var loop string
	mount := func(data string) {
		sh(t, "mount", "-o", "loop,errors=remount-ro", image, data)
		loop = filepath.Base(sh(t, "findmnt", "--noheadings", "--output", "SOURCE", data))
	}
	d := newStand(t, func(_ *Site, data string) {
		sh(t, "truncate", "--size", "1G", image)
		sh(t, "mkfs.ext4", "-q", "-F", image)
		mount(data)
		t.Cleanup(func() { _ = unix.Unmount(data, unix.MNT_DETACH) }) // the daemon is dead by then
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

// sh runs a command and returns what it said.
func sh(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(append([]string{name}, args...), " "), err, out)
	}
	return strings.TrimSpace(string(out))
}
