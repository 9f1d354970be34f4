package sipp

import (
	"fmt"
	"strings"
)

// Planned is one call of a load and what must become of it.
type Planned struct {
	User   string // of the Request-URI, as it is sent
	To     string // user part of To
	Status int    // what the dialer must see
	Reason string // what tregua must say, "-" when the call is allowed
}

// prefix is the tech prefix of the testbed's trunk.
const prefix = "77"

// group is a range of numbers that are treated alike.
type group struct {
	digits    string // national, before a running number of five digits
	registry  string // clear, opposed, or "" for never asked
	blacklist bool
	status    int
	reason    string
}

var (
	allowed     = group{digits: "33310", registry: "clear", status: 200, reason: "-"}
	opposed     = group{digits: "33320", registry: "opposed", status: 603, reason: "registry.opposed"}
	blacklisted = group{digits: "33330", registry: "clear", blacklist: true, status: 603, reason: "blacklist.principal"}
	unchecked   = group{digits: "33340", status: 480, reason: "registry.unchecked"}
	groups      = []group{allowed, opposed, blacklisted, unchecked}
)

// Numbers is how many numbers of each group the lists hold.
const Numbers = 20000

func (g group) national(i int) string { return fmt.Sprintf("%s%05d", g.digits, i) }

// forms are the ways in which a number is written.
var forms = []func(national string) string{
	func(n string) string { return "+39" + n },
	func(n string) string { return "0039" + n },
	func(n string) string { return n },
	func(n string) string { return prefix + "0039" + n },
	func(n string) string { return prefix + n },
	func(n string) string { return "%2B39" + n },
	func(n string) string { return "0039" + escape(n) },
}

// escape writes every third digit as RFC 3261 25.1 allows any character to be
// written.
func escape(digits string) string {
	var b strings.Builder
	for i, d := range []byte(digits) {
		if i%3 == 0 {
			fmt.Fprintf(&b, "%%%02x", d)
			continue
		}
		b.WriteByte(d)
	}
	return b.String()
}

// Plan returns n calls, one in five of them forbidden, for five reasons. Every
// number is dialled once. Two kinds lie in their To: an opposed one over a
// Request-URI without a number, and an opposed one over an allowed number.
func Plan(n int) []Planned {
	calls := make([]Planned, n)
	for i := range calls {
		form := forms[i/2%len(forms)]
		g := allowed
		switch i % 20 {
		case 3:
			g = opposed
		case 8:
			g = blacklisted
		case 13:
			g = unchecked
		case 18:
			calls[i] = Planned{User: fmt.Sprintf("anna%05d", i), To: "+39" + opposed.national(i), Status: 603, Reason: "number.unreadable"}
			continue
		}
		calls[i] = Planned{User: form(g.national(i)), Status: g.status, Reason: g.reason}
		calls[i].To = calls[i].User
		if i%20 == 5 {
			calls[i].To = "+39" + opposed.national(i)
		}
	}
	return calls
}

// Rows are the lines of the injection file of calls.
func Rows(calls []Planned) [][]string {
	rows := make([][]string, len(calls))
	for i, c := range calls {
		rows[i] = []string{c.User, c.To}
	}
	return rows
}

// CheckDialer compares what the dialer logged with the plan: one line for each
// call, with the status and the reason that were to be.
func CheckDialer(calls []Planned, log []string) error {
	want := map[string]bool{}
	for _, c := range calls {
		want[fmt.Sprintf("%s %d %s", c.User, c.Status, c.Reason)] = true
	}
	for _, line := range log {
		if !want[line] {
			return fmt.Errorf("the dialer saw %q, which is not planned or not once", line)
		}
		delete(want, line)
	}
	for line := range want {
		return fmt.Errorf("%d of %d calls did not end as planned, one of them %q", len(want), len(calls), line)
	}
	return nil
}

// CheckCarrier compares what the carrier logged with the plan: each allowed
// Request-URI once, with the user part that was dialled, and nothing else.
func CheckCarrier(calls []Planned, log []string) error {
	want := map[string]bool{}
	for _, c := range calls {
		if c.Status == 200 {
			want[c.User] = true
		}
	}
	for _, line := range log {
		user, _, _ := strings.Cut(line[strings.LastIndex(line, " sip:")+len(" sip:"):], "@")
		if !want[user] {
			return fmt.Errorf("the carrier was sent %q, which is forbidden or was sent before", user)
		}
		delete(want, user)
	}
	if len(want) > 0 {
		return fmt.Errorf("%d allowed calls did not reach the carrier", len(want))
	}
	return nil
}

// Allowed returns n calls that are answered.
func Allowed(n int) []Planned { return allowed.calls(n) }

// Refused returns n calls to blacklisted numbers.
func Refused(n int) []Planned { return blacklisted.calls(n) }

func (g group) calls(n int) []Planned {
	calls := make([]Planned, n)
	for i := range calls {
		user := "+39" + g.national(i)
		calls[i] = Planned{User: user, To: user, Status: g.status, Reason: g.reason}
	}
	return calls
}
