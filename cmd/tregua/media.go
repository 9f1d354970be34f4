package main

import "github.com/spf13/cobra"

func mediaCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "media",
		Short: "what tregua hears in a call",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(mediaReplay())
	return cmd
}
