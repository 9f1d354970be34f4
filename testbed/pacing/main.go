// Command pacing drives the ratio gate with rooms full of operators and their
// dialer in fake time: teams of 3 to 300, laws of pacing, answer rates, and what
// happens in a day. Beside the gate it runs the naive estimator, no gate, and one
// who knows who is idle. It prints the table of all settings, draws days as PNG,
// and fails when the gate misses one of its bars. With -slice it runs a part.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"
)

func main() {
	slice := flag.Bool("slice", false, "a part of the settings, in less than a minute")
	seeds := flag.Uint64("seeds", 3, "days of each setting")
	out := flag.String("o", "out/pacing", "where the table and the pictures go")
	flag.Parse()
	if err := run(*slice, *seeds, *out); err != nil {
		fmt.Fprintln(os.Stderr, "pacing:", err)
		os.Exit(1)
	}
}

func run(slice bool, seeds uint64, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	began := time.Now()
	rows := table(days(settings(slice), seeds))
	if err := os.WriteFile(filepath.Join(out, "table.txt"), []byte(text(rows)), 0o644); err != nil {
		return err
	}
	fmt.Print(text(summary(rows)))
	if err := pictures(out, slice); err != nil {
		return err
	}
	missed := bars(rows)
	fmt.Printf("%d settings, %d days in %v; all settings in %s\n",
		len(rows), total(rows), time.Since(began).Round(time.Second), filepath.Join(out, "table.txt"))
	return errors.Join(missed...)
}

// settings lists what is simulated, without seeds.
func settings(slice bool) (all []Setting) {
	sizes, answers := []int{3, 5, 20, 100, 300}, []float64{0.1, 0.3, 0.6}
	pacings := []Setting{
		{Law: Fixed, Lines: 1.2},
		{Law: Fixed, Lines: 2},
		{Law: Fixed, Lines: 3},
		{Law: Fixed, Lines: 4},
		{Law: Adaptive, Lines: 2},
		{Law: Adaptive, Lines: 4},
		{Law: Aggressive, Lines: 2},
		{Law: Aggressive, Lines: 4},
	}
	if slice {
		sizes, answers = []int{3, 5, 20}, []float64{0.3}
		pacings = []Setting{pacings[0], pacings[3], pacings[5], pacings[7]}
	}
	for _, n := range sizes {
		for _, story := range []Story{Steady, Shifts, HalfAway, AwayPause, AwayRings, AMD, AnswerMoves} {
			for _, s := range pacings {
				for _, p := range answers {
					s.Operators, s.Story, s.Answer, s.Wrap = n, story, p, 25*time.Second
					all = append(all, keepers(s)...)
				}
			}
		}
	}
	if slice {
		s := Setting{Operators: 100, Law: Fixed, Lines: 4, Answer: 0.3, Wrap: 25 * time.Second}
		all = append(all, s)
	}
	return all
}

// keepers adds the others to a setting, where the comparison is made.
func keepers(s Setting) []Setting {
	all := []Setting{s}
	if s.Answer == 0.3 && s.Lines == 4 {
		for _, s.Keeper = range []Keeper{Naive, Open, Perfect} {
			all = append(all, s)
		}
	}
	return all
}

// days runs each setting from each seed, two or more at a time. The answer is in
// the order of the settings.
func days(all []Setting, seeds uint64) []*Result {
	results := make([]*Result, len(all)*int(seeds))
	// The long ones first, so that no processor is idle at the end.
	order := make([]int, len(results))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return all[b/int(seeds)].Operators - all[a/int(seeds)].Operators
	})
	work := make(chan int, len(order))
	for _, i := range order {
		work <- i
	}
	close(work)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range work {
				s := all[i/int(seeds)]
				s.Seed = uint64(i) % seeds
				results[i] = NewRoom(s).Run()
			}
		})
	}
	wg.Wait()
	return results
}
