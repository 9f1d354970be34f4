package main

import (
	"cmp"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy/report/archive"
)

func reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "statistical reports of calls: silent ones, refusals, ratios",
		Long: "report counts what became of calls, in the form that authorities ask for and that is\n" +
			"kept two years. It tells no number. Days are those of Rome.",
		RunE: needsSubcommand,
	}
	cmd.AddCommand(reportDay(), reportMonth(), reportOf("campaign", "of a campaign, principal/campaign"),
		reportOf("group", "of a ratio group, principal/purpose/call-centre"), reportOf("principal", "of a principal"), reportVerify())
	return cmd
}

// reportForms are how a report can be written.
const reportForms = "json, csv, html or pdf"

// reportFlags are those of every report, and of other files that are signed.
type reportFlags struct {
	daemon     daemonFlags
	form, file string
	lang       string
}

func (f *reportFlags) add(cmd *cobra.Command, forms string) {
	f.daemon.add(cmd)
	cmd.Flags().StringVarP(&f.form, "output", "o", "json", forms)
	cmd.Flags().StringVar(&f.file, "file", "", "write it there (default: to the standard output)")
	cmd.Flags().StringVar(&f.lang, "lang", "it", "language of html and pdf: it or en")
}

// write asks for a signed file and writes it, with the signature of its JSON beside it.
func (f *reportFlags) write(cmd *cobra.Command, ask func(*console.Client) (console.ReportFile, error)) error {
	if f.form == "pdf" && f.file == "" {
		return usagef("-o pdf needs --file: a PDF is no text")
	}
	client, err := f.daemon.client()
	if err != nil {
		return err
	}
	r, err := ask(client)
	if err != nil {
		return err
	}
	if f.file == "" {
		_, err = cmd.OutOrStdout().Write(r.Data)
		return err
	}
	if err := os.WriteFile(f.file, r.Data, 0o600); err != nil {
		return err
	}
	if f.form == "json" && r.Signature != "" {
		s := archive.Statement{File: r.Name, Digest: r.Digest, Signature: r.Signature}
		if err := os.WriteFile(f.file+".sig", []byte(s.String()), 0o600); err != nil {
			return err
		}
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s written; in JSON it has the SHA-256 %s\n", f.file, r.Digest)
	return nil
}

// report asks for a report and writes it.
func (f *reportFlags) report(cmd *cobra.Command, q console.ReportQuery) error {
	q.Form, q.Lang = f.form, f.lang
	return f.write(cmd, func(client *console.Client) (console.ReportFile, error) { return client.Report(cmd.Context(), q) })
}

func reportVerify() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "verify a report in JSON against FILE.sig; exit code 1 when it does not hold",
		Long: "verify needs the report, the file .sig beside it and the public key of the log, the word\n" +
			"that `tregua ledger key` prints or a file that holds it. It asks no daemon.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			verifier, err := publicKey(key)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return usagef("%w", err)
			}
			text, err := os.ReadFile(args[0] + ".sig")
			if err != nil {
				return usagef("%w", err)
			}
			s, err := archive.ReadStatement(string(text))
			if err == nil {
				err = s.Verify(data, verifier.Verify)
			}
			if err != nil {
				return &coded{exitFindings, fmt.Errorf("%s: %w", args[0], err)}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "holds: signed as %s by %s\n", s.File, verifier.Name())
			return nil
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "the public key of the log, or a file with it")
	require(cmd, "key")
	return cmd
}

func reportDay() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "day [DATE]",
		Short: "of a day, as 2026-11-22; yesterday without it",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.report(cmd, console.ReportQuery{Kind: "day", First: first(args)})
		},
	}
	f.add(cmd, reportForms)
	return cmd
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func reportMonth() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "month [MONTH]",
		Short: "of a month, as 2026-11; the last one without it",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := console.ReportQuery{Kind: "month"}
			if month := first(args); month != "" {
				if _, err := time.Parse("2006-01", month); err != nil {
					return usagef("month %q: write it as 2026-11", month)
				}
				q.First = month + "-01"
			}
			return f.report(cmd, q)
		},
	}
	f.add(cmd, reportForms)
	return cmd
}

// reportOf is the command for the reports of something that has a name.
func reportOf(what, short string) *cobra.Command {
	var (
		f        reportFlags
		from, to string
	)
	cmd := &cobra.Command{
		Use:   what + " NAME",
		Short: short + ": of some days, or of all",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := console.ReportQuery{Kind: "span", First: from, Last: cmp.Or(to, from)}
			if to != "" && from == "" {
				return usagef("--to needs --from")
			}
			switch what {
			case "campaign":
				q.Campaign = args[0]
			case "group":
				q.Group = args[0]
			case "principal":
				q.Principal = args[0]
			}
			if what == "campaign" && from == "" {
				q.Kind = "final"
			}
			return f.report(cmd, q)
		},
	}
	f.add(cmd, reportForms)
	cmd.Flags().StringVar(&from, "from", "", "the first day, as 2026-11-01 (default: that of the first call)")
	cmd.Flags().StringVar(&to, "to", "", "the last day (default: the first)")
	return cmd
}
