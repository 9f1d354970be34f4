package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func statusCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "status",
		Short: "show what is well and what is not; exit code 1 when something is red",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			board, err := client.Board(cmd.Context())
			if err != nil {
				return err
			}
			err = out.print(cmd.OutOrStdout(), board, func(w io.Writer) {
				for _, r := range board.Rows {
					fmt.Fprintf(w, "%s\t%s\t%s\n", r.Light, r.Name, r.Text)
				}
			})
			if err == nil && board.Red {
				err = &coded{exitFindings, nil}
			}
			return err
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}
