package handoff_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy/handoff"
	"tregua/policy/store/memory"
)

// TestDelay: a second, doubling up to five minutes, half of it by chance, and no less
// than the receiver asks for, up to an hour.
func TestDelay(t *testing.T) {
	t.Parallel()
	const s, m = time.Second, time.Minute
	for i, c := range []struct {
		n      int
		after  time.Duration
		chance float64
		want   time.Duration
	}{
		{0, 0, 0, s / 2},
		{0, 0, 1, s},
		{1, 0, 1, 2 * s},
		{8, 0, 1, 256 * s},
		{9, 0, 1, 5 * m},
		{1000, 0, 0, 5 * m / 2},
		{0, 1, 1, s},
		{0, 7 * m, 0, 7 * m},
		{9, 7 * m, 1, 7 * m},
		{0, 9 * time.Hour, 0, time.Hour},
	} {
		if got := handoff.Delay(c.n, c.after, c.chance); got != c.want {
			t.Errorf("case %d: %s, want %s", i, got, c.want)
		}
	}
}

// TestRetryAfter: a receiver that says when to come again is heard.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &shelf{}
		var at []time.Time
		hook := webhook(func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			if at = append(at, time.Now()); len(at) == 1 {
				w.Header().Set("Retry-After", "1800")
				w.WriteHeader(429)
			}
		})
		l.add(refused(1, noon))
		s := handoff.New(l.config(memory.New(), whole, hook))
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { _ = s.Run(ctx) }()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(at) != 2 || at[1].Sub(at[0]) != 30*time.Minute {
			t.Errorf("tries at %v", at)
		}
	})
}
