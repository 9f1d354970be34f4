package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"tregua/policy/proof"
)

func receiptCommand() *cobra.Command {
	var (
		daemon   daemonFlags
		out      format
		file     string
		personal bool
	)
	cmd := &cobra.Command{
		Use:   "receipt ATTEMPT [--file F]",
		Short: "say what was recorded of a call, and write the proof of it that anybody can verify offline",
		Long: "A receipt is the proof file of a record: `tregua ledger verify` reads it with the public key\n" +
			"of the log and asks no daemon. It names no number but with --personal, which is for the\n" +
			"person who was called.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			text, err := proofOf(cmd, client, args[0], personal)
			if err != nil {
				return err
			}
			key, err := client.LogKey(cmd.Context())
			if err != nil {
				return err
			}
			verifier, err := proof.ParseKey(key.Key)
			if err != nil {
				return err
			}
			p, err := proof.Verify(text, verifier)
			if err != nil {
				return fmt.Errorf("the receipt does not hold: %w; run tregua ledger audit", err)
			}
			if file != "" {
				if err := os.WriteFile(file, text, 0o600); err != nil {
					return err
				}
			}
			shown := provenOf(&p)
			return out.print(cmd.OutOrStdout(), shown, func(w io.Writer) { shown.print(w) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&file, "file", "", "write the receipt there")
	cmd.Flags().BoolVar(&personal, "personal", false, "with number, caller id and Call-ID in clear")
	return cmd
}
