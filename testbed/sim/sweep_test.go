package sim

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// What a sweep is, from the command line: go test ./testbed/sim -run TestSweep -args -seeds 100
var (
	seedFlag  = flag.Uint64("seed", 0, "replay that seed alone, with the ladder of every call that broke a law")
	seedsFlag = flag.Int("seeds", 10, "how many seeds a sweep has")
	callsFlag = flag.Int("calls", 100, "how many calls a seed has; re-dials come on top")
	stopFlag  = flag.Int("stop", 1, "begin no seed after so many have broken a law")
	forFlag   = flag.Duration("for", 0, "begin no seed after that time; 0: all of them")
)

// swept is the run of a seed in a sweep: two in ten have a network that loses
// nothing, or little; all others lose a fifth, double a fifth and let datagrams
// overtake each other, before a machine that is busy at times.
func swept(seed uint64, calls int) Config {
	c := bad(seed)
	c.Calls, c.Shards, c.Other = calls, 1+int(seed/10%8), others[seed/10%4]
	switch seed % 10 {
	case 1:
		c.Loss, c.Duplicate, c.Stall, c.DelayMin, c.DelayMax = 0, 0, 0, 20*time.Millisecond, 20*time.Millisecond
	case 2:
		c.Loss, c.DelayMin, c.DelayMax, c.PortsFail, c.Stall = 0.1, 10*time.Microsecond, 2*time.Millisecond, 0.1, 0
	case 3:
		c.Stop, c.Stall = time.Duration(5+seed%50)*time.Second, 0
	case 4:
		c.Span, c.Crash = 10*time.Second, 3*time.Second+time.Duration(seed%100)*170*time.Millisecond
	case 5, 6:
		c.Cuts = 4
	case 7:
		c.StoreFail, c.Stall = 0.2, 0
	case 8:
		c.Caps = true
	}
	c.Gate = seed%10 == 9 || seed%20 == 3 || seed%20 == 7 || seed%20 == 15
	c.Caps = c.Caps || seed%20 >= 14 && seed%20 <= 17
	return c
}

// TestSweep runs one seed after another, on every core, and holds the laws.
func TestSweep(t *testing.T) {
	t.Parallel()
	if *seedFlag != 0 {
		mustHold(t, swept(*seedFlag, *callsFlag))
		return
	}
	var (
		mu    sync.Mutex // protects the fields below
		total sweepTotal
		next  uint64
		began = time.Now()
		wg    sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				mu.Lock()
				next++
				seed := next
				stop := seed > uint64(*seedsFlag) || len(total.broken) >= *stopFlag || *forFlag > 0 && time.Since(began) > *forFlag
				mu.Unlock()
				if stop {
					return
				}
				c := swept(seed, *callsFlag)
				r := Run(c)
				mu.Lock()
				total.add(c, &r)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	total.report(t, time.Since(began))
}

// sweepTotal adds up the runs of a sweep.
type sweepTotal struct {
	seeds, attempts, datagrams, answered, refused int
	badSeeds, badAttempts                         int // of these on a network that loses a fifth
	census                                        map[string]int
	broken                                        map[uint64][]Broken
}

func (s *sweepTotal) add(c Config, r *Result) {
	s.seeds++
	s.attempts += r.Attempts
	s.datagrams += r.Datagrams
	s.answered += r.Answered
	s.refused += r.Refused
	if c.Loss >= 0.2 {
		s.badSeeds++
		s.badAttempts += r.Attempts
	}
	if s.census == nil {
		s.census, s.broken = map[string]int{}, map[uint64][]Broken{}
	}
	for what, n := range r.Census { // order: sums
		s.census[what] += n
	}
	if len(r.Broken) > 0 {
		s.broken[c.Seed] = r.Broken
	}
}

func (s *sweepTotal) report(t *testing.T, took time.Duration) {
	for i, seed := range slices.Sorted(maps.Keys(s.broken)) {
		if i == 0 { // once more, with the ladders
			mustHold(t, swept(seed, *callsFlag))
		} else {
			for _, b := range s.broken[seed] {
				t.Errorf("seed %d: %s", seed, b)
			}
		}
		t.Logf("replay: go test ./testbed/sim -run TestSweep -args -seed %d -calls %d", seed, *callsFlag)
	}
	fmt.Fprintf(os.Stderr, "%d calls, %d seeds, %d datagrams, %d answered, %d refused, %v\n"+
		"of these %d calls and %d seeds on a network that loses a fifth, doubles a fifth and reorders\n",
		s.attempts, s.seeds, s.datagrams, s.answered, s.refused, took.Round(time.Second), s.badAttempts, s.badSeeds)
	if testing.Verbose() {
		var lines strings.Builder
		for _, what := range slices.Sorted(maps.Keys(s.census)) {
			fmt.Fprintf(&lines, "%9d  %s\n", s.census[what], what)
		}
		t.Logf("census\n%s", lines.String())
	}
}
