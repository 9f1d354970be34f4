//go:build testbed

package sipp

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestBlacklistUnderLoad puts twenty numbers on the blacklist, one after the
// other, while all of them are dialled all the time. No INVITE to a number
// leaves later than 100 ms after the answer of the API.
func TestBlacklistUnderLoad(t *testing.T) {
	rig(t)
	const (
		targets = 20
		every   = 400 * time.Millisecond
		limit   = 100 * time.Millisecond
	)
	s, _ := site(t, "batch")
	var rows [][]string
	for i := range rate * (2 + targets*int(every/time.Millisecond)/1000 + 2) {
		target := i / 2 % targets
		if i%2 == 0 { // every other call goes to the number whose turn it is about now
			at := time.Duration(i) * time.Second / rate
			target = min(max(int((at-2*time.Second)/every)+i/2%2, 0), targets-1)
		}
		user := "+39" + allowed.national(target)
		rows = append(rows, []string{user, user})
	}
	dialer, carrier := between(t, s, rows, false)
	time.Sleep(2 * time.Second) // real time: the load is real
	answered := map[string]time.Time{}
	for i := range targets {
		number := "+39" + allowed.national(i)
		if err := s.Block(t.Context(), number); err != nil {
			t.Fatal(err)
		}
		answered[number] = time.Now()
		time.Sleep(every)
	}
	if _, err := dialer.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	stats, err := carrier.Stop()
	if err != nil || stats.Failed > 0 || stats.Retransmissions > 0 || stats.Unexpected > 0 {
		t.Errorf("carrier: %+v, %v", stats, err)
	}
	log, err := carrier.Log()
	if err != nil || len(log) == 0 {
		t.Fatalf("%d calls reached the carrier, %v", len(log), err)
	}
	latest := time.Duration(math.MinInt64)
	before := map[string]bool{}
	for _, line := range log {
		at, number := arrival(t, line)
		late := at.Sub(answered[number])
		latest = max(latest, late)
		before[number] = before[number] || late < 0
		if late > limit {
			t.Errorf("an INVITE to %s came %s after it was on the blacklist", number, late)
		}
	}
	if len(before) != targets {
		t.Errorf("only %d of %d numbers were called before", len(before), targets)
	}
	t.Logf("%d calls reached the carrier; the latest to a listed number came %s after the API's answer", len(log), latest)
}

// arrival reads a line of the carrier's log: date, time and seconds between
// tabs, Call-ID, Request-URI.
func arrival(t *testing.T, line string) (at time.Time, number string) {
	t.Helper()
	fields := strings.Fields(line)
	if len(fields) != 5 {
		t.Fatalf("log line %q", line)
	}
	seconds, fraction, _ := strings.Cut(fields[2], ".")
	sec, err1 := strconv.ParseInt(seconds, 10, 64)
	usec, err2 := strconv.ParseInt(fraction, 10, 64)
	number, _, ok := strings.Cut(strings.TrimPrefix(fields[4], "sip:"), "@")
	if err1 != nil || err2 != nil || !ok || len(fraction) != 6 {
		t.Fatalf("log line %q", line)
	}
	return time.Unix(sec, usec*1000), number
}
