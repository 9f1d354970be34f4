package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	_ "time/tzdata" // zones of called numbers, on a host without them too

	"github.com/spf13/cobra"

	"tregua/policy/store"
)

func serveCommand() *cobra.Command {
	var (
		path  string
		style string
		level slog.Level
	)
	cmd := &cobra.Command{
		Use:   "serve -c FILE",
		Short: "take calls: judge, relay, record",
		Long: "serve is the daemon. It logs to standard error and ends cleanly on SIGTERM or\n" +
			"SIGINT: new calls are refused, calls in progress are ended on both sides, and the\n" +
			"records that wait are written. If the store fails even then, they are lost, and\n" +
			"serve says how many and ends with an error.",
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
			return serve(cmd.Context(), config, log)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().StringVar(&style, "log", "text", "text or json")
	cmd.Flags().TextVar(&level, "log-level", slog.LevelInfo, "debug, info, warn or error")
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
