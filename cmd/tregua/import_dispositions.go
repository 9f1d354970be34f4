package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
)

func importDispositions() *cobra.Command {
	var (
		flags      importFlags
		callCentre string
	)
	cmd := &cobra.Command{
		Use:   "dispositions FILE --call-centre C",
		Short: "import what agents closed their calls with: code, and attempt or number with called_at or call_id",
		Long: "Each good row is taken, once, whatever the others are: a denial is on the blacklist\n" +
			"at once. The codes are those that data.yaml gives the call centre. With bad rows the\n" +
			"exit code is 1; the file may be imported again when they are mended.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.runDispositions(cmd, args[0], callCentre)
		},
	}
	flags.addFile(cmd)
	cmd.Flags().StringVar(&callCentre, "call-centre", "", "whose agents entered them")
	require(cmd, "call-centre")
	return cmd
}

func (f *importFlags) runDispositions(cmd *cobra.Command, file, callCentre string) error {
	client, err := f.daemon.client()
	if err != nil {
		return err
	}
	in, done, err := openFile(cmd, file)
	if err != nil {
		return err
	}
	defer done()
	count, err := client.ImportDispositions(cmd.Context(), console.DispositionFile{
		CallCentre: callCentre, FileName: filepath.Base(file), Format: f.format, Reader: in,
	})
	if err != nil {
		return err
	}
	result := console.ImportResult{Activated: true, Bad: count.Bad, Rejects: count.Rejects, Truncated: count.Truncated}
	err = f.told(cmd, file, &result, count, func(w io.Writer) {
		fmt.Fprintf(w, "dispositions of %s: %d taken, %d known before, %d bad\n", callCentre, count.New, count.Known, count.Bad)
	})
	if err == nil && count.Bad > 0 {
		err = &coded{exitFindings, nil}
	}
	return err
}
