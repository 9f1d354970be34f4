package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func blacklistCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "blacklist",
		Short: "the numbers that a principal must not call",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(blacklistAdd(), blacklistRemove())
	return cmd
}

func blacklistAdd() *cobra.Command {
	var (
		daemon            daemonFlags
		out               format
		principal, reason string
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
			entry, err := client.AddBlacklist(cmd.Context(), principal, args[0], reason)
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
	require(cmd, "principal")
	return cmd
}

func blacklistRemove() *cobra.Command {
	var (
		daemon            daemonFlags
		out               format
		principal, reason string
	)
	cmd := &cobra.Command{
		Use:   "remove NUMBER --principal P --reason WHY",
		Short: "propose to take back an entry; `tregua confirm` by another person does it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			p, err := client.RemoveBlacklist(cmd.Context(), principal, args[0], reason)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), p, func(w io.Writer) { printProposed(w, &p) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&principal, "principal", "", "on whose behalf the calls are made")
	cmd.Flags().StringVar(&reason, "reason", "", "how the person took the objection back; never the number itself")
	require(cmd, "principal", "reason")
	return cmd
}
