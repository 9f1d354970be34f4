package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/ledger"
)

// working is during with all that a ledger needs to be audited.
func (h *tenants) working(c *configs.Config, f func()) {
	h.t.Helper()
	n := h.build(c)
	running := newParts()
	ctx := context.Background()
	n.committed(n.committer.Next())
	running.start(ctx, "proof log", n.proof.Run)
	running.start(ctx, "ledger months", n.months.Run)
	running.start(ctx, "ledger", n.writer.Run)
	running.start(ctx, "desks", func(ctx context.Context) error { n.desks.Run(ctx); return nil })
	f()
	if err := running.end(); err != nil {
		h.t.Error(err)
	}
	if err := n.close(); err != nil {
		h.t.Error(err)
	}
}

// past records calls of each class and of many ages, a refusal of seven months ago
// first, and those to the numbers that are kept.
func (h *tenants) past(today time.Time) (calls []pastCall) {
	h.t.Helper()
	add := func(class keep.Class, at time.Time, to policy.Number) {
		stays := to != 0
		if !stays {
			to = 393332000000 + policy.Number(len(calls))
		}
		id := uuid.Must(uuid.NewV7())
		binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|7<<12)
		calls = append(calls, pastCall{policy.AttemptID(id), class, at, to, stays})
		h.record(&calls[len(calls)-1])
	}
	add(keep.Refused, today.AddDate(0, -7, 0), 0)
	for class := range keep.Classes {
		for _, age := range []keep.Term{{Months: 25}, {Months: 20}, {Months: 13}, {Months: 12, Days: 1}, {Months: 7}, {Months: 6}, {Months: 2}, {Days: 31}, {Days: 30}, {Days: 29}, {Days: 1}} {
			add(class, today.AddDate(0, -age.Months, -age.Days).Add(10*time.Hour), 0)
		}
		add(class, today.AddDate(0, -11, 0), heldNumber)
		add(class, today.AddDate(0, -11, 0), complainedNumber)
	}
	return calls
}

// record writes a call as the desks would have.
func (h *tenants) record(c *pastCall) {
	a := h.book.Current().Attempt(policy.Dialled{
		ID: c.id, At: c.at, Synced: true, Trunk: "dialer-north", User: "71" + c.to.String()[3:],
		CallID: c.id.String(), CallerID: callerIDs["acme-north"], FromTag: "t",
	})
	if c.class == keep.Refused {
		h.writer.Submit(ledger.Entry{Kind: ledger.Closed, Record: policy.Record{Attempt: a, Decision: policy.Decision{Rule: "blacklist", Reason: policy.BlacklistListed}}})
		return
	}
	e := policy.Ending{Outcome: policy.OutcomeCancelled, Forwarded: true, ForwardedAt: c.at, EndedAt: c.at.Add(time.Minute)}
	switch c.class { //nolint:exhaustive // the others are never answered
	case keep.Silent:
		e.Outcome, e.Ratio, e.AnsweredAt = policy.OutcomeSilent, policy.RatioA, c.at
	case keep.Connected:
		e.Outcome, e.Ratio, e.AnsweredAt = policy.OutcomeConnected, policy.RatioB, c.at
	}
	h.writer.Submit(ledger.Entry{Kind: ledger.Open, Record: policy.Record{Attempt: a, Decision: policy.Decision{Verdict: policy.Allow}}})
	h.writer.Submit(ledger.Entry{Kind: ledger.Close, ID: c.id, Ending: e})
}

// summarise sums up the hours about a time.
func (h *tenants) summarise(at time.Time) {
	h.t.Helper()
	from := at.Truncate(time.Hour).Add(-2 * time.Hour)
	for hour := range 4 {
		from := from.Add(time.Duration(hour) * time.Hour)
		note := ledger.Note{ID: policy.AttemptID(uuid.Must(uuid.NewV7())), At: time.Now(), Kind: ledger.NoteSummary}
		if _, err := h.writer.Summarise(h.t.Context(), note, ledger.Hour{From: from, To: from.Add(time.Hour)}); err != nil {
			h.t.Fatal(err)
		}
	}
}

// complain opens a complaint about calls in a time.
func (h *tenants) complain(n policy.Number, from, until time.Time) string {
	h.t.Helper()
	var c struct{ ID string }
	h.read(h.must("anna", "POST /v1/complaints", fmt.Sprintf(`{"number":%q,"principal":"acmeline","channel":"garante","from":%q,"until":%q}`,
		n, from.Format(time.RFC3339), until.Format(time.RFC3339))), &c)
	return c.ID
}

// settle waits until all that was written is in its month and under the checkpoint.
func (h *tenants) settle() {
	h.t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		rep, err := h.reader.Verify()
		if err != nil {
			h.t.Fatal(err)
		}
		waits := false
		for _, err := range h.store.Scan([]byte{0x50}, nil) { // the outbox
			if waits = true; err != nil {
				h.t.Fatal(err)
			}
			break
		}
		head, err := h.proof.Head(h.t.Context())
		if err == nil && !waits && head.Size == rep.Records+rep.Notes {
			return
		}
	}
	h.t.Fatal("what was written does not reach the months and the log")
}

// start runs the daily purge until it has purged.
func (h *tenants) start() {
	ctx, stop := context.WithCancel(h.t.Context())
	running := newParts()
	running.start(ctx, "purges", h.keeper.Run)
	for end := time.Now().Add(30 * time.Second); h.keeper.purged.Load() == 0 && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if err := running.end(); err != nil {
		h.t.Error(err)
	}
}
