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
	{"an INVITE is not repeated", "proxy/txn/invite_client.go", "timerA:  {calling, repeat, silent}", "timerA:  {calling, nothing, silent}"},
	{"a repeated failure gets no ACK", "proxy/txn/invite_client.go", "rcvFail: {completed, repeat, silent}", "rcvFail: {completed, nothing, silent}"},
	{"a repeated 2xx is not told", "proxy/txn/invite_client.go", "rcv2xx: {accepted, nothing, Response}", "rcv2xx: {accepted, nothing, silent}"},
	{"a BYE is not repeated", "proxy/txn/client.go", "timerE:  {trying, repeat, silent}", "timerE:  {trying, nothing, silent}"},
	{"a failure is not repeated", "proxy/txn/invite_server.go", "timerG:     {completed, repeat, silent}", "timerG:     {completed, nothing, silent}"},
	{"a repeated request is not answered", "proxy/txn/server.go", "rcvRequest: {completed, repeat, silent}", "rcvRequest: {completed, nothing, silent}"},
	{"no BYE for a surplus 2xx", "proxy/call/invite.go", "\tc.bye(d, media.B, policy.OK)\n", ""},
	{"no ACK for a surplus 2xx", "proxy/call/invite.go", "\tc.acknowledge(&c.invite, &d.answer, d)\n\tc.bye(d, media.B", "\tc.bye(d, media.B"},
	{"Timer C is never set", "proxy/call/exchange.go", "sent, raw})\n\tc.set(i.timer(TimerC), c.times.C)\n", "sent, raw})\n"},
	{"a 2xx is not repeated", "proxy/call/exchange.go", "\tc.do(Respond{i.tx, a.status, a.ok})\n", ""},
	{"a 2xx is repeated too often", "proxy/call/exchange.go", "\ta.wait = min(2*a.wait, c.times.T2)\n", ""},
	{"the ACK ends nothing", "proxy/call/dialog.go", "\tc.delivered(&c.invite)\n\tif d.ack != nil", "\tif d.ack != nil"},
	{"a CANCEL before a provisional", "proxy/call/cancel.go", "!i.cancelled || !i.rings ||", "!i.cancelled ||"},
	{"the caller is not told of the end", "proxy/call/request.go", "\tc.bye(d, media.A, r)\n", ""},
	{"the ACK is not kept", "proxy/call/invite.go", "c.do(Send{d.ackHop, d.ack})", "_ = d.ackHop"},
	{"a CANCEL does not go on", "proxy/call/cancel.go", "\tdefault:\n\t\tc.cancelOther(i)\n", "\tdefault:\n"},
	{"an answer that crossed the CANCEL is forgotten", "proxy/call/invite.go", "\t\tc.ending.Answered, c.ending.Watch = r.At, c.watch.Mode\n", ""},
	{"no cut is ever due", "proxy/call/watch.go", "w.CutAfter\n\tc.set(TimerCut, max(0, w.due-c.now))\n", "w.CutAfter\n"},
	{"the time counts from the turn", "proxy/call/watch.go", "w.due = c.ending.Answered + w.CutAfter", "w.due = c.now + w.CutAfter"},
	{"the cut spares the caller", "proxy/call/request.go", "\tc.bye(d, media.A, r)\n", "\tif r != policy.SilentCut {\n\t\tc.bye(d, media.A, r)\n\t}\n"},
	{"the cut spares the callee", "proxy/call/request.go", "\tc.bye(d, media.B, r)\n", "\tif r != policy.SilentCut {\n\t\tc.bye(d, media.B, r)\n\t}\n"},
	{"no ACK in the caller's place at the cut", "proxy/call/request.go", "\tc.acknowledge(&c.invite, &d.answer, d)\n\tc.bye(d, media.B, r)", "\tif r != policy.SilentCut {\n\t\tc.acknowledge(&c.invite, &d.answer, d)\n\t}\n\tc.bye(d, media.B, r)"},
	{"media goes on after the cut", "proxy/call/watch.go", "\tc.setMode(media.B, media.Mute)\n", ""},
	{"the word is not read at the deadline", "proxy/shard.go", "\tif a.timer == call.TimerCut {\n\t\ts.listen(e)\n\t}\n", ""},
	{"nobody listens when told of an operator", "proxy/shard.go", "\t\t\ts.listen(s.calls[i.Call])\n", "\t\t\t_ = i\n"},
	{"ambience before the 200", "proxy/call/exchange.go", "sent, raw})\n\tc.set(i.timer(TimerC), c.times.C)\n", "sent, raw})\n\tc.setMode(media.A, media.Cover)\n\tc.set(i.timer(TimerC), c.times.C)\n"},
	{"a challenged BYE ends the watch", "proxy/call/request.go", "\t\tc.resumeWatch()\n", ""},
	{"who hangs up is cut all the same", "proxy/call/call.go", "\t\tc.timeIsOver()\n", "\t\tif c.watch.on && len(c.relays) > 0 && c.watch.Mode == policy.WatchEnforce {\n\t\t\tc.cut()\n\t\t\treturn\n\t\t}\n\t\tc.timeIsOver()\n"},
	{"shadow cuts", "proxy/call/watch.go", "\tcase w.Mode == policy.WatchShadow:\n\t\tc.ending.Due", "\tcase w.Mode == policy.WatchShadow && c.now == 0:\n\t\tc.ending.Due"},
	{"shadow does not count", "proxy/call/watch.go", "\t\tc.ending.Due = true\n\t\tc.set(TimerCut, linger)\n", "\t\tc.set(TimerCut, linger)\n"},
	{"no grace", "proxy/call/watch.go", "case w.word.State == media.Quiet && w.Grace > 0 && !w.graced:", "case w.word.State == media.Quiet && w.Grace > 3*linger && !w.graced:"},
	{"what cannot be heard is silence", "proxy/call/watch.go", "\tc.watch.word = h\n", "\th.Deaf = false\n\tc.watch.word = h\n"},
	{"an emergency call is watched", "proxy/dispatch.go", "if a.Reading == policy.Emergency {\n\t\treturn call.Watch{}\n\t}\n", ""},
	{"an answer is kept from the ledger", "proxy/call/watch.go", "\tc.do(Up{c.ending.Answered, w.Mode, w.on})\n", ""},
	{"an up row stays", "policy/ledger/committer.go", "\t\tc.turn.set(upRow(id), nil)\n", ""},
	{"a bar is not put", "policy/bar/bar.go", "if e.Ratio == policy.RatioA {", "if e.Ratio == policy.RatioA && e.AnsweredAt.IsZero() {"},
	{"a bar of four days", "policy/bar/bar.go", "if least := at.Add(p.AtLeast.Value); least.After(end) {", "if least := at.Add(p.AtLeast.Value); least.Before(end) {\n\t\tend = least.Add(-24 * time.Hour)\n\t} else if least.After(end) {"},
	{"a bar of shadow binds", "policy/bar/bar.go", "Shadow: e.Watch == policy.WatchShadow,", "Shadow: false,"},
	{"an operator ends no guarantee", "policy/bar/bar.go", "one.Met, changed = true, true", "changed = true"},
	{"an operator ends the days", "policy/bar/bar.go", "if now.Before(one.over(p)) {", "if now.Before(one.over(p)) && !one.Met {"},
	{"a class A record without a bar", "policy/desk/desk.go", "\t\t\te.Bars = ledger.BarRow(c.Index, bars)\n", ""},
	{"the desk ignores bars", "policy/desk/desk.go", "f.Bar = bars.Fact(a.At, a, p)", "f.Bar = policy.BarFact{Known: policy.Absent}"},
	{"who gives up counts nowhere", "policy/classify.go", "return e.silent(), RatioA // the dialer gave up", "return e.silent(), RatioNone // the dialer gave up"},
	{"silent calls are not counted", "policy/ledger/counters.go", "\t\tc.Silent++\n", ""},
	{"a machine's word is not heard", "proxy/call/request.go", "c.ending.Machine = policy.DialerMachine", "c.ending.Machine = policy.NoMachine"},
	{"a private header goes on", "proxy/call/dialog.go", "\t\treturn c.private\n", "\t\treturn nil\n"},
	{"a crash connects who was not heard in shadow", "proxy/call/watch.go", "case c.ending.Due && !c.spokenInTime():", "case c.ending.Due && !c.watch.on && c.now == 0:"},
	{"a crash leaves no bar", "policy/ledger/interrupted.go", "\t\te.Bars = BarRow(o.index, bars)\n", ""},
	{"a crash in the watch counts nowhere", "policy/ledger/interrupted.go", "\t\te.Ratio = policy.RatioA\n", ""},
	{"the wrong leg's address", "proxy/call/session.go", "c.anchor.Addr[from.Other()]", "c.anchor.Addr[from]"},
}

// TestSlice is the small run in which a broken rule must show.
func TestSlice(t *testing.T) {
	t.Parallel()
	if os.Getenv(sliceVariable) == "" {
		t.Skip(sliceVariable + " is not set: TestBadNetwork is this and more")
	}
	for _, c := range []Config{
		bad(1),
		bad(2),
		{Seed: 3, Calls: 80, Loss: 0.2, Duplicate: 0.2, Stop: 20 * time.Second},
		{Seed: 6, Calls: 80, Other: others[1], Span: 10 * time.Second, Crash: 15 * time.Second},
		{Seed: 7, Calls: 80, Other: others[2], Span: 10 * time.Second, Crash: 7 * time.Second},
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

// overlay writes the copy of a file, by its path in the repository, in which old, which stands
// there exactly once, is new, and returns the file for go test -overlay.
func overlay(t *testing.T, file, old, replacement string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("../..", file))
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
