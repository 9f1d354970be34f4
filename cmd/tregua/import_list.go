package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func importList() *cobra.Command {
	var (
		flags           importFlags
		principal, list string
		campaigns       []string
	)
	cmd := &cobra.Command{
		Use:   "list FILE --principal P --list NAME",
		Short: "import a version of a contact list: number, and optionally ground, provider, batch, batch_row, other_operator",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := flags.daemon.client()
			if err != nil {
				return err
			}
			name := principal + "/" + list
			// Before the file: a list without a version in force lets nobody be called.
			for _, c := range campaigns {
				if _, err := client.AttachList(cmd.Context(), name, c); err != nil {
					return err
				}
			}
			return flags.run(cmd, args[0], console.ImportRequest{Kind: "list", Scope: name})
		},
	}
	flags.add(cmd, "1%")
	cmd.Flags().StringVar(&principal, "principal", "", "on whose behalf the calls are made")
	cmd.Flags().StringVar(&list, "list", "", "which list of the principal, as data.yaml names it")
	cmd.Flags().StringArrayVar(&campaigns, "campaign", nil, "let the campaign P/CAMPAIGN call the list; may be given again")
	require(cmd, "principal", "list")
	return cmd
}

// printListImport says that a version waits, and what its approval is.
func printListImport(w io.Writer, r console.ImportRequest, result *console.ImportResult) {
	fmt.Fprintf(w, "list %s: %d good rows, %d numbers as import %d, generation %d; not in force before another person approves it:\n",
		r.Scope, result.Good, result.Numbers, result.Part, result.Generation)
	if result.Scanned {
		fmt.Fprintln(w, "the list looks generated, number by number: its numbers are refused")
	}
	fmt.Fprintf(w, "tregua list approve %s %d --digest %s\n", r.Scope, result.Part, result.Digest)
}
