package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tregua/cmd/tregua/console"
)

func importCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "import",
		Short: "import registry answers, blacklists, consents, contact lists, contacts, contracts, requests or dispositions from a CSV file",
		Long: "An import puts the good rows of a file in force together and writes the bad ones,\n" +
			"with their line numbers, to FILE.rejects.csv or --rejects. With more bad rows than\n" +
			"--max-rejects nothing is put in force and the exit code is 1.",
		RunE: needsSubcommand,
	}
	cmd.AddCommand(importRegistry(), importFor("blacklist", "numbers that the principal must not call", "0"),
		importFor("consents", "consents that people gave the principal", "1%"), importList(),
		importFor("contacts", "which numbers are of one person: number, contact", "1%"),
		importFor("contracts", "contracts with the principal: number, contract, from, ended_at, purpose", "1%"),
		importFor("requests", "wishes to be called once: number, at, until, agreed_at, evidence", "1%"),
		importFor("reassigned", "numbers that are another person's since a time: number, at", "0"),
		importDispositions())
	return cmd
}

// importFlags are those that every kind has.
type importFlags struct {
	daemon     daemonFlags
	out        format
	maxRejects string
	rejects    string
	format     console.Format
}

func (f *importFlags) add(cmd *cobra.Command, maxRejects string) {
	f.addFile(cmd)
	cmd.Flags().StringVar(&f.maxRejects, "max-rejects", maxRejects, "how many rows may be bad, N or N%")
}

// addFile adds those that say how a file is written.
func (f *importFlags) addFile(cmd *cobra.Command) {
	f.daemon.add(cmd)
	f.out.add(cmd)
	cmd.Flags().StringVar(&f.rejects, "rejects", "", "the file that the bad rows are written to (default FILE.rejects.csv)")
	cmd.Flags().StringArrayVar(&f.format.Columns, "column", nil, "the name of a column in the file, as number=TELEFONO; ignore=NOTE for one to pass over")
	cmd.Flags().StringVar(&f.format.Delimiter, "delimiter", "", "the character between fields, or tab (default: as the header has it)")
	cmd.Flags().StringVar(&f.format.Encoding, "encoding", "", "utf-8 (the default), iso-8859-1, windows-1252, or utf-16 with a byte order mark")
	cmd.Flags().StringVar(&f.format.Numbers, "numbers", "", "e164, or national:IT (default: as people dial them)")
}

func importRegistry() *cobra.Command {
	var (
		flags             importFlags
		account, answered string
	)
	cmd := &cobra.Command{
		Use:   "registry FILE --account A --answered-at T",
		Short: "import what the registry of oppositions answered: number, clear|opposed",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := readTime(answered)
			if err != nil {
				return usagef("--answered-at: %w", err)
			}
			return flags.run(cmd, args[0], console.ImportRequest{Kind: "registry", Scope: account, AnsweredAt: at})
		},
	}
	flags.add(cmd, "1%")
	cmd.Flags().StringVar(&flags.format.Polarity, "polarity", "", "clear or opposed, when the file has no column answer")
	cmd.Flags().StringVar(&account, "account", "", "the registry account that asked")
	cmd.Flags().StringVar(&answered, "answered-at", "", "when the registry answered, as 2026-11-22T09:00:00+01:00 (without zone: local time)")
	require(cmd, "account", "answered-at")
	return cmd
}

// importFor is the import of a kind that belongs to a principal.
func importFor(kind, what, maxRejects string) *cobra.Command {
	var (
		flags     importFlags
		principal string
	)
	cmd := &cobra.Command{
		Use:   kind + " FILE --principal P",
		Short: "import " + what,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.run(cmd, args[0], console.ImportRequest{Kind: kind, Scope: principal})
		},
	}
	flags.add(cmd, maxRejects)
	cmd.Flags().StringVar(&principal, "principal", "", "on whose behalf the calls are made")
	require(cmd, "principal")
	return cmd
}

func require(cmd *cobra.Command, flags ...string) {
	for _, f := range flags {
		if err := cmd.MarkFlagRequired(f); err != nil {
			panic(err) // the caller made the flag
		}
	}
}

// readTime reads a time as people and programs write it.
func readTime(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write as 2026-11-22T09:00:00+01:00", text)
}

func (f *importFlags) run(cmd *cobra.Command, file string, r console.ImportRequest) error {
	client, err := f.daemon.client()
	if err != nil {
		return err
	}
	in, done, err := openFile(cmd, file)
	if err != nil {
		return err
	}
	defer done()
	r.Reader, r.FileName, r.MaxRejects, r.Format = in, filepath.Base(file), f.maxRejects, f.format
	result, err := client.Import(cmd.Context(), r)
	if err != nil {
		return err
	}
	return f.told(cmd, file, &result, result, func(w io.Writer) { printImport(w, r, &result) })
}

// openFile opens a file to send, with a bar on a terminal that shows how far it
// was read.
func openFile(cmd *cobra.Command, file string) (in io.Reader, done func(), err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, nil, &coded{exitUsage, err}
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, nil, usagef("%s is no file to import", file)
	}
	screen, ok := cmd.ErrOrStderr().(*os.File)
	if !ok || !term.IsTerminal(int(screen.Fd())) {
		return f, func() { f.Close() }, nil
	}
	bar := progressbar.NewOptions64(info.Size(), progressbar.OptionSetWriter(screen), progressbar.OptionShowBytes(true),
		progressbar.OptionSetDescription(filepath.Base(file)), progressbar.OptionClearOnFinish())
	return io.TeeReader(f, bar), func() {
		bar.Finish() //nolint:errcheck // it only tidies the terminal
		f.Close()
	}, nil
}

// told tells what became of a file: the rejects go beside it, and whole, of
// which result is a part, to the output.
func (f *importFlags) told(cmd *cobra.Command, file string, result *console.ImportResult, whole any, table func(io.Writer)) error {
	rejects, err := writeRejects(cmp.Or(f.rejects, file+".rejects.csv"), *result)
	if err != nil {
		return err
	}
	if err := f.out.print(cmd.OutOrStdout(), whole, func(w io.Writer) {
		if result.Activated { // else the error says why
			table(w)
		}
	}); err != nil {
		return err
	}
	if rejects != "" {
		fmt.Fprintf(cmd.ErrOrStderr(), "tregua: %d rows of %s are bad, see %s\n", result.Bad, file, rejects)
	}
	if !result.Activated {
		return &coded{exitFindings, errors.New(result.Why)}
	}
	return nil
}

func printImport(w io.Writer, r console.ImportRequest, result *console.ImportResult) {
	if r.Kind == "list" {
		printListImport(w, r, result)
		return
	}
	fmt.Fprintf(w, "%s of %s: %d good rows, %d numbers in force as import %d, generation %d\n",
		r.Kind, r.Scope, result.Good, result.Numbers, result.Part, result.Generation)
	if result.Rows > 0 {
		fmt.Fprintf(w, "fast path: %.1f%% of %d rows\n", 100*float64(result.Fast)/float64(result.Rows), result.Rows)
	}
}

// writeRejects writes the bad rows, readable by their owner only: they hold
// numbers.
func writeRejects(path string, result console.ImportResult) (written string, err error) {
	if result.Bad == 0 || result.Rejects == "" {
		return "", nil
	}
	text := result.Rejects
	if result.Truncated {
		text += ",\"there are more; mend these first\",\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("writing the rejects: %w", err)
	}
	return path, nil
}
