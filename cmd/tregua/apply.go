package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/configs"
)

func applyCommand() *cobra.Command {
	var (
		daemon  daemonFlags
		out     format
		file    string
		because string
		dryRun  bool
	)
	cmd := &cobra.Command{
		Use:   "apply -f data.yaml",
		Short: "enter principals, call centres, mandates, caller ids, accounts, providers, lists and campaigns",
		Long: "apply makes the daemon's business data what the file says. What the file does not\n" +
			"name stays as it is; the same file again changes nothing. All of it or nothing.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			data, err := readData(file, cmd.InOrStdin())
			if err != nil {
				return &coded{exitUsage, err}
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			changes, err := client.Apply(cmd.Context(), data, because, dryRun)
			if err != nil {
				return inFile(file, err)
			}
			return out.print(cmd.OutOrStdout(), changes, func(w io.Writer) {
				for _, e := range changes.Edits {
					fmt.Fprintf(w, "%s\t%s\t%s\n", e.What, e.Name, e.Change)
				}
				switch {
				case len(changes.Edits) == 0:
					fmt.Fprintf(w, "nothing changes, generation %d is in force\n", changes.Generation)
				case dryRun:
					fmt.Fprintf(w, "%d changes, nothing was done\n", len(changes.Edits))
				default:
					fmt.Fprintf(w, "%d changes, generation %d is in force\n", len(changes.Edits), changes.Generation)
				}
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVarP(&file, "file", "f", "", "the data, YAML; - is standard input")
	cmd.Flags().StringVar(&because, "because", "", "why; kept in the history of each entity that changes")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would change and change nothing")
	if err := cmd.MarkFlagRequired("file"); err != nil {
		panic(err) // the flag was made a line above
	}
	return cmd
}

func readData(file string, stdin io.Reader) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(stdin)
	}
	return os.ReadFile(file)
}

// inFile gives the mistakes of a file, which the daemon names by line and
// column, the name of the file.
func inFile(file string, err error) error {
	p, ok := errors.AsType[*console.Problem](err)
	if !ok {
		return err
	}
	var problems configs.Problems
	for line := range strings.Lines(p.Detail) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			return fmt.Errorf("%s: %w", file, err)
		}
		row, err1 := strconv.Atoi(parts[0])
		column, err2 := strconv.Atoi(parts[1])
		if err1 != nil || err2 != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		problems = append(problems, configs.Problem{File: file, Line: row, Column: column, Text: strings.TrimSpace(parts[2])})
	}
	if len(problems) == 0 {
		return fmt.Errorf("%s: %w", file, err)
	}
	return problems
}
