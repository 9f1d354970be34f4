package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func providerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "provider",
		Short: "who sells or gives numbers, and what rests on them",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(providerAll(), providerSample(),
		providerSet("suspend", "refuse, at once, every number whose only ground comes from a provider", true),
		providerSet("resume", "take the suspension of a provider back", false))
	return cmd
}

func providerAll() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "show every provider and how much rests on it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			all, err := client.Providers(cmd.Context())
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), all, func(w io.Writer) {
				for i := range all {
					printProvider(w, &all[i])
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func printProvider(w io.Writer, p *console.Provider) {
	state := "not suspended"
	if !p.Suspended.IsZero() {
		state = "suspended " + when(p.Suspended)
	}
	fmt.Fprintf(w, "%s\t%s\t%d rows\t%d campaigns: %s\t%s\t%s\n", p.Name, state, p.Rows, len(p.Campaigns),
		orDash(strings.Join(p.Campaigns, ",")), orDash(p.Because), orDash(p.Contact))
}

func providerSet(use, short string, suspend bool) *cobra.Command {
	var (
		daemon  daemonFlags
		out     format
		because string
	)
	cmd := &cobra.Command{
		Use:   use + " NAME --because TEXT",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			p, err := client.SetProvider(cmd.Context(), args[0], because, suspend)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), p, func(w io.Writer) { printProvider(w, &p) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&because, "because", "", "why; the history keeps it")
	require(cmd, "because")
	return cmd
}

func providerSample() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		count  int
		seed   uint64
		kept   bool
	)
	cmd := &cobra.Command{
		Use:   "sample NAME -n 50",
		Short: "draw rows of a provider at random, to ask for their proofs, and keep the sample",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			if kept {
				all, err := client.Samples(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return out.print(cmd.OutOrStdout(), all, func(w io.Writer) {
					for i := range all {
						printSample(w, &all[i])
					}
				})
			}
			sample, err := client.SampleProvider(cmd.Context(), args[0], count, seed)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), sample, func(w io.Writer) { printSample(w, &sample) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().IntVarP(&count, "count", "n", 50, "how many rows, 1000 at most")
	cmd.Flags().Uint64Var(&seed, "seed", 0, "draw the sample of this seed again (default: any)")
	cmd.Flags().BoolVar(&kept, "kept", false, "show the samples that were drawn before, and draw none")
	return cmd
}

func printSample(w io.Writer, s *console.Sample) {
	fmt.Fprintf(w, "%s\t%d of %d rows\tdrawn %s by %s\tseed %d\n", s.Provider, len(s.Rows), s.Of, when(s.At), s.Actor, s.Seed)
	for _, r := range s.Rows {
		batch := orDash(r.Batch)
		if r.BatchRow != 0 {
			batch += fmt.Sprintf(" row %d", r.BatchRow)
		}
		fmt.Fprintf(w, "  %s\timport %d line %d\tbatch %s\n", r.Number, r.Version, r.Row, batch)
	}
}
