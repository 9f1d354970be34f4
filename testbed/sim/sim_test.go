package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/proxy/call"
)

// mustHold runs a simulation and fails with the ladders of what broke.
func mustHold(t *testing.T, c Config) Result {
	t.Helper()
	r := Run(c)
	if len(r.Broken) == 0 {
		return r
	}
	c.Ladder = true
	r = Run(c)
	shown := map[string]bool{}
	for i, b := range r.Broken {
		t.Errorf("seed %d: %s", c.Seed, b)
		if b.Call == "" || shown[b.Call] || i > 3 {
			continue
		}
		shown[b.Call] = true
		var ladder strings.Builder
		for _, rung := range r.Rungs {
			if rung.Call == b.Call {
				fmt.Fprintln(&ladder, rung.Text)
			}
		}
		t.Logf("ladder of %s\n%s", b.Call, ladder.String())
	}
	return r
}

// TestBadNetwork is 10,000 calls on a network that loses a fifth, doubles a
// fifth and lets datagrams overtake each other.
func TestBadNetwork(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			r := mustHold(t, bad(seed))
			if r.Attempts < 100 || r.Refused*10 < r.Attempts || r.Answered < 10 {
				t.Errorf("%d attempts, %d refused, %d answered: the run does not show much", r.Attempts, r.Refused, r.Answered)
			}
		})
	}
}

// TestGoodNetwork is a network that loses nothing: every call ends as its
// story has it.
func TestGoodNetwork(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			mustHold(t, Config{Seed: seed, Calls: 100, DelayMin: 20 * time.Millisecond, DelayMax: 20 * time.Millisecond})
		})
	}
}

// TestFastNetwork lets a CANCEL come while the policy is still being asked.
func TestFastNetwork(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			mustHold(t, Config{
				Seed: seed, Calls: 100, Loss: 0.1, Duplicate: 0.2, PortsFail: 0.1,
				DelayMin: 10 * time.Microsecond, DelayMax: 2 * time.Millisecond,
			})
		})
	}
}

// TestCaps gives people several numbers and the profile caps: their phones ring
// as often as may be, and no more.
func TestCaps(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			c := bad(seed)
			c.Caps = true
			if r := mustHold(t, c); r.Refused*3 < r.Attempts {
				t.Errorf("%d of %d were refused: the run does not show much", r.Refused, r.Attempts)
			}
		})
	}
}

// TestGate lets two campaigns pass by the ratio gate.
func TestGate(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			c := bad(seed)
			c.Gate = true
			r := mustHold(t, c)
			if n := r.Census["gate: let through"] + r.Census["gate: let through after a while"]; n < 5 {
				t.Errorf("%d were let through: the run does not show much", n)
			}
		})
	}
}

// TestHide lets the carriers' trunks hide: the same happens, to the last byte,
// as where none does.
func TestHide(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			c := bad(seed)
			plain := mustHold(t, c)
			c.Hide = true
			if hidden := mustHold(t, c); hidden.Trace != plain.Trace || hidden.Answered == 0 {
				t.Errorf("seed %d: another course of things where the carriers' trunks hide", seed)
			}
		})
	}
}

// TestStop tells tregua to stop in the middle: every call is ended on both
// sides.
func TestStop(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			stop := time.Duration(5+5*seed) * time.Second
			mustHold(t, Config{Seed: seed, Calls: 100, Loss: 0.2, Duplicate: 0.2, Stop: stop})
		})
	}
}

// TestCrash kills tregua at any moment: what was answered and not yet known to
// have an operator counts as silent, with its bar.
func TestCrash(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			c := bad(seed)
			c.Span, c.Crash = 10*time.Second, 3*time.Second+time.Duration(seed)*170*time.Millisecond
			if r := mustHold(t, c); r.Outcomes["interrupted"] == 0 {
				t.Error("the crash cut off no call")
			}
		})
	}
}

// TestStoreFails lets one commit in five fail; of these one half is applied all
// the same.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			mustHold(t, Config{Seed: seed, Calls: 100, Loss: 0.2, Duplicate: 0.2, StoreFail: 0.2})
		})
	}
}

// TestReplay: a seed is the same run every time, another seed is another run.
func TestReplay(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 3, Calls: 60, Loss: 0.2, Duplicate: 0.2, Ladder: true}
	a, b := Run(c), Run(c)
	if a.Trace != b.Trace || !slices.Equal(a.Rungs, b.Rungs) {
		t.Error("the same seed gave two traces")
	}
	c.Ladder = false
	if r := Run(c); r.Trace != a.Trace {
		t.Error("to keep the ladder changes the trace")
	}
	c.Seed++
	if r := Run(c); r.Trace == a.Trace {
		t.Error("two seeds gave the same trace")
	}
}

// others are the watches of the second dialer.
var others = []call.Watch{
	{},
	{Mode: policy.WatchShadow, CutAfter: 2900 * time.Millisecond},
	{Mode: policy.WatchEnforce, CutAfter: 2855 * time.Millisecond, Grace: 100 * time.Millisecond},
	{Mode: policy.WatchEnforce, CutAfter: 3 * time.Second},
}

// bad is a run of 100 calls on a network that loses a fifth, doubles a fifth
// and lets datagrams overtake each other, before a machine that is busy at times.
func bad(seed uint64) Config {
	return Config{Seed: seed, Calls: 100, Loss: 0.2, Duplicate: 0.2, Stall: 0.02 * float64(seed%3), Other: others[seed%4]}
}
