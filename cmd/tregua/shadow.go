package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func shadowCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "shadow",
		Short: "what enforcement would do",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(shadowReport())
	return cmd
}

func shadowReport() *cobra.Command {
	var (
		daemon                 daemonFlags
		out                    format
		since, until, campaign string
	)
	cmd := &cobra.Command{
		Use:   "report",
		Short: "by campaign: whom each rule would refuse, whom a cut would hit, what to set in the dialer",
		Long: "report reads the ledger. What stands under \"alone\" is refused by this rule and by no\n" +
			"other: it is what enforcing it alone would change. No number is told; explain shows an\n" +
			"attempt that is named.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			span, err := silentQuery(since, until, "")
			if err != nil {
				return err
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			r, err := client.Shadow(cmd.Context(), console.ShadowQuery{Since: span.Since, Until: span.Until, Campaign: campaign})
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), r, func(w io.Writer) { printShadow(w, &r) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&since, "since", "", "attempts received at or after, as 2026-11-22 or 2026-11-22T09:00 (without zone: local time)")
	cmd.Flags().StringVar(&until, "until", "", "and before")
	cmd.Flags().StringVar(&campaign, "campaign", "", "of this campaign only, as principal/campaign")
	return cmd
}

func printShadow(w io.Writer, r *console.Shadow) {
	fmt.Fprintf(w, "what enforcement would do, attempts received %s\n", between(r.Since, r.Until))
	for i := range r.Campaigns {
		printShadowCampaign(w, orDash(r.Campaigns[i].Campaign), &r.Campaigns[i])
	}
	if len(r.Campaigns) != 1 {
		printShadowCampaign(w, "all", &r.Total)
	}
}

func printShadowCampaign(w io.Writer, name string, c *console.ShadowCampaign) {
	fmt.Fprintf(w, "\n%s  %d attempts, %d refused, %d would be\n", name, c.Attempts, c.Refused, c.Would)
	if len(c.Rules) > 0 {
		fmt.Fprintln(w, "  rule\treason\twould\talone\trefused\tconnected\tconversations\ttalk\texample")
	}
	for _, r := range c.Rules {
		example := "-"
		if len(r.Examples) > 0 {
			example = r.Examples[0]
		}
		fmt.Fprintf(w, "  %s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", r.Rule, r.Reason, r.Would, r.Alone, r.Refused, r.Connected, r.Conversations,
			time.Duration(r.TalkS)*time.Second, example)
	}
	printShadowCalls(w, &c.Calls)
	if c.Often > 0 {
		fmt.Fprintf(w, "  called more than 3 times on a day: %d persons\n", c.Often)
	}
	if c.NotInROC.Attempts > 0 {
		fmt.Fprintf(w, "  caller id not in the register: %d attempts, the first %s\n", c.NotInROC.Attempts, c.NotInROC.Examples[0])
	}
	why := ""
	for _, s := range c.Settings {
		if s.Why != why {
			why = s.Why
			fmt.Fprintf(w, "  for %s, set\n", why)
		}
		fmt.Fprintf(w, "    %s\t%s\t%s\n", s.Dialer, s.Field, s.Set)
	}
}

func printShadowCalls(w io.Writer, c *console.ShadowCalls) {
	if c.Watched > 0 {
		fmt.Fprintf(w, "  answered in shadow: %d; a cut would hit", c.Watched)
		for i, cut := range c.Cuts {
			sep := ","
			if i == 0 {
				sep = ""
			}
			fmt.Fprintf(w, "%s %d at %g s", sep, cut.Calls, float64(cut.AfterMS)/1000)
			if cut.Operator > 0 {
				fmt.Fprintf(w, " (%d with an operator later)", cut.Operator)
			}
		}
		fmt.Fprintln(w)
	}
	if c.ClassA+c.ClassB > 0 {
		fmt.Fprintf(w, "  silent: %d, connected: %d, ratio %s; %d of the silent ones ended by the dialer; with an operator for those %s\n",
			c.ClassA, c.ClassB, percent(c.AofB), c.GivenUp, percent(c.NoAMD))
	}
	if n := c.Carrier + c.Dialer + c.HungUp + c.Deaf; n > 0 {
		fmt.Fprintf(w, "  in no class: machine as the carrier says %d, as the dialer says %d; hung up %d, deaf %d\n", c.Carrier, c.Dialer, c.HungUp, c.Deaf)
	}
	for _, d := range c.Days {
		fmt.Fprintf(w, "  %s\t%d silent\t%d connected\t%s\n", d.Date, d.ClassA, d.ClassB, percent(d.AofB))
	}
}
