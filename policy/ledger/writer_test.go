package ledger_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// desk hears receipts and when they came.
type desk struct {
	mu       sync.Mutex
	start    time.Time
	receipts []ledger.Receipt
	at       []time.Duration
}

func (d *desk) posted(rs []ledger.Receipt) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range rs {
		d.receipts = append(d.receipts, r)
		d.at = append(d.at, time.Since(d.start))
	}
}

// all returns the receipts.
func (d *desk) all() []ledger.Receipt {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.receipts)
}

// heard returns how long after the start each receipt came.
func (d *desk) heard() []time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.at)
}

// writing starts a writer in a bubble; stop ends it and returns Run's error.
func writing(t *testing.T, h *house, st store.Store, queue int) (w *ledger.Writer, d *desk, stop func() error) {
	d = &desk{start: time.Now()}
	w = ledger.NewWriter(ledger.WriterConfig{Queue: queue, Posted: d.posted, Committed: h.mover.Wake}, h.committer, st)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	synctest.Wait()
	return w, d, func() error { cancel(); return <-ended }
}

func TestWriterGathers(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	open := func(n int) ledger.Entry { return opening(record(n, 393331234567, noon)) }
	refused := func(n int) ledger.Entry { return refusal(n, 393331234567, noon, policy.BlacklistListed) }
	type submission struct {
		after time.Duration
		entry func(int) ledger.Entry
	}
	for _, c := range []struct {
		name string
		in   []submission
		want []time.Duration
	}{
		{"a quiet open goes at once", []submission{{0, open}}, []time.Duration{0}},
		{
			"each of some quiet opens goes at once",
			[]submission{{0, open}, {10 * ms, open}, {10 * ms, open}},
			[]time.Duration{0, 10 * ms, 20 * ms},
		},
		{
			"an open soon after another waits",
			[]submission{{0, open}, {2 * ms, open}, {1 * ms, open}},
			[]time.Duration{0, 5 * ms, 5 * ms},
		},
		{"a refusal waits for company", []submission{{0, refused}, {4 * ms, refused}}, []time.Duration{20 * ms, 20 * ms}},
		{"an open takes refusals along", []submission{{0, refused}, {3 * ms, open}}, []time.Duration{3 * ms, 3 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, 1)
				h.start(noon)
				w, d, stop := writing(t, h, h.state, 0)
				for i, s := range c.in {
					time.Sleep(s.after)
					if !w.Submit(s.entry(i)) {
						t.Fatal("the queue is full")
					}
					synctest.Wait()
				}
				time.Sleep(time.Second)
				if got := d.heard(); !slices.Equal(got, c.want) {
					t.Errorf("receipts after %v, want %v", got, c.want)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestWriterFullTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, d, stop := writing(t, h, h.state, 0)
		for i := range 2 * ledger.MaxTurn {
			w.Submit(refusal(i, 393331234567, noon, policy.BlacklistListed))
		}
		synctest.Wait()
		if got := len(d.heard()); got != 2*ledger.MaxTurn {
			t.Errorf("%d receipts without waiting, want %d", got, 2*ledger.MaxTurn)
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestWriterDrains(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, d, stop := writing(t, h, h.state, 0)
		for i := range 300 {
			if !w.Submit(refusal(i, 393331234567, noon, policy.BlacklistListed)) {
				t.Fatal("the queue is full")
			}
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got := len(d.heard()); got != 300 {
			t.Errorf("%d receipts, want 300", got)
		}
		if w.Submit(refusal(300, 393331234567, noon, policy.BlacklistListed)) {
			t.Error("an ended writer takes an entry")
		}
		if rep := h.verify(); rep.Records != 300 {
			t.Errorf("%d records", rep.Records)
		}
	})
}

// slow is a store whose commits wait.
type slow struct {
	store.Store
	pace chan struct{}
}

func (s slow) Commit(b store.Batch) error { <-s.pace; return s.Store.Commit(b) }

func TestWriterFull(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		st := slow{h.state, make(chan struct{})}
		w, d, stop := writing(t, h, st, 3)
		n := 0
		for w.Submit(opening(record(n, 393331234567, noon))) {
			n++
			synctest.Wait()
		}
		if n != 4 || w.Waiting() != 3 { // one is being committed
			t.Errorf("%d entries were taken, %d wait", n, w.Waiting())
		}
		close(st.pace)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if got := len(d.heard()); got != n {
			t.Errorf("%d receipts, want %d", got, n)
		}
	})
}

// TestWriterStoreFails: an Open hears of it at once, everything else is kept,
// and no failed commit leaves more in doubt than the next one mends.
func TestWriterStoreFails(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, 1)
			h.start(noon)
			h.turn(noon, opening(record(0, 393331234567, noon)))
			w, d, stop := writing(t, h, flaky{h.state, h}, 0)
			h.meet(func() fate { return how })
			w.Submit(opening(record(1, 393331234568, noon)))
			synctest.Wait()
			if got := d.all(); len(got) != 1 || !errors.Is(got[0].Err, errStore) || got[0].Return.Call != 2 {
				t.Fatalf("receipts %v", got)
			}
			w.Submit(closing(0, connected(noon)))
			w.Submit(refusal(1, 393331234568, noon, policy.StoreDown))
			time.Sleep(time.Minute)
			for n := range 50 {
				w.Submit(opening(record(10+n, 393331234568, noon)))
				time.Sleep(time.Second)
			}
			rows := h.state.Len()
			for n := range 50 {
				w.Submit(opening(record(100+n, 393331234568, noon)))
				time.Sleep(time.Second)
			}
			if got := h.state.Len(); got != rows {
				t.Errorf("a failing store went from %d to %d rows", rows, got)
			}
			if got := len(d.heard()); got != 101 {
				t.Errorf("%d receipts, want those of the 101 opens", got)
			}
			h.meet(nil)
			time.Sleep(time.Second)
			if got := len(d.heard()); got != 103 {
				t.Errorf("%d receipts, want also those of the two kept entries", got)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			if rep := h.verify(); rep.Records != 2 || rep.Open != 0 {
				t.Errorf("%+v", rep)
			}
		})
	}
}

// TestWriterKeepsWhatDidNotWait: the call of an Open without a Return is on
// its way whatever the store says, so its record is written later.
func TestWriterKeepsWhatDidNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, flaky{h.state, h}, 0)
		h.meet(func() fate { return refused })
		open := opening(record(0, 393331234568, noon))
		open.Return = policy.Return{}
		w.Submit(open)
		w.Submit(closing(0, connected(noon)))
		time.Sleep(time.Minute)
		h.meet(nil)
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if rep := h.verify(); rep.Records != 1 || rep.Open != 0 {
			t.Errorf("%+v", rep)
		}
	})
}

// TestWriterMendsBeforeItGoesOn: a store that writes and says it did not must
// not gather the rows of all that was tried, nor the batch that mends them.
func TestWriterMendsBeforeItGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, flaky{h.state, h}, 0)
		h.meet(func() fate { return obscure })
		for n := range 50 {
			w.Submit(opening(record(n, 393331234568, noon)))
			time.Sleep(time.Second)
		}
		if n := rows(t, h.state, 0x70); n > 1 {
			t.Errorf("%d open rows of attempts that were not let through", n)
		}
		if h.largest > 4 {
			t.Errorf("a batch of %d rows", h.largest)
		}
		h.meet(nil)
		w.Submit(refusal(50, 393331234568, noon, policy.BlacklistListed))
		if err := stop(); err != nil {
			t.Error(err)
		}
		if rep := h.verify(); rep.Records != 1 || rep.Open != 0 {
			t.Errorf("%+v", rep)
		}
	})
}

func TestWriterEndsWithAFailingStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, d, stop := writing(t, h, flaky{h.state, h}, 0)
		h.meet(func() fate { return refused })
		for i := range 200 {
			w.Submit(refusal(i, 393331234567, noon, policy.BlacklistListed))
		}
		if err := stop(); !errors.Is(err, errStore) {
			t.Errorf("Run ends with %v", err)
		}
		if got := d.all(); len(got) != 200 || !errors.Is(got[199].Err, errStore) {
			t.Errorf("%d receipts", len(got))
		}
	})
}
