package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy"
)

// explainFlags say what is to be explained: calls, or what another policy would
// have made of them.
type explainFlags struct {
	daemon       daemonFlags
	out          format
	call         string
	number, at   string
	since, until string
	campaign     string
	policy       string
}

func explainCommand() *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain [ATTEMPT]",
		Short: "why a call was refused or let go, or what another policy would have done",
		Long: "explain ATTEMPT, --call or --number shows records: what was asked, what each rule saw and\n" +
			"said, and how it ended. Otherwise attempts are judged anew by the facts of their records:\n" +
			"under the policy in force every decision must be the same (exit 1 if one is not); with\n" +
			"--policy FILE, an overlay, what differs is told with its cause. A replay tells no number.",
		Args: cobra.MaximumNArgs(1),
		RunE: f.run,
	}
	f.daemon.add(cmd)
	f.out.add(cmd)
	cmd.Flags().StringVar(&f.call, "call", "", "the calls with this Call-ID; with --since, those received at or after")
	cmd.Flags().StringVar(&f.number, "number", "", "the calls to this number; with --at, those of the minutes around it")
	cmd.Flags().StringVar(&f.at, "at", "", "when, as 2026-11-22T09:00 (without zone: local time)")
	cmd.Flags().StringVar(&f.since, "since", "", "judge anew what was received at or after, as 2026-11-22 or 2026-11-22T09:00")
	cmd.Flags().StringVar(&f.until, "until", "", "and before")
	cmd.Flags().StringVar(&f.campaign, "campaign", "", "of this campaign only, as principal/campaign")
	cmd.Flags().StringVar(&f.policy, "policy", "", "by an overlay in this file, as policy.overlays names one")
	cmd.MarkFlagsMutuallyExclusive("call", "number", "until")
	cmd.MarkFlagsMutuallyExclusive("call", "number", "campaign")
	cmd.MarkFlagsMutuallyExclusive("call", "number", "policy")
	cmd.MarkFlagsMutuallyExclusive("number", "since")
	return cmd
}

func (f *explainFlags) run(cmd *cobra.Command, args []string) error {
	query, err := f.query()
	if err != nil {
		return err
	}
	span, err := silentQuery(f.since, f.until, "")
	if err != nil {
		return err
	}
	client, err := f.daemon.client()
	if err != nil {
		return err
	}
	replays := f.since+f.until+f.campaign+f.policy != ""
	switch {
	case len(args) == 1 && (query != nil || replays):
		return usagef("explain one ATTEMPT, or choose by flags")
	case len(args) == 1:
		return f.one(cmd, client, args[0])
	case query != nil:
		if !span.Since.IsZero() {
			query.Set("since", span.Since.Format(time.RFC3339Nano))
		}
		return f.several(cmd, client, query)
	case replays:
		return f.replay(cmd, client, console.ReplayQuery{Since: span.Since, Until: span.Until, Campaign: f.campaign})
	}
	return usagef("name an ATTEMPT, --call, --number or --since")
}

// around is how far from --at a call may be.
const around = 5 * time.Minute

// query returns what chooses calls, nil when no flag does.
func (f *explainFlags) query() (url.Values, error) {
	query := url.Values{"limit": {"20"}}
	switch {
	case f.call != "":
		query.Set("call_id", f.call)
	case f.number != "":
		query.Set("number", f.number)
	case f.at != "":
		return nil, usagef("--at goes with --number")
	default:
		return nil, nil
	}
	if f.at != "" {
		at, err := readTime(f.at)
		if err != nil {
			return nil, usagef("--at: %w", err)
		}
		query.Set("since", at.Add(-around).Format(time.RFC3339Nano))
		query.Set("until", at.Add(around).Format(time.RFC3339Nano))
	}
	return query, nil
}

func (f *explainFlags) one(cmd *cobra.Command, client *console.Client, id string) error {
	record, err := client.Attempt(cmd.Context(), id)
	if p, ok := errors.AsType[*console.Problem](err); ok && p.Status == http.StatusNotFound {
		return &coded{exitFindings, err}
	}
	if err != nil {
		return err
	}
	return f.out.print(cmd.OutOrStdout(), record, func(w io.Writer) { printRecord(w, &record) })
}

func (f *explainFlags) several(cmd *cobra.Command, client *console.Client, query url.Values) error {
	records, err := client.Attempts(cmd.Context(), query)
	if err != nil {
		return err
	}
	if len(records) == 0 {
		return &coded{exitFindings, errors.New("there is no such attempt")}
	}
	return f.out.print(cmd.OutOrStdout(), records, func(w io.Writer) {
		for i := range records {
			if i > 0 {
				fmt.Fprintln(w)
			}
			printRecord(w, &records[i])
		}
	})
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
	line("said", said(r.Display != "", strconv.Quote(r.Display)), strings.Join(r.Headers, ", "), said(r.SourcePort != 0, fmt.Sprintf("from port %d", r.SourcePort)))
	line("campaign", r.Campaign, "("+r.Mapping+")", said(r.MappedBy != "", "by "+r.MappedBy))
	line("rests on", r.Ground, "by", r.Channel, "for", orDash(r.Purpose), said(r.Service, "(service)"))
	line("sector", r.Sector)
	line("enters by", r.Carrier)
	line("profile", r.Profile)
	fmt.Fprintf(w, "\ndecision\t%s\t%s\n", r.Decision.Verdict, r.Decision.Reason)
	line("  why", r.Decision.Text)
	line("  law", r.Decision.Law)
	for i := range r.Decision.Trail {
		printFinding(w, &r.Decision.Trail[i])
	}
	printFacts(w, &r.Facts)
	printEnding(w, &r.Ending)
	for _, d := range r.Dispositions {
		line("disposition", d.Kind, d.Code, said(d.Actor != "", "by "+d.Actor), when(d.At), said(!d.AgreedAt.IsZero(), "agreed "+when(d.AgreedAt)))
	}
	printAmendments(w, r.Amendments)
	if r.Repeat != nil {
		line("\nrepeats", fmt.Sprintf("%d re-dials of %s, %s to %s", r.Repeat.Count, r.Repeat.Of, when(r.Repeat.First), when(r.Repeat.Last)))
	}
}

// printAmendments prints what was learnt after the record was written.
func printAmendments(w io.Writer, all []console.Amendment) {
	for _, a := range all {
		words := make([]string, 0, len(a.What))
		for _, key := range slices.Sorted(maps.Keys(a.What)) {
			words = append(words, fmt.Sprint(key, " ", a.What[key]))
		}
		by := fmt.Sprintf("%s (record %d)", said(a.Actor != "", "by "+a.Actor), a.Record)
		fmt.Fprintf(w, "amended\t%s\t%s\t%s\n", when(a.At), strings.Join(words, ", "), strings.TrimSpace(by))
	}
}

// printFinding prints what one rule said, and what it looked at; of one that
// refused also what it rests on.
func printFinding(w io.Writer, f *console.Finding) {
	note := f.Note
	if f.Shadow {
		note = strings.TrimSuffix("in shadow; "+note, "; ")
	}
	looked := ""
	if len(f.Looked) > 0 {
		looked = "looked at " + strings.Join(f.Looked, ", ")
	}
	fmt.Fprintf(w, "  %s\t%s\t%s\n", f.Rule, f.Reason, strings.Trim(note+"; "+looked, "; "))
	if f.Reason == policy.OK.String() {
		return
	}
	if f.Law != "" {
		fmt.Fprintf(w, "    law\t\t%s\n", f.Law)
	}
	for _, one := range f.Figures {
		fmt.Fprintf(w, "    %s\t\t%s (%s: %s, read on %s)\n", one.Name, orDash(one.Value), one.Binding, one.Source, one.AsOf)
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
	for _, one := range f.Sources {
		source := one.Source
		if source == "" {
			source = fmt.Sprintf("import %d, which is in force no more", one.Import)
		}
		fmt.Fprintf(w, "  %s from\t%s\n", one.Fact, source)
	}
	printPersonFacts(w, f)
	fmt.Fprintf(w, "  bar\t%s\n", barText(f.Bar))
	fmt.Fprintf(w, "  rings\t%s\n", ringsText(f.Rings))
	if f.Gate != nil {
		fmt.Fprintf(w, "  gate\t%s\n", gateText(f.Gate))
	}
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
