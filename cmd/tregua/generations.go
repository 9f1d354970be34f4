package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func generationsCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		limit  int
	)
	cmd := &cobra.Command{
		Use:   "generations",
		Short: "list what was in force when, the newest first",
		Long: "Every import and apply makes a generation: what is in force from then on. An older\n" +
			"one can be restored as long as its files are kept: while it is one of the last\n" +
			"three, or was in force within 30 days.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			list, err := client.Generations(cmd.Context(), limit)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), list, func(w io.Writer) { printGenerations(w, list) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().IntVarP(&limit, "limit", "n", 20, "how many")
	return cmd
}

func printGenerations(w io.Writer, list []console.Generation) {
	fmt.Fprintln(w, "generation\tsince\tby\tcause\timports")
	for _, g := range list {
		imports := make([]string, 0, len(g.Imports))
		for _, i := range g.Imports {
			imports = append(imports, fmt.Sprintf("%d %s", i.ID, i.Kind))
		}
		text := orDash(strings.Join(imports, ", "))
		if g.Missing > 0 {
			text += fmt.Sprintf(" (files of %d are gone)", g.Missing)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", g.Number, when(g.At), g.Actor, g.Cause, text)
	}
}

func restoreCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "restore GENERATION",
		Short: "put the imports of an older generation in force again",
		Long: "The imports that an older generation had come into force together, as a new\n" +
			"generation; later ones are out of force. Principals, campaigns and single\n" +
			"blacklist entries stay as they are.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			generation, err := strconv.ParseUint(args[0], 10, 64)
			if err != nil {
				return usagef("%q is no generation; see tregua generations", args[0])
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			result, err := client.Restore(cmd.Context(), generation)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), result, func(w io.Writer) {
				fmt.Fprintf(w, "the imports of generation %d are in force as generation %d\n", generation, result.Generation)
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func exportCommand() *cobra.Command {
	var (
		daemon      daemonFlags
		scope, file string
	)
	cmd := &cobra.Command{
		Use:   "export registry|blacklist|consents --scope NAME -o FILE",
		Short: "write registry answers, a blacklist or consents as import reads them",
		Long: "The file holds numbers: only its owner can read it. Registry answers are the last\n" +
			"of each number, with their date; answers of two dates are two imports.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			var rows int64
			err = writeWhole(file, func(w io.Writer) (err error) {
				rows, err = client.Export(cmd.Context(), args[0], scope, w)
				return err
			})
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%s of %s: %d rows in %s\n", args[0], scope, rows, file)
			}
			return err
		},
	}
	daemon.add(cmd)
	cmd.Flags().StringVar(&scope, "scope", "", "the account of registry answers, else the principal")
	cmd.Flags().StringVarP(&file, "output", "o", "", "the file to write")
	require(cmd, "scope", "output")
	return cmd
}

// writeWhole writes a file that is there whole, readable by its owner only, or
// not at all.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return &coded{exitUsage, err}
	}
	defer os.Remove(f.Name()) // it has its name by then, or is to go
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
