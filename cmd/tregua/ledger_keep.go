package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy/ledger"
)

func purgeCommand() *cobra.Command {
	var (
		daemon      daemonFlags
		out         format
		dryRun, now bool
	)
	cmd := &cobra.Command{
		Use:   "purge --dry-run | --now",
		Short: "end what is personal of records whose term is over; the daemon does so each day",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			took, err := client.Purge(cmd.Context(), dryRun)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), took, func(w io.Writer) { printPurges(w, took, dryRun) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would go, and take nothing")
	cmd.Flags().BoolVar(&now, "now", false, "do not wait for tomorrow")
	cmd.MarkFlagsOneRequired("dry-run", "now")
	cmd.MarkFlagsMutuallyExclusive("dry-run", "now")
	return cmd
}

func printPurges(w io.Writer, took []ledger.Purge, dryRun bool) {
	if !slices.ContainsFunc(took, func(p ledger.Purge) bool {
		return p.Held > 0 || p.Removed != nil || slices.Max(append(slices.Collect(maps.Values(p.Records)), 0)) > 0
	}) {
		fmt.Fprintln(w, "nothing is over its term")
	}
	word, removed := "purged", "removed"
	if dryRun {
		word, removed = "to be purged", "to be removed"
	}
	for _, p := range took {
		if p.Month == "" {
			p.Month = "beside records"
		}
		for _, class := range slices.Sorted(maps.Keys(p.Records)) {
			fmt.Fprintf(w, "%s\t%s\t%d %s\n", p.Month, class, p.Records[class], word)
		}
		if p.Removed != nil {
			fmt.Fprintf(w, "%s\trecords\t%d %s\n", p.Month, p.Removed.Records, removed)
		}
		if p.Held > 0 {
			fmt.Fprintf(w, "%s\theld\t%d kept by a legal hold\n", p.Month, p.Held)
		}
	}
}

func legalHoldCommand() *cobra.Command {
	return family("hold", "legal holds: what an authority orders to be kept (to stop calls see `tregua hold`)",
		layCommand(), heldCommand(), liftCommand())
}

func layCommand() *cobra.Command {
	var (
		daemon          daemonFlags
		out             format
		h               console.LegalHold
		from, to, until string
	)
	cmd := &cobra.Command{
		Use:   "add [NUMBER] [--campaign P/C] [--from T] [--to T] [--until T] --order REF",
		Short: "keep records from purges and erasures",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				h.Number = args[0]
			}
			for _, t := range []struct {
				flag, text string
				to         *time.Time
			}{{"from", from, &h.From}, {"to", to, &h.To}, {"until", until, &h.Until}} {
				if t.text == "" {
					continue
				}
				var err error
				if *t.to, err = readTime(t.text); err != nil {
					return usagef("--%s: %w", t.flag, err)
				}
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			laid, err := client.LayHold(cmd.Context(), h)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), laid, func(w io.Writer) {
				printLegalHold(w, &laid)
				printGone(w, laid.Gone)
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&h.Order, "order", "", "reference of the order; never a number")
	cmd.Flags().StringVar(&h.Campaign, "campaign", "", "records of that campaign only")
	cmd.Flags().StringVar(&from, "from", "", "attempts from then on")
	cmd.Flags().StringVar(&to, "to", "", "attempts before then")
	cmd.Flags().StringVar(&until, "until", "", "when it ends by itself")
	require(cmd, "order")
	return cmd
}

func printLegalHold(w io.Writer, h *console.LegalHold) {
	var parts []string
	for _, p := range []struct{ name, text string }{
		{"", h.Number},
		{"", h.Campaign},
		{"from ", stampOf(h.From)},
		{"to ", stampOf(h.To)},
		{"until ", stampOf(h.Until)},
	} {
		if p.text != "" {
			parts = append(parts, p.name+p.text)
		}
	}
	fmt.Fprintf(w, "%s\t%s\torder %s\tlaid %s by %s\n", h.ID, strings.Join(parts, " "), h.Order, when(h.At), h.Actor)
}

func heldCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use: "list", Short: "the legal holds that stand", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			holds, err := client.LegalHolds(cmd.Context())
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), holds, func(w io.Writer) {
				for i := range holds {
					printLegalHold(w, &holds[i])
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func liftCommand() *cobra.Command {
	var (
		daemon daemonFlags
		reason string
	)
	cmd := &cobra.Command{
		Use: "remove ID --reason WHY", Short: "end a legal hold; what it kept goes with the next purge", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			return client.LiftHold(cmd.Context(), args[0], reason)
		},
	}
	daemon.add(cmd)
	cmd.Flags().StringVar(&reason, "reason", "", "why it ends; never a number")
	require(cmd, "reason")
	return cmd
}
