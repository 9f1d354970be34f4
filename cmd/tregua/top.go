package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func topCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		once   bool
		every  time.Duration
	)
	cmd := &cobra.Command{
		Use:   "top",
		Short: "show the campaigns that call: how each holds the ratio of silent calls",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			show := func() error {
				teams, err := client.Gates(cmd.Context())
				if err != nil {
					return err
				}
				return out.print(cmd.OutOrStdout(), teams, func(w io.Writer) { printTeams(w, teams) })
			}
			if once || out == "json" {
				return show()
			}
			return watchTop(cmd.Context(), cmd.OutOrStdout(), every, show)
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().BoolVar(&once, "once", false, "print it once; json does so always")
	cmd.Flags().DurationVar(&every, "every", time.Second, "how often it is printed anew")
	return cmd
}

// home clears a terminal.
const home = "\x1b[H\x1b[2J"

// watchTop shows it anew until ctx ends.
func watchTop(ctx context.Context, w io.Writer, every time.Duration, show func() error) error {
	tick := time.NewTicker(max(every, 100*time.Millisecond))
	defer tick.Stop()
	for {
		if _, err := io.WriteString(w, home); err != nil {
			return err
		}
		if err := show(); err != nil {
			return err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func printTeams(w io.Writer, teams []console.Team) {
	fmt.Fprintln(w, "CAMPAIGN\tCALL CENTRE\tLEVEL\tA/B\tTODAY\tGROUP\tCREDIT\tBY\tGOOD CALLS NEEDED\tDECLARED\tFREE\tTALKING\tIN FLIGHT\tHELD\tWRAP-UP")
	pair := func(c console.GateCount) string { return fmt.Sprintf("%d/%d", c.Silent, c.Connected) }
	for i := range teams {
		t := &teams[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", t.Campaign, t.CallCentre, levelOf(t),
			pair(t.Total), pair(t.Today), pair(t.Group), t.Credit, t.Bound, t.Needed, t.Declared, t.Free, t.Talking, t.InFlight, t.Waiting,
			(time.Duration(t.WrapMS) * time.Millisecond).Round(100*time.Millisecond))
	}
}

// levelOf says how much goes through.
func levelOf(t *console.Team) string {
	if t.Idle() {
		return "nobody calls"
	}
	return t.Level
}
