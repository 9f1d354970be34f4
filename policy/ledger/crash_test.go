package ledger_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/ledger"
	"tregua/policy/rings"
	"tregua/policy/seal"
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
		func(h *house) {
			h.tell(answered(0, noon, policy.WatchEnforce, true), answered(1, last, policy.WatchEnforce, true))
		},
		func(h *house) { h.tell(answered(0, noon, policy.WatchEnforce, false)) },
		func(h *house) {
			h.tell(h.rang(closing(0, connected(noon)), 393331234567, noon), opening(record(3, 393331234569, last)))
		},
		func(h *house) {
			h.tell(h.rang(h.ended(1, 393331234567, silent(last)), 393331234567, last), answered(3, last, policy.WatchEnforce, true))
		},
		func(h *house) { h.tellMonths() },
		func(h *house) { h.tell(redials(4, 2, 393331234568, last.Add(2*time.Hour), 3)) },
		func(h *house) { h.tell(noting(5, ledger.NoteAmendment, last), beating(last), summing(6, last)) },
		func(h *house) { h.tell(h.rang(closing(3, connected(last)), 393331234569, last)) },
		func(h *house) { h.tell(summing(7, last.Add(time.Hour))) },
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
			h.wantBars(nil)
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
	t    *testing.T
	rng  *rand.Rand
	h    *house
	w    *ledger.Writer
	born int // the first attempt of this life

	mu    sync.Mutex // protects the fields below
	n     int
	fates map[int]string       // of each attempt: what was acknowledged last
	ends  map[int]string       // of each attempt: how it ended, if that was submitted
	watch map[int]policy.Ratio // of each attempt: as what the acknowledged up row has it counted
	told  map[int][]bool       // of each attempt: what was submitted of its watch and not acknowledged
	kinds map[policy.AttemptID]int
	desk  map[seal.Index]bar.Bars // what a desk has in memory
	rings map[seal.Index]rings.Rings
	made  map[int]time.Time         // when each attempt was made
	notes map[policy.AttemptID]bool // those submitted: acknowledged
}

func (l *lives) run(seed uint64) {
	l.h = newHouse(l.t, seed)
	l.fates, l.kinds = map[int]string{}, map[policy.AttemptID]int{}
	l.made, l.notes = map[int]time.Time{}, map[policy.AttemptID]bool{}
	l.ends, l.watch, l.told = map[int]string{}, map[int]policy.Ratio{}, map[int][]bool{}
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
	h.mover.Follow(w)
	l.w, l.born = w, l.n
	var err error
	if l.desk, err = ledger.Bars(h.state); err != nil {
		l.t.Fatal(err)
	}
	l.rings = l.h.storedRings()
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
	number := l.called(l.n)
	at := time.Now()
	switch l.rng.IntN(9) {
	case 0, 1:
		l.submit(opening(record(l.n, number, at)))
	case 2:
		l.submit(refusal(l.n, number, at, policy.BlacklistListed))
	case 3:
		l.submit(redials(l.n, 0, number, at, 1+l.rng.Uint32N(5)))
	case 4:
		if n, ok := l.anyOpen(); ok {
			l.close(n, at)
		}
	case 5, 6:
		if n, ok := l.anyOpen(); ok {
			watching := l.rng.IntN(2) == 0
			l.told[n] = append(l.told[n], watching)
			l.w.Submit(answered(n, at, policy.WatchEnforce, watching))
		}
	case 7:
		l.note(noting(len(l.notes), ledger.NoteHold, at))
	case 8:
		l.w.Submit(beating(at))
		l.note(summing(len(l.notes), at.Add(time.Duration(len(l.notes))*time.Hour)))
	}
}

func (l *lives) note(e ledger.Entry) {
	l.notes[e.Note.ID] = false
	l.w.Submit(e)
}

// beating is a sign of life.
func beating(at time.Time) ledger.Entry {
	return ledger.Entry{Kind: ledger.Beat, Hour: &ledger.Hour{Alive: at}}
}

// anyOpen picks an attempt of this life that is known to be open.
func (l *lives) anyOpen() (int, bool) {
	var open []int
	for n := l.born; n < l.n; n++ {
		if l.fates[n] == "open" {
			open = append(open, n)
		}
	}
	if len(open) == 0 {
		return 0, false
	}
	return open[l.rng.IntN(len(open))], true
}

// close submits an end as a desk does: with the bars as it has them then.
func (l *lives) close(n int, at time.Time) {
	end := connected(at)
	if l.rng.IntN(2) == 0 {
		end = silent(at)
	}
	end.EndedAt = at
	l.fates[n], l.ends[n] = "closing", end.Outcome.String()
	called := l.called(n)
	a := record(n, called, at).Attempt
	e, index := closing(n, end), l.h.keys.Index(called)
	if b, changed := l.desk[index].After(&a, &end, figures); changed {
		l.desk[index] = b
		e.Bars = ledger.BarRow(index, b)
	}
	ring := rings.Of(a.ID, l.made[n], rings.Useful(&end, &figures.Frequency))
	l.rings[index], _ = l.rings[index].With(ring, at)
	e.Rings = ledger.RingRow(a.Principal, index, l.rings[index])
	l.w.Submit(e)
}

// called is the number of an attempt: few numbers, so that bars meet.
func (l *lives) called(n int) policy.Number { return policy.Number(393330000000 + n*7%12) }

func (l *lives) submit(e ledger.Entry) {
	l.kinds[e.Record.Attempt.ID], l.made[l.n] = l.n, e.Record.Attempt.At
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
		case r.Kind == ledger.Noted:
			l.notes[r.ID] = r.Err == nil
		case r.Kind == ledger.Open && r.Err == nil:
			l.fates[n] = "open"
		case r.Kind == ledger.Open:
			l.fates[n] = "failed"
		case r.Err != nil:
		case r.Kind == ledger.Up:
			if l.told[n][0] && l.watch[n] != policy.RatioB {
				l.watch[n] = policy.RatioA
			} else {
				l.watch[n] = policy.RatioB
			}
			l.told[n] = l.told[n][1:]
		case r.Kind == ledger.Close:
			l.fates[n] = l.ends[n]
		case r.Kind == ledger.Closed:
			l.fates[n] = policy.OutcomeRefused.String()
		case r.Kind == ledger.Repeat:
			l.fates[n] = policy.OutcomeRepeated.String()
		}
	}
}
