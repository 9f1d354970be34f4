package main

import (
	"fmt"
	"io"
	"math"
	"time"

	"tregua/testbed/corpus"
)

// The bars, per 10,000.
const (
	barCut    = 20  // lawful calls wrongly cut
	barKept   = 100 // silent calls wrongly kept as operator
	barSteady = 50  // of these: dead lines, tones, hum, clicks, echo, steady noise
)

func (res *result) print(w io.Writer, half corpus.Half, verbose bool) {
	fmt.Fprintf(w, "media/detect on the %s half: of each class how many were cut (lawful) or kept (silent) wrongly,\n", half)
	fmt.Fprintf(w, "per 10,000 with the 95 %% Wilson interval; decisions until %v after the answer\n\n", cut)
	fmt.Fprintf(w, "%-44s %6s | %-28s %9s %9s %5s %6s %6s | %-28s %9s\n",
		"class", "cases", "wrong per 10,000", "p50", "p95", "early", "tone", "none", "energy -45 dBFS", "p50")
	titles := map[corpus.Group]string{
		corpus.Lawful: "lawful: an operator begins by 2.5 s, SNR >= 10 dB; wrong = cut",
		corpus.Hard:   "an operator, SNR < 10 dB; not held to the bar; wrong = cut",
		corpus.Steady: "silent: dead lines, tones, hum, clicks, echo, steady noise; wrong = kept",
		corpus.Lively: "silent: the rest; wrong = kept",
	}
	last := corpus.Group(255)
	for k := range corpus.Classes {
		class, t, p := &corpus.Classes[k], &res.ours[k], &res.plain[k]
		if t.cases == 0 {
			continue
		}
		if class.Group != last {
			last = class.Group
			fmt.Fprintf(w, "\n%s\n", titles[last])
		}
		fmt.Fprintf(w, "%-44s %6d | %-28s %9s %9s %5d %6d %6d | %-28s %9s\n", class.Name, t.cases,
			rate(len(t.wrong), t.cases), ms(t.delay(0.5)), ms(t.delay(0.95)), t.early, t.tone, t.dead,
			rate(len(p.wrong), p.cases), ms(p.delay(0.5)))
		if verbose {
			fmt.Fprintln(w, "   ", t.wrong[:min(len(t.wrong), 40)])
		}
	}
	fmt.Fprintln(w)
	for _, s := range sums {
		ours, plain := res.sum(res.ours, s.groups), res.sum(res.plain, s.groups)
		fmt.Fprintf(w, "%-44s %6d | %-28s %9s %9s %27s| %-28s %9s\n", fmt.Sprintf("%s (at most %d)", s.name, s.bar*res.slack), ours.cases,
			rate(len(ours.wrong), ours.cases), ms(ours.delay(0.5)), ms(ours.delay(0.95)), "", rate(len(plain.wrong), plain.cases), ms(plain.delay(0.5)))
	}
	fmt.Fprintf(w, "\nCPU per second of audio, both sides: %.3f ms; allocations per packet: %g\n", 1e3*res.cpu.Seconds()/res.audio.Seconds(), res.allocs)
}

// sums are what the bars hold.
var sums = []struct {
	name   string
	groups []corpus.Group
	bar    int
}{
	{"lawful, cut", []corpus.Group{corpus.Lawful}, barCut},
	{"silent, kept", []corpus.Group{corpus.Steady, corpus.Lively}, barKept},
	{"steady, kept", []corpus.Group{corpus.Steady}, barSteady},
}

func (res *result) sum(tallies []tally, groups []corpus.Group) (all tally) {
	for k, t := range tallies {
		for _, g := range groups {
			if corpus.Classes[k].Group == g {
				all.cases += t.cases
				all.wrong = append(all.wrong, t.wrong...)
				all.delays = append(all.delays, t.delays...)
			}
		}
	}
	return all
}

// missed says which bars were.
func (res *result) missed() (out []string) {
	for _, s := range sums {
		if t, bar := res.sum(res.ours, s.groups), s.bar*res.slack; len(t.wrong)*10000 > bar*t.cases {
			out = append(out, fmt.Sprintf("%s: %d of %d, more than %d per 10,000", s.name, len(t.wrong), t.cases, bar))
		}
	}
	if res.allocs > 0 {
		out = append(out, fmt.Sprintf("%g allocations per packet, want 0", res.allocs))
	}
	return out
}

// rate writes k of n per 10,000 with its Wilson interval.
func rate(k, n int) string {
	if n == 0 {
		return "-"
	}
	const z = 1.96
	p, m := float64(k)/float64(n), float64(n)
	mid := (p + z*z/(2*m)) / (1 + z*z/m)
	wide := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return fmt.Sprintf("%6.0f [%.0f, %.0f]", p*1e4, max(0, mid-wide)*1e4, min(1, mid+wide)*1e4)
}

func ms(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}
