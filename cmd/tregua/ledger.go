package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"tregua/cmd/tregua/console"
	"tregua/policy/proof"
)

func ledgerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "prove records, and find out whether any was altered",
		RunE:  needsSubcommand,
	}
	cmd.AddCommand(proveCommand(), verifyCommand(), auditCommand(), anchorCommand(), logKeyCommand(), purgeCommand(), legalHoldCommand())
	return cmd
}

func proveCommand() *cobra.Command {
	var (
		daemon   daemonFlags
		file     string
		personal bool
	)
	cmd := &cobra.Command{
		Use:   "prove ATTEMPT",
		Short: "write the proof file of a record, which anybody can verify with the public key",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			text, err := proofOf(cmd, client, args[0], personal)
			if err != nil {
				return err
			}
			if file != "" {
				return os.WriteFile(file, text, 0o600)
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	daemon.add(cmd)
	cmd.Flags().StringVarP(&file, "output", "o", "", "the file to write (default: standard output)")
	cmd.Flags().BoolVar(&personal, "personal", false, "with number, caller id and Call-ID in clear")
	return cmd
}

// proofOf asks for the proof file of an attempt.
func proofOf(cmd *cobra.Command, client *console.Client, attempt string, personal bool) ([]byte, error) {
	text, err := client.Prove(cmd.Context(), attempt, personal)
	if p, ok := errors.AsType[*console.Problem](err); ok && p.Status == http.StatusNotFound {
		err = &coded{exitFindings, err}
	}
	return text, err
}

func verifyCommand() *cobra.Command {
	var (
		out format
		key string
	)
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "verify a proof file; exit code 1 when it does not hold",
		Long: "verify needs the file and the public key of the log, and asks no daemon. The key is the\n" +
			"word that `tregua ledger key` prints, or a file that holds it: take it from elsewhere than\n" +
			"the file.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			verifier, err := publicKey(key)
			if err != nil {
				return err
			}
			file, err := os.ReadFile(args[0])
			if err != nil {
				return usagef("%w", err)
			}
			p, err := proof.Verify(file, verifier)
			if err != nil {
				return &coded{exitFindings, fmt.Errorf("%s: %w", args[0], err)}
			}
			shown := provenOf(&p)
			return out.print(cmd.OutOrStdout(), shown, func(w io.Writer) { shown.print(w) })
		},
	}
	out.add(cmd)
	cmd.Flags().StringVar(&key, "key", "", "the public key of the log, or a file with it")
	if err := cmd.MarkFlagRequired("key"); err != nil {
		panic(err) // the flag is there
	}
	return cmd
}

// publicKey reads the public key of a log, which is a word or a file with it.
func publicKey(key string) (note.Verifier, error) {
	if text, err := os.ReadFile(key); err == nil {
		key = string(text)
	}
	verifier, err := proof.ParseKey(key)
	if err != nil {
		return nil, usagef("--key: %w", err)
	}
	return verifier, nil
}

func auditCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		files  []string
		ca     string
	)
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "read everything and name the first difference; exit code 1 when there is one",
		Long: "audit holds records, leaves, tiles, the checkpoint and the counters against each other, and\n" +
			"against checkpoints that were saved elsewhere (--anchor). Without an anchor it finds nothing\n" +
			"where somebody who has the signing key and the disk has written the whole log anew.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			saved, err := savedAnchors(files, ca)
			if err != nil {
				return usagef("--anchor: %w", err)
			}
			anchors := make([]console.SavedAnchor, 0, len(saved))
			for _, s := range saved {
				anchors = append(anchors, s.SavedAnchor)
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			answer, err := client.Audit(cmd.Context(), anchors)
			if err != nil {
				return err
			}
			report := audited{AuditAnswer: answer}
			report.Stamps = addStamps(&report, saved)
			err = out.print(cmd.OutOrStdout(), report, func(w io.Writer) { printAudit(w, &report.AuditAnswer, report.Stamps) })
			if err == nil && len(report.Findings) > 0 {
				err = &coded{exitFindings, nil}
			}
			return err
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringArrayVar(&files, "anchor", nil, "a checkpoint that was saved elsewhere, or a directory of them; may be given more than once")
	cmd.Flags().StringVar(&ca, "ca", "", "root certificates (PEM) of the authority whose time stamps (.tsr) lie beside them")
	return cmd
}

func logKeyCommand() *cobra.Command {
	var daemon daemonFlags
	cmd := &cobra.Command{
		Use:   "key",
		Short: "print the public key of the proof log",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			key, err := client.LogKey(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), key.Key)
			return nil
		},
	}
	daemon.add(cmd)
	return cmd
}
