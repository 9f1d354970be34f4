package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"
)

func campaignOperators() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "operators P/CAMPAIGN N",
		Short: "declare how many operators a campaign has now; 0: none is declared any more",
		Long: "The ratio gate believes it until the first silent call. It holds until the next restart,\n" +
			"or until somebody declares another number. What is to hold after a restart too stands\n" +
			"in data.yaml: `operators: N`.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := strconv.ParseUint(args[1], 10, 16)
			if err != nil {
				return usagef("operators %q: write how many there are", args[1])
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			o, err := client.DeclareOperators(cmd.Context(), args[0], int(n))
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), o, func(w io.Writer) { fmt.Fprintf(w, "%s: %d operators declared\n", o.Campaign, o.Operators) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}
