package main

import (
	"bytes"
	"fmt"
	"io"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
)

// TestExplainEnding holds how the end of an answered call is shown.
func TestExplainEnding(t *testing.T) {
	t.Parallel()
	ms := func(n int64) *int64 { return &n }
	var b bytes.Buffer
	for _, e := range []console.Ending{
		{
			Outcome: "connected", Reason: "ok", EndedBy: "caller", AnsweredAt: noon, EndedAt: noon.Add(time.Minute),
			Watch: "enforce", Class: "B", Line: "operator", AmbienceMS: ms(18), OperatorMS: ms(1203), DecidedMS: ms(1300), OptedOut: true,
		},
		{
			Outcome: "silent_quiet", Reason: "silent.cut", EndedBy: "tregua", AnsweredAt: noon,
			Watch: "enforce", Class: "A", Line: "quiet", Due: true, AmbienceMS: ms(18), CutMS: ms(2903),
		},
		{
			Outcome: "machine", Reason: "ok", EndedBy: "caller", AnsweredAt: noon,
			Watch: "shadow", Class: "none", Line: "quiet", Deaf: true, Machine: "dialer", Due: true,
		},
		{Outcome: "failed", Reason: "ok", Status: 486, EndedBy: "callee"},
		{Outcome: "cancelled", Reason: "ok", Rang: true, EndedBy: "caller", RingingAt: noon, EndedAt: noon.Add(7300 * time.Millisecond)},
		{Outcome: "failed", Reason: "ok", Status: 503, Rang: true, EndedBy: "callee"},
	} {
		if err := new(format).print(&b, nil, func(w io.Writer) { printEnding(w, &e) }); err != nil {
			t.Fatal(err)
		}
	}
	err := new(format).print(&b, nil, func(w io.Writer) {
		printFacts(w, &console.Facts{
			Blacklist: "absent", Registry: "clear", Consent: "present", Provenance: []string{"bundled", "3 hops"},
			Contract: &console.Contract{Known: "present", From: noon, Purpose: "energy", Evidence: "C-1"},
			Request:  &console.Request{Known: "present", At: noon, Until: noon.Add(time.Hour), Evidence: "web-9"},
			Hold:     &console.Hold{Since: noon, Why: "complaint 7"}, RefusedAt: noon, SyncedAt: noon, ListedAll: true,
			Bar: console.Bar{Known: "absent"},
		})
		printFacts(w, &console.Facts{Blacklist: "absent", Registry: "clear", Consent: "absent", Bar: console.Bar{Known: "absent"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = new(format).print(&b, nil, func(w io.Writer) {
		fmt.Fprintln(w)
		for _, f := range []console.Finding{
			{Rule: "emergency", Reason: "ok"},
			{Rule: "list", Reason: "ok", Note: "on a list", Looked: []string{"list", "request"}, Law: "not shown", Figures: []console.Figure{{Name: "x"}}},
			{
				Rule: "registry", Reason: "registry.stale", Shadow: true, Looked: []string{"registry"}, Law: "DPR 26/2022",
				Figures: []console.Figure{{Name: "valid_for", Value: "360h0m0s", Binding: "law", Source: "art. 8", AsOf: "2026-11-22"}},
			},
		} {
			printFinding(w, &f)
		}
		printFacts(w, &console.Facts{Sources: []console.FactSource{{Fact: "list", Import: 3, Source: "import 3 leads.csv"}, {Fact: "consent", Import: 4}}})
	})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&b)
	for _, bar := range []console.Bar{
		{Known: "unknown"},
		{Known: "absent"},
		{Known: "present", Of: "01890a5d", Since: noon, Until: noon.Add(120 * time.Hour), Owed: true},
		{Known: "present", Of: "01890a5d", Since: noon, Until: noon.Add(120 * time.Hour), Shadow: true, Claimed: true},
		{Known: "present", Shared: true, Owed: true},
	} {
		fmt.Fprintln(&b, barText(bar))
	}
	fmt.Fprintln(&b)
	for _, r := range []console.Rings{
		{Known: "unknown"},
		{Known: "absent"},
		{Known: "present", Today: 2, Month: 5},
		{Known: "present", Today: 2, Month: 5, Useful: 1, UsefulAt: noon},
	} {
		fmt.Fprintln(&b, ringsText(r))
	}
	fmt.Fprintln(&b)
	printAmendments(&b, []console.Amendment{
		{At: noon, Record: 17, Actor: "token:nora", What: map[string]any{"disposition": "ko", "code": "NI"}},
		{At: noon, Record: 18, What: map[string]any{"disposition": "denial"}},
	})
	golden(t, "explain.txt", b.Bytes())
}
