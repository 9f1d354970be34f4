// Command tregua stands between a call centre's dialer and the carriers: it
// refuses calls that may not be made and keeps the record of all of them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/configs"
)

// The exit codes.
const (
	exitOK       = 0
	exitFindings = 1 // the command worked and found something to look at
	exitUsage    = 2 // the command line, a config or data is wrong
	exitFault    = 3 // trouble of the program or the machine
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	return execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
}

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	code := exitUsage // what is not coded comes from reading the command line
	if c, ok := errors.AsType[*coded](err); ok {
		code, err = c.code, c.err
	}
	if err != nil {
		report(stderr, err)
	}
	return code
}

// report prints an error as one line; the mistakes of a file come before it,
// one on each line, so that an editor can jump to them.
func report(w io.Writer, err error) {
	if problems, ok := errors.AsType[configs.Problems](err); ok && len(problems) > 1 {
		fmt.Fprintln(w, problems.Error())
		fmt.Fprintf(w, "tregua: %s: %d mistakes\n", problems[0].File, len(problems))
		return
	}
	fmt.Fprintf(w, "tregua: %s\n", strings.ReplaceAll(err.Error(), "\n", "\ntregua: "))
}

// coded is an error with its exit code. A nil err prints nothing: all was said.
type coded struct {
	code int
	err  error
}

// Error returns the text of the error.
func (c *coded) Error() string {
	if c.err == nil {
		return fmt.Sprintf("exit %d", c.code)
	}
	return c.err.Error()
}

// Unwrap returns the error.
func (c *coded) Unwrap() error { return c.err }

// codeOf gives an error that a command returned its exit code.
func codeOf(err error) error {
	if _, done := errors.AsType[*coded](err); err == nil || done {
		return err
	}
	code := exitFault
	if _, ok := errors.AsType[configs.Problems](err); ok {
		code = exitUsage
	}
	if p, ok := errors.AsType[*console.Problem](err); ok && p.Status/100 == 4 {
		code = exitUsage
	}
	return &coded{code, err}
}

func usagef(format string, args ...any) error {
	return &coded{exitUsage, fmt.Errorf(format, args...)}
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tregua",
		Short: "refuses calls that may not be made, and keeps the record",
		Long: "tregua stands between a call centre's dialer and the carriers. `tregua serve` is\n" +
			"the daemon; the data commands speak to it through its admin socket.\n\n" +
			"Exit codes: 0 ok, 1 findings, 2 usage or configuration, 3 fault.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(serveCommand(), checkCommand(), demoCommand(), versionCommand(), mediaCommand())
	root.AddCommand(statusCommand(), topCommand(), applyCommand(), importCommand(), lookupCommand(), explainCommand(), silentCommand(), shadowCommand(), reportCommand(), trafficCommand())
	root.AddCommand(blacklistCommand(), registryCommand(), trunkCommand(), enforceCommand())
	root.AddCommand(consentCommand(), requestCommand(), holdCommand(), refusalCommand(), subjectCommand(), complaintCommand(), receiptCommand())
	root.AddCommand(generationsCommand(), restoreCommand(), exportCommand())
	root.AddCommand(listCommand(), providerCommand(), campaignCommand())
	root.AddCommand(contractsCommand(), reconcileCommand())
	root.AddCommand(tokenCommand(), accessCommand(), proposalsCommand(), confirmCommand())
	root.AddCommand(ledgerCommand(), backupCommand(), migrateCommand())
	code(root)
	return root
}

// code gives every command's errors their exit codes, and groups an unknown
// sub-command as a mistake in usage.
func code(cmd *cobra.Command) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error { return codeOf(run(cmd, args)) }
	}
	for _, sub := range cmd.Commands() {
		code(sub)
	}
}

// needsSubcommand is the RunE of a command that is only a family of others.
func needsSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("unknown command %q for %q; see %s --help", args[0], cmd.CommandPath(), cmd.CommandPath())
	}
	return usagef("%s needs a sub-command; see %s --help", cmd.CommandPath(), cmd.CommandPath())
}
