package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Row is one setting over all its days.
type Row struct {
	Set       Setting
	Days      int
	Ratio     float64 // A/B in per cent at day end: all days together
	MostRatio float64 // and the worst of them
	Worst     float64 // at any moment after the hundredth connected call, of any day
	Away      int     // silent calls in the hour in which all are away, of the worst day
	Blind     int
	Occupancy float64
	Recovered float64 // connected calls of the last two hours, of those of the second and third; the worst day
	a, b      int
	before,
	after int // connected calls of those hours, of all days
	results []*Result
}

// best is the occupancy of somebody who waits for one ring after each wrap-up and
// no longer: the "perfect one to one" of compliance.md 3.5.
func best(s Setting) float64 {
	talk := shortShare*shortTalk.Seconds() + (1-shortShare)*longTalk.Seconds()
	ring := (ringLeast + ringMost).Seconds() / 2
	return talk / (talk + s.Wrap.Seconds() + ring)
}

// table puts the days of each setting together.
func table(results []*Result) (rows []*Row) {
	var last *Row
	for _, r := range results {
		s := r.Set
		s.Seed = 0
		if last == nil || last.Set != s {
			last = &Row{Set: s, Recovered: math.Inf(1)}
			rows = append(rows, last)
		}
		last.add(r)
	}
	return rows
}

func (w *Row) add(r *Result) {
	w.results = append(w.results, r)
	w.Days++
	w.a, w.b = w.a+r.A, w.b+r.B
	w.Ratio = 100 * float64(w.a) / float64(w.b)
	if r.B >= enough {
		w.MostRatio = math.Max(w.MostRatio, r.Ratio())
	}
	w.Worst = math.Max(w.Worst, r.Worst)
	w.Away, w.Blind = max(w.Away, r.Away), max(w.Blind, r.Blind)
	w.Occupancy += (r.Occupancy - w.Occupancy) / float64(w.Days)
	before, after := r.Hours[1].B+r.Hours[2].B, r.Hours[6].B+r.Hours[7].B
	w.before, w.after = w.before+before, w.after+after
	w.Recovered = math.Min(w.Recovered, float64(after)/float64(max(1, before)))
}

// summary puts the rows of one size, story and keeper together: the mean of what
// is a mean, the worst of what is worst.
func summary(rows []*Row) (all []*Row) {
	type key struct {
		operators int
		story     Story
		keeper    Keeper
	}
	found := map[key]*Row{}
	for _, w := range rows {
		k := key{w.Set.Operators, w.Set.Story, w.Set.Keeper}
		s := found[k]
		if s == nil {
			s = &Row{Set: Setting{Operators: k.operators, Story: k.story, Keeper: k.keeper, Wrap: w.Set.Wrap}, Recovered: math.Inf(1)}
			found[k] = s
			all = append(all, s)
		}
		for _, r := range w.results {
			s.add(r)
		}
	}
	return all
}

func total(rows []*Row) (n int) {
	for _, w := range rows {
		n += w.Days
	}
	return n
}

// text writes rows as a table.
func text(rows []*Row) string {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "operators\tstory\tkeeper\tdialer\tanswers\tA/B %\tworst day\tworst moment\tsilent while away\toccupancy\tof best\trecovered\tdays\t")
	for _, w := range rows {
		dialer, answers := "all", "all"
		if w.Set.Answer > 0 {
			dialer, answers = fmt.Sprintf("%v %g", w.Set.Law, w.Set.Lines), fmt.Sprintf("%g", w.Set.Answer)
		}
		fmt.Fprintf(t, "%d\t%v\t%v\t%s\t%s\t%.2f\t%.2f\t%.2f\t%d (%d)\t%.2f\t%.2f\t%.2f\t%d\t\n",
			w.Set.Operators, w.Set.Story, w.Set.Keeper, dialer, answers, w.Ratio, w.MostRatio, w.Worst,
			w.Away, w.Blind, w.Occupancy, w.Occupancy/best(w.Set), w.Recovered, w.Days)
	}
	_ = t.Flush() // into a string
	return b.String()
}

// The bars of the gate.
const (
	enough     = 34  // a day with fewer connected calls allows no silent one, and its first probe may be one
	mostAtEnd  = 3.0 // per cent
	mostEver   = 3.5
	mostBlind  = 10
	recoverOf  = 0.5
	blindTeams = 20
)

// leastOccupied is the part of the best occupancy that a team must reach.
var leastOccupied = map[int]float64{5: 0.55, 100: 0.85}

// bars returns which of them the gate missed.
func bars(rows []*Row) (missed []error) {
	for _, w := range rows {
		if w.Set.Keeper == Credit {
			missed = append(missed, slices.Concat(law(w), nobody(w), occupied(w))...)
		}
	}
	for _, w := range summary(rows) {
		if w.Set.Keeper == Credit {
			missed = append(missed, recovery(w)...)
		}
	}
	return missed
}

// miss says by how much a row missed a bar.
func (w *Row) miss(format string, args ...any) []error {
	return []error{fmt.Errorf("%v: %s", w.Set, fmt.Sprintf(format, args...))}
}

// law holds the limit while the dialer stops with its operators. What a dialer takes
// for a machine is silent whatever the gate does.
func law(w *Row) (missed []error) {
	if !w.Set.stopsWithOperators() || w.Set.Story == AMD {
		return nil
	}
	if w.MostRatio > mostAtEnd {
		missed = w.miss("A is %.2f %% of B at day end, at most %g", w.MostRatio, mostAtEnd)
	}
	if w.Worst > mostEver {
		missed = append(missed, w.miss("A is %.2f %% of B at the worst moment, at most %g", w.Worst, mostEver)...)
	}
	return missed
}

// nobody holds what goes out of a small team's hour in which nobody is there.
func nobody(w *Row) []error {
	if w.Set.Story == AwayRings && w.Set.Operators <= blindTeams && w.Blind > mostBlind {
		return w.miss("%d silent calls let through with nobody there, at most %d", w.Blind, mostBlind)
	}
	return nil
}

func occupied(w *Row) []error {
	least := leastOccupied[w.Set.Operators]
	if of := w.Occupancy / best(w.Set); least > 0 && standard(w.Set) && of < least {
		return w.miss("occupancy is %.2f of the best, at least %g", of, least)
	}
	return nil
}

// recovery holds what comes after an absence, over all dialers: half of the calls at
// least are back, and on no day is the gate closed for good.
func recovery(w *Row) (missed []error) {
	if of := float64(w.after) / float64(max(1, w.before)); (w.Set.Story == HalfAway || w.Set.Story == AwayPause) && of < recoverOf {
		missed = w.miss("after the absence %.2f of the calls before it, at least %g", of, recoverOf)
	}
	if w.Recovered == 0 {
		missed = append(missed, w.miss("closed for good on some day")...)
	}
	return missed
}

// standard reports whether a setting is the day on which the occupancy is held:
// that of compliance.md 3.5.
func standard(s Setting) bool {
	return s.Story == Steady && s.Lines == 4 && s.Law == Aggressive && s.Answer == 0.3 && s.Wrap == 25*time.Second
}
