package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// format is how a command prints: table or json.
type format string

func (f *format) add(cmd *cobra.Command) {
	*f = "table"
	cmd.Flags().VarP(f, "output", "o", "table or json")
}

// String returns the word.
func (f *format) String() string { return string(*f) }

// Type names the value in help texts.
func (f *format) Type() string { return "format" }

// Set reads the word.
func (f *format) Set(text string) error {
	if text != "table" && text != "json" {
		return fmt.Errorf("use table or json")
	}
	*f = format(text)
	return nil
}

// print writes v as JSON, or lets table write it for people.
func (f *format) print(w io.Writer, v any, table func(io.Writer)) error {
	if *f == "json" {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(v)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	table(t)
	return t.Flush()
}

// when writes a time for people, in their zone.
func when(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
