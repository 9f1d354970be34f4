package sim

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sliceVariable makes TestSlice run: in the nested tests of TestFaults.
const sliceVariable = "TREGUA_SIM_SLICE"

// faults are the rules that are broken by hand, each in a copy of one file.
var faults = []struct{ name, file, old, new string }{
	{"an INVITE is not repeated", "txn/invite_client.go", "timerA:  {calling, repeat, silent}", "timerA:  {calling, nothing, silent}"},
	{"a repeated failure gets no ACK", "txn/invite_client.go", "rcvFail: {completed, repeat, silent}", "rcvFail: {completed, nothing, silent}"},
	{"a repeated 2xx is not told", "txn/invite_client.go", "rcv2xx: {accepted, nothing, Response}", "rcv2xx: {accepted, nothing, silent}"},
	{"a BYE is not repeated", "txn/client.go", "timerE:  {trying, repeat, silent}", "timerE:  {trying, nothing, silent}"},
	{"a failure is not repeated", "txn/invite_server.go", "timerG:     {completed, repeat, silent}", "timerG:     {completed, nothing, silent}"},
	{"a repeated request is not answered", "txn/server.go", "rcvRequest: {completed, repeat, silent}", "rcvRequest: {completed, nothing, silent}"},
	{"no BYE for a surplus 2xx", "call/invite.go", "\tc.bye(d, media.B, policy.OK)\n", ""},
	{"no ACK for a surplus 2xx", "call/invite.go", "\tc.acknowledge(d)\n\tc.bye(d, media.B", "\tc.bye(d, media.B"},
	{"Timer C is never set", "call/invite.go", "sent, raw})\n\tc.set(TimerC, c.times.C)\n", "sent, raw})\n"},
	{"a 2xx is not repeated", "call/dialog.go", "\tc.do(Respond{c.invite.tx, d.okStatus, d.ok})\n", ""},
	{"a 2xx is repeated too often", "call/dialog.go", "\td.wait = min(2*d.wait, c.times.T2)\n", ""},
	{"the ACK ends nothing", "call/dialog.go", "\tc.acked()\n\tif d.ack != nil", "\tif d.ack != nil"},
	{"a CANCEL before a provisional", "call/cancel.go", "!i.cancelled || !i.rings ||", "!i.cancelled ||"},
	{"the caller is not told of the end", "call/request.go", "\tc.bye(d, media.A, r)\n", ""},
	{"the ACK is not kept", "call/invite.go", "c.do(Send{d.ackHop, d.ack})", "_ = d.ackHop"},
	{"a CANCEL does not go on", "call/cancel.go", "\tdefault:\n\t\tc.cancelCallee()\n", "\tdefault:\n"},
	{"the wrong leg's address", "call/session.go", "c.anchor.Addr[from.Other()]", "c.anchor.Addr[from]"},
}

// TestSlice is the small run in which a broken rule must show.
func TestSlice(t *testing.T) {
	t.Parallel()
	if os.Getenv(sliceVariable) == "" {
		t.Skip(sliceVariable + " is not set: TestBadNetwork is this and more")
	}
	for _, c := range []Config{
		{Seed: 1, Calls: 80, Loss: 0.2, Duplicate: 0.2},
		{Seed: 2, Calls: 80, Loss: 0.2, Duplicate: 0.2},
		{Seed: 3, Calls: 80, Loss: 0.2, Duplicate: 0.2, Stop: 20 * time.Second},
		{Seed: 4, Calls: 80, Loss: 0.1, DelayMin: 10 * time.Microsecond, DelayMax: 2 * time.Millisecond, PortsFail: 0.1},
		{Seed: 5, Calls: 80, DelayMin: 20 * time.Millisecond, DelayMax: 20 * time.Millisecond},
	} {
		for _, b := range Run(c).Broken {
			t.Errorf("seed %d: %s", c.Seed, b)
		}
	}
}

// TestFaults breaks a rule of the transactions or of the call by hand and sees
// a law of the simulation fail.
func TestFaults(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the core once for each fault")
	}
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("go", "test", "-vet=off", "-count=1", "-run", "^TestSlice$", "-overlay", overlay(t, f.file, f.old, f.new), ".")
			cmd.Env = append(os.Environ(), sliceVariable+"=1")
			out, err := cmd.CombinedOutput()
			seen := bytes.Contains(out, []byte("fault_test.go:"))
			switch {
			case err == nil:
				t.Error("no law noticed it")
			case !seen:
				t.Errorf("the test did not run:\n%s", out)
			default:
				t.Logf("%.600s", out)
			}
		})
	}
}

// overlay writes the copy of a file of package proxy in which old, which stands
// there exactly once, is new, and returns the file for go test -overlay.
func overlay(t *testing.T, file, old, replacement string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../../proxy", file))
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(source), old); n != 1 {
		t.Fatalf("%q stands %d times in %s: say the fault anew", old, n, file)
	}
	dir := t.TempDir()
	changed := filepath.Join(dir, "changed.go")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(changed, []byte(strings.Replace(string(source), old, replacement, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
