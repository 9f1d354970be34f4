package ledger_test

import (
	"context"
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
	h.mover.Follow(w)
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
	up := func(int) ledger.Entry { return answered(0, noon, policy.WatchEnforce, true) }
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
		{"an answer costs no commit of its own", []submission{{0, open}, {1 * ms, up}, {1 * ms, open}}, []time.Duration{0, 5 * ms, 5 * ms}},
		{"an answer does not wait for ever", []submission{{0, open}, {1 * ms, up}}, []time.Duration{0, 21 * ms}},
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
		for i := range 3 * ledger.MaxTurn {
			w.Submit(refusal(i, 393331234567, noon, policy.BlacklistListed))
		}
		synctest.Wait()
		if got := len(d.heard()); got != 3*ledger.MaxTurn {
			t.Errorf("%d receipts without waiting, want %d", got, 3*ledger.MaxTurn)
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

// TestWriterShut: while no call may begin, those in progress end in the ledger,
// refusals and emergency calls too.
func TestWriterShut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, h.state, 0)
		if !w.Submit(opening(record(0, 393331234567, noon))) {
			t.Fatal("the first call may not begin")
		}
		w.Shut(true)
		emergency := opening(record(2, 393331234567, noon))
		emergency.Return = policy.Return{} // nothing waits for its row
		for name, c := range map[string]struct {
			entry ledger.Entry
			want  bool
		}{
			"a new call":        {opening(record(1, 393331234567, noon)), false},
			"an emergency call": {emergency, true},
			"a refusal":         {refusal(3, 393331234567, noon, policy.BlacklistListed), true},
			"the end of a call": {closing(0, policy.Ending{Outcome: policy.OutcomeConnected}), true},
		} {
			if got := w.Submit(c.entry); got != c.want {
				t.Errorf("%s: taken %t", name, got)
			}
		}
		w.Shut(false)
		if !w.Submit(opening(record(4, 393331234567, noon))) {
			t.Error("no call may begin again")
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if rep := h.verify(); rep.Records != 2 || rep.Open != 2 {
			t.Errorf("%+v", rep)
		}
	})
}
