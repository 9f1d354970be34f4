package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func blacklistCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "blacklist",
		Short: "the numbers that a principal must not call",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(blacklistAdd(), blacklistRemove(), blacklistFeed(), blacklistSynced())
	return cmd
}

func blacklistAdd() *cobra.Command {
	var (
		daemon            daemonFlags
		out               format
		principal, reason string
		all               bool
	)
	cmd := &cobra.Command{
		Use:   "add NUMBER --principal P",
		Short: "add one number; it is in force when the command ends",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			entry, err := client.AddBlacklist(cmd.Context(), console.Objection{Principal: principal, Number: args[0], Reason: reason, All: all})
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), entry, func(w io.Writer) {
				word := "is on"
				if entry.Existed {
					word = "was already on"
				}
				fmt.Fprintf(w, "%s %s the blacklist of %s since %s (%s)\n", entry.Number, word, entry.Principal, when(entry.Since), entry.Source)
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&principal, "principal", "", "on whose behalf the calls are made")
	cmd.Flags().StringVar(&reason, "reason", "", "how the person said so; never the number itself")
	cmd.Flags().BoolVar(&all, "all", false, "the person wants no service calls either")
	require(cmd, "principal")
	return cmd
}

func blacklistRemove() *cobra.Command {
	var (
		daemon              daemonFlags
		out                 format
		principal, evidence string
	)
	cmd := &cobra.Command{
		Use:   "remove NUMBER --principal P --evidence REF",
		Short: "propose to take one number off, because the person asked; another person confirms it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			p, err := client.Unlist(cmd.Context(), principal, args[0], evidence)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), p, func(w io.Writer) { printProposed(w, &p) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&principal, "principal", "", "on whose behalf the calls are made")
	cmd.Flags().StringVar(&evidence, "evidence", "", "how the person asked for it; never the number itself")
	require(cmd, "principal", "evidence")
	return cmd
}

// feedSize is how many changes are asked for at a time.
const feedSize = 10_000

func blacklistFeed() *cobra.Command {
	var (
		daemon    daemonFlags
		principal string
		since     uint64
	)
	cmd := &cobra.Command{
		Use:   "feed --principal P [--since SEQ]",
		Short: "print the single changes after SEQ, one JSON document a line",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			e := json.NewEncoder(cmd.OutOrStdout())
			for {
				lines, err := client.Feed(cmd.Context(), principal, since, feedSize)
				if err != nil {
					return err
				}
				for _, l := range lines {
					if err := e.Encode(l); err != nil {
						return err
					}
					since = l.Seq
				}
				if len(lines) < feedSize {
					return nil
				}
			}
		},
	}
	daemon.add(cmd)
	cmd.Flags().StringVar(&principal, "principal", "", "whose blacklist")
	cmd.Flags().Uint64Var(&since, "since", 0, "the last seq that is known already")
	require(cmd, "principal")
	return cmd
}

func blacklistSynced() *cobra.Command {
	var (
		daemon    daemonFlags
		out       format
		principal string
	)
	cmd := &cobra.Command{
		Use:   "synced --principal P",
		Short: "note that the blacklist was synchronised and is whole, also when nothing was new",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			synced, err := client.Synced(cmd.Context(), principal)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), synced, func(w io.Writer) {
				fmt.Fprintf(w, "the blacklist of %s is whole as of %s\n", synced.Principal, when(synced.At))
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&principal, "principal", "", "whose blacklist")
	require(cmd, "principal")
	return cmd
}
