package main

import (
	"fmt"
	"strings"

	"tregua/cmd/tregua/console"
)

// listText tells of the row of a contact list.
func listText(l *console.ListRow) string {
	var words []string
	say := func(is bool, format string, args ...any) {
		if is {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	say(l.OffList, "the campaign is open to others")
	say(l.Version != 0, "import %d line %d", l.Version, l.Row)
	say(l.Origin != "", "origin %s", l.Origin)
	say(l.Ground != "", "ground %s", l.Ground)
	say(l.Provider != 0, "provider %d", l.Provider)
	say(!l.SuspendedSince.IsZero(), "suspended since %s", when(l.SuspendedSince))
	say(l.Version != 0 && !l.Approved, "not approved")
	say(l.Scanned, "looks generated")
	say(l.OtherOperator, "customer of another operator")
	return strings.Join(words, ", ")
}
