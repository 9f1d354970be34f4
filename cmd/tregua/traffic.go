package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy/access"
	"tregua/policy/handoff"
	"tregua/policy/ledger"
)

func trafficCommand() *cobra.Command {
	var (
		daemon              daemonFlags
		out                 = reportFormat{"table"}
		from, to, principal string
	)
	cmd := &cobra.Command{
		Use:   "traffic",
		Short: "by hour and principal: attempts and what became of them",
		Long: "traffic reads the ledger and counts the attempts that have ended, by the hour (UTC)\n" +
			"in which they were received. Re-dials answered from memory are no attempts.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			span, err := trafficSpan(from, to)
			if err != nil {
				return err
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			t, err := client.Traffic(cmd.Context(), console.TrafficQuery{From: span.Since, To: span.Until, Principal: principal})
			if err != nil {
				return err
			}
			if out.word == "csv" {
				return writeTrafficCSV(cmd.OutOrStdout(), t.Hours)
			}
			return out.word.print(cmd.OutOrStdout(), t, func(w io.Writer) { printTraffic(w, &t) })
		},
	}
	daemon.add(cmd)
	cmd.Flags().VarP(&out, "output", "o", "table, json or csv")
	cmd.Flags().StringVar(&from, "from", "", "attempts received at or after, as 2026-11-22 or 2026-11-22T09:00 (without zone: local time)")
	cmd.Flags().StringVar(&to, "to", "", "and before")
	cmd.Flags().StringVar(&principal, "principal", "", "of this principal only")
	return cmd
}

func trafficSpan(from, to string) (s ledger.Span, err error) {
	for _, f := range []struct {
		flag, text string
		at         *time.Time
	}{{"--from", from, &s.Since}, {"--to", to, &s.Until}} {
		if f.text == "" {
			continue
		}
		if *f.at, err = time.ParseInLocation(time.DateOnly, f.text, time.Local); err == nil {
			continue
		}
		if *f.at, err = readTime(f.text); err != nil {
			return s, usagef("%s: %w", f.flag, err)
		}
	}
	if !s.Until.IsZero() && !s.Since.Before(s.Until) {
		return s, usagef("--from is not before --to; nothing would be counted")
	}
	return s, nil
}

func printTraffic(w io.Writer, t *console.Traffic) {
	fmt.Fprintf(w, "traffic, attempts received %s\n", between(t.From, t.To))
	if len(t.Hours) == 0 {
		return
	}
	fmt.Fprintln(w, "hour\tprincipal\tattempts\trefused\tforwarded\tanswered\tconnected\tsilent\tA/B\trefused by")
	for _, h := range t.Hours {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", h.From.Local().Format("2006-01-02 15:04"), orDash(h.Principal),
			h.Attempts, h.Refused, h.Forwarded, h.Answered, h.Connected, h.Silent, percent(h.Ratio), orDash(reasonsText(h.Reasons)))
	}
}

func reasonsText(list []handoff.Reason) string {
	parts := make([]string, len(list))
	for i, r := range list {
		parts[i] = r.Reason + " " + strconv.FormatUint(r.Attempts, 10)
	}
	return strings.Join(parts, ", ")
}

// writeTrafficCSV writes one line for each hour; hours are UTC.
func writeTrafficCSV(w io.Writer, hours []handoff.Hour) error {
	rows := append(make([][]string, 0, 1+len(hours)), []string{"hour", "principal", "attempts", "refused", "forwarded", "answered", "connected", "silent", "a_of_b", "refused_by"})
	for _, h := range hours {
		row := []string{h.From.UTC().Format(time.RFC3339), h.Principal}
		for _, n := range []uint64{h.Attempts, h.Refused, h.Forwarded, h.Answered, h.Connected, h.Silent} {
			row = append(row, strconv.FormatUint(n, 10))
		}
		ratio := ""
		if h.Ratio != nil {
			ratio = strconv.FormatFloat(*h.Ratio, 'f', 6, 64)
		}
		rows = append(rows, append(row, ratio, reasonsText(h.Reasons)))
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// Traffic counts the attempts of the scope by hour and principal.
func (r adminRecords) Traffic(ctx context.Context, scope access.Scope, q console.TrafficQuery) ([]handoff.Hour, error) {
	snapshot := r.book.Current()
	if q.Principal != "" && !(adminNames{snapshot: snapshot, scope: scope}).HasPrincipal(q.Principal) {
		return nil, unknownPrincipal("traffic", q.Principal)
	}
	counts := make([]handoff.Traffic, cores())
	err := r.sweep(ctx, scope, ledger.Span{Since: q.From, Until: q.To}, "", len(counts), func(worker int, v *ledger.View) {
		if q.Principal == "" || q.Principal == snapshot.PrincipalName(v.Record.Attempt.Principal) {
			counts[worker].Add(&v.Record)
		}
	})
	for i := range counts[1:] {
		counts[0].Merge(&counts[i+1])
	}
	return counts[0].Hours(snapshot), err
}
