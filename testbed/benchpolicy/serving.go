package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/desk"
	"tregua/policy/ledger"
	"tregua/policy/rules"
	"tregua/policy/store"
)

// Sizes of the serving stage; they do not scale.
const (
	draws  = 200_000 // judgements one after the other
	rate   = 2_000   // a second, while a generation is activated
	rounds = 5       // of quiet and of activations, in turns: what else the machine does falls on both
	turn   = 2 * time.Second
)

// counted counts the reads of the desks.
type counted struct {
	store.Reader
	gets atomic.Int64
}

// Get reads one row.
func (c *counted) Get(key []byte) ([]byte, bool, error) {
	c.gets.Add(1)
	return c.Reader.Get(key)
}

// Scan reads many.
func (c *counted) Scan(prefix, from []byte) iter.Seq2[store.Row, error] {
	return c.Reader.Scan(prefix, from)
}

// lookedUp is the snapshot in force. It counts what is looked up in the lists.
type lookedUp struct {
	*book.Snapshot
	lists *listReads
}

// listReads are look-ups in the lists of a campaign.
type listReads struct{ all, found atomic.Int64 }

// List looks a number up in the lists of its campaign.
func (l lookedUp) List(c policy.CampaignID, n policy.Number) policy.ListFact {
	fact := l.Snapshot.List(c, n)
	l.lists.all.Add(1)
	if fact.Known == policy.Present && fact.Approved {
		l.lists.found.Add(1)
	}
	return fact
}

// office is the desks over a house. Its ledger writes nothing and has no delay:
// the wait for the disk of an allowed call is the ledger's to measure.
type office struct {
	*house
	desks   *desk.Desks
	rows    *counted
	lists   listReads
	deck    *deck
	options options
	drawn   uint64
	answers chan desk.Answer
}

func (o options) office(h *house) (*office, error) {
	judge, err := policy.New(rules.Table(), h.params)
	if err != nil {
		return nil, err
	}
	d, err := o.deck()
	if err != nil {
		return nil, err
	}
	f := &office{house: h, rows: &counted{Reader: h.store}, deck: d, options: o, answers: make(chan desk.Answer, 4096)}
	var known []desk.Change
	for c := range h.book.Changes() {
		known = append(known, desk.Change(c))
	}
	f.desks = desk.NewDesks(desk.Config{
		Count: 2, Queue: 1024, Policy: judge, Keys: h.keys, Rows: f.rows, Now: time.Now,
		View: func() desk.View { return lookedUp{h.book.Current(), &f.lists} },
		Submit: func(e ledger.Entry) bool {
			if e.Kind == ledger.Open {
				f.answers <- desk.Answer{Return: e.Return, Decision: policy.Decision{Verdict: policy.Allow}, Open: true}
			}
			return true
		},
		Answer: func(a desk.Answer) { f.answers <- a },
	}, known)
	return f, nil
}

// attempt is the next one, see [deck.next].
func (f *office) attempt() policy.Attempt {
	f.drawn++
	d, now := f.deck.next(), f.book.Current()
	c, _ := now.Campaign(d.list.campaign()) // without it no list is looked up, and that is seen
	a := now.AttemptFor(c, policy.Dialled{At: time.Now(), Synced: true, User: d.number.String()})
	binary.BigEndian.PutUint64(a.ID[:], f.drawn)
	return a
}

// serve judges.
func (o options) serve(ctx context.Context) (err error) {
	h, err := o.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.store.Close()) }()
	f, err := o.office(h)
	if err != nil {
		return err
	}
	working, end := context.WithCancel(ctx)
	var work sync.WaitGroup
	work.Go(func() { f.desks.Run(working) })
	defer func() { end(); work.Wait() }()
	b := &bars{slack: o.slack}
	if err := f.judge(b, 1, nil); err != nil {
		return err
	}
	b.duration("start to first judgement", sinceStart(), 10*time.Second)
	if err := f.oneByOne(b); err != nil {
		return err
	}
	b.count("allocations in the rule loop", f.allocations(), 0, "a rule")
	if err := f.activation(ctx, b); err != nil {
		return err
	}
	b.must(!f.deck.worn(), "some numbers were drawn twice")
	debug.FreeOSMemory()
	b.count("RssAnon, serving", rssAnon(), 1.0, "GiB")
	report(load())
	return errors.Join(b.errs...)
}

// judge asks and waits for the answer, count times. With took it says how long
// each took and what became of them.
func (f *office) judge(b *bars, count int, took []time.Duration) error {
	reasons := map[string]int{}
	for range count {
		a := f.attempt()
		began := time.Now()
		answer, now := f.desks.Ask(a, policy.Return{Call: f.drawn})
		if !now {
			answer = <-f.answers
		}
		if took != nil {
			took = append(took, time.Since(began))
		}
		if answer.Decision.Rule == "fault" || answer.Return.Call != f.drawn {
			return fmt.Errorf("judgement %d: %+v", f.drawn, answer)
		}
		reasons[answer.Decision.Reason.String()]++
	}
	if took != nil {
		b.times("judgement, Ask to Answer:", took)
		for _, reason := range slices.Sorted(maps.Keys(reasons)) {
			report("  %-42s %d", reason, reasons[reason])
		}
	}
	return nil
}

func (f *office) oneByOne(b *bars) error {
	reads, all, had := f.rows.gets.Load(), f.lists.all.Load(), f.lists.found.Load()
	if err := f.judge(b, draws, make([]time.Duration, 0, draws)); err != nil {
		return err
	}
	report("%-44s %.4f", "reads of the store a judgement", float64(f.rows.gets.Load()-reads)/draws)
	looked, found := float64(f.lists.all.Load()-all)/draws, float64(f.lists.found.Load()-had)/draws
	report("%-44s %.4f, %.4f with a row", "look-ups in lists a judgement", looked, found)
	// Where a row of the store is needed the lists are asked twice.
	b.must(found/looked > 0.89 && found/looked < 0.91, "%.4f of the numbers are in their list: nine of ten were drawn from it", found/looked)
	return nil
}

// times holds the distribution against the bars.
func (b *bars) times(name string, took []time.Duration) {
	slices.Sort(took)
	for _, q := range []struct {
		name  string
		share float64
		bar   time.Duration
	}{{"p50", 0.5, 8 * time.Microsecond}, {"p90", 0.9, 15 * time.Microsecond}, {"p99", 0.99, 200 * time.Microsecond}} {
		b.duration(name+" "+q.name, quantile(took, q.share), q.bar)
	}
}

func quantile(sorted []time.Duration, share float64) time.Duration {
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

// allocations are those of the rule that has most.
func (f *office) allocations() (most float64) {
	a, facts := f.attempt(), policy.Facts{}
	facts.Blacklist.Known, facts.Registry.Known, facts.Consent.Known = policy.Absent, policy.Absent, policy.Absent
	for _, r := range rules.Table().Rules() {
		most = max(most, testing.AllocsPerRun(100, func() { r.Judge(&f.params, &a, &facts) }))
	}
	return most
}

// activation asks at a steady rate while nothing happens and, in turns, while
// generations are activated one after the other; then during an import. What
// activations do they do in every turn, so the turn in the middle counts: a
// machine that stands still for 60 ms spoils one.
func (f *office) activation(ctx context.Context, b *bars) error {
	last := f.book.Current().Generation()
	quiet, busy := make([]time.Duration, 0, rounds), make([]time.Duration, 0, rounds) // the p99.9 of each turn
	activated := 0
	for range rounds {
		quiet = append(quiet, worst(f.steady(b, func() error { time.Sleep(turn); return nil }))) // a measure takes its time
		busy = append(busy, worst(f.steady(b, func() error {
			for end := time.Now().Add(turn); time.Now().Before(end); activated++ {
				if _, err := f.book.Restore(ctx, "bench", last-1+uint64(activated%2)); err != nil {
					return err
				}
				time.Sleep(100 * time.Millisecond) // ten activations a second
			}
			return nil
		})))
	}
	if _, err := f.book.Restore(ctx, "bench", last); err != nil && !errors.Is(err, book.ErrInput) {
		return err // ErrInput: it is in force
	}
	usual := median(quiet)
	b.duration(fmt.Sprintf("p99.9 at %d a second, quiet", rate), usual, 0)
	b.duration(fmt.Sprintf("p99.9, %d activations", activated), median(busy), max(2*usual, time.Millisecond)) // a ratio of less is the scheduler's
	report("%-44s %v", "  of each turn", busy)
	importing := f.steady(b, func() error {
		file, err := os.Open(f.options.file("more.csv"))
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = f.book.Import(ctx, book.ImportRequest{
			Kind: book.Blacklist, Scope: "p0", Actor: "bench", FileName: "more.csv", Reader: file, MaxRejects: book.Limit{Percent: 1},
		})
		return err
	})
	b.duration("p99.9 while a million numbers are imported", worst(importing), 0)
	return nil
}

// worst is the p99.9.
func worst(took []time.Duration) time.Duration {
	slices.Sort(took)
	return quantile(took, 0.999)
}

// median is the one in the middle.
func median(of []time.Duration) time.Duration {
	of = slices.Sorted(slices.Values(of))
	return quantile(of, 0.5)
}

// steady asks at the rate until what is done meanwhile is done, and returns how
// long each answer took. No judgement may fail.
func (f *office) steady(b *bars, meanwhile func() error) (took []time.Duration) {
	done := make(chan error, 1)
	go func() { done <- meanwhile() }()
	began := map[uint64]time.Time{}
	answered := func(a desk.Answer) {
		took = append(took, time.Since(began[a.Return.Call]))
		delete(began, a.Return.Call)
		b.must(a.Decision.Rule != "fault", "judgement %d: %v", a.Return.Call, a.Decision.Reason)
	}
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for open := true; open || len(began) > 0; {
		select {
		case err := <-done:
			b.must(err == nil, "meanwhile: %v", err)
			open, done = false, nil
		case <-tick.C:
			if !open {
				continue
			}
			a := f.attempt()
			began[f.drawn] = time.Now()
			if answer, now := f.desks.Ask(a, policy.Return{Call: f.drawn}); now {
				answered(answer)
			}
		case answer := <-f.answers:
			answered(answer)
		}
	}
	return took
}
