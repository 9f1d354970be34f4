package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"tregua/testbed/peers"
)

// placed is a call that is over, as its three witnesses tell it.
type placed struct {
	plan
	want   word
	got    word
	callID string
}

// audible is how many RTP packets make a voice: a quarter of a second.
const audible = 12

// dialerSaw puts what the dialer saw and heard into words.
func dialerSaw(r peers.Result, carrier peers.Seen, k *kind, err error) string {
	switch {
	case err != nil:
		return err.Error()
	case r.Status == 200 && k.onset == noOperator:
		return "200, " + byeAfter(r.Answered, r.Ended)
	case r.Status == 200:
		return "200, " + heard("the callee", r.Heard, carrier.SSRC)
	case r.Cancelled:
		return strconv.Itoa(r.Status) + " after CANCEL"
	case r.Reason != "":
		return strconv.Itoa(r.Status) + " " + r.Reason
	}
	return strconv.Itoa(r.Status)
}

// carrierSaw puts what the carrier saw and heard into words.
func carrierSaw(s peers.Seen, found bool, dialer peers.Result, k *kind) string {
	switch {
	case !found:
		return "nothing"
	case !s.Over:
		return "a call that does not end"
	case s.Cancelled:
		return "CANCEL"
	case s.Status == 200:
		return "200, " + carrierTalked(&s, dialer, k)
	}
	return strconv.Itoa(s.Status)
}

func carrierTalked(s *peers.Seen, dialer peers.Result, k *kind) string {
	switch {
	case !s.Acked:
		return "no ACK"
	case !s.Bye && !dialer.HungUp:
		return "no BYE"
	case s.Bye && dialer.HungUp: // tregua ended it
		return calleeHeard(s, k) + ", " + byeAfter(s.Answered, s.Ended)
	}
	return calleeHeard(s, k)
}

// heard says whether h is the voice that was sent with ssrc, and it alone.
func heard(whom string, h peers.Heard, ssrc uint32) string {
	switch {
	case h.Packets < audible:
		return fmt.Sprintf("heard %d packets", h.Packets)
	case h.SSRC != ssrc || h.Strangers > 0:
		return "heard somebody else"
	}
	return "heard " + whom
}

// printTable prints one line for each kind and reports whether every witness of
// every call said what was expected. A witness who told different things is
// quoted with how often, and below the table stands what should have been said.
func printTable(out io.Writer, all []kind, calls []placed) bool {
	var differ []string
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KIND\tCALLS\tEXPECTED\tDIALER\tCARRIER\tRECORD\t")
	for k := range all {
		for _, again := range []bool{false, true} {
			want, name, count := all[k].want, all[k].name, all[k].calls*max(all[k].dials-1, 1)
			if again {
				want, name, count = all[k].again, name+": again", all[k].calls
			}
			if want == (word{}) {
				continue
			}
			var of []placed
			for _, c := range calls {
				if c.kind == &all[k] && (c.want == all[k].again) == again {
					of = append(of, c)
				}
			}
			ok := len(of) == count && !slices.ContainsFunc(of, func(c placed) bool { return c.got != want })
			if !ok {
				differ = append(differ, fmt.Sprintf("%s: %d calls should say: dialer %q, carrier %q, record %q",
					name, count, want.dialer, want.carrier, want.record))
			}
			fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", name, len(of), want.record,
				told(of, func(g word) string { return g.dialer }),
				told(of, func(g word) string { return g.carrier }),
				told(of, func(g word) string { return g.record }), mark(ok))
		}
	}
	_ = w.Flush()
	for _, line := range differ {
		fmt.Fprintln(out, line)
	}
	return len(differ) == 0
}

// told joins the different things that a witness said of calls, the commonest
// first.
func told(calls []placed, of func(word) string) string {
	counts := map[string]int{}
	var things []string
	for _, c := range calls {
		thing := of(c.got)
		if counts[thing]++; counts[thing] == 1 {
			things = append(things, thing)
		}
	}
	if len(things) == 1 {
		return things[0]
	}
	slices.SortStableFunc(things, func(a, b string) int { return counts[b] - counts[a] })
	for i, thing := range things {
		things[i] = fmt.Sprintf("%dx %s", counts[thing], thing)
	}
	return strings.Join(things, "; ")
}

func mark(ok bool) string {
	if ok {
		return "ok"
	}
	return "DISAGREE"
}
