package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"tregua/cmd/tregua/console"
)

// printSilence writes the report for people: each trunk, then all together.
func printSilence(w io.Writer, r *console.Silence) {
	of := ""
	if r.Trunk != "" {
		of = " by trunk " + r.Trunk
	}
	fmt.Fprintf(w, "answered calls, attempts received%s %s\n", of, between(r.Since, r.Until))
	for i := range r.Trunks {
		printSilentTrunk(w, r, &r.Trunks[i], "trunk "+r.Trunks[i].Name)
	}
	if r.Trunk == "" && len(r.Trunks) != 1 {
		printSilentTrunk(w, r, &r.Total, "all trunks")
	}
}

func printSilentTrunk(w io.Writer, r *console.Silence, t *console.SilenceTrunk, title string) {
	fmt.Fprintf(w, "\n%s\t%d answered\n", title, t.Answered)
	if t.Answered == 0 {
		return
	}
	fmt.Fprintf(w, "  class A, silent\t%d\n", t.ClassA)
	for _, l := range t.Silent {
		if l.Calls > 0 {
			fmt.Fprintf(w, "    %s\t%d\t%s\n", modeText(l.Mode), l.Calls, linesText(&l))
		}
	}
	fmt.Fprintf(w, "  class B, operator\t%d\n", t.ClassB)
	fmt.Fprintf(w, "  machine\t%d\t%s\n", t.Machine, "as carrier or dialer says")
	fmt.Fprintf(w, "  callee hung up\t%d\t%s\n", t.HungUp, "before the time was over")
	fmt.Fprintf(w, "  excluded\t%d\tunwatched %d, deaf %d, other %d\n", t.Excluded, t.Unwatched, t.Deaf, t.Other)
	fmt.Fprintf(w, "  A/B\t%s\t%s\n", ratio(t), "the reading that counts; reported here, not held yet")
	fmt.Fprintf(w, "  A/(A+B)\t%s\n", percent(t.AofBoth))
	fmt.Fprintf(w, "  law.late\t%d\tcut more than %s s after the answer\n", t.Late, inSeconds(r.LimitMS))
	if c := t.Cut; c.Calls > 0 {
		fmt.Fprintf(w, "  cut, s after the answer\t%d\tmin %s, p50 %s, p99 %s, max %s\n",
			c.Calls, inSeconds(c.Min), inSeconds(c.P50), inSeconds(c.P99), inSeconds(c.Max))
	}
	if a := t.Ambience; a.Calls > 0 {
		fmt.Fprintf(w, "  first ambience, s\t%d\tp50 %s, p99 %s\n", a.Calls, inSeconds(a.P50), inSeconds(a.P99))
	}
	if t.Silent[1].Calls+t.Lawful > 0 {
		fmt.Fprintf(w, "  lawful, would be cut\t%d\tof %d lawful calls in shadow, if they were enforced\n", t.WouldCut, t.Lawful)
	}
	printHistogram(w, t.Operator)
}

func modeText(mode string) string {
	if mode == "enforce" {
		return "cut or hung up"
	}
	return "in " + mode
}

// linesText says what came last from the dialer's side of silent calls.
func linesText(l *console.SilentLines) string {
	text := fmt.Sprintf("line none %d, cn %d, dead %d, tone %d, quiet %d", l.None, l.CN, l.Dead, l.Tone, l.Quiet)
	if l.Operator > 0 {
		text += fmt.Sprintf(", operator too late %d", l.Operator)
	}
	return text
}

// widest is the length of the longest bar of a histogram.
const widest = 40

func printHistogram(w io.Writer, bins []console.SilenceBin) {
	most := uint64(0)
	for _, b := range bins {
		most = max(most, b.N)
	}
	if most == 0 {
		return
	}
	fmt.Fprintf(w, "  first sound of an operator, s after the answer\n")
	for _, b := range bins {
		// Rounded up: a bin that is not empty has a bar.
		line := fmt.Sprintf("    %s\t%d\t%s", b.Word, b.N, strings.Repeat("#", int((b.N*widest+most-1)/most)))
		fmt.Fprintln(w, strings.TrimRight(line, "\t"))
	}
}

// ratio is A/B; silent calls without any that was connected are over any limit.
func ratio(t *console.SilenceTrunk) string {
	if t.ClassA > 0 && t.ClassB == 0 {
		return "no B"
	}
	return percent(t.AofB)
}

func percent(share *float64) string {
	if share == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f %%", 100**share)
}

func inSeconds(ms int64) string { return fmt.Sprintf("%.3f", float64(ms)/1000) }

// writeSilenceCSV writes one line for each trunk; times are in milliseconds.
func writeSilenceCSV(w io.Writer, r *console.Silence) error {
	names, _ := silenceRow(&r.Total)
	rows := append(make([][]string, 0, 1+len(r.Trunks)), names)
	for i := range r.Trunks {
		_, values := silenceRow(&r.Trunks[i])
		rows = append(rows, values)
	}
	return csv.NewWriter(w).WriteAll(rows)
}

// silenceRow returns the columns of the CSV and what a trunk has in them.
func silenceRow(t *console.SilenceTrunk) (names, values []string) {
	names, values = []string{"trunk"}, []string{t.Name}
	count := func(name string, n uint64) {
		names, values = append(names, name), append(values, strconv.FormatUint(n, 10))
	}
	share := func(name string, v *float64) {
		text := ""
		if v != nil {
			text = strconv.FormatFloat(*v, 'f', 6, 64)
		}
		names, values = append(names, name), append(values, text)
	}
	count("answered", t.Answered)
	count("class_a", t.ClassA)
	count("class_b", t.ClassB)
	count("machine", t.Machine)
	count("hung_up", t.HungUp)
	count("unwatched", t.Unwatched)
	count("deaf", t.Deaf)
	count("other", t.Other)
	share("a_of_b", t.AofB)
	share("a_of_both", t.AofBoth)
	count("law_late", t.Late)
	for _, l := range t.Silent {
		for _, c := range []struct {
			line string
			n    uint64
		}{{"none", l.None}, {"cn", l.CN}, {"dead", l.Dead}, {"tone", l.Tone}, {"quiet", l.Quiet}, {"operator", l.Operator}} {
			count(l.Mode+"_"+c.line, c.n)
		}
	}
	for _, b := range t.Operator {
		count("operator_"+b.Word, b.N)
	}
	spread := func(name string, s console.Spread) {
		count(name+"_calls", s.Calls)
		for _, v := range []struct {
			of string
			ms int64
		}{{"min", s.Min}, {"p50", s.P50}, {"p99", s.P99}, {"max", s.Max}} {
			count(name+"_"+v.of+"_ms", uint64(max(0, v.ms)))
		}
	}
	spread("cut", t.Cut)
	spread("ambience", t.Ambience)
	count("shadow_lawful", t.Lawful)
	count("shadow_would_cut", t.WouldCut)
	return names, values
}
