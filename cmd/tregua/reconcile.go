package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func reconcileCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    = reportFormat{"table"}
		file   console.CarrierFile
	)
	cmd := &cobra.Command{
		Use:   "reconcile FILE --carrier TRUNK",
		Short: "find calls that went round tregua in a carrier's call records: number, started_at or answered_at, [duration, caller_id, id]",
		Long: "reconcile pairs the rows of a CSV file with the calls of the ledger by number, time\n" +
			"and caller id. It finds by itself how far the carrier's clock goes before ours, and\n" +
			"whether the carrier shows our caller ids. The exit code is 1 when there is a call\n" +
			"without a record, a record without a row, a time that differs by more than a second,\n" +
			"or a row that cannot be read.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			in, done, err := openFile(cmd, args[0])
			if err != nil {
				return err
			}
			defer done()
			file.Reader = in
			report, err := client.Reconcile(cmd.Context(), file)
			if err != nil {
				return err
			}
			if out.word == "csv" {
				err = writeReconciledCSV(cmd.OutOrStdout(), &report)
			} else {
				err = out.word.print(cmd.OutOrStdout(), report, func(w io.Writer) { printReconciled(w, &report) })
			}
			if err == nil && report.Findings() {
				err = &coded{exitFindings, nil}
			}
			return err
		},
	}
	daemon.add(cmd)
	formatFlags(cmd, &file.Format)
	cmd.Flags().VarP(&out, "output", "o", "table, json or csv (one line for each finding)")
	cmd.Flags().StringVar(&file.Carrier, "carrier", "", "the trunk whose carrier wrote the file")
	cmd.Flags().BoolVar(&file.Part, "part", false, "other carriers have calls of the time too: calls without a row are no finding")
	require(cmd, "carrier")
	return cmd
}

func printReconciled(w io.Writer, r *console.Reconciled) {
	fmt.Fprintf(w, "%s: %d rows, %d calls of ours, %d of them are one\n", r.Carrier, r.Rows, r.Calls, r.Pairs)
	clock := "taken for the same as ours: too few calls agree on a difference"
	if r.OffsetKnown {
		clock = fmt.Sprintf("%s before ours", time.Duration(r.OffsetMS)*time.Millisecond)
	}
	fmt.Fprintf(w, "the carrier's clock: %s\n", clock)
	if !r.ByCaller {
		fmt.Fprintln(w, "caller ids were not compared: the carrier shows none or others")
	}
	if r.Erased > 0 {
		fmt.Fprintf(w, "%d calls are of persons who were erased: their rows look as if they went round tregua\n", r.Erased)
	}
	fmt.Fprintf(w, "\nwent round tregua: %d\n", len(r.Leaks))
	for _, c := range r.Callers {
		fmt.Fprintf(w, "  caller id %s: %d\n", orDash(c.CallerID), c.Calls)
	}
	for _, l := range r.Leaks {
		fmt.Fprintf(w, "  line %d\t%s\t%s\t%s\t%s\n", l.Line, when(l.At), l.Called, orDash(l.CallerID), orDash(l.ID))
	}
	fmt.Fprintf(w, "records without a row: %d\n", len(r.Missing))
	for _, m := range r.Missing {
		fmt.Fprintf(w, "  %s\t%s\t%s\n", m.Attempt, when(m.At), m.Called)
	}
	fmt.Fprintf(w, "differences: %d\n", len(r.Differences))
	for _, d := range r.Differences {
		fmt.Fprintf(w, "  line %d\t%s\t%s\tanswer %s\ttalk %s\n", d.Line, d.Attempt, d.What,
			time.Duration(d.AnswerMS)*time.Millisecond, time.Duration(d.TalkMS)*time.Millisecond)
	}
	printBadRows(w, r.Bad)
}

// writeReconciledCSV writes one line for each finding.
func writeReconciledCSV(w io.Writer, r *console.Reconciled) error {
	lines := make([][]string, 0, 1+len(r.Leaks)+len(r.Missing)+len(r.Differences)+len(r.Bad))
	lines = append(lines, []string{"finding", "line", "attempt", "called", "caller_id", "at", "answer_ms", "talk_ms", "note"})
	for _, l := range r.Leaks {
		lines = append(lines, []string{"leak", strconv.Itoa(l.Line), "", l.Called, l.CallerID, l.At.Format(time.RFC3339), "", "", l.ID})
	}
	for _, m := range r.Missing {
		lines = append(lines, []string{"missing", "", m.Attempt, m.Called, "", m.At.Format(time.RFC3339), "", "", ""})
	}
	for _, d := range r.Differences {
		lines = append(lines, []string{
			"difference", strconv.Itoa(d.Line), d.Attempt, "", "", "",
			strconv.FormatInt(d.AnswerMS, 10), strconv.FormatInt(d.TalkMS, 10), d.What,
		})
	}
	for _, b := range r.Bad {
		lines = append(lines, []string{"unreadable", strconv.Itoa(b.Line), "", "", "", "", "", "", b.Why})
	}
	return csv.NewWriter(w).WriteAll(lines)
}
