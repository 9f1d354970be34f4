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

// sayFlags are those of a command that enters one thing of one number.
type sayFlags struct {
	daemon daemonFlags
	out    format
	said   console.Saying
	at     string
	agreed string
	valid  string
}

// sayCommand is a command that enters change; flags adds those of its own, and
// check, if not nil, what they come to.
func sayCommand(change, use, short string, flags func(*cobra.Command, *sayFlags), check func(*sayFlags) error) *cobra.Command {
	f := &sayFlags{said: console.Saying{Change: change}}
	cmd := &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.said.Number = args[0]
			if check != nil {
				if err := check(f); err != nil {
					return err
				}
			}
			return f.run(cmd)
		},
	}
	f.daemon.add(cmd)
	f.out.add(cmd)
	cmd.Flags().StringVar(&f.said.Principal, "principal", "", "on whose behalf the calls are made")
	cmd.Flags().StringVar(&f.said.Reason, "because", "", "why it is entered; never the number itself")
	require(cmd, "principal")
	flags(cmd, f)
	return cmd
}

func (f *sayFlags) run(cmd *cobra.Command) (err error) {
	for _, t := range []struct {
		flag, text string
		to         *time.Time
	}{{"when", f.at, &f.said.At}, {"at", f.agreed, &f.said.AgreedAt}} {
		if t.text == "" {
			continue
		}
		if *t.to, err = readTime(t.text); err != nil {
			return usagef("--%s: %w", t.flag, err)
		}
	}
	if f.valid != "" {
		if f.said.Valid, err = readSpan(f.valid); err != nil {
			return usagef("--valid: %w", err)
		}
	}
	client, err := f.daemon.client()
	if err != nil {
		return err
	}
	said, err := client.Say(cmd.Context(), f.said)
	if err != nil {
		return err
	}
	return f.out.print(cmd.OutOrStdout(), said, func(w io.Writer) {
		fmt.Fprintf(w, "%s at %s since %s: %s\n", said.Number, said.Principal, when(said.At), said.What)
	})
}

// readSpan reads a span of time as people write it: 7d, or 36h.
func readSpan(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return time.Duration(n) * day, nil
		}
	} else if span, err := time.ParseDuration(text); err == nil && span > 0 {
		return span, nil
	}
	return 0, fmt.Errorf("%q is no span of time; write 7d or 36h", text)
}

// whenFlag says when the person said it.
func (f *sayFlags) whenFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.at, "when", "", "when the person said so, as 2026-11-22T09:00:00+01:00 (default now)")
}

func (f *sayFlags) evidenceFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.said.Evidence, "evidence", "", "reference to the proof; never the number itself")
	require(cmd, "evidence")
}

// family is a command that is only a family of others.
func family(use, short string, subs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, RunE: needsSubcommand}
	cmd.AddCommand(subs...)
	return cmd
}

func consentCommand() *cobra.Command {
	grant := sayCommand("grant", "grant NUMBER --principal P --purpose S --channels C --evidence REF", "enter one consent",
		func(cmd *cobra.Command, f *sayFlags) {
			cmd.Flags().StringVar(&f.said.Purpose, "purpose", "", "what it is for, as campaigns name it")
			cmd.Flags().StringVar(&f.said.Channels, "channels", "", "operator, automated or operator+automated")
			require(cmd, "purpose", "channels")
			f.evidenceFlag(cmd)
			f.whenFlag(cmd)
		}, nil)
	var wrong bool
	revoke := sayCommand("revoke", "revoke NUMBER --principal P [--purpose S]", "end every consent that was given so far",
		func(cmd *cobra.Command, f *sayFlags) {
			cmd.Flags().StringVar(&f.said.Purpose, "purpose", "", "that purpose only (default all)")
			cmd.Flags().BoolVar(&wrong, "wrong-person", false, "the number is somebody else's: contracts and requests end too (needs --because)")
			f.whenFlag(cmd)
		}, func(f *sayFlags) error {
			if wrong {
				f.said.Change = "wrong_person"
			}
			return nil
		})
	return family("consent", "what a person allowed a principal", grant, revoke, consentShow())
}

func requestCommand() *cobra.Command {
	add := sayCommand("request", "add NUMBER --principal P --evidence REF --valid 7d [--at TIME]", "enter that a person wants to be called, once",
		func(cmd *cobra.Command, f *sayFlags) {
			f.evidenceFlag(cmd)
			cmd.Flags().StringVar(&f.valid, "valid", "", "how long the wish holds, 7d or 36h")
			cmd.Flags().StringVar(&f.agreed, "at", "", "the agreed time of the call (default any)")
			require(cmd, "valid")
			f.whenFlag(cmd)
		}, nil)
	return family("request", "the persons who asked to be called, once", add, standingCommand("requests"))
}

// orderEvidence begins the evidence of a hold by an authority's order. It stops an
// erasure, too.
const orderEvidence = "order "

func holdCommand() *cobra.Command {
	var order, complaint string
	add := sayCommand("hold", "add NUMBER --principal P --order REF | --complaint REF", "let nobody call a number while something is looked into",
		func(cmd *cobra.Command, _ *sayFlags) {
			cmd.Flags().StringVar(&order, "order", "", "reference of an authority's order")
			cmd.Flags().StringVar(&complaint, "complaint", "", "reference of a complaint")
			cmd.MarkFlagsOneRequired("order", "complaint")
			cmd.MarkFlagsMutuallyExclusive("order", "complaint")
		}, func(f *sayFlags) error {
			f.said.Evidence = "complaint " + complaint
			if order != "" {
				f.said.Evidence = orderEvidence + order
			}
			return nil
		})
	remove := sayCommand("release", "remove NUMBER --principal P --because WHY", "end a hold",
		func(cmd *cobra.Command, _ *sayFlags) { require(cmd, "because") }, nil)
	return family("hold", "the numbers that nobody may call for now", add, remove, standingCommand("holds"))
}

func refusalCommand() *cobra.Command {
	add := sayCommand("refuse", "add NUMBER --principal P", "enter that a person said \"not now\"",
		func(cmd *cobra.Command, f *sayFlags) { f.whenFlag(cmd) }, nil)
	return family("refusal", "the persons who said \"not now\", which is no objection", add)
}

func standingCommand(what string) *cobra.Command {
	var (
		daemon    daemonFlags
		out       format
		principal string
	)
	cmd := &cobra.Command{
		Use: "list --principal P", Short: "list the " + what + " that stand, as far as they were entered singly", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			list, err := client.Standing(cmd.Context(), principal, what)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), list, func(w io.Writer) {
				for _, s := range list {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", s.Number, when(s.Since), when(s.Until), when(s.AgreedAt), s.Evidence)
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&principal, "principal", "", "on whose behalf the calls are made")
	require(cmd, "principal")
	return cmd
}

func consentShow() *cobra.Command {
	var (
		daemon    daemonFlags
		out       format
		principal string
	)
	cmd := &cobra.Command{
		Use: "show NUMBER --principal P", Short: "show what a principal knows of a person, and who entered what and why", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			p, err := client.Person(cmd.Context(), principal, args[0])
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), p, func(w io.Writer) {
				fmt.Fprintf(w, "%s at %s\n", p.Number, p.Principal)
				printPerson(w, p.Known, p.History)
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&principal, "principal", "", "on whose behalf the calls are made")
	require(cmd, "principal")
	return cmd
}

func printPerson(w io.Writer, known []console.PersonLine, history []console.SaidLine) {
	for _, l := range known {
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.Kind, when(l.At), when(l.Until),
			orDash(l.Purpose), orDash(l.Detail), orDash(l.Evidence), orDash(l.Source))
	}
	for _, h := range history {
		fmt.Fprintf(w, "  entered\t%s\t%s\t%s\t%s\n", when(h.At), h.Actor, h.What, orDash(h.Why))
	}
}
