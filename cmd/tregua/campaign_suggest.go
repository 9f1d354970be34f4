package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

// suggestFrom is how far back is learnt from, if nothing else is said: lists and
// dialers change.
const suggestFrom = 7 * 24 * time.Hour

func campaignSuggest() *cobra.Command {
	var (
		daemon       daemonFlags
		out          format
		since, trunk string
	)
	cmd := &cobra.Command{
		Use:   "suggest",
		Short: "propose by what a trunk's calls are mapped to campaigns, from past attempts",
		Long: "suggest reads past attempts, also those in shadow, and the lists in force: of calls\n" +
			"that say the same (a caller id, a display name, a header, a port) only the lists of\n" +
			"their campaign hold nearly all the numbers. It prints the campaign key of the trunk,\n" +
			"to be put into the config, and how many attempts speak for each line and against\n" +
			"it. It changes nothing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query, err := silentQuery(since, "", trunk)
			if err != nil {
				return err
			}
			if since == "" {
				query.Since = time.Now().Add(-suggestFrom)
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			list, err := client.Suggest(cmd.Context(), console.SuggestQuery{Since: query.Since, Trunk: query.Trunk})
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), list, func(w io.Writer) {
				for i := range list {
					printSuggestion(w, &list[i])
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&since, "since", "", "attempts received at or after, as 2026-11-22 or 2026-11-22T09:00 (without zone: local time); left out: of 7 days")
	cmd.Flags().StringVar(&trunk, "trunk", "", "of this trunk only")
	return cmd
}

// printSuggestion prints YAML for the trunk in the config.
func printSuggestion(w io.Writer, s *console.Suggestion) {
	fmt.Fprintf(w, "# trunk %s: %d attempts, %d more that a prefix maps\n", s.Trunk, s.Attempts, s.Prefixed)
	if s.Kept == 0 {
		fmt.Fprintf(w, "# nothing to learn from\n")
		return
	}
	share := func(n int) string { return fmt.Sprintf("%.2f %%", 100*float64(n)/float64(s.Kept)) }
	fmt.Fprintf(w, "# mapped %s (contradicted by lists %s), ambiguous %s, unknown %s\n", share(s.Mapped), share(s.Against), share(s.Several), share(s.Unknown))
	fmt.Fprintln(w, "campaign:")
	for _, r := range s.Rules {
		fmt.Fprintf(w, "  - by: %s", r.By)
		if r.Calls > 0 {
			fmt.Fprintf(w, "  # tells of %d", r.Calls)
		}
		fmt.Fprintln(w)
		if r.Name != "" {
			fmt.Fprintf(w, "    name: %s\n", r.Name)
		}
		if len(r.Entries) > 0 {
			fmt.Fprintln(w, "    map:")
		}
		for _, e := range r.Entries {
			campaigns := strings.Join(e.Campaigns, ", ")
			if len(e.Campaigns) > 1 {
				campaigns = "[" + campaigns + "]"
			}
			fmt.Fprintf(w, "      %s: %s  # %d calls, %d against\n", strconv.Quote(e.Value), campaigns, e.Calls, e.Contradicts)
		}
	}
	fmt.Fprintf(w, "  - ambiguous: refuse\n  - otherwise: refuse\n")
}
