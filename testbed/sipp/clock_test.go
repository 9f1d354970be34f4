//go:build testbed

package sipp

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tregua/testbed/rtp"
)

// eve is when the machine of TestClockStep believes to be first: on a Tuesday, an
// hour and three minutes before the calling hours of Rome end.
var eve = time.Date(2026, 11, 24, 17, 57, 0, 0, time.UTC)

// TestClockStep sets the clock of the machine by an hour, forth and back, under a
// daemon that takes calls. Hours go by the clock, but near their end no doubtful one
// is believed; the alarm says so until the time service is back; calls in progress,
// their timers and the order of records do not mind.
func TestClockStep(t *testing.T) {
	c := newClock(t)
	t.Setenv("TREGUA", c.build(t))
	t.Setenv(clockVariable, c.file)
	c.set(t, time.Until(eve), true)
	t.Run("hours", func(t *testing.T) { clockHours(t, c) })
	t.Run("cut", func(t *testing.T) { clockCut(t, c) })
}

// hours are those of the code of conduct on a weekday.
const hours = `hours:
  {enforce: true, zone: Europe/Rome, calendar: IT, binding: code, source: the test's, as_of: 2026-11-22,
   weekday: {value: ["09:00-20:00"], binding: code, source: the test's, as_of: 2026-11-22},
   saturday: {value: [], binding: code, source: the test's, as_of: 2026-11-22},
   sunday: {value: [], binding: code, source: the test's, as_of: 2026-11-22},
   eve: {value: ["09:00-20:00"], binding: code, source: the test's, as_of: 2026-11-22},
   holiday: {value: [], binding: code, source: the test's, as_of: 2026-11-22},
   holidays: {value: [], binding: code, source: the test's, as_of: 2026-11-22}}
`

func clockHours(t *testing.T, c *clock) {
	d := newStand(t, func(s *Site, _ string) {
		s.Now = func() time.Time { return time.Now().Add(c.ahead) }
		if err := s.Write(map[string]string{"gate.yaml": noGate + hours}); err != nil {
			t.Fatal(err)
		}
	})
	const doubt = `tregua_trouble{trouble="clock.unsynced"}`
	began := c.ahead
	d.site.awaits(t, doubt, 0)
	d.places("an hour before the end", batch)
	long := d.calls("long", 25081, Allowed(Numbers)[Numbers-1].User, 20*time.Second)
	d.reaches(batch + 1)

	c.set(t, began+time.Hour, false)
	d.places("three minutes before the end, by a clock that was just set", 0)
	d.site.awaits(t, doubt, 1)
	c.set(t, c.ahead, true)
	d.site.awaits(t, doubt, 0)
	d.places("when the time service was back", batch)

	back := time.AfterFunc(time.Second, func() { c.set(t, began-time.Hour, false) })
	defer back.Stop()
	d.places("while the clock was set back by two hours", batch)
	d.site.awaits(t, doubt, 1)
	c.set(t, began, true)
	d.site.awaits(t, doubt, 0)
	if stats, err := long.Wait(t.Context()); err != nil || stats.Clean(1) != nil {
		t.Errorf("the call in progress: %v %v", stats.Clean(1), err)
	}
	d.settles(d.placed + 1)
	d.doubted()
	if err := d.daemon.Stop(); err != nil {
		t.Error(err)
	}
}

// doubted wants the calls near the end of the hours refused because of the clock,
// and nothing else.
func (d *stand) doubted() {
	d.Helper()
	records, err := d.site.Records(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	refused := map[string]int{}
	for _, r := range records {
		if r.Ending.Outcome == "refused" {
			refused[r.Decision.Reason]++
		}
	}
	if refused["clock.unsynced"] != batch || len(refused) != 1 {
		d.Errorf("refused: %v, want %d with clock.unsynced", refused, batch)
	}
}

// clockCut lets silent calls meet the steps: they are cut as the law has it.
func clockCut(t *testing.T, c *clock) {
	began := c.ahead
	calls := Allowed(40)
	index := indexOf(calls)
	calm(t, func() (rtp.Result, []string, error) {
		s, d := watched(t, "enforce")
		defer d.Kill()
		k := talk{
			sites: s.sites(), dialer: "three_uac_wait", carrier: "three_uas", dir: s.Dir, calls: calls, rate: 10,
			voices: func(user string) [2]rtp.Source {
				return [2]rtp.Source{lines[index[user]%len(lines)].source(1), callee(1)}
			},
		}
		for i, step := range []time.Duration{time.Hour, -time.Hour, 0} {
			at := time.AfterFunc(time.Duration(i+2)*time.Second, func() { c.set(t, began+step, false) })
			defer at.Stop()
		}
		result, err := k.place(t.Context())
		if err != nil {
			return result, nil, err
		}
		if err := d.Stop(); err != nil {
			return result, nil, err
		}
		return result, judgeCuts(t, result, index), nil
	})
}

// clock is the wall clock of a tregua that was built for it.
type clock struct {
	file  string // of what tregua reads: seconds ahead, and whether a time service keeps it
	ahead time.Duration
}

func newClock(t *testing.T) *clock { return &clock{file: filepath.Join(t.TempDir(), "clock")} }

// set sets the clock ahead of the true one.
func (c *clock) set(t *testing.T, ahead time.Duration, synced bool) {
	t.Helper()
	c.ahead = ahead.Truncate(time.Second)
	text := fmt.Sprintf("%d %t\n", int64(c.ahead/time.Second), synced)
	if err := os.WriteFile(c.file+".new", []byte(text), 0o600); err != nil {
		t.Error(err)
	}
	if err := os.Rename(c.file+".new", c.file); err != nil {
		t.Error(err)
	}
	time.Sleep(5 * clockEvery) // real time: until it is read
}
