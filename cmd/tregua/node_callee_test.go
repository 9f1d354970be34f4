package main

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

// TestCallees: what callees say by their telephones is on the books before the
// daemon has ended.
func TestCallees(t *testing.T) {
	t.Parallel()
	const called, caller = 393331234567, "0612345678"
	ending := func(o policy.Outcome, status int) *policy.Ending { return &policy.Ending{Outcome: o, Status: status} }
	attempt := &policy.Attempt{Called: called, Mapping: policy.Mapped, CampaignName: "acme/energia"}
	unmapped := &policy.Attempt{Called: called}
	inbound := func(number policy.Number, from string) *policy.Attempt {
		return &policy.Attempt{Called: number, Dialled: policy.Dialled{CallerID: from}}
	}
	for name, c := range map[string]struct {
		say    func(c *callees)
		listed policy.Number
		source string
		asked  policy.Number
	}{
		"607": {
			say:    func(c *callees) { c.Ended(attempt, ending(policy.OutcomeFailed, 607)) },
			listed: called, source: "entry 1, 607 of the carrier",
		},
		"603":               {say: func(c *callees) { c.Ended(attempt, ending(policy.OutcomeFailed, 603)) }},
		"a refusal of ours": {say: func(c *callees) { c.Ended(attempt, ending(policy.OutcomeRefused, 607)) }},
		"a key": {
			say:    func(c *callees) { c.Ended(attempt, &policy.Ending{Outcome: policy.OutcomeConnected, OptedOut: true}) },
			listed: called, source: "entry 1, key pressed in the call",
		},
		"a call in which none was": {say: func(c *callees) { c.Ended(attempt, ending(policy.OutcomeConnected, 200)) }},
		"no campaign":              {say: func(c *callees) { c.Ended(unmapped, ending(policy.OutcomeFailed, 607)) }},
		"a call to an own number":  {say: func(c *callees) { c.Inbound(inbound(390612121212, caller)) }},
		"a call to the opt-out number": {
			say:    func(c *callees) { c.Inbound(inbound(390612340000, caller)) },
			listed: 390612345678, source: "entry 1, call to the opt-out number",
		},
		"a call to the callback number": {say: func(c *callees) { c.Inbound(inbound(390612340001, caller)) }, asked: 390612345678},
		"a withheld caller id":          {say: func(c *callees) { c.Inbound(inbound(390612340000, "anonymous")) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, err := seal.NewKeys(rand.NewChaCha8([32]byte{1}))
			if err != nil {
				t.Fatal(err)
			}
			st := memory.New()
			b, err := book.Open(book.Config{Store: st, Dir: t.TempDir(), Keys: keys, ValidFor: time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			data := `principals: [{name: acme, opt_out: ["06 12340000"], callback: ["+390612340001"]}]`
			if _, err := b.Apply(t.Context(), "anna", []byte(data), false); err != nil {
				t.Fatal(err)
			}
			callees := newCallees(b, slog.New(slog.DiscardHandler))
			c.say(callees)
			ctx, stop := context.WithCancel(t.Context())
			stop()
			var wg sync.WaitGroup
			wg.Go(func() {
				if err := callees.Run(ctx); err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			changes := map[policy.Number]book.Change{}
			for change := range b.Changes() {
				changes[change.Number] = change
			}
			if got := changes[c.listed].Listed; c.listed != 0 && got.Source != c.source {
				t.Errorf("listed %+v, want by %q", got, c.source)
			}
			asked, err := b.Standing("acme", book.Request)
			if err != nil || (len(asked) == 1) != (c.asked != 0) || c.asked != 0 && asked[0].Number != c.asked {
				t.Errorf("requests %+v, %v", asked, err)
			}
			if want := min(1, int(c.listed)) + min(1, int(c.asked)); len(changes) != want {
				t.Errorf("%d changes, want %d: %+v", len(changes), want, changes)
			}
		})
	}
}

// TestCalleesFull: an end waits until what the person said has room.
func TestCalleesFull(t *testing.T) {
	t.Parallel()
	c := newCallees(nil, slog.New(slog.DiscardHandler))
	attempt := &policy.Attempt{Called: 393331234567, Mapping: policy.Mapped, CampaignName: "acme/energia"}
	ending := &policy.Ending{Outcome: policy.OutcomeFailed, Status: 607}
	for i := range calleeQueue {
		if !c.Ended(attempt, ending) {
			t.Fatalf("full after %d", i)
		}
	}
	if c.Ended(attempt, ending) {
		t.Error("it is full and takes more")
	}
	<-c.in
	if !c.Ended(attempt, ending) {
		t.Error("it has room and takes nothing")
	}
}
