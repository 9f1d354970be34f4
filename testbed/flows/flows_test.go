//go:build testbed

package flows

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"tregua/testbed/sipp"
)

// atOnce is how many flows run at a time.
const atOnce = 8

// TestFlows runs every flow through one daemon and prints the table.
func TestFlows(t *testing.T) {
	program := os.Getenv("TREGUA")
	if program == "" {
		t.Fatal("TREGUA does not name a tregua binary; run `make testbed`")
	}
	list, err := All()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	t.Cleanup(func() {
		if t.Failed() {
			_ = os.CopyFS(filepath.Join(t.ArtifactDir(), "site"), os.DirFS(dir)) // the failure itself is told elsewhere
			t.Logf("the site is kept in %s (go test -artifacts)", t.ArtifactDir())
		}
	})
	site, err := Site(dir, program, list)
	if err != nil {
		t.Fatal(err)
	}
	daemon, err := site.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(daemon.Kill)
	if err := site.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	capture := startCapture(t, filepath.Join(dir, "flows.pcap"))
	results := runAll(t, dir, list)
	if err := checkRecords(t, site, list, results); err != nil {
		t.Fatal(err)
	}
	if err := daemon.Stop(); err != nil {
		t.Error(err)
	}
	capture.check(t)
	capture.checkWall(t)
	t.Log(table(list, results))
	capture.checkSilence(t, list, results)
	for i, r := range results {
		if r.err != nil {
			t.Errorf("%s (%s): %v", list[i].Name, list[i].At, r.err)
		}
	}
}

// standstill of the machine makes a failure no result: SIP repeats after 500 ms,
// and a SIPp that could not answer by then does not expect that.
const standstill = 100 * time.Millisecond

// result is how a flow went, and where.
type result struct {
	err   error
	place Place
}

// runAll runs the flows, and those again, one by one, that failed while the
// machine stood still.
func runAll(t *testing.T, dir string, list []Flow) []result {
	results := make([]result, len(list))
	failed := make([]bool, len(list))
	free := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i := range list {
		free <- struct{}{}
		wg.Go(func() {
			results[i], failed[i] = runOne(t, dir, i, 0, &list[i])
			<-free
		})
	}
	wg.Wait()
	for i := range list {
		for try := 1; failed[i] && try < Tries && !list[i].IPv6; try++ {
			t.Logf("no result, the machine stood still: %s: %v", list[i].Name, results[i].err)
			results[i], failed[i] = runOne(t, dir, i, try, &list[i])
		}
	}
	return results
}

// runOne runs a flow; again says that it failed and that this is no result.
func runOne(t *testing.T, dir string, i, try int, f *Flow) (r result, again bool) {
	watch := sipp.StartWatch()
	r.place = PlaceOf(i+1, try, f)
	r.err = Run(t.Context(), dir, f, &r.place)
	return r, watch.Stop() > standstill && r.err != nil
}

// checkRecords holds that each attempt has its one record. A challenge that
// nobody takes up is recorded when the time for it is over: 32 s.
func checkRecords(t *testing.T, site *sipp.Site, list []Flow, results []result) error {
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	var wrong map[int]string
	for {
		got, err := outcomes(t.Context(), site)
		if err != nil {
			return err
		}
		wrong = map[int]string{}
		for i := range list {
			if has := strings.Join(got[results[i].place.CallID('A')], ", "); results[i].err == nil && has != list[i].Record {
				wrong[i] = has
			}
		}
		if len(wrong) == 0 || ctx.Err() != nil {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	for i, has := range wrong {
		results[i].err = fmt.Errorf("its record says %q, want %q", has, list[i].Record)
	}
	return nil
}

// outcomes returns what the records say by Call-ID, sorted.
func outcomes(ctx context.Context, site *sipp.Site) (map[string][]string, error) {
	records, err := site.Records(ctx)
	got := map[string][]string{}
	for _, r := range records {
		if r.Repeat != nil {
			continue
		}
		outcome := r.Ending.Outcome
		if outcome == "refused" {
			outcome += " " + r.Decision.Reason
		}
		got[r.CallID] = append(got[r.CallID], outcome)
	}
	for _, list := range got { // order: each by itself
		slices.Sort(list)
	}
	return got, err
}

// table is what the issue asks for: flow, scenario, result.
func table(list []Flow, results []result) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	passed := 0
	fmt.Fprint(w, "\nFLOW\tSCENARIO\tRFC\tRESULT\n")
	for i, f := range list {
		how := "passed"
		if err := results[i].err; err != nil {
			how = "FAILED: " + strings.ReplaceAll(err.Error(), "\n", "; ")
		} else {
			passed++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Name, f.At, f.RFC, how)
	}
	_ = w.Flush() // into memory
	fmt.Fprintf(&b, "%d of %d flows passed\n", passed, len(list))
	return b.String()
}
