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

func contractsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "contracts",
		Short: "where contracts came from",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(contractsCheck())
	return cmd
}

// formatFlags say how a file is written that is compared with the ledger.
func formatFlags(cmd *cobra.Command, f *console.Format) {
	cmd.Flags().StringArrayVar(&f.Columns, "column", nil, "the name of a column in the file, as number=TELEFONO; ignore=NOTE for one to pass over")
	cmd.Flags().StringVar(&f.Delimiter, "delimiter", "", "the character between fields, or tab (default: as the header has it)")
	cmd.Flags().StringVar(&f.Encoding, "encoding", "", "utf-8 (the default), iso-8859-1, windows-1252, or utf-16 with a byte order mark")
	cmd.Flags().StringVar(&f.Numbers, "numbers", "", "e164, or national:IT (default: as people dial them)")
}

func contractsCheck() *cobra.Command {
	var (
		daemon daemonFlags
		out    = reportFormat{"table"}
		file   = console.ContractsFile{Window: 24 * time.Hour}
	)
	cmd := &cobra.Command{
		Use:   "check FILE --principal P",
		Short: "say of each contract of a CSV file whether it came from a lawful call: contract, number, signed_at, [number2, campaign, seller, attempt]",
		Long: "A contract came from the attempt that it names, or else from the last call to one of\n" +
			"its numbers, at most --window before it was signed, in which somebody spoke. The exit\n" +
			"code is 1 when one did not come from a lawful call, or a row cannot be read.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if file.Window < time.Hour || file.Window%time.Hour != 0 {
				return usagef("--window %s: write whole hours, as 48h", file.Window)
			}
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
			report, err := client.CheckContracts(cmd.Context(), file)
			if err != nil {
				return err
			}
			if out.word == "csv" {
				err = writeContractsCSV(cmd.OutOrStdout(), &report)
			} else {
				err = out.word.print(cmd.OutOrStdout(), report, func(w io.Writer) { printContracts(w, &report) })
			}
			if err == nil && report.Findings() {
				err = &coded{exitFindings, nil}
			}
			return err
		},
	}
	daemon.add(cmd)
	formatFlags(cmd, &file.Format)
	cmd.Flags().VarP(&out, "output", "o", "table, json or csv (one line for each contract)")
	cmd.Flags().StringVar(&file.Principal, "principal", "", "whose contracts they are")
	cmd.Flags().DurationVar(&file.Window, "window", file.Window, "how long before the signature a call may have begun")
	require(cmd, "principal")
	return cmd
}

// printContracts writes what is wrong, and the sums.
func printContracts(w io.Writer, r *console.ContractsReport) {
	fmt.Fprintf(w, "contracts of %s: %d, %d of them not from a lawful call\n\n", r.Principal, r.Total.Contracts, r.Total.ClawBack)
	fmt.Fprintln(w, "seller\tcontracts\tlawful\tunlawful\tno call\tnot connected\tother number\tover term\tclaw back\tshare")
	for _, s := range append(r.Sellers, r.Total) {
		name := orDash(s.Seller)
		if s == r.Total {
			name = "all"
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f%%\n",
			name, s.Contracts, s.Lawful, s.Unlawful, s.NoCall, s.NotConnected, s.OtherNumber, s.OverTerm, s.ClawBack, 100*s.Share)
	}
	if r.Total.ClawBack+r.Total.OverTerm > 0 {
		fmt.Fprintln(w, "\ncontract\tseller\tverdict\tcalled\tat\treceipt\twhy")
	}
	for i := range r.Contracts {
		c := &r.Contracts[i]
		if c.Verdict != "lawful" {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
				c.Contract, orDash(c.Seller), c.Verdict, orDash(c.Called), when(c.CalledAt), orDash(c.Receipt), orDash(c.Why))
		}
	}
	printBadRows(w, r.Bad)
}

// printBadRows tells which rows of a file could not be read.
func printBadRows(w io.Writer, bad []console.BadRow) {
	if len(bad) > 0 {
		fmt.Fprintf(w, "\n%d rows could not be read and are in no figure:\n", len(bad))
	}
	for _, b := range bad {
		fmt.Fprintf(w, "line %d: %s\n", b.Line, b.Why)
	}
}

// writeContractsCSV writes one line for each contract.
func writeContractsCSV(w io.Writer, r *console.ContractsReport) error {
	out := csv.NewWriter(w)
	lines := make([][]string, 0, 1+len(r.Contracts)+len(r.Bad))
	lines = append(lines, []string{"line", "contract", "seller", "verdict", "reason", "why", "receipt", "by", "called", "called_at", "campaign"})
	for i := range r.Contracts {
		c := &r.Contracts[i]
		at := ""
		if !c.CalledAt.IsZero() {
			at = c.CalledAt.Format(time.RFC3339)
		}
		lines = append(lines, []string{strconv.Itoa(c.Line), c.Contract, c.Seller, c.Verdict, c.Reason, c.Why, c.Receipt, c.By, c.Called, at, c.Campaign})
	}
	for _, b := range r.Bad {
		lines = append(lines, []string{strconv.Itoa(b.Line), "", "", "unreadable", "", b.Why, "", "", "", "", ""})
	}
	return out.WriteAll(lines)
}
