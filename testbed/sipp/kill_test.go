//go:build testbed

package sipp

import (
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// TestKill kills the daemon at twenty random moments under load. Afterwards
// every INVITE that reached the carrier has its record, no attempt has two, and
// the counters are what a recount gives.
func TestKill(t *testing.T) {
	rig(t)
	const kills = 20
	s, d := site(t, "batch")
	calls := Plan(rate * 90) // more than are needed
	dialer, carrier := between(t, s, Rows(calls), true)
	var err error
	for range kills {
		time.Sleep(300*time.Millisecond + rand.N(time.Second)) // real time: the load is real
		d.Kill()
		if d, err = s.Serve(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(d.Kill)
	}
	dialer.Kill()
	carrier.Kill()
	if err := d.Stop(); err != nil {
		t.Error(err)
	}
	if d, err = s.Serve(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	log, err := carrier.Log()
	if err != nil {
		t.Fatal(err)
	}
	records := s.recount(t, log)
	t.Logf("%d INVITEs reached the carrier over %d kills; %d records", len(log), kills, records)
}

// recount compares the carrier's log, the records and the counters, and returns
// how many records there are.
func (s *Site) recount(t *testing.T, log []string) int {
	t.Helper()
	records, err := s.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byCall, byID, counted := map[string][]Record{}, map[string]bool{}, map[string]uint64{}
	for _, r := range records {
		if byID[r.ID] {
			t.Errorf("attempt %s has two records", r.ID)
		}
		byID[r.ID] = true
		r.count(counted)
		if r.Repeat == nil {
			byCall[r.CallID] = append(byCall[r.CallID], r)
		}
	}
	for _, line := range log {
		callID := strings.Fields(line)[3]
		if of := byCall[callID]; len(of) != 1 || !of[0].Ending.Forwarded {
			t.Errorf("%s reached the carrier and has these records: %+v", callID, of)
		}
	}
	counters, err := s.Counters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !maps.Equal(counters, counted) {
		t.Errorf("the counters say %v, a recount %v", counters, counted)
	}
	return len(records)
}

// TestTerminate ends the daemon with SIGTERM under load: it exits with 0, and
// every INVITE that reached the carrier has its record.
func TestTerminate(t *testing.T) {
	rig(t)
	s, d := site(t, "batch")
	dialer, carrier := between(t, s, Rows(Plan(rate*30)), true)
	time.Sleep(3 * time.Second) // real time: the load is real
	if err := d.Stop(); err != nil {
		t.Error(err)
	}
	dialer.Kill()
	carrier.Kill()
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	log, err := carrier.Log()
	if err != nil || len(log) == 0 {
		t.Fatalf("%d calls reached the carrier, %v", len(log), err)
	}
	s.recount(t, log)
}
