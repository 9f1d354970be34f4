//go:build testbed

package sipp

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"tregua/testbed/rtp"
)

// watched makes a site whose trunk treats silent calls by a mode, with its data
// entered and its daemon running.
func watched(t *testing.T, silent string) (*Site, *Daemon) {
	t.Helper()
	dir := t.TempDir()
	t.Cleanup(func() {
		if t.Failed() {
			_ = os.CopyFS(filepath.Join(t.ArtifactDir(), "site"), os.DirFS(dir)) // the failure itself is told elsewhere
			t.Logf("the site is kept in %s (go test -artifacts)", t.ArtifactDir())
		}
	})
	s, err := NewSite(dir, program(t), "batch", silent)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	if err := s.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, d
}

// still is for how long the machine may hold the generator up in a load that is
// to count against tregua: half of what it has between the cut and the limit.
const still = 50 * time.Millisecond

// calm runs a load that says what is not as it should be. One during which the
// machine stood still is no result against anybody and is repeated.
func calm(t *testing.T, load func() (result rtp.Result, problems []string, err error)) {
	t.Helper()
	for range tries {
		result, problems, err := load()
		t.Logf("%d packets sent; behind the generator's clock: %v", result.Sent, result.Late)
		if err != nil {
			problems = append(problems, err.Error())
		}
		if result.Late.Max > still && len(problems) > 0 {
			t.Logf("no result, the machine stood still: %q", problems)
			continue
		}
		for _, p := range problems {
			t.Error(p)
		}
		return
	}
	t.Error("there is no result: run it on a quieter machine")
}

// breath is what a callee takes before the word.
const breath = 100 * time.Millisecond

// broken says whether what a leg heard was not one stream with its time: one
// SSRC, each packet once and in order, no timestamp without its time, no delay
// that grows by more than a jitter buffer holds.
func broken(s rtp.Shape) bool {
	const drift = 100 * time.Millisecond
	return s.SSRCs != 1 || s.Breaks > 0 || s.Jumps > 0 || s.Drift.Abs() > drift
}

// callee takes the phone, says a word and is heard to wait.
func callee(seed uint64) rtp.Source {
	const word = 600 * time.Millisecond
	wait := rtp.Quiet(seed)
	return rtp.Then(wait, breath, rtp.Then(rtp.Speech(seed), word, wait))
}

// lines are the sounds of a line at which nobody is, by their names in the
// records.
var lines = []struct {
	name   string
	source func(seed uint64) rtp.Source
}{
	{"none", func(uint64) rtp.Source { return rtp.None }},
	{"cn", func(uint64) rtp.Source { return rtp.CN }},
	{"dead", func(uint64) rtp.Source { return rtp.Dead }},
	{"tone", func(uint64) rtp.Source { return rtp.Tone() }},
	{"quiet", rtp.Quiet},
}

// indexOf returns the number of a call by its user part.
func indexOf(calls []Planned) map[string]int {
	index := map[string]int{}
	for i, c := range calls {
		index[c.User] = i
	}
	return index
}
