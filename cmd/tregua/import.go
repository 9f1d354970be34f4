package main

import (
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
		Short: "import registry answers, a blacklist, consents, contracts or requests from a CSV file",
		Long: "An import puts the good rows of a file in force together and writes the bad ones,\n" +
			"with their line numbers, to FILE.rejects.csv. With more bad rows than --max-rejects\n" +
			"nothing is put in force and the exit code is 1.",
		RunE: needsSubcommand,
	}
	cmd.AddCommand(importRegistry(), importFor("blacklist", "numbers that the principal must not call", "0"),
		importFor("consents", "consents that people gave the principal", "1%"),
		importFor("contracts", "contracts with the principal: number, contract, from, ended_at, purpose", "1%"),
		importFor("requests", "wishes to be called once: number, at, until, agreed_at, evidence", "1%"),
		importFor("reassigned", "numbers that are another person's since a time: number, at", "0"))
	return cmd
}

// importFlags are those that every kind has.
type importFlags struct {
	daemon     daemonFlags
	out        format
	maxRejects string
}

func (f *importFlags) add(cmd *cobra.Command, maxRejects string) {
	f.daemon.add(cmd)
	f.out.add(cmd)
	cmd.Flags().StringVar(&f.maxRejects, "max-rejects", maxRejects, "how many rows may be bad, N or N%")
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
	in, err := os.Open(file)
	if err != nil {
		return &coded{exitUsage, err}
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return usagef("%s is no file to import", file)
	}
	r.Reader, r.FileName, r.MaxRejects = in, filepath.Base(file), f.maxRejects
	if screen, ok := cmd.ErrOrStderr().(*os.File); ok && term.IsTerminal(int(screen.Fd())) {
		bar := progressbar.NewOptions64(info.Size(), progressbar.OptionSetWriter(screen), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(r.FileName), progressbar.OptionClearOnFinish())
		defer bar.Finish() //nolint:errcheck // it only tidies the terminal
		r.Reader = io.TeeReader(in, bar)
	}
	result, err := client.Import(cmd.Context(), r)
	if err != nil {
		return err
	}
	rejects, err := writeRejects(file, result)
	if err != nil {
		return err
	}
	if err := f.out.print(cmd.OutOrStdout(), result, func(w io.Writer) { printImport(w, r, &result) }); err != nil {
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
	if !result.Activated {
		return // the error says why
	}
	fmt.Fprintf(w, "%s of %s: %d good rows, %d numbers in force as import %d, generation %d\n",
		r.Kind, r.Scope, result.Good, result.Numbers, result.Part, result.Generation)
}

// writeRejects writes the bad rows beside the file, readable by its owner only:
// they hold numbers.
func writeRejects(file string, result console.ImportResult) (path string, err error) {
	if result.Bad == 0 || result.Rejects == "" {
		return "", nil
	}
	path = file + ".rejects.csv"
	text := result.Rejects
	if result.Truncated {
		text += ",\"there are more; mend these first\",\n"
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("writing the rejects: %w", err)
	}
	return path, nil
}
