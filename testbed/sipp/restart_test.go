//go:build testbed

package sipp

import (
	"testing"
	"time"

	"tregua/testbed/rtp"
)

// What a restart may take until every call goes on or is ended.
const goesOn = 2 * time.Second

// TestRestartKeepsCalls kills the daemon while 200 calls are up whose operator
// was heard, and starts it at once. Media passes again on both legs of every
// call, each is hung up by one side, about half by either, and its record says
// connected.
func TestRestartKeepsCalls(t *testing.T) {
	const calls, perSecond = 200, 100
	s, d := watched(t, "enforce")
	voices := [2]rtp.Source{rtp.Then(rtp.None, 200*time.Millisecond, rtp.Speech(100)), callee(1)}
	rig, err := rtp.StartRig(rtp.Config{Sites: s.sites(), Script: func(string) [2]rtp.Source { return voices }})
	if err != nil {
		t.Fatal(err)
	}
	carrier := start(t, Config{Name: "carrier", Dir: s.Dir, Scenario: "up_uas", Listen: s.Carrier})
	dialer := start(t, Config{
		Name: "dialer", Dir: s.Dir, Scenario: "up_uac", Listen: s.sites().Dialer, Target: s.PBX,
		Rows: Rows(Allowed(calls)), Rate: perSecond,
	})
	time.Sleep(6 * time.Second) // real time: the last call is answered after 2 s, its operator heard within 2.9
	up := s.gauge(t, "tregua_calls_open")
	d.Kill()
	killed := time.Now()
	if d, err = s.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	ready := time.Now()
	atDialer, err := dialer.Wait(t.Context())
	if err != nil {
		t.Error(err)
	}
	atCarrier, err := carrier.Stop()
	if err != nil {
		t.Error(err)
	}
	result, err := rig.Stop()
	if err != nil {
		t.Error(err)
	}
	if atDialer.Succeeded != calls || atCarrier.Succeeded != calls {
		t.Errorf("dialer %+v, carrier %+v", atDialer, atCarrier)
	}
	t.Logf("%d calls up at SIGKILL; ready %v later; repeated: dialer %d, carrier %d",
		up, ready.Sub(killed).Round(time.Millisecond), atDialer.Retransmissions, atCarrier.Retransmissions)
	if up != calls {
		t.Errorf("the kill fell on %d calls, want %d", up, calls)
	}
	goOn(t, result.Calls, killed)
	if outcomes := s.outcomes(t, calls); outcomes["connected B"] != calls {
		t.Errorf("records: %v", outcomes)
	}
	if err := d.Stop(); err != nil {
		t.Error(err)
	}
}

// goOn prints how soon after the kill media arrived at each leg of the calls,
// and who hung up.
func goOn(t *testing.T, calls []*rtp.Call, killed time.Time) {
	t.Helper()
	var gaps [2][]time.Duration
	var hungUp [2]int
	for _, c := range calls {
		for leg := range rtp.Leg(2) {
			if !c.HungUp[leg].IsZero() {
				hungUp[leg]++
			}
			after := c.Sent[leg].From(killed)
			if len(after) == 0 {
				t.Errorf("%s: no media to leg %d after the restart", c.User, leg)
				continue
			}
			gaps[leg] = append(gaps[leg], after[0].At.Sub(killed))
		}
	}
	for leg, g := range gaps {
		f := rtp.Summarise(g)
		t.Logf("media at leg %c after the kill: %v", 'a'+leg, f)
		if f.Max > goesOn {
			t.Errorf("leg %c: %v after the kill, want at most %v", 'a'+leg, f.Max, goesOn)
		}
	}
	t.Logf("hung up by the dialer %d, by the carrier %d", hungUp[rtp.A], hungUp[rtp.B])
	if hungUp[rtp.A] < len(calls)/4 || hungUp[rtp.B] < len(calls)/4 || hungUp[rtp.A]+hungUp[rtp.B] != len(calls) {
		t.Error("not every call was hung up by one of its sides")
	}
}
