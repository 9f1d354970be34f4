package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy"
)

func explainCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "explain ATTEMPT",
		Short: "show the record of an attempt: what was asked, known, decided, and how it ended",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			record, err := client.Attempt(cmd.Context(), args[0])
			if p, ok := errors.AsType[*console.Problem](err); ok && p.Status == http.StatusNotFound {
				return &coded{exitFindings, err}
			}
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), record, func(w io.Writer) { printRecord(w, &record) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func printRecord(w io.Writer, r *console.Record) {
	line := lines(w)
	line("attempt", r.ID)
	line("received", when(r.At), unsynced(r.ClockSynced))
	line("trunk", r.Trunk)
	if r.Mode != policy.Enforce.String() {
		line("mode", r.Mode+": nothing is enforced")
	}
	line("dialled", r.User, "("+r.Reading+")", r.Number)
	line("emergency", r.Emergency)
	line("isup", r.ISUP)
	line("caller id", r.CallerID, strings.Join(r.OtherIDs, " "), said(r.Private, "(asks for privacy)"))
	line("call-id", r.CallID)
	line("campaign", r.Campaign, "("+r.Mapping+")")
	line("rests on", r.Ground, "by", r.Channel, "for", orDash(r.Purpose), said(r.Service, "(service)"))
	line("sector", r.Sector)
	line("enters by", r.Carrier)
	line("profile", r.Profile)
	fmt.Fprintf(w, "\ndecision\t%s\t%s\n", r.Decision.Verdict, r.Decision.Reason)
	line("  why", r.Decision.Text)
	line("  law", r.Decision.Law)
	for _, f := range r.Decision.Trail {
		note := f.Note
		if f.Shadow {
			note = strings.TrimSuffix("in shadow; "+note, "; ")
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", f.Rule, f.Reason, note)
	}
	printFacts(w, &r.Facts)
	printEnding(w, &r.Ending)
	if r.Repeat != nil {
		line("\nrepeats", fmt.Sprintf("%d re-dials of %s, %s to %s", r.Repeat.Count, r.Repeat.Of, when(r.Repeat.First), when(r.Repeat.Last)))
	}
}

// lines returns what writes a name and what is to be said of it, if there is
// something.
func lines(w io.Writer) func(name string, values ...string) {
	return func(name string, values ...string) {
		if text := strings.TrimSpace(strings.Join(values, " ")); text != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, text)
		}
	}
}

func printFacts(w io.Writer, f *console.Facts) {
	fmt.Fprintf(w, "\nfacts\tgeneration %d %s\n", f.Generation, f.Fault)
	fmt.Fprintf(w, "  list\t%s\t%s\t%s\n", f.List.Known, when(f.List.RetainUntil), listText(&f.List))
	fmt.Fprintf(w, "  blacklist\t%s\t%s\t%s\n", f.Blacklist, when(f.ListedSince), f.ListedSource)
	fmt.Fprintf(w, "  registry\t%s\t%s\t%s\n", f.Registry, when(f.AnsweredAt), opposedSince(f.OpposedSince))
	fmt.Fprintf(w, "  consent\t%s\t%s\t%s\n", f.Consent, when(f.GivenAt), f.Evidence)
	printPersonFacts(w, f)
	fmt.Fprintf(w, "  bar\t%s\n", barText(f.Bar))
	fmt.Fprintf(w, "  rings\t%s\n", ringsText(f.Rings))
	printParties(w, f)
}

// printPersonFacts prints what was known of the person besides, if anything was.
func printPersonFacts(w io.Writer, f *console.Facts) {
	line := lines(w)
	line("  provenance", strings.Join(f.Provenance, " "))
	if f.ListedAll {
		line("  objection", "to service calls too")
	}
	if c := f.Contract; c != nil {
		line("  contract", c.Known, when(c.From), "ended "+when(c.EndedAt), c.Purpose, c.Evidence)
	}
	if r := f.Request; r != nil {
		line("  request", r.Known, when(r.At), "until "+when(r.Until), "agreed "+when(r.AgreedAt), r.Evidence)
	}
	if !f.RefusedAt.IsZero() {
		line("  refusal", when(f.RefusedAt))
	}
	if h := f.Hold; h != nil {
		line("  hold", when(h.Since), h.Why)
	}
	if !f.SyncedAt.IsZero() {
		line("  blacklist synced", when(f.SyncedAt))
	}
}

func opposedSince(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return "opposed since " + when(t)
}

func unsynced(synced bool) string {
	if synced {
		return ""
	}
	return "(clock not synchronised)"
}
