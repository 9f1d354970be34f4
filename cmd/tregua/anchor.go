package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tregua/cmd/tregua/console"
	"tregua/policy/anchor"
)

func anchorCommand() *cobra.Command {
	var (
		daemon daemonFlags
		out    format
		now    bool
	)
	cmd := &cobra.Command{
		Use:   "anchor",
		Short: "show who outside has which checkpoint of the log; exit code 1 when a try failed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			client, err := daemon.client()
			if err != nil {
				return err
			}
			a, err := client.Anchors(cmd.Context(), now)
			if err != nil {
				return err
			}
			err = out.print(cmd.OutOrStdout(), a, func(w io.Writer) { printAnchors(w, &a) })
			for _, t := range a.Targets {
				if err == nil && t.Trouble != "" {
					err = &coded{exitFindings, nil}
				}
			}
			return err
		},
	}
	daemon.add(cmd)
	out.add(cmd)
	cmd.Flags().BoolVar(&now, "now", false, "take the newest checkpoint out first")
	return cmd
}

func printAnchors(w io.Writer, a *console.Anchors) {
	fmt.Fprintf(w, "in the log\t%d records\n", a.Size)
	if len(a.Targets) == 0 {
		fmt.Fprintln(w, "anchors\tnone: nobody outside sees checkpoints; see ledger.anchor of the config")
		return
	}
	fmt.Fprintf(w, "kept in\t%s\n", a.Dir)
	for _, t := range a.Targets {
		text := "none yet"
		if t.Size > 0 {
			text = fmt.Sprintf("%d records at %s", t.Size, when(t.At))
		}
		if t.Trouble != "" {
			text += ": " + t.Trouble
		}
		fmt.Fprintf(w, "%s %s\t%s\n", t.Kind, t.Name, text)
	}
}

// stamped is a saved anchor with what its time stamp says.
type stamped struct {
	console.SavedAnchor
	stamp string // who says when; "": there is none, or nobody was asked
	err   error  // why the time stamp does not hold
}

// savedAnchors reads the checkpoints that names are, or that lie in directories of
// these names. With a file of roots, time stamps beside them are verified.
func savedAnchors(names []string, ca string) (list []stamped, err error) {
	for _, name := range names {
		files := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			if files, err = checkpointsIn(name); err != nil {
				return nil, err
			}
			if len(files) == 0 {
				return nil, fmt.Errorf("%s: no checkpoint in it", name)
			}
		}
		for _, file := range files {
			one, err := savedAnchor(file, ca)
			if err != nil {
				return nil, err
			}
			list = append(list, one)
		}
	}
	return list, nil
}

func checkpointsIn(dir string) (files []string, err error) {
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && strings.HasSuffix(path, ".checkpoint") {
			files = append(files, path)
		}
		return err
	})
	return files, err
}

func savedAnchor(file, ca string) (s stamped, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return s, err
	}
	s.SavedAnchor = console.SavedAnchor{Name: filepath.Base(file), Text: string(text)}
	token, err := os.ReadFile(strings.TrimSuffix(file, ".checkpoint") + ".tsr")
	if err != nil || ca == "" {
		return s, nil //nolint:nilerr // no time stamp is no error
	}
	roots, err := anchor.Roots(ca)
	if err != nil {
		return s, err
	}
	stamp, err := anchor.VerifyStamp(text, token, roots)
	if err != nil {
		s.err = fmt.Errorf("anchor %s: %w", s.Name, err)
		return s, nil
	}
	s.stamp = fmt.Sprintf("%s, by %s", when(stamp.At), stamp.By)
	return s, nil
}
