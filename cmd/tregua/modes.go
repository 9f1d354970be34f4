package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy"
)

func trunkCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trunk",
		Short: "how far the rules are enforced on a trunk",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(trunkList(), trunkMode())
	return cmd
}

func trunkList() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "the modes of trunks and rules, and who set them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			modes, err := client.Modes(cmd.Context())
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), modes, func(w io.Writer) {
				for _, m := range modes {
					fmt.Fprintln(w, modeLine(m))
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

// modeLine says one mode: "dialer-1: bypass until 2026-11-22 22:00:00 (0:root, because …)".
func modeLine(m console.Mode) string {
	var b strings.Builder
	switch {
	case m.Rule == "":
		b.WriteString(m.Trunk)
	case m.Trunk == "":
		fmt.Fprintf(&b, "rule %s", m.Rule)
	default:
		fmt.Fprintf(&b, "rule %s on %s", m.Rule, m.Trunk)
	}
	fmt.Fprintf(&b, ": %s", m.Mode)
	if m.Percent > 0 && m.Percent < 100 {
		fmt.Fprintf(&b, " for %g %% of the numbers", m.Percent)
	}
	if !m.Until.IsZero() {
		fmt.Fprintf(&b, " until %s", when(m.Until))
	}
	if m.Why != "" {
		fmt.Fprintf(&b, " (%s, because %s)", m.Actor, m.Why)
	}
	return b.String()
}

func trunkMode() *cobra.Command {
	var (
		set modeFlags
		end time.Duration
	)
	cmd := &cobra.Command{
		Use:   "mode TRUNK enforce|shadow|bypass --because TEXT",
		Short: "enforce the rules, only judge by them, or bypass them for some hours",
		Long: "enforce   what the rules refuse is refused\n" +
			"shadow    calls are judged, counted and recorded; nothing changes on the wire\n" +
			"bypass    the same, in an emergency: it ends by itself (--for, at most 24h) and is an alarm\n\n" +
			"Emergency calls pass in every mode.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			mode, err := policy.ParseMode(args[1])
			if err != nil {
				return usagef("%q is no mode: it is enforce, shadow or bypass", args[1])
			}
			m := console.Mode{Trunk: args[0], Mode: args[1], Why: set.why}
			switch {
			case mode == policy.Bypass:
				m.Until = time.Now().Add(end).Truncate(time.Second)
			case cmd.Flags().Changed("for"):
				return usagef("--for is for a bypass; %s holds until it is changed", mode)
			}
			return set.put(cmd, m)
		},
	}
	set.add(cmd)
	cmd.Flags().DurationVar(&end, "for", 4*time.Hour, "how long a bypass lasts")
	return cmd
}

func enforceCommand() *cobra.Command {
	var (
		set     modeFlags
		trunk   string
		percent float64
	)
	cmd := &cobra.Command{
		Use:   "enforce RULE --because TEXT",
		Short: "enforce one rule, for a share of the numbers; --percent 0 puts it in shadow",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			m := console.Mode{Rule: args[0], Trunk: trunk, Mode: policy.Enforce.String(), Percent: percent, Why: set.why}
			if percent == 0 {
				m.Mode = policy.Shadow.String()
			}
			return set.put(cmd, m)
		},
	}
	set.add(cmd)
	cmd.Flags().StringVar(&trunk, "trunk", "", "on this trunk only")
	cmd.Flags().Float64Var(&percent, "percent", 100, "for how many of the numbers, always the same ones; 0: none")
	return cmd
}

// modeFlags are what setting a mode has in common.
type modeFlags struct {
	daemon daemonFlags
	out    format
	why    string
}

func (f *modeFlags) add(cmd *cobra.Command) {
	f.daemon.add(cmd)
	f.out.add(cmd)
	cmd.Flags().StringVar(&f.why, "because", "", "why; it is kept with the mode")
	require(cmd, "because")
}

func (f *modeFlags) put(cmd *cobra.Command, m console.Mode) error {
	client, err := f.daemon.client()
	if err != nil {
		return err
	}
	set, err := client.SetMode(cmd.Context(), m)
	if err != nil {
		return err
	}
	return f.out.print(cmd.OutOrStdout(), set, func(w io.Writer) {
		if set.Proposal != nil {
			printProposed(w, set.Proposal)
			return
		}
		fmt.Fprintf(w, "generation %d is in force: %s\n", set.Generation, modeLine(set.Mode))
	})
}
