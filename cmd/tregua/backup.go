package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/configs"
	"tregua/policy/backup"
	"tregua/policy/rights"
	"tregua/policy/seal"
)

func backupCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup",
		Short: "copy the data of a running daemon, check a copy, and restore one",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(backupWriteCommand(), backupCheckCommand(), backupVerifyCommand(), backupRestoreCommand())
	return cmd
}

func backupWriteCommand() *cobra.Command {
	var daemon daemonFlags
	cmd := &cobra.Command{
		Use:   "write FILE",
		Short: "write a backup of a daemon that runs; calls do not wait",
		Long: "The file has the data of one moment and not the keys: copy node.keys of the config, too,\n" +
			"and keep it elsewhere. Without the keys a backup can be neither checked nor restored. It\n" +
			"holds the numbers of lists and registry answers in clear: only its owner can read it.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			if args[0] == "-" {
				return client.Backup(cmd.Context(), cmd.OutOrStdout())
			}
			if err := writeWhole(args[0], func(w io.Writer) error { return client.Backup(cmd.Context(), w) }); err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d bytes; the keys are not in it\n", args[0], info.Size())
			return nil
		},
	}
	daemon.add(cmd)
	return cmd
}

func backupCheckCommand() *cobra.Command {
	var (
		path string
		out  format
	)
	cmd := &cobra.Command{
		Use:   "check FILE -c CONFIG",
		Short: "hold a backup against its checksums; exit code 1 when it is damaged",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, keys, _, err := openBackup(args[0], path, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer file.Close()
			about, err := backup.Check(file, keys)
			if err != nil {
				return &coded{exitFindings, fmt.Errorf("%s: %w", args[0], err)}
			}
			return out.print(cmd.OutOrStdout(), about, func(w io.Writer) { printAbout(w, &about) })
		},
	}
	configFlag(cmd, &path)
	out.add(cmd)
	return cmd
}

func backupVerifyCommand() *cobra.Command {
	var (
		path string
		out  format
	)
	cmd := &cobra.Command{
		Use:   "verify FILE -c CONFIG",
		Short: "restore a backup into a directory that is removed again, and read all of its ledger",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, keys, _, err := openBackup(args[0], path, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer file.Close()
			r, err := backup.Verify(file, keys)
			if err != nil {
				return &coded{exitFindings, fmt.Errorf("%s: %w", args[0], err)}
			}
			return out.print(cmd.OutOrStdout(), r, func(w io.Writer) { printRestored(w, &r) })
		},
	}
	configFlag(cmd, &path)
	out.add(cmd)
	return cmd
}

func backupRestoreCommand() *cobra.Command {
	var (
		path string
		out  format
	)
	cmd := &cobra.Command{
		Use:   "restore FILE -c CONFIG",
		Short: "make node.data of a backup; no daemon may run on it",
		Long: "The directory node.data must be empty or not there, and is made whole or not at all: the\n" +
			"backup is checked before and all of its ledger is read. Persons who were erased after it\n" +
			"was taken are erased again, and the next start of the daemon writes into the ledger that\n" +
			"this was done.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, keys, config, err := openBackup(args[0], path, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			defer file.Close()
			register, err := rights.OpenRegister(config.Node.Keys)
			if err != nil {
				return err
			}
			defer register.Close()
			r, err := backup.Restore(file, backup.Target{
				Dir: config.Node.Data, Keys: keys, Now: time.Now(),
				Erase: func(s *seal.Subjects) (int, error) { return register.Apply(s) },
			})
			if err != nil {
				return &coded{exitFindings, fmt.Errorf("%s: %w", args[0], err)}
			}
			return out.print(cmd.OutOrStdout(), r, func(w io.Writer) {
				printRestored(w, &r)
				fmt.Fprintf(w, "restored to\t%s\n", config.Node.Data)
			})
		},
	}
	configFlag(cmd, &path)
	out.add(cmd)
	return cmd
}

// openBackup opens a backup with the keys of the node that a config names.
func openBackup(name, config string, warnings io.Writer) (*os.File, *seal.Keys, *configs.Config, error) {
	c, err := loadConfig(config, warnings)
	if err != nil {
		return nil, nil, nil, err
	}
	keys, err := seal.ReadKeys(c.Node.Keys)
	if err != nil {
		return nil, nil, nil, usagef("%w; copy the keys of the node that wrote the backup there", err)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, nil, nil, usagef("%w", err)
	}
	return file, keys, c, nil
}

func printAbout(w io.Writer, a *backup.About) {
	fmt.Fprintf(w, "backup of\t%s (%d), %s\n", a.Name, a.Node, when(a.At))
	fmt.Fprintf(w, "written by\ttregua %s, schema %d\n", a.Program, a.Schema)
	fmt.Fprintf(w, "records\t%d\n", a.Records)
}

func printRestored(w io.Writer, r *backup.Restored) {
	printAbout(w, &r.About)
	fmt.Fprintf(w, "months\t%s\n", strings.Join(r.Months, " "))
	fmt.Fprintf(w, "verified\t%d records, %d notes, %d open\n", r.Ledger.Records, r.Ledger.Notes, r.Ledger.Open)
	if r.Again > 0 {
		fmt.Fprintf(w, "erased again\t%d persons\n", r.Again)
	}
}
