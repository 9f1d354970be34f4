package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "who may ask the daemon what: make, list and revoke tokens",
		Long: "A token lets a person or a program ask the daemon, at its socket or over the\n" +
			"network, for what its role and its principal or call centre allow:\n\n" +
			"  admin       infrastructure, all tenants; reads no numbers\n" +
			"  compliance  one principal, all its call centres\n" +
			"  supervisor  one call centre, its calls only\n" +
			"  auditor     reads\n" +
			"  system      a program, what --operation names",
		RunE: needsSubcommand,
	}
	cmd.AddCommand(tokenAdd(), tokenList(), tokenRevoke())
	return cmd
}

func tokenAdd() *cobra.Command {
	var (
		daemon  daemonFlags
		out     format
		request console.TokenRequest
		expires string
	)
	cmd := &cobra.Command{
		Use:   "add NAME --role ROLE",
		Short: "make a token and print it; it is kept nowhere and never printed again",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			request.Name = args[0]
			if request.Expires, err = readExpiry(expires, time.Now()); err != nil {
				return usagef("--expires: %w", err)
			}
			client, err := daemon.client()
			if err != nil {
				return err
			}
			t, err := client.AddToken(cmd.Context(), request)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), t, func(w io.Writer) { fmt.Fprintln(w, t.Secret) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&request.Role, "role", "", "admin, compliance, supervisor, auditor or system")
	flags.StringVar(&request.Principal, "principal", "", "the principal of compliance; auditor and system may have one")
	flags.StringVar(&request.CallCentre, "call-centre", "", "the call centre of supervisor; auditor and system may have one")
	flags.StringSliceVar(&request.Operations, "operation", nil, "of system: the id of an operation of the API, as lookup; may stand more than once")
	flags.StringVar(&expires, "expires", "", "when it ends: a time, as 2026-12-31T18:00, or so long from now, as 720h (default: when it is revoked)")
	require(cmd, "role")
	return cmd
}

// readExpiry reads a time, or a duration from now; "" is no time.
func readExpiry(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d), nil
	}
	t, err := readTime(text)
	if err != nil {
		err = fmt.Errorf("%q is no time; write as 2026-12-31T18:00, or as 720h", text)
	}
	return t, err
}

func tokenList() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "every token there ever was, newest first, with who made and who revoked it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			list, err := client.Tokens(cmd.Context())
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), list, func(w io.Writer) { printTokens(w, list) })
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	return cmd
}

func printTokens(w io.Writer, list []console.Token) {
	fmt.Fprintln(w, "name\trole\tof\tstate\tmade\tby\texpires\trevoked\tby\twhy")
	for _, t := range list {
		of := strings.Join(strings.Fields(t.Principal+" "+t.CallCentre+" "+strings.Join(t.Operations, ",")), " ")
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.Name, t.Role, orDash(of), t.State,
			when(t.Made), t.By, when(t.Expires), when(t.Revoked), orDash(t.RevokedBy), orDash(t.Why))
	}
}

func tokenRevoke() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		why    string
	)
	cmd := &cobra.Command{
		Use:   "revoke NAME",
		Short: "end a token at once; its name is not given again",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			t, err := client.RevokeToken(cmd.Context(), args[0], why)
			if err != nil {
				return err
			}
			return out.print(cmd.OutOrStdout(), t, func(w io.Writer) {
				fmt.Fprintf(w, "%s is revoked since %s by %s\n", t.Name, when(t.Revoked), t.RevokedBy)
			})
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().StringVar(&why, "why", "", "for the history")
	return cmd
}
