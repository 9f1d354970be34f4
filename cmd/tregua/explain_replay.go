package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func (f *explainFlags) replay(cmd *cobra.Command, client *console.Client, q console.ReplayQuery) (err error) {
	if f.policy != "" {
		if q.Policy, err = os.ReadFile(f.policy); err != nil {
			return &coded{exitUsage, fmt.Errorf("--policy: %w", err)}
		}
	}
	r, err := client.Replay(cmd.Context(), q)
	if err != nil {
		return err
	}
	if err := f.out.print(cmd.OutOrStdout(), r, func(w io.Writer) { printReplay(w, &r) }); err != nil {
		return err
	}
	if f.policy == "" && r.Total.Equal < r.Total.Attempts {
		return &coded{exitFindings, fmt.Errorf("%d of %d attempts are not judged as they were; was the policy changed in between?",
			r.Total.Attempts-r.Total.Equal, r.Total.Attempts)}
	}
	return nil
}

func printReplay(w io.Writer, r *console.Replay) {
	by := "the policy in force"
	if r.Policy != "same" {
		by = "the policy in force and " + r.Policy
	}
	fmt.Fprintf(w, "replay by %s, attempts received %s\n\n", by, between(r.Since, r.Until))
	fmt.Fprintln(w, "campaign\tattempts\tequal\tnow refused\tnow let go\totherwise\taside\tundecided")
	for _, c := range r.Campaigns {
		printReplayTotal(w, orDash(c.Campaign), &c)
	}
	printReplayTotal(w, "all", &r.Total)
	for _, n := range []struct {
		n    uint64
		text string
	}{{r.Repeats, "re-dials answered from memory"}, {r.Faults, "decided by a trouble of ours"}, {r.Erased, "of persons who were erased"}} {
		if n.n > 0 {
			fmt.Fprintf(w, "not judged again: %d %s\n", n.n, n.text)
		}
	}
	if len(r.MadeBefore) > 0 {
		fmt.Fprintf(w, "facts stay as they were made, also with figures of %s\n", strings.Join(r.MadeBefore, ", "))
	}
	if len(r.Differences) == 0 {
		return
	}
	fmt.Fprintln(w, "\ncount\tcampaign\twhat\tcause\tbefore\tafter\texample")
	for _, d := range r.Differences {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s: %s, was %s%s\t%s\t%s\t%s\n", d.Count, orDash(d.Campaign), replayKinds[d.Kind],
			d.Rule, findingText(d.To), findingText(d.From), marked(d.Facts), decisionText(d.Before), decisionText(d.After), d.Examples[0])
	}
}

// replayKinds words what a difference comes to.
var replayKinds = map[string]string{
	"refused": "now refused", "let_go": "now let go", "otherwise": "otherwise", "aside": "aside", "undecided": "undecided",
}

func printReplayTotal(w io.Writer, name string, t *console.ReplayTotal) {
	share := ""
	if t.Attempts > 0 {
		share = fmt.Sprintf(" (%g %%)", float64(t.Equal*1000/t.Attempts)/10) // rounded down: 100 is all
	}
	fmt.Fprintf(w, "%s\t%d\t%d%s\t%d\t%d\t%d\t%d\t%d\n", name, t.Attempts, t.Equal, share, t.Refused, t.LetGo, t.Otherwise, t.Aside, t.Undecided)
}

func findingText(f console.ReplayFinding) string {
	text := strings.ReplaceAll(f.Reason, "_", " ")
	if f.Shadow {
		text += " in shadow"
	}
	return text
}

func decisionText(d console.ReplayDecision) string {
	switch {
	case d.Shadow:
		return "allow, would be " + d.Reason
	case d.Verdict == "refuse":
		return d.Reason
	}
	return d.Verdict
}

// marked tells of facts that are not those of the record.
func marked(facts string) string {
	if facts == "recorded" {
		return ""
	}
	return " (facts " + facts + ")"
}

// between words a span of time.
func between(since, until time.Time) string {
	from, to := "from the beginning", "to now"
	if !since.IsZero() {
		from = "from " + when(since)
	}
	if !until.IsZero() {
		to = "to " + when(until)
	}
	return from + " " + to
}
