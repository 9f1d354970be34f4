package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func registryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "registry",
		Short: "checks of numbers at the registry of oppositions: due, export, answer, status",
		Long: "A check goes round: due says how many numbers an account must ask about, export\n" +
			"writes them to a file and opens a submission, answer reads what the registry\n" +
			"replied to it, status says how long the answers hold.",
		RunE: needsSubcommand,
	}
	cmd.AddCommand(registryDue(), registryExport(), registryAnswer(), registryStatus())
	return cmd
}

// dueFlags say what is due.
type dueFlags struct {
	daemon  daemonFlags
	account string
	within  hours
}

func (f *dueFlags) add(cmd *cobra.Command) {
	f.daemon.add(cmd)
	f.within = hours(72)
	cmd.Flags().StringVar(&f.account, "account", "", "the registry account that asks")
	cmd.Flags().Var(&f.within, "within", "an answer that ends within this time is due too, as 3d or 36h")
}

// hours are a time, written as 3d or 36h.
type hours int

// String writes days where it can.
func (h *hours) String() string {
	if *h%24 == 0 {
		return strconv.Itoa(int(*h/24)) + "d"
	}
	return strconv.Itoa(int(*h)) + "h"
}

// Type names the value in help texts.
func (*hours) Type() string { return "time" }

// Set reads the time.
func (h *hours) Set(text string) error {
	unit := hours(1)
	number, ok := strings.CutSuffix(text, "h")
	if !ok {
		number, ok = strings.CutSuffix(text, "d")
		unit = 24
	}
	n, err := strconv.ParseUint(number, 10, 16)
	if err != nil || !ok {
		return errors.New("write days or hours, as 3d or 36h")
	}
	*h = hours(n) * unit
	return nil
}

func registryDue() *cobra.Command {
	var (
		flags dueFlags
		out   format
	)
	cmd := &cobra.Command{
		Use:   "due --account A",
		Short: "count the numbers without an answer, or with one that ends soon",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := flags.daemon.client()
			if err != nil {
				return err
			}
			due, err := client.Due(cmd.Context(), flags.account, int(flags.within))
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), due, func(w io.Writer) { printDue(w, &due, flags.within) })
		},
	}
	flags.add(cmd)
	out.add(cmd)
	require(cmd, "account")
	return cmd
}

func registryExport() *cobra.Command {
	var (
		flags dueFlags
		id    uint32
		file  string
	)
	cmd := &cobra.Command{
		Use:   "export --account A -o FILE",
		Short: "open a submission of the numbers that are due, and write its file",
		Long: "export opens a submission of the numbers that are due and not submitted already,\n" +
			"and writes them to FILE in the format of the account. With --submission ID it\n" +
			"writes the file of an older one again and opens none.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := flags.daemon.client()
			if err != nil {
				return err
			}
			return export(cmd, client, file, func() (uint32, string, error) {
				if id != 0 {
					return id, fmt.Sprintf("submission %d is written to %s again", id, file), nil
				}
				s, err := client.Submit(cmd.Context(), flags.account, int(flags.within))
				if err == nil && s.ID == 0 {
					return 0, "nothing is due under " + s.Account + ": no submission was opened, no file written", nil
				}
				return s.ID, fmt.Sprintf("submission %d of %s: %d numbers in %s, SHA-256 %s", s.ID, s.Account, s.Rows, file, s.SHA256), err
			})
		},
	}
	flags.add(cmd)
	cmd.Flags().Uint32Var(&id, "submission", 0, "write the file of this submission again")
	cmd.Flags().StringVarP(&file, "output", "o", "", "the file to write; it must not exist")
	require(cmd, "output")
	cmd.MarkFlagsOneRequired("account", "submission")
	cmd.MarkFlagsMutuallyExclusive("account", "submission")
	return cmd
}

// export writes the file of the submission that open returns, with what there is
// to say; 0 is none. The file is made first: a place that cannot be written to
// must not cost a submission.
func export(cmd *cobra.Command, client *console.Client, file string, open func() (uint32, string, error)) error {
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // it holds numbers
	if err != nil {
		return &coded{exitUsage, err}
	}
	id, text, err := open()
	if err == nil && id != 0 {
		if err = errors.Join(client.SubmissionFile(cmd.Context(), out, id), out.Sync()); err != nil {
			err = fmt.Errorf("%w; the submission is open: write its file with `tregua registry export --submission %d`", err, id)
		}
	}
	err = errors.Join(err, out.Close())
	if err != nil || id == 0 {
		err = errors.Join(err, os.Remove(file))
	}
	if err == nil {
		fmt.Fprintln(cmd.OutOrStdout(), text)
	}
	return err
}

func registryAnswer() *cobra.Command {
	var (
		flags    importFlags
		answered string
	)
	cmd := &cobra.Command{
		Use:   "answer ID FILE --answered-at T",
		Short: "enter what the registry replied to a submission",
		Long: "answer reads FILE in the format of the account. Every number that was submitted\n" +
			"becomes clear, opposed or not answered, which is not clear. A reply that lists\n" +
			"the clear or the opposed numbers only is taken whole or not at all.",
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := readTime(answered)
			if err != nil {
				return usagef("--answered-at: %w", err)
			}
			id, err := strconv.ParseUint(args[0], 10, 32)
			if err != nil || id == 0 {
				return usagef("%q is no submission: it has a number, see `tregua registry status`", args[0])
			}
			return flags.answer(cmd, args[1], console.AnswerRequest{Submission: uint32(id), AnsweredAt: at})
		},
	}
	flags.add(cmd, "0")
	cmd.Flags().StringVar(&answered, "answered-at", "", "when the registry answered, as 2026-11-22T09:00:00+01:00 (without zone: local time)")
	require(cmd, "answered-at")
	return cmd
}

func (f *importFlags) answer(cmd *cobra.Command, file string, r console.AnswerRequest) error {
	client, err := f.daemon.client()
	if err != nil {
		return err
	}
	in, done, err := openFile(cmd, file)
	if err != nil {
		return err
	}
	defer done()
	r.Reader, r.FileName, r.MaxRejects = in, filepath.Base(file), f.maxRejects
	result, err := client.Answer(cmd.Context(), r)
	if err != nil {
		return err
	}
	return f.told(cmd, file, &result.ImportResult, result, func(w io.Writer) {
		fmt.Fprintf(w, "submission %d of %s: %d clear, %d opposed, %d not answered, in force as import %d, generation %d\n",
			r.Submission, result.Account, result.Clear, result.Opposed, result.Unanswered, result.Part, result.Generation)
	})
}

func registryStatus() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "status",
		Short: "how far the numbers of each account are checked, and for how long",
		Long: "status ends with exit code 1 when an answer stops to hold within 72 hours, or when\n" +
			"the data of an account is broken.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			all, err := client.Accounts(cmd.Context())
			if err != nil {
				return err
			}
			if err := out.print(cmd.OutOrStdout(), all, func(w io.Writer) { printAccounts(w, all, time.Now()) }); err != nil {
				return err
			}
			return warnings(all)
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}
