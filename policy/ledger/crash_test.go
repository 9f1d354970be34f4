package ledger_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// TestCutAtEveryCommit plays one story and kills the process at its nth
// commit, before and after it, for every n: at the start, in a turn, in a
// month, at the cursor.
func TestCutAtEveryCommit(t *testing.T) {
	t.Parallel()
	last := noon.Add(9*24*time.Hour - time.Hour) // the turn of the month
	story := []func(h *house){
		func(h *house) { h.tell(opening(record(0, 393331234567, noon)), opening(record(1, 393331234567, last))) },
		func(h *house) { h.tell(refusal(2, 393331234568, last, policy.BlacklistListed)) },
		func(h *house) { h.tell(closing(0, connected(noon)), opening(record(3, 393331234569, last))) },
		func(h *house) { h.tellMonths() },
		func(h *house) { h.tell(redials(4, 2, 393331234568, last.Add(2*time.Hour), 3)) },
		func(h *house) { h.tell(closing(3, connected(last))) },
		func(h *house) { h.tellMonths() },
	}
	for _, how := range []fate{killed, finished} {
		for n := 1; ; n++ {
			h := newHouse(t, 1)
			h.fail = func() fate {
				if h.commits == n {
					return how
				}
				return done
			}
			alive := h.tryStart(noon)
			for _, step := range story {
				if alive = alive && !h.killed(); alive {
					step(h)
				}
			}
			if !h.killed() {
				if n < 8 {
					t.Fatalf("the story has only %d commits", n-1)
				}
				break
			}
			h.kill()
			h.start(last)
			h.move()
			if rep := h.verify(); rep.Open != 0 {
				t.Errorf("commit %d, fate %d: %d attempts still open", n, how, rep.Open)
			}
			if t.Failed() {
				t.Fatalf("cut at commit %d, fate %d", n, how)
			}
		}
	}
}

// tell commits entries, or dies.
func (h *house) tell(in ...ledger.Entry) {
	rows, _ := h.committer.Turn(noon, in)
	if err := (flaky{h.state, h}).Commit(rows); err == nil {
		h.committer.Committed()
		h.mover.Wake(h.committer.Next())
	}
}

func (h *house) tellMonths() {
	for {
		if n, err := h.mover.Step(); n == 0 || err != nil {
			return
		}
	}
}

// TestCrashes runs the real writer and month writer over many lives of a node
// whose stores fail and whose process is killed at random commits, and wants
// each forwarded attempt to have exactly one record, with the ending that was
// acknowledged, a gapless sequence, and counters equal to a recount.
func TestCrashes(t *testing.T) {
	t.Parallel()
	seeds := 150
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) { (&lives{t: t, rng: rand.New(rand.NewPCG(uint64(seed), 1))}).run(uint64(seed)) })
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// lives is the model that the ledger is compared with.
type lives struct {
	t   *testing.T
	rng *rand.Rand
	h   *house
	w   *ledger.Writer

	mu    sync.Mutex // protects the fields below
	n     int
	fates map[int]string // of each attempt: what was acknowledged last
	kinds map[policy.AttemptID]int
}

func (l *lives) run(seed uint64) {
	l.h = newHouse(l.t, seed)
	l.fates, l.kinds = map[int]string{}, map[policy.AttemptID]int{}
	for range 4 {
		l.h.meet(nil)
		l.h.start(time.Now())
		l.live()
		l.h.kill()
	}
	l.h.meet(nil)
	l.h.start(time.Now())
	l.h.move()
	l.judge()
}

// live is one life of the process.
func (l *lives) live() {
	bad := l.rng.IntN(3) // of 30 commits
	end := l.h.commits + 1 + l.rng.IntN(40)
	chance := rand.New(rand.NewPCG(l.rng.Uint64(), 2)) // under the lock of the house
	l.h.meet(func() fate {
		switch {
		case l.h.commits >= end:
			return killed + fate(chance.IntN(2))
		case chance.IntN(30) < bad:
			return refused + fate(chance.IntN(2))
		}
		return done
	})
	h := l.h
	w := ledger.NewWriter(ledger.WriterConfig{Posted: l.posted, Committed: h.mover.Wake}, h.committer, flaky{h.state, h})
	l.w = w
	ctx, cancel := context.WithCancel(l.t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = w.Run(ctx) }()
	for range 60 {
		l.act()
		if l.rng.IntN(3) > 0 {
			time.Sleep(time.Duration(l.rng.IntN(4)) * time.Millisecond)
			synctest.Wait()
		}
		if l.rng.IntN(8) == 0 && !h.killed() {
			_, _ = h.mover.Step()
		}
	}
	if !h.killed() && l.rng.IntN(2) == 0 {
		time.Sleep(3 * time.Second) // what failed is tried again
	}
	cancel()
	<-ended
}

// act submits something new, or the end of something that is open.
func (l *lives) act() {
	l.mu.Lock()
	defer l.mu.Unlock()
	number := policy.Number(393330000000 + l.rng.Uint64N(12))
	at := time.Now()
	switch l.rng.IntN(5) {
	case 0, 1:
		l.submit(opening(record(l.n, number, at)))
	case 2:
		l.submit(refusal(l.n, number, at, policy.BlacklistListed))
	case 3:
		l.submit(redials(l.n, 0, number, at, 1+l.rng.Uint32N(5)))
	case 4:
		for n := range l.n {
			if l.fates[n] == "open" {
				l.fates[n] = "closing"
				l.w.Submit(closing(n, connected(at)))
				return
			}
		}
	}
}

func (l *lives) submit(e ledger.Entry) {
	l.kinds[e.Record.Attempt.ID] = l.n
	l.n++
	l.w.Submit(e)
}

// posted is what the shards do with receipts.
func (l *lives) posted(receipts []ledger.Receipt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range receipts {
		n := l.kinds[r.ID]
		switch {
		case r.Kind == ledger.Open && r.Err == nil:
			l.fates[n] = "open"
		case r.Kind == ledger.Open:
			l.fates[n] = "failed"
		case r.Err != nil:
		case r.Kind == ledger.Close:
			l.fates[n] = policy.OutcomeConnected.String()
		case r.Kind == ledger.Closed:
			l.fates[n] = policy.OutcomeRefused.String()
		case r.Kind == ledger.Repeat:
			l.fates[n] = policy.OutcomeRepeated.String()
		}
	}
}

// judge compares what was acknowledged with what is found.
func (l *lives) judge() {
	if rep := l.h.verify(); rep.Open != 0 {
		l.t.Errorf("%d attempts still open", rep.Open)
	}
	found := map[int]string{}
	for v, err := range l.h.reader.Each() {
		if err != nil {
			l.t.Fatal(err)
		}
		if !v.Personal {
			l.t.Errorf("record %d cannot be opened", v.Seq)
		}
		n := l.kinds[v.Record.Attempt.ID]
		if found[n] != "" {
			l.t.Errorf("attempt %d has two records", n)
		}
		found[n] = v.Record.Ending.Outcome.String()
	}
	interrupted := policy.OutcomeInterrupted.String()
	for n, want := range l.fates {
		got := found[n]
		ok := got == want
		switch want {
		case "open":
			ok = got == interrupted
		case "failed": // a crash may have cut off the record of the refusal
			ok = got == "" || got == interrupted || got == policy.OutcomeRefused.String()
		case "closing": // the end was submitted, and not acknowledged
			ok = got == interrupted || got == policy.OutcomeConnected.String()
		}
		if !ok {
			l.t.Errorf("attempt %d was acknowledged as %q, its record says %q", n, want, got)
		}
	}
	if l.n < 50 {
		l.t.Error(fmt.Sprint("only ", l.n, " attempts"))
	}
}
