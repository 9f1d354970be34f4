package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func subjectCommand() *cobra.Command {
	return family("subject", "what a person may ask: their data, no more calls, to be forgotten",
		subjectExport(), subjectObject(), subjectErase())
}

func subjectExport() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "export NUMBER",
		Short: "everything that is kept of a number and where it came from (GDPR art. 15, 20)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			data, err := client.SubjectExport(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), data, func(w io.Writer) { printSubject(w, &data) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func printSubject(w io.Writer, d *console.SubjectData) {
	fmt.Fprintf(w, "everything that %s keeps of %s\t%s\n", d.Scope, d.Number, when(d.At))
	printKept(w, &console.Page{
		Registry: d.Registry, Blacklist: d.Blacklist, Consents: d.Consents, People: d.People, Lists: d.Lists,
		Bars: d.Bars, Reached: d.Reached, Attempts: d.Attempts, Gone: d.Gone,
	})
	heading(w, "complaints", len(d.Complaints))
	for i := range d.Complaints {
		c := &d.Complaints[i]
		fmt.Fprintf(w, "  %s\t%s\tcalls of %s to %s\t%s\n", c.ID, words(c.Channel, c.Reference), when(c.From), when(c.Until), cmp.Or(words(c.Outcome, c.Answer), "open"))
	}
	heading(w, "who read the number", len(d.Access))
	for _, a := range d.Access {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", when(a.At), a.Actor, a.Role, a.Kind)
	}
}

func subjectObject() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		o      console.Objection
	)
	cmd := &cobra.Command{
		Use:   "object NUMBER --reason HOW [--principal P]",
		Short: "enter that a person wants no more calls (GDPR art. 21); in force when the command ends",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			o.Number = args[0]
			entries, err := client.SubjectObject(cmd.Context(), o)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), entries, func(w io.Writer) {
				for _, e := range entries {
					fmt.Fprintf(w, "%s\t%s\tsince %s\t%s\n", e.Number, e.Principal, when(e.Since), e.Source)
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&o.Principal, "principal", "", "at that principal only (default all)")
	cmd.Flags().StringVar(&o.Reason, "reason", "", "how and when the person said so; never the number itself")
	cmd.Flags().BoolVar(&o.All, "all", false, "the person wants no service calls either")
	require(cmd, "reason")
	return cmd
}

func subjectErase() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		e      console.Erasure
	)
	cmd := &cobra.Command{
		Use:   "erase NUMBER --reason HOW [--dry-run]",
		Short: "forget a person, but for the objection (GDPR art. 17)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			e.Number = args[0]
			done, err := client.SubjectErase(cmd.Context(), e)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), done, func(w io.Writer) { printErased(w, &done) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&e.Reason, "reason", "", "how and when the person asked; never the number itself")
	cmd.Flags().BoolVar(&e.DryRun, "dry-run", false, "say what would be taken, and take nothing")
	require(cmd, "reason")
	return cmd
}

func printErased(w io.Writer, e *console.Erased) {
	word := "is erased"
	if e.DryRun {
		word = "would be erased"
	}
	fmt.Fprintf(w, "%s %s: %d records, %d rows, %d places in files\n", e.Number, word, e.Records, e.Rows, e.Places)
	for _, set := range e.Sets {
		fmt.Fprintf(w, "  %s\n", set)
	}
	fmt.Fprintf(w, "blacklist of %s\n", orDash(strings.Join(e.Suppressed, ", ")))
	fmt.Fprintln(w, e.Kept)
}
