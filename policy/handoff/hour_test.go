package handoff_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/handoff"
	"tregua/policy/ledger"
	"tregua/policy/store/memory"
)

// Sweep gives the records of a span.
func (l *shelf) Sweep(_ context.Context, span ledger.Span, _ int, visit func(int, *ledger.View) error) error {
	for v, err := range l.Views(0) {
		if err != nil {
			return err
		}
		if span.Takes(v.Record.Attempt.At) {
			if err := visit(0, &v); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestHourly tells an hour when it is over, and again when a call of it ends later.
func TestHourly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now().UTC() // on the hour
		l, rows := &shelf{}, memory.New()
		var got []handoff.Hour
		hook := webhook(func(_ http.ResponseWriter, _ *http.Request, text []byte) {
			var b body
			if err := json.Unmarshal(text, &b); err != nil || b.Type != "traffic.hours" {
				t.Errorf("%v: %s", err, text)
			}
			got = append(got, b.Data.Hours...)
		})
		c := l.config(rows, acme, hook)
		c.Format, c.Past = handoff.Hourly, l
		l.add(called(1, start, policy.RatioB), called(1, start, policy.RatioB), called(1, start, policy.RatioA), called(2, start, policy.RatioB), refused(1, start))
		for range 6 { // with restarts
			s := handoff.New(c)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			_ = s.Run(ctx)
			cancel()
		}
		half := 0.5
		want := handoff.Hour{
			From: start, Principal: "acme", AsOf: 4, Attempts: 4, Refused: 1, Forwarded: 3, Answered: 3, Connected: 2, Silent: 1,
			Ratio: &half, Reasons: []handoff.Reason{{Reason: "registry.opposed", Attempts: 1}},
		}
		if len(got) != 1 || !sameHour(got[0], want) {
			t.Fatalf("told %+v", got)
		}
		l.add(called(1, start.Add(59*time.Minute), policy.RatioB))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		_ = handoff.New(c).Run(ctx)
		if len(got) != 2 || got[1].Attempts != 5 || got[1].AsOf != 5 || !got[1].From.Equal(start) {
			t.Fatalf("told %+v", got)
		}
	})
}

func sameHour(a, b handoff.Hour) bool {
	x, err := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err == nil && err2 == nil && string(x) == string(y)
}

// TestHoursFollowTheCursor: an hour counts what the cursor has passed and nothing
// that came since, and each account of hours has an id of its own.
func TestHoursFollowTheCursor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now().UTC() // on the hour
		l, all := &shelf{}, &shelf{}
		var got []handoff.Hour
		var ids []string
		hook := webhook(func(_ http.ResponseWriter, r *http.Request, text []byte) {
			var b body
			if err := json.Unmarshal(text, &b); err != nil {
				t.Error(err)
			}
			got, ids = append(got, b.Data.Hours...), append(ids, r.Header.Get("Webhook-Id"))
		})
		again := refused(1, start)
		again.Ending.Outcome, again.Repeat.Count = policy.OutcomeRepeated, 9
		records := []policy.Record{refused(1, start), again, refused(1, start.Add(time.Hour))}
		l.add(records...)
		all.add(append(records, refused(1, start.Add(time.Minute)))...) // the last one is not in the source yet
		c := l.config(memory.New(), acme, hook)
		c.Format, c.Past = handoff.Hourly, all
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Hour)
		defer cancel()
		_ = handoff.New(c).Run(ctx)
		if len(got) != 2 || got[0].Attempts != 1 || got[1].Attempts != 1 || got[0].AsOf != 2 || got[1].AsOf != 2 {
			t.Errorf("told %+v", got)
		}
		if len(ids) != 2 || ids[0] == ids[1] {
			t.Errorf("ids %q", ids)
		}
	})
}
