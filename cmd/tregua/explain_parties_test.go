package main

import (
	"bytes"
	"io"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
)

// TestExplainParties holds how who called is shown.
func TestExplainParties(t *testing.T) {
	t.Parallel()
	year := func(n int) time.Time { return time.Date(n, 1, 1, 0, 0, 0, 0, time.Local) }
	var b bytes.Buffer
	for _, f := range []console.Facts{
		{
			Mandate: console.Mandate{Known: "unknown"}, CallCentre: console.CallCentre{Known: "unknown"}, Caller: console.Caller{Known: "unknown"},
		},
		{
			Mandate:    console.Mandate{Known: "present", From: year(2026)},
			CallCentre: console.CallCentre{Known: "present", Country: "IT", ROC: "12345", Since: year(2025)},
			Caller:     console.Caller{Known: "present", Number: "+390612345678", Country: "IT", ROC: true, TestedAt: year(2026)},
		},
		{
			Mandate:    console.Mandate{Known: "present", From: year(2025), Until: year(2026)},
			CallCentre: console.CallCentre{Known: "present", Country: "AL", Outside: true, NoticeAt: year(2024)},
			Caller:     console.Caller{Known: "present", Number: "+390612345678", Country: "IT", Withheld: true, Dead: true},
		},
		{
			Mandate: console.Mandate{Known: "absent"}, CallCentre: console.CallCentre{Known: "present"},
			Caller: console.Caller{Known: "absent", Withheld: true},
		},
	} {
		if err := new(format).print(&b, nil, func(w io.Writer) { printParties(w, &f) }); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
	}
	golden(t, "explain_parties.txt", b.Bytes())
}
