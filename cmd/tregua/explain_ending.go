package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tregua/cmd/tregua/console"
)

func printEnding(w io.Writer, e *console.Ending) {
	line := lines(w)
	fmt.Fprintf(w, "\nending\t%s\n", e.Outcome)
	if e.Reason != "ok" {
		line("  reason", e.Reason)
	}
	if e.Status != 0 {
		line("  answered the dialer", strconv.Itoa(e.Status))
	}
	for _, t := range []struct {
		name string
		at   time.Time
	}{{"  forwarded", e.ForwardedAt}, {"  ringing", e.RingingAt}, {"  answered", e.AnsweredAt}, {"  ended", e.EndedAt}} {
		if !t.at.IsZero() {
			line(t.name, t.at.Local().Format("2006-01-02 15:04:05.000"))
		}
	}
	if e.Outcome == "cancelled" && !e.RingingAt.IsZero() {
		line("  given up", fmt.Sprintf("after %.1f s of ringing", e.EndedAt.Sub(e.RingingAt).Seconds()))
	}
	if e.Rang && e.RingingAt.IsZero() && e.AnsweredAt.IsZero() {
		line("  rang", "not heard to, but counted")
	}
	line("  ended by", e.EndedBy)
	line("  packets heard", fmt.Sprintf("caller %d, callee %d", e.Heard.CallerPackets, e.Heard.CalleePackets))
	if e.OptedOut {
		line("  opted out", "by a key")
	}
	if e.Watch != "" {
		printWatch(w, e)
	}
}

// printWatch shows what an answered call was to the person who answered it.
func printWatch(w io.Writer, e *console.Ending) {
	line := lines(w)
	class := "class " + e.Class
	if e.Class == "none" {
		class = "in neither class"
	}
	line("  silence", e.Watch+",", class+",", "line "+e.Line+deaf(e.Deaf))
	if e.Machine != "" {
		line("  machine", "as the "+e.Machine+" said")
	}
	line("  ambience", since(e.AmbienceMS))
	line("  operator", since(e.OperatorMS))
	line("  recognised", since(e.DecidedMS))
	if e.Due && e.CutMS == nil {
		line("  cut", "due, and not done in shadow")
	}
	line("  cut", since(e.CutMS))
}

// since words milliseconds from the answer, "" if there are none.
func since(ms *int64) string {
	if ms == nil {
		return ""
	}
	return fmt.Sprintf("%.3f s after the answer", float64(*ms)/1000)
}

func deaf(yes bool) string {
	if yes {
		return " (in a codec that cannot be heard)"
	}
	return ""
}

// gateText words what the ratio gate saw.
func gateText(g *console.GateSaw) string {
	pair := func(c console.GateCount) string {
		return fmt.Sprintf("%d silent of %d connected", c.Silent, c.Connected)
	}
	return fmt.Sprintf("%s (today %s; group %s), credit %d by the %s; %d operators free, %d talking, %d calls in flight; held %.1f s; place: %s",
		pair(g.Campaign), pair(g.Today), pair(g.Group), g.Credit, g.Bound, g.Free, g.Talking, g.InFlight, float64(g.HeldMS)/1000, g.Place)
}

// ringsText words what reached a person.
func ringsText(r console.Rings) string {
	if r.Known != "present" {
		return r.Known
	}
	text := fmt.Sprintf("%d today, %d in 30 days", r.Today, r.Month)
	if r.Useful > 0 {
		text += fmt.Sprintf("; useful contacts: %d, last %s", r.Useful, when(r.UsefulAt))
	}
	return text
}

// barText words a bar.
func barText(b console.Bar) string {
	if b.Known != "present" {
		return b.Known
	}
	text := []string{"until " + when(b.Until) + ", silent call " + b.Of + " of " + when(b.Since)}
	if b.Shared {
		text[0] = "a silent call of others"
	}
	for _, more := range []struct {
		yes  bool
		text string
	}{{b.Shadow, "in shadow, refuses nobody"}, {b.Owed, "an operator is owed"}, {b.Claimed, "the contact is under way"}} {
		if more.yes {
			text = append(text, more.text)
		}
	}
	return strings.Join(text, "; ")
}
