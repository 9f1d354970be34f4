package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy/ledger"
)

func lookupCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "lookup NUMBER",
		Short: "show everything known of a number, and what would become of a call now",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			page, err := client.Lookup(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), page, func(w io.Writer) { printPage(w, &page) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func printPage(w io.Writer, p *console.Page) {
	fmt.Fprintf(w, "%s\t%s %s\tgeneration %d\n", p.Number, orDash(p.Country), p.Zone, p.Generation)
	heading(w, "now, per campaign", len(p.Verdicts))
	for _, v := range p.Verdicts {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", v.Campaign, v.Verdict, v.Reason, v.Text)
	}
	printKept(w, p)
}

// printKept prints what is kept of a number.
func printKept(w io.Writer, p *console.Page) {
	heading(w, "registry", len(p.Registry))
	for _, r := range p.Registry {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", r.Account, r.Answer, when(r.AnsweredAt), orDash(r.Source))
	}
	heading(w, "blacklist", len(p.Blacklist))
	for _, l := range p.Blacklist {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", l.Principal, l.Known, when(l.Since), orDash(l.Source))
	}
	heading(w, "consents", len(p.Consents))
	for _, c := range p.Consents {
		state := c.Known
		if !c.RevokedAt.IsZero() {
			state = "revoked " + when(c.RevokedAt)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", c.Principal, c.Purpose, state, when(c.GivenAt),
			orDash(strings.Join(c.Channels, ",")), orDash(c.Evidence), orDash(c.Source))
	}
	heading(w, "contact lists", len(p.Lists))
	for i := range p.Lists {
		printListed(w, &p.Lists[i])
	}
	for _, of := range p.People {
		heading(w, "known at "+of.Principal, len(of.Known)+len(of.History))
		printPerson(w, of.Known, of.History)
	}
	heading(w, "bars", len(p.Bars))
	for _, b := range p.Bars {
		fmt.Fprintf(w, "  %s\t%s\n", strings.Join(b.Campaigns, ","), barText(b.Bar))
	}
	heading(w, "what reached the person", len(p.Reached))
	for _, r := range p.Reached {
		fmt.Fprintf(w, "  %s\t%s\n", r.Principal, ringsText(r.Rings))
	}
	heading(w, "last attempts", len(p.Attempts))
	for i := range p.Attempts {
		a := &p.Attempts[i]
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\n", when(a.At), orDash(a.Campaign), a.Ending.Outcome, a.Decision.Reason, a.ID, closings(a.Dispositions))
	}
	printGone(w, p.Gone)
}

// printGone prints what was purged, so that who finds no attempt does not take it for
// none.
func printGone(w io.Writer, gone []ledger.Gone) {
	if len(gone) == 0 {
		return
	}
	heading(w, "attempts over their term, to whatever number: whom they called is gone", len(gone))
	for _, g := range gone {
		fmt.Fprintf(w, "  %s\t%s\tup to %s\n", g.Month, g.Class, when(g.Until))
	}
}

// closings tells what agents closed a call with.
func closings(all []console.DisposedLine) string {
	words := make([]string, len(all))
	for i, d := range all {
		words[i] = d.Kind + " (" + d.Code + ")"
	}
	return strings.Join(words, ", ")
}

// heading names a part of a page, and says when there is nothing in it.
func heading(w io.Writer, title string, n int) {
	if n == 0 {
		title += ": none"
	}
	fmt.Fprintf(w, "\n%s\n", title)
}

// printListed tells where a list has the number from.
func printListed(w io.Writer, l *console.ListedIn) {
	state := "waits"
	if l.Approved {
		state = "in force"
	}
	from := orDash(l.Provider)
	if l.Batch != "" {
		from += fmt.Sprintf(" batch %s row %d", l.Batch, l.BatchRow)
	}
	if !l.SuspendedSince.IsZero() {
		from += ", suspended " + when(l.SuspendedSince)
	}
	fmt.Fprintf(w, "  %s\t%s\t%s\t%s\tuntil %s\t%s line %d\n",
		l.List, state, orDash(l.Ground), from, when(l.RetainUntil), l.Source, l.Line)
}
