package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"
	_ "time/tzdata" // zones of called numbers, on a host without them too

	"github.com/spf13/cobra"

	"tregua/policy/store"
)

func serveCommand() *cobra.Command {
	var (
		path  string
		style string
		level slog.Level
		drain time.Duration
	)
	cmd := &cobra.Command{
		Use:   "serve -c FILE",
		Short: "take calls: judge, relay, record",
		Long: "serve is the daemon. It logs to standard error and ends cleanly on SIGTERM or\n" +
			"SIGINT: new calls are refused, and calls in progress may go on for node.drain_max\n" +
			"(or --drain). Then, or at a second signal, those that are left are ended on both\n" +
			"sides; with node.stop: keep the next serve goes on with them. The records that\n" +
			"wait are written. If the store fails even then, they are lost, and serve says how\n" +
			"many and ends with an error.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			config, err := loadConfig(path, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			log, err := newLog(cmd.ErrOrStderr(), style, level)
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("drain") {
				if drain < 0 {
					return usagef("--drain: %s is no time to wait; give a duration as 10m, or 0s", drain)
				}
				config.Node.DrainMax = drain
			}
			return serve(cmd.Context(), config, log)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&style, "log", "text", "text or json")
	cmd.Flags().TextVar(&level, "log-level", slog.LevelInfo, "debug, info, warn or error")
	cmd.Flags().DurationVar(&drain, "drain", 0, "how long calls may go on after SIGTERM, instead of node.drain_max")
	return cmd
}

func newLog(w io.Writer, style string, level slog.Level) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level}
	switch style {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	}
	return nil, usagef("--log: %q is no style of log; use text or json", style)
}

// explain adds to an error what the user can do about it.
func explain(err error, data string) error {
	if errors.Is(err, store.ErrLocked) {
		return fmt.Errorf("%s belongs to another tregua that is running; stop it or give this one its own node.data", data)
	}
	return err
}

// ended passes on the error of a part, but not that it was told to end.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
