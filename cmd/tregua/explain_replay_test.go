package main

import (
	"bytes"
	"io"
	"testing"

	"tregua/cmd/tregua/console"
)

// TestExplainReplay holds how a replay is shown.
func TestExplainReplay(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	for _, r := range []console.Replay{
		{Policy: "same", Total: console.ReplayTotal{Attempts: 2000, Equal: 1999, Undecided: 1}, Faults: 2, Erased: 1, Repeats: 4},
		{
			Policy: "stricter", Since: noon, MadeBefore: []string{"bar", "frequency"},
			Total: console.ReplayTotal{Attempts: 10, Equal: 6, Reworded: 6, Refused: 2, LetGo: 1, Otherwise: 1},
			Campaigns: []console.ReplayTotal{
				{Attempts: 1, Equal: 1, Reworded: 1},
				{Campaign: "acme/energia", Attempts: 9, Equal: 5, Reworded: 5, Refused: 2, LetGo: 1, Otherwise: 1},
			},
			Differences: []console.ReplayDifference{
				{
					Campaign: "acme/energia", Kind: "refused", Rule: "hours", Count: 2, Facts: "recorded", Examples: []string{"01890a5d"},
					From: console.ReplayFinding{Reason: "ok"}, To: console.ReplayFinding{Reason: "hours.closed"},
					Before: console.ReplayDecision{Verdict: "allow", Reason: "ok"}, After: console.ReplayDecision{Verdict: "refuse", Rule: "hours", Reason: "hours.closed"},
				},
				{
					Kind: "let_go", Rule: "list", Count: 1, Facts: "re-read", Examples: []string{"01890a5e"},
					From: console.ReplayFinding{Reason: "list.absent"}, To: console.ReplayFinding{Reason: "not_asked"},
					Before: console.ReplayDecision{Verdict: "refuse", Reason: "list.absent"}, After: console.ReplayDecision{Verdict: "allow", Reason: "ok"},
				},
				{
					Kind: "aside", Rule: "bar", Count: 1, Facts: "unknown", Examples: []string{"01890a5f"},
					From: console.ReplayFinding{Reason: "bar.silent", Shadow: true}, To: console.ReplayFinding{Reason: "bar.silent"},
					Before: console.ReplayDecision{Verdict: "allow", Reason: "bar.silent", Shadow: true}, After: console.ReplayDecision{Verdict: "refuse", Reason: "bar.silent"},
				},
			},
		},
	} {
		if err := new(format).print(&b, nil, func(w io.Writer) { printReplay(w, &r) }); err != nil {
			t.Fatal(err)
		}
	}
	golden(t, "replay.txt", b.Bytes())
}
