package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func listCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "the contact lists: what a campaign may call",
		Long: "A list is declared in data.yaml and filled by `tregua import list`. Each import is a\n" +
			"version; it is in force when another person than who imported it has approved it.",
		RunE: needsSubcommand,
	}
	cmd.AddCommand(listAll(), listShow(), listApprove(), listAttach())
	return cmd
}

func listAll() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "show every contact list, the version in force and the one that waits",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			all, err := client.Lists(cmd.Context())
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), all, func(w io.Writer) {
				for i := range all {
					l := &all[i]
					fmt.Fprintf(w, "%s\t%s\tin force: %s\twaits: %s\tuntil %s\t%s\n", l.Name, l.Origin, versionText(l.Approved),
						versionText(l.Pending), when(l.RetainUntil), orDash(strings.Join(l.Campaigns, ",")))
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

// versionText tells of a version in few words.
func versionText(v *console.ListVersion) string {
	if v == nil {
		return "-"
	}
	text := fmt.Sprintf("import %d, %d numbers", v.Version, v.Numbers)
	if v.Scanned {
		text += ", looks generated"
	}
	if v.Broken {
		text += ", broken"
	}
	return text
}

func listShow() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "show P/NAME",
		Short: "show a list, the digests of its versions and its history",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			page, err := client.List(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), page, func(w io.Writer) { printList(w, &page) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func printList(w io.Writer, p *console.ListPage) {
	line := lines(w)
	line("list", p.Name)
	line("origin", p.Origin, p.Provider)
	line("until", when(p.RetainUntil))
	line("campaigns", orDash(strings.Join(p.Campaigns, ",")))
	for _, v := range []struct {
		name string
		*console.ListVersion
	}{{"in force", p.Approved}, {"waits", p.Pending}} {
		fmt.Fprintf(w, "\n%s\t%s\n", v.name, versionText(v.ListVersion))
		if v.ListVersion != nil {
			fmt.Fprintf(w, "  file\t%s\n  imported\t%s by %s\n  digest\t%s\n", v.File, when(v.At), v.Actor, v.Digest)
		}
	}
	line("  approved by", p.ApprovedBy)
	heading(w, "history", len(p.History))
	for _, h := range p.History {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", when(h.At), h.Actor, h.Change)
	}
}

func listApprove() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		digest string
	)
	cmd := &cobra.Command{
		Use:   "approve P/NAME VERSION --digest HASH",
		Short: "put the version of a list that waits in force; not for who imported it",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			version, err := strconv.ParseUint(args[1], 10, 32)
			if err != nil {
				return usagef("VERSION %q: it is the number of the import, see `tregua list show %s`", args[1], args[0])
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			since, err := client.ApproveList(cmd.Context(), args[0], uint32(version), digest)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), since, func(w io.Writer) {
				fmt.Fprintf(w, "import %d of list %s is in force, generation %d\n", version, args[0], since.Generation)
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&digest, "digest", "", "of the version that was looked at, as `tregua list show` prints it")
	require(cmd, "digest")
	return cmd
}

func listAttach() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "attach P/NAME P/CAMPAIGN",
		Short: "let a campaign call a list",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			since, err := client.AttachList(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), since, func(w io.Writer) {
				fmt.Fprintf(w, "campaign %s may call list %s, generation %d\n", args[1], args[0], since.Generation)
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}
