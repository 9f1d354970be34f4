package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tregua/cmd/tregua/console"
)

// printParties shows who called, as it was known.
func printParties(w io.Writer, f *console.Facts) {
	m, c, id := f.Mandate, f.CallCentre, f.Caller
	fmt.Fprintf(w, "  mandate\t%s\t%s\t%s\n", m.Known, dated("from", m.From), dated("until", m.Until))
	register := ""
	if c.ROC != "" {
		register = "ROC " + c.ROC
	}
	fmt.Fprintf(w, "  call centre\t%s\t%s\t%s\n", c.Known, words(c.Country, said(c.Outside, "(outside of the Union)")),
		listed(register, dated("notice of", c.NoticeAt)))
	fmt.Fprintf(w, "  caller id\t%s\t%s\t%s\n", id.Known, words(id.Number, id.Country), listed(
		said(id.Withheld, "withheld"), said(id.Known == "present" && !id.ROC, "not in the register"),
		said(id.Dead, "not answered when called back"), dated("called back", id.TestedAt)))
}

// dated puts a word before a time, if there is one.
func dated(word string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return word + " " + when(at)
}

func said(is bool, word string) string {
	if is {
		return word
	}
	return ""
}

func words(list ...string) string { return strings.Join(strings.Fields(strings.Join(list, " ")), " ") }

// listed joins what is there with commas.
func listed(list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), ", ")
}
