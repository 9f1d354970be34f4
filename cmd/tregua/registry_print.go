package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"tregua/cmd/tregua/console"
)

func printDue(w io.Writer, d *console.Due, within hours) {
	fmt.Fprintf(w, "%s\tof %s\t%d numbers listed\n\n", d.Account, d.Principal, d.Listed)
	fmt.Fprintf(w, "due\t%d\n", d.Due)
	fmt.Fprintf(w, "  unchecked\t%d\n", d.Unchecked)
	fmt.Fprintf(w, "  expired\t%d\n", d.Expired)
	fmt.Fprintf(w, "  ending within %s\t%d\n", &within, d.Ending)
	fmt.Fprintf(w, "submitted already\t%d\n", d.Waiting)
	fmt.Fprintf(w, "to submit\t%d\n", d.ToSubmit)
	if d.ToSubmit > 0 {
		fmt.Fprintf(w, "band\t%d to %d\ta power of ten: the bands and prices of the registry's tariff are not known here\n", d.BandFrom, d.BandTo)
	}
}

func printAccounts(w io.Writer, all []console.AccountStatus, now time.Time) {
	if len(all) == 0 {
		fmt.Fprintln(w, "there is no registry account")
		return
	}
	fmt.Fprintln(w, "account\tprincipal\tlisted\tclear\topposed\tunchecked\tfirst ends in\twithin 72 h\twithin 24 h")
	for _, a := range all {
		if a.Broken != "" {
			fmt.Fprintf(w, "%s\t%s\tbroken\n", a.Account, a.Principal)
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%d\t%d\n", a.Account, a.Principal, a.Listed,
			share(a.Clear, a.Listed), share(a.Opposed, a.Listed), share(a.Unchecked, a.Listed), hoursTo(a.Ends, now), a.Within72h, a.Within24h)
	}
	for _, a := range all {
		for _, s := range a.Open {
			fmt.Fprintf(w, "\nsubmission %d of %s is open: %d numbers since %s, by %s", s.ID, s.Account, s.Rows, when(s.At), s.Actor)
		}
	}
	fmt.Fprintln(w)
}

// share writes a part of a whole in hundredths, rounded down: 100 % is all.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %%", part*100/whole)
}

func hoursTo(end, now time.Time) string {
	if end.IsZero() {
		return "-"
	}
	return fmt.Sprintf("%d h", int(end.Sub(now).Hours()))
}

// warnings are what somebody must do something about: a finding, one line each.
func warnings(all []console.AccountStatus) error {
	var found []error
	for _, a := range all {
		switch {
		case a.Broken != "":
			found = append(found, fmt.Errorf("%s: %s", a.Account, a.Broken))
		case a.Within24h > 0:
			found = append(found, fmt.Errorf("%s: %d answers end within 24 hours, %d within 72", a.Account, a.Within24h, a.Within72h))
		case a.Within72h > 0:
			found = append(found, fmt.Errorf("%s: %d answers end within 72 hours", a.Account, a.Within72h))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return &coded{exitFindings, errors.Join(found...)}
}
