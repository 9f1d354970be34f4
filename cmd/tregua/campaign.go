package main

import (
	"io"

	"github.com/spf13/cobra"
)

func campaignCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "campaign",
		Short: "the campaigns of data.yaml",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(campaignService(), campaignOperators(), campaignSuggest())
	return cmd
}

func campaignService() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "service P/CAMPAIGN",
		Short: "propose that a campaign is one of service; another person confirms it",
		Long: "A campaign of service is none of advertising: it needs no ground and no answer of the\n" +
			"registry. It says `service: true` in data.yaml, and it is one when one person has\n" +
			"proposed that and another has confirmed it, for as long as its purpose stays.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			p, err := client.ApproveService(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), p, func(w io.Writer) { printProposed(w, &p) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}
