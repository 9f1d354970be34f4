package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy/access"
	"tregua/policy/silence"
)

func silentCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "silent",
		Short: "silent calls: how many, how long, and what enforcement would do",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(silentReport())
	return cmd
}

func silentReport() *cobra.Command {
	var (
		daemon              daemonFlags
		out                 = reportFormat{"table"}
		since, until, trunk string
	)
	cmd := &cobra.Command{
		Use:   "report",
		Short: "answered calls by trunk: silent or not, and how soon an operator spoke",
		Long: "report reads the whole ledger. It counts by what each record says, never anew: a\n" +
			"call keeps the class that the profile of its day gave it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			query, err := silentQuery(since, until, trunk)
			if err != nil {
				return err
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			report, err := client.Silent(cmd.Context(), query)
			if err != nil {
				return err
			}
			if out.word == "csv" {
				return writeSilenceCSV(cmd.OutOrStdout(), &report)
			}
			return out.word.print(cmd.OutOrStdout(), report, func(w io.Writer) { printSilence(w, &report) })
		},
	}
	daemon.add(cmd)
	cmd.Flags().VarP(&out, "output", "o", "table, json or csv")
	cmd.Flags().StringVar(&since, "since", "", "attempts received at or after, as 2026-11-22 or 2026-11-22T09:00 (without zone: local time)")
	cmd.Flags().StringVar(&until, "until", "", "and before")
	cmd.Flags().StringVar(&trunk, "trunk", "", "of this trunk only")
	return cmd
}

// reportFormat is how a report is printed: a [format], or csv.
type reportFormat struct{ word format }

// String returns the word.
func (f *reportFormat) String() string { return f.word.String() }

// Type names the value in help texts.
func (*reportFormat) Type() string { return "format" }

// Set reads the word.
func (f *reportFormat) Set(text string) error {
	if text == "csv" {
		f.word = "csv"
		return nil
	}
	if f.word.Set(text) != nil {
		return fmt.Errorf("use table, json or csv")
	}
	return nil
}

// silentQuery reads what the flags choose.
func silentQuery(since, until, trunk string) (q console.SilentQuery, err error) {
	q.Trunk = trunk
	for _, f := range []struct {
		flag, text string
		at         *time.Time
	}{{"--since", since, &q.Since}, {"--until", until, &q.Until}} {
		if f.text == "" {
			continue
		}
		if *f.at, err = time.ParseInLocation(time.DateOnly, f.text, time.Local); err == nil {
			continue
		}
		if *f.at, err = readTime(f.text); err != nil {
			return q, usagef("%s: %w", f.flag, err)
		}
	}
	if !q.Until.IsZero() && !q.Since.Before(q.Until) {
		return q, usagef("--since is not before --until; nothing would be counted")
	}
	return q, nil
}

// Silent counts the answered calls that q takes. It reads the ledger from its
// beginning and keeps no record.
func (r adminRecords) Silent(ctx context.Context, scope access.Scope, q console.SilentQuery) (*silence.Report, error) {
	report, snapshot := silence.New(r.limit), r.book.Current()
	for v, err := range r.reader.Each() {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if q.Takes(&v.Record) && takesRecord(scope, snapshot, &v.Record) {
			report.Add(&v.Record)
		}
	}
	// A trunk of an older config may have records; one that has none and is in
	// no config is a slip, and must not read as a clean bill.
	if trunks := r.trunksOf(scope); q.Trunk != "" && report.Total.Answered == 0 && !slices.Contains(trunks, q.Trunk) {
		return nil, &console.Mistake{Code: http.StatusNotFound, Err: fmt.Errorf("no pbx trunk %q; there are %q", q.Trunk, trunks)}
	}
	return report, nil
}
