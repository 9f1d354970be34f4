package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func accessCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "access",
		Short: "who read numbers",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(accessList())
	return cmd
}

func accessList() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		query  console.AccessQuery
		since  string
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "each lookup, record and query, newest first; numbers stand as indexes",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if since != "" {
				if query.Since, err = readTime(since); err != nil {
					return usagef("--since: %w", err)
				}
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			list, err := client.Access(cmd.Context(), query)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), list, func(w io.Writer) { printAccess(w, list) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&query.Actor, "actor", "", "of this one only, as token:NAME or 0:root")
	cmd.Flags().StringVar(&query.Number, "number", "", "of who read this number only")
	cmd.Flags().StringVar(&since, "since", "", "at or after, as 2026-11-22T09:00 (without zone: local time)")
	cmd.Flags().IntVar(&query.Limit, "limit", 100, "how many, 10000 at most")
	return cmd
}

func printAccess(w io.Writer, list []console.Access) {
	fmt.Fprintln(w, "at\tactor\trole\tscope\toperation\trows\tnumbers")
	for _, a := range list {
		numbers := orDash(strings.Join(a.Numbers[:min(1, len(a.Numbers))], ""))
		if more := len(a.Numbers) - 1; more > 0 {
			numbers += fmt.Sprintf(" and %d more", more)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", when(a.At), a.Actor, a.Role, a.Scope, a.Kind, a.Rows, numbers)
	}
}
