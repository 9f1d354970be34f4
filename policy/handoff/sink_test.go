package handoff_test

import (
	"context"
	"encoding/json"
	"iter"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/handoff"
	"tregua/policy/ledger"
	"tregua/policy/store/memory"
)

// TestEachOnceAndInOrder hands 10,000 records to a receiver that fails at random,
// with the process killed and started again meanwhile: without those that came
// twice it has exactly the sequence.
func TestEachOnceAndInOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { eachOnce(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func eachOnce(t *testing.T, dice *rand.Rand) {
	const all = 10_000
	l, rows := &shelf{}, memory.New()
	var got []uint64
	crash := func() {}
	hook := webhook(func(w http.ResponseWriter, _ *http.Request, text []byte) {
		fate := dice.IntN(10)
		if fate < 2 {
			w.WriteHeader(500)
			return
		}
		var b body
		if err := json.Unmarshal(text, &b); err != nil {
			t.Error(err)
		}
		for _, r := range b.Data.Records { // as a receiver does: what it has it passes over
			if r.Seq >= uint64(len(got)) {
				got = append(got, r.Seq)
			}
		}
		switch fate {
		case 2:
			w.WriteHeader(lost)
		case 3:
			crash()
		}
	})
	for written := 0; len(got) < all; {
		ctx, cancel := context.WithCancel(t.Context())
		state := rows.Crash()
		rows = state
		crash = cancel
		s := handoff.New(l.config(state, whole, hook))
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		for range 20 {
			if written < all {
				for range 500 / 20 {
					l.add(refused(1, noon))
					written++
				}
			}
			s.Wake(uint64(written))
			time.Sleep(time.Minute)
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	for i, seq := range got {
		if seq != uint64(i) {
			t.Fatalf("record %d came at place %d", seq, i)
		}
	}
}

// TestDeadReceiver: a sink whose receiver is dead holds one batch, waits longer
// and longer, and goes on where it was.
func TestDeadReceiver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, dead := &shelf{}, true
		var mu sync.Mutex // protects dead, ids and at
		var ids []string
		var at []time.Time
		hook := webhook(func(w http.ResponseWriter, r *http.Request, _ []byte) {
			mu.Lock()
			defer mu.Unlock()
			ids, at = append(ids, r.Header.Get("Webhook-Id")), append(at, time.Now())
			if dead {
				w.WriteHeader(503)
			}
		})
		s := handoff.New(l.config(memory.New(), whole, hook))
		for range 250 { // before anybody reads, so that it is known where batches end
			s.Wake(l.add(refused(1, noon)))
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { _ = s.Run(ctx) }()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		mu.Lock()
		if unlike := slices.Compact(slices.Clone(ids)); len(unlike) != 1 || len(ids) < 24*12 || len(ids) > 24*25 {
			t.Fatalf("%d tries of %q", len(ids), unlike)
		}
		if first := at[1].Sub(at[0]); first < time.Second/2 || first > time.Second {
			t.Errorf("the second try came %s after the first", first)
		}
		if got := s.State(); got.Lag != 250 || got.Failures != uint64(len(ids)) || got.Trouble != "the receiver answers 503" {
			t.Errorf("state %+v", got)
		}
		dead = false
		mu.Unlock()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		if got := s.State(); got.Lag != 0 || got.Items != 250 || got.Trouble != "" {
			t.Errorf("state %+v", got)
		}
		if last := ids[len(ids)-3:]; !slices.Equal(last, []string{"tregua_7_crm_0_99", "tregua_7_crm_100_199", "tregua_7_crm_200_249"}) {
			t.Errorf("the last ids are %q", last)
		}
	})
}

// sparse is a ledger of which the source gives every third record: notes are none.
type sparse struct{ *shelf }

func (l sparse) Views(from uint64) iter.Seq2[ledger.View, error] {
	return func(yield func(ledger.View, error) bool) {
		for v, err := range l.shelf.Views(from) {
			if v.Seq%3 == 0 && !yield(v, err) {
				return
			}
		}
	}
}

// TestGaps: what is no attempt has a Seq, too, and the cursor goes past it.
func TestGaps(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := sparse{&shelf{}}
		for range 1000 {
			l.add(refused(1, noon))
		}
		var got []uint64
		hook := webhook(func(_ http.ResponseWriter, _ *http.Request, text []byte) {
			var b body
			if err := json.Unmarshal(text, &b); err != nil {
				t.Error(err)
			}
			for _, r := range b.Data.Records {
				got = append(got, r.Seq)
			}
		})
		c := l.config(memory.New(), whole, hook)
		c.Source = l
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_ = handoff.New(c).Run(ctx)
		if len(got) != 334 {
			t.Fatalf("%d records", len(got))
		}
		for i, seq := range got {
			if seq != uint64(3*i) {
				t.Fatalf("record %d came at place %d", seq, i)
			}
		}
	})
}

// TestGone: a receiver that answers 410 is asked no more, until a restart.
func TestGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l, rows, asked, status := &shelf{}, memory.New(), 0, 410
		hook := webhook(func(w http.ResponseWriter, _ *http.Request, _ []byte) { asked++; w.WriteHeader(status) })
		run := func() *handoff.Sink {
			s := handoff.New(l.config(rows, whole, hook))
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()
			for range 5 {
				s.Wake(l.add(refused(1, noon)))
				time.Sleep(time.Hour)
			}
			if len(ended) > 0 {
				t.Error("Run has ended: it would end the program")
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			return s
		}
		if s := run(); asked != 1 || !s.State().Gone || s.State().Lag != 5 {
			t.Fatalf("asked %d times, %+v", asked, s.State())
		}
		status = 204
		if s := run(); s.State().Gone || s.State().Lag != 0 || s.State().Items != 10 {
			t.Fatalf("asked %d times, %+v", asked, s.State())
		}
	})
}

// TestScope: a sink of one principal shows nothing of another's, and moves past it.
func TestScope(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &shelf{}
		var texts []string
		hook := webhook(func(_ http.ResponseWriter, _ *http.Request, text []byte) { texts = append(texts, string(text)) })
		for range 3 {
			l.add(refused(2, noon), refused(1, noon), refused(0, noon))
		}
		next := l.add(refused(2, noon))
		s := handoff.New(l.config(memory.New(), acme, hook))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s.Wake(next)
		go func() { _ = s.Run(ctx) }()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(texts) != 1 || strings.Contains(texts[0], "beta") || strings.Count(texts[0], `"principal":"acme"`) != 3 {
			t.Errorf("it was told %s", texts)
		}
		if s.State().Lag != 0 {
			t.Errorf("it lags by %d", s.State().Lag)
		}
	})
}

// TestWhatIsShown: numbers are masked, a Call-ID is left out, and of an erased
// person nothing is known; the secret of the URL is in no error.
func TestWhatIsShown(t *testing.T) {
	t.Parallel()
	name := refused(1, noon)
	name.Attempt.CallerID = "mario.rossi"
	erased := refused(1, noon)
	erased.Attempt.CallerID, erased.Attempt.Called, erased.Attempt.CallID = "", 0, ""
	cases := map[string]struct {
		record          policy.Record
		numbers, callID bool
		called, caller  string
		id              string
	}{
		"masked":     {refused(1, noon), false, false, "+39333123····", "+39061234····", ""},
		"whole":      {refused(1, noon), true, true, "+393331234567", "+390612345678", "call@pbx"},
		"a name":     {name, false, false, "+39333123····", "…", ""},
		"erased":     {erased, false, true, "", "", ""},
		"erased too": {erased, true, false, "", "", ""},
	}
	for what, c := range cases {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := &shelf{}
				l.add(c.record)
				var b body
				hook := webhook(func(_ http.ResponseWriter, _ *http.Request, text []byte) {
					if err := json.Unmarshal(text, &b); err != nil {
						t.Error(err)
					}
				})
				config := l.config(memory.New(), acme, hook)
				config.Numbers, config.CallID = c.numbers, c.callID
				s := handoff.New(config)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				go func() { _ = s.Run(ctx) }()
				synctest.Wait()
				if r := b.Data.Records; len(r) != 1 || r[0].Called != c.called || r[0].Caller != c.caller || r[0].CallID != c.id {
					t.Errorf("it was told %+v", r)
				}
			})
		})
	}
}
