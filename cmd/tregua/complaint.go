package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy/complaint"
)

func complaintCommand() *cobra.Command {
	return family("complaint", "what persons and authorities complain of, and the answers",
		complaintOpen(), complaintAnswer("sheet", "the answer sheet: every call to the number in that time, what it rested on, what became of it"),
		complaintAnswer("statement", "the statement that no call to the number passed; exit code 1 when there was one, or the records are not whole"),
		complaintClose(), complaintList())
}

func complaintOpen() *cobra.Command {
	var (
		daemon                daemonFlags
		out                   format
		c                     console.Complaint
		received, from, until string
	)
	cmd := &cobra.Command{
		Use:   "open NUMBER --channel C [--principal P] [--from T --until T] [--caller-id N]",
		Short: "enter a complaint about calls to a number, and hold calls to it back until it is closed",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c.Number = args[0]
			for _, t := range []struct {
				flag, text string
				to         *time.Time
			}{{"received", received, &c.Received}, {"from", from, &c.From}, {"until", until, &c.Until}} {
				if t.text == "" {
					continue
				}
				var err error
				if *t.to, err = readTime(t.text); err != nil {
					return usagef("--%s: %w", t.flag, err)
				}
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			opened, err := client.OpenComplaint(cmd.Context(), c)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), opened, func(w io.Writer) { printComplaint(w, &opened) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&c.Channel, "channel", "", strings.Join(complaint.Channels(), ", "))
	cmd.Flags().StringVar(&c.Principal, "principal", "", "on whose behalf the calls were, if the complaint says so (default: calls of every principal are held back)")
	cmd.Flags().StringVar(&c.Reference, "reference", "", "of who forwards it; never the number itself")
	cmd.Flags().StringVar(&c.CallerID, "caller-id", "", "the caller id that the person saw")
	cmd.Flags().StringVar(&received, "received", "", "when it came (default now)")
	cmd.Flags().StringVar(&from, "from", "", "calls since then (default 30 days before it came)")
	cmd.Flags().StringVar(&until, "until", "", "calls before then (default when it came)")
	require(cmd, "channel")
	return cmd
}

func printComplaint(w io.Writer, c *console.Complaint) {
	fmt.Fprintf(w, "%s\t%s\t%s\n", c.ID, c.Number, words(c.Channel, c.Reference))
	fmt.Fprintf(w, "calls\t%s to %s\t%s\n", when(c.From), when(c.Until), orDash(c.Principal))
	if c.ClosedAt.IsZero() {
		fmt.Fprintf(w, "answer due\t%s\t\n", when(c.Deadline))
		fmt.Fprintf(w, "held back for\t%s\t\n", orDash(strings.Join(c.Held, ", ")))
		return
	}
	fmt.Fprintf(w, "closed\t%s\t%s\n", when(c.ClosedAt), words(c.Outcome, c.Answer))
}

func complaintAnswer(kind, short string) *cobra.Command {
	f := reportFlags{}
	cmd := &cobra.Command{
		Use: kind + " ID", Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.write(cmd, func(client *console.Client) (console.ReportFile, error) {
				r, err := client.AnswerComplaint(cmd.Context(), console.AnswerQuery{ID: args[0], Kind: kind, Form: f.form, Lang: f.lang})
				if p, ok := errors.AsType[*console.Problem](err); ok && p.Status == http.StatusConflict {
					err = &coded{exitFindings, err} // no such statement can be made
				}
				return r, err
			})
		},
	}
	f.add(cmd, "json, html or pdf")
	return cmd
}

func complaintClose() *cobra.Command {
	var (
		daemon          daemonFlags
		out             format
		outcome, answer string
	)
	cmd := &cobra.Command{
		Use: "close ID --outcome O", Short: "note how a complaint ended, and let calls pass again", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			closed, err := client.CloseComplaint(cmd.Context(), args[0], outcome, answer)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), closed, func(w io.Writer) { printComplaint(w, &closed) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&outcome, "outcome", "", strings.Join(complaint.Outcomes(), ", "))
	cmd.Flags().StringVar(&answer, "answer", "", "what was answered; never the number itself")
	require(cmd, "outcome")
	return cmd
}

func complaintList() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use: "list", Short: "list the complaints and when their answers are due", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			list, err := client.Complaints(cmd.Context())
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), list, func(w io.Writer) {
				fmt.Fprintln(w, "id\tnumber\tprincipal\tchannel\treceived\tanswer")
				for _, c := range list {
					answer := "due " + when(c.Deadline)
					if !c.ClosedAt.IsZero() {
						answer = words(c.Outcome, when(c.ClosedAt))
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", c.ID, c.Number, orDash(c.Principal), c.Channel, when(c.Received), answer)
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}
