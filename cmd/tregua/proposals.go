package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func proposalsCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "proposals",
		Short: "what waits for a second person, and what did, newest first",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return needsSubcommand(cmd, args)
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			list, err := client.Proposals(cmd.Context())
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), list, func(w io.Writer) { printProposals(w, list) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.AddCommand(proposalShow(), proposalWithdraw())
	return cmd
}

func printProposals(w io.Writer, list []console.Proposal) {
	fmt.Fprintln(w, "id\tkind\tstage\tproposed by\tat\texpires\tclosed by\tat\tresult")
	for _, p := range list {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Kind, p.Stage, p.Actor,
			when(p.At), when(p.Expires), orDash(p.ClosedBy), when(p.ClosedAt), orDash(p.Result))
	}
}

// printProposed says what a person who proposed something has to know.
func printProposed(w io.Writer, p *console.Proposal) {
	fmt.Fprintf(w, "nothing is done yet: another person runs `tregua confirm %d` before %s\n", p.ID, when(p.Expires))
}

// onProposal is a command about one proposal.
func onProposal(use, short string, do func(*cobra.Command, *console.Client, uint64) (console.Proposal, error)) *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   use + " ID",
		Short: short,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil || id == 0 {
				return usagef("%q is no id of a proposal; `tregua proposals` lists them", args[0])
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			p, err := do(cmd, client, id)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), p, func(w io.Writer) { printProposal(w, &p) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func printProposal(w io.Writer, p *console.Proposal) {
	line := lines(w)
	line("proposal", strconv.FormatUint(p.ID, 10), p.Kind, p.Stage)
	line("what", p.What)
	line("why", p.Why)
	line("proposed by", p.Actor, "at", when(p.At), "until", when(p.Expires))
	line("digest", p.Digest)
	line("closed by", p.ClosedBy)
	line("result", p.Result)
}

func proposalShow() *cobra.Command {
	return onProposal("show", "what a proposal would do, and the digest that confirms it",
		func(cmd *cobra.Command, c *console.Client, id uint64) (console.Proposal, error) {
			return c.Proposal(cmd.Context(), id)
		})
}

func proposalWithdraw() *cobra.Command {
	return onProposal("withdraw", "end a proposal that nobody has confirmed",
		func(cmd *cobra.Command, c *console.Client, id uint64) (console.Proposal, error) {
			return c.Withdraw(cmd.Context(), id)
		})
}

// confirmCommand sends the digest of what it shows: if anything else stands
// under the id, nothing is done.
func confirmCommand() *cobra.Command {
	var digest string
	cmd := onProposal("confirm", "do what another person proposed; see it first with `tregua proposals show ID`",
		func(cmd *cobra.Command, c *console.Client, id uint64) (console.Proposal, error) {
			p := console.Proposal{Digest: digest}
			if digest == "" {
				var err error
				if p, err = c.Proposal(cmd.Context(), id); err != nil {
					return p, err
				}
			}
			done, err := c.Confirm(cmd.Context(), id, p.Digest)
			done.What, done.Why, done.Digest = p.What, p.Why, p.Digest
			return done, err
		})
	cmd.Flags().StringVar(&digest, "digest", "", "confirm only what had this digest when you saw it (default: what it has now)")
	return cmd
}
