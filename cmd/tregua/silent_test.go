package main

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/silence"
)

var update = flag.Bool("update", false, "write the golden files")

// golden holds that got is what a person has read in testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// noon is when the calls of this file are answered.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local)

// answered is an answered call; operator, cut and ambience are milliseconds
// from the answer, 0 for none.
func answered(trunk string, e policy.Ending, operator, cut, ambience int) *policy.Record {
	e.AnsweredAt = noon
	for _, one := range []struct {
		at *time.Time
		ms int
	}{{&e.OperatorAt, operator}, {&e.CutAt, cut}, {&e.AmbienceAt, ambience}} {
		if one.ms != 0 {
			*one.at = noon.Add(time.Duration(one.ms) * time.Millisecond)
		}
	}
	if operator != 0 {
		e.Line = policy.LineOperator
	}
	e.Outcome, e.Ratio = policy.Classify(&italian, &e)
	return &policy.Record{Attempt: policy.Attempt{Dialled: policy.Dialled{Trunk: trunk, At: noon.Add(-20 * time.Second)}}, Ending: e}
}

// italian are the figures of the law.
var italian = policy.SilentParams{
	Limit: policy.Span{Value: 3 * time.Second}, HungUp: policy.HungUpParam{Value: policy.HungUpApart},
}

// someCalls is a report on a trunk of each mode.
func someCalls(t *testing.T) *silence.Report {
	t.Helper()
	enforce, shadow := policy.Ending{Watch: policy.WatchEnforce}, policy.Ending{Watch: policy.WatchShadow}
	with := func(e policy.Ending, change func(*policy.Ending)) policy.Ending { change(&e); return e }
	due := func(e *policy.Ending) { e.Due = true }
	r := silence.New(italian.Limit.Value)
	for i := range 97 {
		r.Add(answered("dialer-1", enforce, 20+i*i/4, 0, 9+i%30))
	}
	for i, line := range []policy.LineState{policy.LineNone, policy.LineNone, policy.LineCN, policy.LineDead, policy.LineTone, policy.LineQuiet} {
		e := with(enforce, due)
		e.Line = line
		r.Add(answered("dialer-1", e, 0, 2901+3*i, 12))
	}
	r.Add(answered("dialer-1", with(enforce, due), 0, 3004, 31)) // law.late
	r.Add(answered("dialer-1", with(enforce, func(e *policy.Ending) { e.EndedBy = policy.Callee }), 0, 0, 14))
	r.Add(answered("dialer-1", with(enforce, func(e *policy.Ending) { e.Machine = policy.CarrierMachine }), 0, 0, 11))
	r.Add(answered("dialer-1", with(enforce, func(e *policy.Ending) { e.Deaf, e.Line = true, policy.LineQuiet }), 0, 0, 10))
	for i := range 20 {
		r.Add(answered("trial", shadow, 300+100*i, 0, 0))
	}
	r.Add(answered("trial", with(shadow, due), 2850, 0, 0))
	r.Add(answered("trial", with(shadow, due), 3500, 0, 0))
	r.Add(answered("trial", with(shadow, due), 0, 0, 0))
	r.Add(answered("alarm", policy.Ending{}, 0, 0, 0))
	return r
}

// TestSilentReport holds the report as people read it, and as programs do.
func TestSilentReport(t *testing.T) {
	t.Parallel()
	report := console.SilenceOf(someCalls(t), console.SilentQuery{Until: time.Date(2026, 12, 1, 0, 0, 0, 0, time.Local)})
	whole := console.SilenceOf(someCalls(t), console.SilentQuery{})
	empty := console.SilenceOf(silence.New(italian.Limit.Value), console.SilentQuery{})
	for name, c := range map[string]struct {
		report *console.Silence
		out    format
	}{
		"silent.txt": {&report, "table"}, "silent.csv": {&report, "csv"}, "silent.json": {&whole, "json"},
		"silent_empty.txt": {&empty, "table"}, "silent_empty.csv": {&empty, "csv"},
	} {
		var b bytes.Buffer
		var err error
		if c.out == "csv" {
			err = writeSilenceCSV(&b, c.report)
		} else {
			err = c.out.print(&b, c.report, func(w io.Writer) { printSilence(w, c.report) })
		}
		if err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("report", name), b.Bytes())
	}
}
